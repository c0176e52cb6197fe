import { type CombinedResult, combineRuns } from '../controller/combine-runs.ts';
import { foldRun } from '../controller/fold-run.ts';
import { eventsOf, type RaceEnd, type RaceEvent } from './race-event.ts';

/** The result of a race is what its events say, as `foldRun` has it for one run. Throws a TypeError for other events. */
export function foldRace(events: readonly RaceEvent[]): CombinedResult {
  const end = events.find((event): event is RaceEnd => event.type === 'race-end');
  if (!end) throw new TypeError('Expected the events of a whole race, up to its `race-end`');
  const runs = Array.from({ length: end.agents }, (_, agent) => {
    const own = eventsOf(events, agent);
    return own.length > 0 ? foldRun(own) : undefined;
  });
  return combineRuns(runs, end.chosen, end);
}
