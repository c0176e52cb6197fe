import { type Interval, intervalText } from '../statistics.ts';
import { type Arm, base, type Group, groups, strengths } from './arms.ts';
import {
  accuracy,
  type Comparison,
  compare,
  firstPassing,
  mean,
  relativeSuccess,
  type Samples,
} from './scores.ts';

/** What was run, for the head of the report. */
export interface Circumstances {
  readonly model: string;
  readonly tasks: string;
  readonly seed: number;
  readonly budgetRows: number;
}

type SamplesByArm = ReadonlyMap<string, Samples>;

/** Everything that is said of a set of samples: figures for programs, tables for people. */
export class Report {
  readonly #samples: SamplesByArm;
  readonly #arms: readonly Arm[];
  readonly #circumstances: Circumstances;
  readonly #greedy: Samples;
  readonly #race: Samples;
  readonly #bestOfN: Samples;

  constructor(samples: SamplesByArm, arms: readonly Arm[], circumstances: Circumstances) {
    const order = ['greedy', ...strengths.map((strength) => `gamma_${strength}`)];
    const written = order.map((name) => samples.get(name)!);
    const all = new Map(samples).set('race_written', firstPassing('race_written', written));
    this.#samples = all;
    this.#arms = arms;
    this.#circumstances = circumstances;
    this.#greedy = all.get('greedy')!;
    this.#race = all.get('race')!;
    this.#bestOfN = all.get('best_of_n')!;
  }

