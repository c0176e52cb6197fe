import type { LocalChange, TraceEvent } from '../program-runner.ts';

export interface LocalValue {
  readonly value: string;
  readonly type: string;
}

export type Locals = ReadonlyMap<string, LocalValue>;

/** One trace event with what the tracer leaves out because it did not change. */
export interface TraceStep {
  readonly event: TraceEvent;
  /** Source line, indentation kept; '' where it is not known. */
  readonly source: string;
  /** All locals of the event's frame, in order of first appearance. */
  readonly locals: Locals;
  /** The calling frame, where it was traced. */
  readonly caller?: { readonly locals: Locals; readonly source: string };
}

interface Frame {
  locals: Map<string, LocalValue>;
  source: string;
}

/** Folds the changes of a trace into the full state at every event. Frames are told apart by depth. */
export function replayTrace(program: string, trace: readonly TraceEvent[]): TraceStep[] {
  const lines = program.split('\n');
  const frames: Frame[] = [];
  return trace.map((event) => {
    const source = lines[event.line - 1] ?? '';
    const begins = event.event === 'call' || event.event === 'resume';
    const before = begins ? undefined : frames[event.depth];
    const frame = { locals: applyChanges(before?.locals, event.changes), source };
    frames[event.depth] = frame;
    const caller = frames[event.depth - 1];
    return { event, ...frame, ...(caller && { caller: { ...caller } }) };
  });
}

function applyChanges(before: Locals | undefined, changes: readonly LocalChange[]): Map<string, LocalValue> {
  const locals = new Map(before);
  for (const { name, value, type } of changes) {
    if (value === null) locals.delete(name);
    else locals.set(name, { value, type });
  }
  return locals;
}
