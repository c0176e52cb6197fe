import type { RunResult } from '../../src/index.ts';
import { type Interval, intervalText, medianRatio } from './statistics.ts';

/** Runs at once, where more than one goes on. */
export const agents = 8;

/** One run of one task. */
export interface LoopRow
  extends Pick<RunResult, 'program' | 'lines' | 'newTokens' | 'draftedTokens' | 'acceptedTokens'> {
  /** Of the model, that of forgotten work included. */
  readonly rows: number;
  readonly decodes: number;
  readonly elapsedMs: number;
  /** In which neither the model nor a program was at work. */
  readonly hostMs: number;
}

/** Tokens of the answers. */
export interface Speed {
  readonly perSecond: number;
  /** A second of this process's time on the processor, programs and their interpreters included. */
  readonly perCpuSecond: number;
}

/** Prints what the ways of the loop came to, the first in `rows` against each other one; returns the figures. */
export function reportLoop(
  rows: ReadonlyMap<string, readonly LoopRow[]>,
  { many, one }: { many: readonly Speed[]; one: readonly Speed[] },
): Record<string, number> {
  const own = rows.get('as it is')!;
  console.log(`${own.length} tasks; medians of paired ratios, 95 % intervals`);
  console.log(
    'way | lines/s | ms a task | rows a token | decodes a token | tokens | lines/s of as it is ÷ its',
  );
  const figures: Record<string, number> = { n: own.length };
  for (const [name, way] of rows) {
    const of = (key: Numbers) => total(way, key);
    const each = (key: Numbers) => of(key) / of('newTokens');
    const ratio = lineRatio(own, way);
    const key = keys[name as keyof typeof keys];
    figures[`rows_per_token${key}`] = each('rows');
    if (way !== own) {
      Object.assign(figures, ratioFigures(`lines_over${key}`, ratio));
      figures[`other_programs${key}`] = way.filter(({ program }, i) => program !== own[i]!.program).length;
    }
    console.log(
      [
        name,
        ((of('lines') / of('elapsedMs')) * 1000).toFixed(2),
        (of('elapsedMs') / own.length).toFixed(0),
        each('rows').toFixed(2),
        each('decodes').toFixed(2),
        of('newTokens'),
        way === own ? '' : `${intervalText(ratio, 1, 2)}, ${figures[`other_programs${key}`]} other programs`,
      ].join(' | '),
    );
  }
  for (const saving of ['refreshes of passed saved', 'refreshes saved'] as const) {
    for (const rival of ['naive', 'public API'] as const) {
      const [saved, way] = [rows.get(saving), rows.get(rival)];
      if (!saved || !way) continue;
      const ratio = lineRatio(saved, way);
      console.log(`lines/s of ${saving} ÷ ${rival}: ${intervalText(ratio, 1, 2)}`);
      Object.assign(figures, ratioFigures(`lines_over${keys[rival]}${keys[saving]}`, ratio));
    }
  }
  const [drafted, accepted] = [total(own, 'draftedTokens'), total(own, 'acceptedTokens')];
  const hostShare = total(own, 'hostMs') / total(own, 'elapsedMs');
  console.log(
    `drafted ${drafted}, accepted ${accepted}; neither model nor program at work: ${(100 * hostShare).toFixed(1)} % of the time`,
  );
  const overOne = (unit: keyof Speed) =>
    medianRatio(
      many.map((speed) => speed[unit]),
      one.map((speed) => speed[unit]),
    );
  const [clock, processor] = [overOne('perSecond'), overOne('perCpuSecond')];
  console.log(
    `tokens/s of ${agents} runs at once over one: ${intervalText(clock, 1, 2)}, of processor time ${intervalText(processor, 1, 2)} (${many.length} tasks)`,
  );
  return {
    ...figures,
    host_share: hostShare,
    accepted_of_drafted: drafted > 0 ? accepted / drafted : 0,
    n_agents: many.length,
    agents8_over_1: clock.value,
    agents8_over_1_low: clock.low,
    agents8_over_1_high: clock.high,
    agents8_over_1_cpu: processor.value,
    agents8_over_1_cpu_low: processor.low,
    agents8_over_1_cpu_high: processor.high,
  };
}

/** Lines a second of one way over another's, by task. */
function lineRatio(own: readonly LoopRow[], other: readonly LoopRow[]): Interval {
  const msALine = (way: readonly LoopRow[]) =>
    way.map(({ elapsedMs, lines }) => elapsedMs / Math.max(1, lines));
  return medianRatio(msALine(other), msALine(own));
}

function ratioFigures(key: string, { value, low, high }: Interval): Record<string, number> {
  return { [key]: value, [`${key}_low`]: low, [`${key}_high`]: high };
}

/** Ends of the figures' names. */
const keys = {
  'as it is': '',
  'no speculation': '_no_speculation',
  naive: '_naive',
  'refreshes of passed saved': '_passed_saved',
  'refreshes saved': '_refreshes_saved',
  'public API': '_public_api',
} as const;

type Numbers = { [key in keyof LoopRow]: LoopRow[key] extends number ? key : never }[keyof LoopRow];

function total(rows: readonly LoopRow[], key: Numbers): number {
  return rows.reduce((sum, row) => sum + row[key], 0);
}
