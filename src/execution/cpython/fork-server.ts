import { type ChildProcess, spawn } from 'node:child_process';
import { TracewiseError } from '../../errors.ts';
import type { ResolvedRunnerOptions } from '../runner-options.ts';
import { workerFolder } from '../worker-folder.ts';
import { bubblewrapped } from './bubblewrapped.ts';

/** What a server says of itself when it has started. */
export interface ServerState {
  readonly python: string;
  /** Landlock's ABI; 0: not there. */
  readonly landlock: number;
  readonly seccomp: boolean;
  /** Roads to the host that a program found open. */
  readonly open: readonly string[];
}

const longestAnswer = 512 << 20;
const startTimeoutMs = 120_000; // what it imports may be large
const boot =
  'import sys; sys.path.insert(0, sys.argv.pop(1)); from tracewise.fork_server import main; sys.path.pop(0); main()';

/**
 * One process of the host's Python that has imported everything and forks for each run. It is the leader of a
 * process group, so that a kill takes its children along.
 */
export class ForkServer {
  readonly state: Promise<ServerState>;
  readonly #process: ChildProcess;
  #chunks: Buffer[] = [];
  #received = 0;
  #waiting?: { resolve: (answer: unknown) => void; reject: (error: unknown) => void };
  #gone?: Error;
  #errors = '';

  constructor({ python, readable, preload, bubblewrap }: ResolvedRunnerOptions) {
    const command = [python, '-s', '-B', '-c', boot, workerFolder(), JSON.stringify({ readable, preload })];
    const [file, ...args] = bubblewrap ? bubblewrapped(command) : command;
    this.#process = spawn(file!, args, {
      // Set orders follow the hashes; libraries are to start no threads and open no windows. Nothing else of this
      // environment is handed on.
      env: {
        PATH: process.env.PATH,
        PYTHONHASHSEED: '0',
        OPENBLAS_NUM_THREADS: '1',
        OMP_NUM_THREADS: '1',
        MPLBACKEND: 'Agg',
      },
      stdio: ['pipe', 'pipe', 'pipe'],
      cwd: '/',
      detached: true,
    });
    this.#process.stdout!.on('data', (chunk: Buffer) => this.#take(chunk));
    this.#process.stderr!.on('data', (chunk: Buffer) => {
      this.#errors = (this.#errors + chunk).slice(-2000);
    });
    this.#process.stdin!.on('error', () => {});
    this.#process.on('error', (error) => this.#end(error));
    this.#process.on('close', () => this.#end(new Error(this.#errors.trim() || 'the process ended')));
    this.state = this.#answer(startTimeoutMs) as Promise<ServerState>;
    this.state.catch(() => {});
  }

  get isGone(): boolean {
    return this.#gone !== undefined;
  }

  /** Sends one request, gives its answer. One at a time. */
  async request(message: object, timeoutMs: number): Promise<unknown> {
    const data = Buffer.from(JSON.stringify(message));
    const size = Buffer.alloc(4);
    size.writeUInt32LE(data.length);
    const answer = this.#answer(timeoutMs);
    this.#process.stdin!.write(Buffer.concat([size, data]));
    return answer;
  }

  /** Ends the server and every program in it. */
  kill(why = 'the server was ended'): void {
    this.#end(new Error(why));
    try {
      process.kill(-this.#process.pid!, 'SIGKILL');
    } catch {
      // It is gone already, or never was.
    }
  }

  /** Whether the server keeps this process alive: only while it is asked something. */
  hold(held: boolean): void {
    const parts = [this.#process, this.#process.stdin, this.#process.stdout, this.#process.stderr];
    for (const part of parts as unknown as { ref(): void; unref(): void }[]) {
      if (held) part.ref();
      else part.unref();
    }
  }

  #answer(timeoutMs: number): Promise<unknown> {
    if (this.#gone) return Promise.reject(this.#gone);
    this.hold(true);
    let timer: NodeJS.Timeout;
    return new Promise((resolve, reject) => {
      this.#waiting = { resolve, reject };
      timer = setTimeout(() => this.kill(`no answer within ${timeoutMs} ms`), timeoutMs);
    }).finally(() => {
      clearTimeout(timer);
      this.hold(false);
    });
  }

  #take(chunk: Buffer): void {
    this.#chunks.push(chunk);
    this.#received += chunk.length;
    if (this.#received < 4) return;
    if (this.#received > longestAnswer) {
      this.kill();
      return;
    }
    const size =
      this.#chunks.length === 1 || this.#chunks[0]!.length >= 4
        ? this.#chunks[0]!.readUInt32LE()
        : this.#joined().readUInt32LE();
    if (this.#received < 4 + size) return;
    const text = this.#joined().toString('utf8', 4, 4 + size);
    this.#chunks = [];
    this.#received = 0;
    try {
      const answer = JSON.parse(text);
      this.#waiting?.resolve(answer);
      this.#waiting = undefined;
    } catch (error) {
      this.kill(`its answer cannot be read: ${(error as Error).message}`);
    }
  }

  #joined(): Buffer {
    this.#chunks = [Buffer.concat(this.#chunks)];
    return this.#chunks[0]!;
  }

  #end(error: Error): void {
    this.#gone ??= error;
    this.#waiting?.reject(
      new TracewiseError(
        'ERR_RUNNER',
        `Expected an answer of the Python server but it ended: ${error.message}`,
        { cause: this.#gone },
      ),
    );
    this.#waiting = undefined;
  }
}
