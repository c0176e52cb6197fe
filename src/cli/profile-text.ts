import { phases, profileRun } from '../controller/profile-run.ts';
import type { RunEvent } from '../events.ts';
import type { ModelCounters } from '../token-model.ts';

/**
 * Where the time of runs on one engine went, as text. `counters`: the engine's for all of them; `elapsedMs`: from the
 * first one's start to the last one's end. The shares are of the runs' own times together.
 */
export function profileText(
  runs: readonly (readonly RunEvent[])[],
  { counters, elapsedMs }: { counters: ModelCounters; elapsedMs: number },
): string {
  const profiles = runs.map(profileRun);
  const sum = (of: (profile: (typeof profiles)[number]) => number) =>
    profiles.reduce((total, profile) => total + of(profile), 0);
  const runMs = sum((profile) => profile.elapsedMs);
  const newTokens = sum((profile) => profile.newTokens);
  const cachedTokens = sum((profile) => profile.cachedTokens);
  const line = (name: string, ms: number, ofMs: number) =>
    `${name.padEnd(11)}${ms.toFixed(0).padStart(8)} ms ${((100 * ms) / Math.max(ofMs, 1e-9)).toFixed(1).padStart(5)} %\n`;
  const spent = phases
    .map((phase) => [phase, sum((profile) => profile.phaseMs[phase])] as const)
    .filter(([, ms]) => ms > 0)
    .map(([phase, ms]) => line(phase, ms, runMs));
  const idle = line('model idle', Math.max(0, elapsedMs - counters.decodeMs), elapsedMs);
  const { rows, decodes } = counters;
  const each = (count: number, of: number) => (count / Math.max(1, of)).toFixed(1);
  return `${spent.join('')}${idle}${rows} rows in ${decodes} decodes (${each(rows, decodes)} each); ${each(rows, newTokens)} rows a token (${newTokens} tokens); ${cachedTokens} tokens spared by shared cells\n`;
}
