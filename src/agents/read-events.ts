import { TracewiseError } from '../errors.ts';
import type { RunEvent } from '../events.ts';
import { agentOf, type RaceEvent } from './race-event.ts';

interface Placed {
  readonly line: number;
  readonly event: RunEvent | RaceEvent;
}

/**
 * The events of a run or a race from JSON lines, as `tracewise solve --json` and `--record` write them. An event takes
 * the place of what its run had from its number on: so one that was broken off is gone on with in the same file. A last
 * line without its newline is left out. Throws a TracewiseError (ERR_RECORD) that names the line that is no event.
 */
export function readEvents(text: string): (RunEvent | RaceEvent)[] {
  const runs = new Map<number | undefined, Placed[]>();
  let end: Placed | undefined;
  const lines = text.split('\n').slice(0, -1);
  for (const [i, line] of lines.entries()) {
    const placed = { line: i + 1, event: readEvent(line, i + 1) };
    const { event } = placed;
    end = event.type === 'race-end' ? placed : undefined;
    if (event.type === 'race-end') continue;
    const agent = agentOf(event);
    const own = runs.get(agent) ?? [];
    if (event.seq > own.length)
      throw unreadable(i + 1, `event ${own.length}, but received event ${event.seq}`);
    own.length = event.seq;
    own.push(placed);
    runs.set(agent, own);
  }
  const placed = [...runs.values()].flat().sort((a, b) => a.line - b.line);
  return [...placed, ...(end ? [end] : [])].map(({ event }) => event);
}

function readEvent(line: string, number: number): RunEvent | RaceEvent {
  let event: { type?: unknown; seq?: unknown; elapsedMs?: unknown } | null;
  try {
    event = JSON.parse(line);
  } catch {
    throw unreadable(number, 'an event as JSON');
  }
  const isEvent =
    typeof event?.type === 'string' &&
    typeof event.elapsedMs === 'number' &&
    (event.type === 'race-end' || Number.isInteger(event.seq));
  if (!isEvent) throw unreadable(number, 'an event with `type`, `seq` and `elapsedMs`');
  return event as unknown as RunEvent | RaceEvent;
}

function unreadable(line: number, expected: string): TracewiseError {
  return new TracewiseError(
    'ERR_RECORD',
    `Expected ${expected} in line ${line} of the events; take a file as \`--record\` or \`--json\` write it`,
    { details: { line } },
  );
}
