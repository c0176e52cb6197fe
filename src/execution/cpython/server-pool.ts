import { TracewiseError } from '../../errors.ts';
import type { ResolvedRunnerOptions } from '../runner-options.ts';
import { ForkServer } from './fork-server.ts';

const warmServers = 2;

/** Servers that are started when needed and used by one caller at a time; waiting callers come first, first served. */
export class ServerPool {
  readonly #options: ResolvedRunnerOptions;
  readonly #servers = new Set<ForkServer>();
  readonly #idle: ForkServer[] = [];
  /** Those who wait; they are given nothing when the pool ends. */
  readonly #waiting: ((server?: ForkServer) => void)[] = [];
  #disposed = false;

  constructor(options: ResolvedRunnerOptions) {
    this.#options = options;
  }

  /** Lends a server to `use`. An abort ends the server and rejects with the signal's reason. */
  async lend<T>(use: (server: ForkServer) => Promise<T>, signal?: AbortSignal): Promise<T> {
    signal?.throwIfAborted();
    const server = await this.#take(signal);
    const end = () => server.kill();
    signal?.addEventListener('abort', end, { once: true });
    try {
      signal?.throwIfAborted();
      return await use(server);
    } catch (error) {
      signal?.throwIfAborted();
      this.checkUsable();
      throw error;
    } finally {
      signal?.removeEventListener('abort', end);
      this.#give(server);
    }
  }

  /** Starts a second server in the background; more start when needed. */
  warm(): void {
    if (this.#servers.size < Math.min(warmServers, this.#options.maxWorkers))
      this.#idle.unshift(this.#start());
  }

  checkUsable(): void {
    if (this.#disposed)
      throw new TracewiseError('ERR_DISPOSED', 'Expected a runner in use but it was disposed of');
  }

  dispose(): void {
    this.#disposed = true;
    for (const server of this.#servers) server.kill();
    for (const wake of this.#waiting.splice(0)) wake();
  }

  async #take(signal?: AbortSignal): Promise<ForkServer> {
    this.checkUsable();
    for (let idle = this.#idle.pop(); idle; idle = this.#idle.pop()) {
      if (!idle.isGone) return idle;
      this.#servers.delete(idle);
    }
    if (this.#servers.size < this.#options.maxWorkers) return this.#start();
    const server = await new Promise<ForkServer | undefined>((resolve, reject) => {
      const abort = () => {
        this.#waiting.splice(this.#waiting.indexOf(wake), 1);
        reject(signal!.reason);
      };
      const wake = (given?: ForkServer) => {
        signal?.removeEventListener('abort', abort);
        resolve(given);
      };
      signal?.addEventListener('abort', abort, { once: true });
      this.#waiting.push(wake);
    });
    this.checkUsable();
    return server!;
  }

  #start(): ForkServer {
    const server = new ForkServer(this.#options);
    this.#servers.add(server);
    return server;
  }

  #give(server: ForkServer): void {
    if (server.isGone) this.#servers.delete(server);
    if (this.#disposed) return;
    const next = this.#waiting.shift();
    if (next) next(server.isGone ? this.#start() : server);
    else if (!server.isGone) this.#idle.push(server);
  }
}
