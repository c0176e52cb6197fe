import { ftruncateSync, openSync, readFileSync, statSync, writeSync } from 'node:fs';
import { agentOf, type RaceEvent } from '../agents/race-event.ts';
import { readEvents } from '../agents/read-events.ts';
import { keptEvents } from '../controller/recorded-run.ts';
import { TracewiseError } from '../errors.ts';
import type { RunEvent } from '../events.ts';

/**
 * A file that keeps the events of a run or a race as they come, a line each, so that they stay whatever ends the
 * process. Every call throws a TracewiseError (ERR_RECORD) that names a file that cannot be read or written or that
 * holds something else.
 */
export class RecordFile {
  /** What was in it. */
  readonly events: readonly (RunEvent | RaceEvent)[];
  /** How many of them stand, by agent. */
  readonly #kept: Map<number | undefined, number>;
  readonly #path: string;
  readonly #file: number;

  /** `isRace`: what it is to hold. */
  constructor(path: string, { isRace }: { isRace: boolean }) {
    this.#path = path;
    const stats = this.#do(() => statSync(path, { throwIfNoEntry: false }));
    // Of a pipe or a device a read may never end.
    if (stats && !stats.isFile()) throw refused(path, 'it is no plain file');
    const text = stats ? this.#do(() => readFileSync(path, 'utf8')) : '';
    const events = this.#do(() => readEvents(text));
    const held = events.some((event) => 'agent' in event || event.type === 'race-end');
    if (events.length > 0 && held !== isRace)
      throw refused(path, `it holds a ${held ? 'race' : 'run'} and this is a ${isRace ? 'race' : 'run'}`);
    this.events = events;
    this.#kept = new Map(events.map((event) => [agentOf(event), 0]));
    for (const agent of this.#kept.keys()) {
      const own = events.filter((event) => agentOf(event) === agent) as RunEvent[];
      this.#kept.set(agent, keptEvents(own).length);
    }
    this.#file = this.#do(() => openSync(path, 'a'));
    // A line that was being written when the process ended.
    const whole = text.slice(0, text.lastIndexOf('\n') + 1);
    this.#do(() => ftruncateSync(this.#file, Buffer.byteLength(whole)));
  }

  /** Adds an event, unless it stands in the file and is only told again. */
  write(event: RunEvent | RaceEvent): void {
    if (!this.#isKept(event)) this.#do(() => writeSync(this.#file, `${JSON.stringify(event)}\n`));
  }

  #isKept(event: RunEvent | RaceEvent): boolean {
    if (event.type === 'race-end') return this.events.at(-1)?.type === 'race-end';
    return event.seq < (this.#kept.get(agentOf(event)) ?? 0);
  }

  #do<Result>(work: () => Result): Result {
    try {
      return work();
    } catch (cause) {
      const { code, message } = cause as NodeJS.ErrnoException;
      throw refused(this.#path, TracewiseError.isInstance(cause) ? message : (code ?? message), cause);
    }
  }
}

function refused(path: string, why: string, cause?: unknown): TracewiseError {
  return new TracewiseError(
    'ERR_RECORD',
    `Expected to keep the events in ${path} but ${why}; name another file for \`--record\`, or remove this one`,
    { cause, details: { path } },
  );
}