  figures(): Record<string, number> {
    const signalled = this.#samples.get('gamma_1')!;
    return {
      n: this.#greedy.size,
      budget_rows: this.#circumstances.budgetRows,
      ...interval('rsr', relativeSuccess(this.#race, this.#greedy)),
      ...comparison('race_minus_greedy', this.#overGreedy('race')),
      ...comparison('race_minus_best_of_n', compare(this.#race, this.#bestOfN)),
      ...comparison('race_minus_best_of_n_at_race_rows', this.#atRaceRows()),
      ...comparison('race_minus_majority_vote', compare(this.#race, this.#samples.get('majority_vote')!)),
      ...comparison('race_written_minus_greedy', this.#overGreedy('race_written')),
      ...comparison('traces_over_none', compare(signalled, this.#greedy)),
      ...comparison('traces_over_no_traces', compare(signalled, this.#samples.get('gamma_1_no_traces')!)),
      ...comparison('traces_over_shuffled', compare(signalled, this.#samples.get('gamma_1_other_task')!)),
      ...comparison('traces_over_swapped', compare(signalled, this.#samples.get('gamma_1_other_candidate')!)),
      ...Object.fromEntries(
        [...this.#samples].flatMap(([name, samples]) => [
          ...Object.entries(interval(name, accuracy(samples))),
          [`${name}_rows`, mean(samples, 'rows')],
          ...(samples.size === this.#greedy.size ? [] : [[`${name}_n`, samples.size]]),
        ]),
      ),
    };
  }

  /** `plot`: where the plot lies, seen from the text. */
  markdown(plot: string): string {
    const { model, tasks, seed, budgetRows } = this.#circumstances;
    return [
      '# Evidence',
      '',
      'Written by `npm run bench -- evidence` from its samples; do not edit.',
      '',
      `Model ${model}; ${this.#greedy.size} held-out tasks (${tasks}); seed ${seed}. *Solved*: every visible and every`,
      'hidden test passes. Programs are chosen by visible tests alone. *Rows* are tokens of any sequence put through the',
      `model for a task, on average. Intervals are 95 % (Wilson; paired differences: Agresti and Min; RSR: bootstrap), p is`,
      'the exact McNemar test against greedy on the same tasks, and nothing is corrected for their number.',
      '',
      ...this.#claims(),
      '',
      `![Solved against rows a task](${plot})`,
      '',
      `## Solved within a budget`,
      '',
      'Both stop at the first program that passes the visible tests, and evaluate the prompt once.',
      '',
      ...this.#budgets(budgetRows),
      '',
      ...(Object.keys(groups) as Group[]).flatMap((group) => this.#group(group)),
      '## What the arms are',
      '',
      `- Every guided arm: s = ${base.candidates}, d = ${base.horizonLines}, t = ${base.temperature}, the embedded model’s own signal, unless it says otherwise.`,
      '- Nothing is drafted: drafts change no token, and what they cost or save in rows is no part of the method.',
      '- `stop`: a candidate that passes the visible tests ends the run; without it only what was written counts.',
      '- `best of n`: the greedy program, then samples at t = 0.8, up to the first that passes or the budget’s end.',
      '- `majority vote`: the same first 16 programs, the largest group by what the visible calls return.',
      '- `race`: γ = 0, 0.25, 0.5, 0.75, 1, 1.5, 2, 3 one after another, each with a seed of its own, stopping as above.',
      '- `race written`: the answers of the single runs below in that order, none stopped early; prompts count each time.',
      '- `no traces`: candidates without what they did. `other task`: what another task’s candidates did. `other',
      '  candidate`: each candidate with the next one’s runs. No candidates at all is greedy decoding.',
      '',
    ].join('\n');
  }

  /** Share of tasks solved by an arm within each budget of rows. */
  curve(arm: 'race' | 'best_of_n', budgets: readonly number[]): number[] {
    const samples = this.#samples.get(arm)!;
    return budgets.map((rows) => accuracy(samples, () => rows).value);
  }

  /** An arm as a point: mean rows and share solved. */
  point(arm: string): { rows: number; solved: number } {
    const samples = this.#samples.get(arm)!;
    return { rows: mean(samples, 'rows'), solved: accuracy(samples).value };
  }

  #claims(): string[] {
    const signalled = this.#samples.get('gamma_1')!;
    const against = (name: string) => differenceText(compare(signalled, this.#samples.get(name)!));
    return [
      `- Greedy ${percent(accuracy(this.#greedy))} %, race ${percent(accuracy(this.#race))} %: RSR ${percent(relativeSuccess(this.#race, this.#greedy))} %.`,
      `- Race minus best of n, both with up to ${this.#circumstances.budgetRows} rows: ${differenceText(compare(this.#race, this.#bestOfN))};`,
      `  best of n with the rows that the race took on each task: ${differenceText(this.#atRaceRows())}.`,
      `- One written answer at γ = 1, the signal against: none ${differenceText(compare(signalled, this.#greedy))};`,
      `  candidates without traces ${against('gamma_1_no_traces')};`,
      `  traces of another task ${against('gamma_1_other_task')};`,
      `  traces of another candidate ${against('gamma_1_other_candidate')}.`,
    ];
  }

  #budgets(budgetRows: number): string[] {
    const budgets = [1 / 8, 1 / 4, 1 / 2, 1].map((share) => Math.round(budgetRows * share));
    const row = (label: string, arm: 'race' | 'best_of_n') => {
      const cells = budgets.map((rows) => percent(accuracy(this.#samples.get(arm)!, () => rows)));
      return `| ${[label, ...cells].join(' | ')} |`;
    };
    return [
      `| solved %, rows ≤ | ${budgets.join(' | ')} |`,
      `|---|${'---|'.repeat(budgets.length)}`,
      row('best of n', 'best_of_n'),
      row('race', 'race'),
    ];
  }

  #group(group: Group): string[] {
    const names = this.#arms
      .filter((arm) => arm.group === group)
      .flatMap((arm) => (arm.kind === 'run' && arm.stopped ? [arm.name, arm.stopped] : [arm.name]));
    const shown = group === 'race' ? [...names, 'race_written'] : names;
    const present = shown.filter((name) => this.#samples.get(name)?.size);
    if (present.length === 0) return [];
    const n = this.#samples.get(present[0]!)!.size;
    return [
      `## ${groups[group]}${n === this.#greedy.size ? '' : ` (${n} tasks)`}`,
      '',
      '| arm | solved % | against greedy | rows | tokens | executions |',
      '|---|---|---|---|---|---|',
      ...present.map((name) => this.#row(name)),
      '',
    ];
  }

  #row(name: string): string {
    const samples = this.#samples.get(name)!;
    const { onlyFirst, onlySecond, p } = this.#overGreedy(name);
    return `| ${[
      labelOf(name),
      percent(accuracy(samples)),
      name === 'greedy' ? '' : `+${onlyFirst} −${onlySecond}, ${pText(p)}`,
      mean(samples, 'rows').toFixed(0),
      mean(samples, 'newTokens').toFixed(0),
      mean(samples, 'executions').toFixed(1),
    ].join(' | ')} |`;
  }

  #overGreedy(name: string): Comparison {
    return compare(this.#samples.get(name)!, this.#greedy);
  }

  /** Best of n may spend on each task what the race spent on it. */
  #atRaceRows(): Comparison {
    return compare(this.#race, this.#bestOfN, (task) => this.#race.get(task)?.rows ?? 0);
  }
}

export function labelOf(name: string): string {
  return name.replace(/^gamma_([\d.]+)/, 'γ $1').replaceAll('_', ' ');
}

function percent(value: Interval): string {
  return intervalText(value, 100);
}

function pText(p: number): string {
  return p < 0.001 ? 'p < 0.001' : `p = ${p.toFixed(3)}`;
}

function differenceText({ difference, onlyFirst, onlySecond, p }: Comparison): string {
  return `${percent(difference)} points (+${onlyFirst} −${onlySecond}, ${pText(p)})`;
}

function interval(name: string, { value, low, high }: Interval): Record<string, number> {
  return { [name]: value, [`${name}_low`]: low, [`${name}_high`]: high };
}

function comparison(name: string, { difference, p }: Comparison): Record<string, number> {
  return { ...interval(name, difference), [`${name}_p`]: p };
}
