import type { LocalChange, TestResult, TraceEvent } from '../program-runner.ts';

const kinds = new Set(['call', 'line', 'return', 'exception', 'yield', 'resume', 'unwind']);

type Trace = Pick<TestResult, 'trace' | 'traceEnded'>;

/**
 * Reads a tracer's lines. They come out of the program's own interpreter, so anything may stand there: what is
 * no event is left out, and every event is built anew.
 */
export function readTrace(text: string): Trace {
  const trace: TraceEvent[] = [];
  let traceEnded: Trace['traceEnded'];
  for (const record of parseLines(text)) {
    if (!Array.isArray(record)) continue;
    if (record[0] === 'ended') traceEnded = record[1] === 'bytes' ? 'bytes' : 'events';
    const event = readEvent(record);
    if (event) trace.push(event);
  }
  return traceEnded ? { trace, traceEnded } : { trace };
}

/** All lines at once where they are well formed, which is many times faster; a line cut by a kill is left out. */
function parseLines(text: string): unknown[] {
  const end = text.lastIndexOf('\n');
  if (end < 0) return [];
  const lines = text.slice(0, end).split('\n');
  try {
    return JSON.parse(`[${lines.join(',')}]`);
  } catch {
    return lines.flatMap((line) => {
      try {
        return [JSON.parse(line)];
      } catch {
        return [];
      }
    });
  }
}

function readEvent([event, line, functionName, depth, changes, value, exceptionType]: unknown[]):
  | TraceEvent
  | undefined {
  if (typeof event !== 'string' || !kinds.has(event) || typeof functionName !== 'string') return undefined;
  if (!Number.isSafeInteger(line) || !Number.isSafeInteger(depth) || !Array.isArray(changes))
    return undefined;
  return {
    event: event as TraceEvent['event'],
    line: line as number,
    functionName,
    depth: depth as number,
    changes: changes.flatMap(readChange),
    ...(typeof value === 'string' && { value }),
    ...(typeof exceptionType === 'string' && { exceptionType }),
  };
}

function readChange(change: unknown): LocalChange[] {
  if (!Array.isArray(change)) return [];
  const [name, value, type] = change;
  const readable =
    typeof name === 'string' && (value === null || typeof value === 'string') && typeof type === 'string';
  return readable ? [{ name, value, type }] : [];
}
