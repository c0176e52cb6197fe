import { grid, type SolveOptions } from '../../../src/index.ts';

/** What is done to the candidates' runs before they are written as the signal; see `ablate`. */
export type Ablation = 'no-traces' | 'other-task' | 'other-candidate';

/** One way to come to a program for a task. Plain data: its JSON is part of what a stored sample is found by. */
export type Arm = RunArm | RaceArm | SamplingArm;

interface Named {
  readonly name: string;
  readonly group: string;
}

export interface RunArm extends Named {
  readonly kind: 'run';
  readonly options: SolveOptions;
  readonly ablation?: Ablation;
  /** Name of the arm that ends with the first candidate that passes: the same run up to there. */
  readonly stopped?: string;
}

interface RaceArm extends Named {
  readonly kind: 'race';
  readonly agents: readonly SolveOptions[];
  readonly budgetRows: number;
}

interface SamplingArm extends Named {
  readonly kind: 'best-of-n' | 'majority-vote';
  readonly samples: number;
  readonly temperature: number;
  readonly budgetRows: number;
}

export const strengths = [0.25, 0.5, 0.75, 1, 1.5, 2, 3];
/** What the candidates of every arm are sampled with, unless the arm says otherwise. */
export const base = { candidates: 3, horizonLines: 2, temperature: 0.8, stopOnPass: false } as const;

/** The conditional stream alone, with the whole signal. */
export const signalledRun = guided('strength', 'gamma_1', { guidanceStrength: 1 });

/** `beyond`: the γ other than 1 at which signals are compared. */
export function allArms(budgetRows: number, beyond: number): Arm[] {
  return [
    { name: 'greedy', group: 'rivals', kind: 'run', options: { guidanceStrength: 0 } },
    { name: 'best_of_n', group: 'rivals', kind: 'best-of-n', samples: 1000, temperature: 0.8, budgetRows },
    {
      name: 'majority_vote',
      group: 'rivals',
      kind: 'majority-vote',
      samples: 16,
      temperature: 0.8,
      budgetRows,
    },
    {
      name: 'race',
      group: 'race',
      kind: 'race',
      agents: grid({ guidanceStrength: [0, ...strengths] }, { ...base, stopOnPass: true }),
      budgetRows,
    },
    ...strengths.map((guidanceStrength) =>
      guided('strength', `gamma_${guidanceStrength}`, { guidanceStrength }),
    ),
    ...strengths
      .filter((guidanceStrength) => guidanceStrength > 1)
      .map((guidanceStrength) =>
        guided('mask', `gamma_${guidanceStrength}_no_mask`, { guidanceStrength, plausibility: 0 }),
      ),
    ...[1, 2].flatMap((guidanceStrength) =>
      [0.2, 0.5].map((guidanceGate) =>
        guided('gate', `gamma_${guidanceStrength}_gate_${guidanceGate}`, { guidanceStrength, guidanceGate }),
      ),
    ),
    ...[1, beyond].flatMap(signals),
    ...[1, 5].map((candidates) =>
      guided('candidates', `gamma_1_s_${candidates}`, { guidanceStrength: 1, candidates }),
    ),
    ...[1, 3].map((horizonLines) =>
      guided('horizon', `gamma_1_d_${horizonLines}`, { guidanceStrength: 1, horizonLines }),
    ),
  ];
}

function guided(group: string, name: string, options: SolveOptions): RunArm {
  return { name, group, kind: 'run', options: { ...base, ...options }, stopped: `${name}_stop` };
}

/** Written answers only: what a candidate that passes would tell is not the signal's doing. */
function signals(guidanceStrength: number): Arm[] {
  const arm = (name: string, options: SolveOptions, ablation?: Ablation): Arm => ({
    name: `gamma_${guidanceStrength}_${name}`,
    group: 'signal',
    kind: 'run',
    options: { ...base, guidanceStrength, ...options },
    ...(ablation && { ablation }),
  });
  return [
    arm('no_traces', {}, 'no-traces'),
    arm('other_task', {}, 'other-task'),
    arm('other_candidate', {}, 'other-candidate'),
    arm('minimal', { signalForm: 'minimal' }),
    arm('compact', { signalForm: 'compact' }),
    arm('full', { signalForm: 'full' }),
  ];
}
