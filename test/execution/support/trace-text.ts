import type { TraceEvent } from '../../../src/program-runner.ts';

/** A trace as lines of text: `2 line 3 x=1 -y`, depth first; `-y` where y was deleted. */
export function traceText(trace: readonly TraceEvent[]): string[] {
  return trace.map(({ event, line, functionName, depth, changes, value, exceptionType }) => {
    const state = changes.map((change) =>
      change.value === null ? `-${change.name}` : `${change.name}=${change.value}`,
    );
    const result = exceptionType
      ? [`${exceptionType}(${value})`]
      : value === undefined
        ? []
        : [`-> ${value}`];
    return [`${depth} ${event} ${functionName}:${line}`, ...state, ...result].join(' ');
  });
}
