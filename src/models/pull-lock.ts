import { randomUUID } from 'node:crypto';
import { link, readFile, rename, rm, stat, utimes, writeFile } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { TracewiseError } from '../errors.ts';
import { fileError } from './file-error.ts';

const beatMs = 2_000;
/** A holder that has not shown itself for this long is gone. */
const staleMs = 20_000;
const lookMs = 250;

/** Holds a file that only one process at a time has; its holder touches it, so that a dead one's can be taken. */
export class PullLock {
  readonly #path: string;
  readonly #token: string;
  readonly #beat: NodeJS.Timeout;
  readonly #lost = new AbortController();
  #shownMs = Date.now();

  private constructor(path: string, token: string) {
    this.#path = path;
    this.#token = token;
    this.#beat = setInterval(() => void this.#show(), beatMs);
    this.#beat.unref();
  }

  /** Waits for the lock; `onWait` is called at every look while another has it. Throws the signal's reason. */
  static async take(path: string, { signal, onWait }: LockOptions = {}): Promise<PullLock> {
    for (;;) {
      signal?.throwIfAborted();
      const lock = await PullLock.tryTake(path);
      if (lock) return lock;
      onWait?.();
      await sleep(lookMs, undefined, { signal }).catch(() => {});
    }
  }

  /** undefined where another process has it. */
  static async tryTake(path: string): Promise<PullLock | undefined> {
    const token = randomUUID();
    if (await isStale(path)) await clear(path);
    try {
      await writeFile(path, token, { flag: 'wx' });
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'EEXIST') return undefined;
      throw fileError(path, error);
    }
    return new PullLock(path, token);
  }

  /** Aborts with a TracewiseError (ERR_BUSY) where another took it: a process that slept for long may have lost it. */
  get lost(): AbortSignal {
    return this.#lost.signal;
  }

  /** Throws where it is lost; to be asked before anything that only the holder may do. */
  async assertHeld(): Promise<void> {
    // Nobody takes a lock of which its holder was seen so lately.
    if (Date.now() - this.#shownMs > staleMs / 2) await this.#show();
    this.lost.throwIfAborted();
  }

  async release(): Promise<void> {
    clearInterval(this.#beat);
    if (await this.#isHeld()) await rm(this.#path, { force: true });
  }

  async #isHeld(): Promise<boolean> {
    return (await readFile(this.#path, 'utf8').catch(() => '')) === this.#token;
  }

  async #show(): Promise<void> {
    const now = new Date();
    if (await this.#isHeld()) {
      await utimes(this.#path, now, now).then(
        () => {
          this.#shownMs = now.getTime();
        },
        () => {},
      );
      return;
    }
    this.#lost.abort(
      new TracewiseError(
        'ERR_BUSY',
        `Expected to hold ${this.#path} but another process took it while this one slept; try again`,
      ),
    );
  }
}

interface LockOptions {
  readonly signal?: AbortSignal | undefined;
  readonly onWait?: () => void;
}

async function isStale(path: string): Promise<boolean> {
  const stats = await stat(path).catch(() => undefined);
  // A time that is yet to come is of a clock that was put back.
  return stats !== undefined && Math.abs(Date.now() - stats.mtimeMs) > staleMs;
}

/** Two may find the same lock stale, and the second move away the first one's new lock: that goes back. */
async function clear(path: string): Promise<void> {
  const aside = `${path}.${randomUUID()}`;
  await rename(path, aside).catch(() => {});
  const fresh = !(await isStale(aside));
  if (fresh) await link(aside, path).catch(() => {});
  await rm(aside, { force: true });
}
