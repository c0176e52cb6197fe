import { TracewiseError } from '../errors.ts';
import type { LineStart, RunEvent, RunStart } from '../events.ts';

/**
 * Of a run's events, whole or broken off, those that stand when it goes on: all of a whole run; otherwise up to the start
 * of the last line at which candidates were drawn, for they are drawn again there, the same ones. Of a run that has drawn
 * none: up to the start of its last line.
 */
export function keptEvents(recorded: readonly RunEvent[]): readonly RunEvent[] {
  if (recorded.at(-1)?.type === 'run-end') return recorded;
  const drawn = recorded.findLast(({ type }) => type === 'candidate-end') as { line: number } | undefined;
  const last = recorded.findLastIndex(
    (event) => event.type === 'line-start' && (!drawn || event.line === drawn.line),
  );
  return recorded.slice(0, last + 1);
}

/** A run as far as it came: what `keptEvents` leaves, apart. */
export interface RecordedRun {
  readonly events: readonly RunEvent[];
  /** Where it goes on. */
  readonly at: LineStart;
}

/** Undefined for no events, and for those of a run that has ended. */
export function recordedRun(kept: readonly RunEvent[]): RecordedRun | undefined {
  const at = kept.at(-1);
  return at?.type === 'line-start' ? { events: kept, at } : undefined;
}

/** What must be the same for a run to go on. */
export type RunIdentity = Pick<RunStart, 'task' | 'model' | 'runner' | 'options'>;

/** Throws a TracewiseError (ERR_RECORD) that names what differs, where the events are those of another run, or of none. */
export function mustBeSameRun(recorded: readonly RunEvent[], identity: RunIdentity): void {
  const [start] = recorded;
  if (start?.type !== 'run-start') {
    throw new TracewiseError(
      'ERR_RECORD',
      `Expected the events of a run to go on with, from \`run-start\` on, but received ${JSON.stringify(start?.type)} first`,
    );
  }
  // As they are once they have been in a file.
  const [before, now] = [start, identity].map(({ task, model, runner, options }) =>
    JSON.parse(JSON.stringify({ task, model, runner, options })),
  );
  const differing = differingKeys(before, now);
  if (differing.length === 0) return;
  throw new TracewiseError(
    'ERR_RECORD',
    `Expected the run whose events are to be gone on with but ${differing.map((key) => `\`${key}\``).join(', ')} differ${differing.length === 1 ? 's' : ''}; take what it was begun with, or begin anew without its events`,
    { details: { differing } },
  );
}

/** Paths of at most two names, such as `options.seed`. */
function differingKeys(before: Json, now: Json, path: readonly string[] = []): string[] {
  if (JSON.stringify(before) === JSON.stringify(now)) return [];
  if (path.length === 2 || !isRecord(before) || !isRecord(now)) return [path.join('.')];
  const keys = [...new Set([...Object.keys(before), ...Object.keys(now)])];
  return keys.flatMap((key) => differingKeys(before[key], now[key], [...path, key]));
}

type Json = unknown;

function isRecord(value: Json): value is Record<string, Json> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
