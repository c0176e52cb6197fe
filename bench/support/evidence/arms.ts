import { embeddedModel, grid, type SolveOptions } from '../../../src/index.ts';

/** What is done to the candidates' runs before they are written as the signal; see `ablate`. */
export type Ablation = 'no-traces' | 'other-task' | 'other-candidate';

/** One way to come to a program for a task. Plain data: its JSON is part of what a stored sample is found by. */
export type Arm = RunArm | RaceArm | SamplingArm;

interface Named {
  readonly name: string;
  readonly group: Group;
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

/** Groups of arms, as the report shows them. */
export const groups = {
  rivals: 'Plain decoding and sampling',
  race: 'The race over γ',
  strength: 'One guided run, by γ',
  signal: 'What the signal tells, at γ = 1',
  mask: 'γ > 1 without the plausibility mask',
  gate: 'γ only where the streams differ by more than a share of probability',
  forms: 'Other forms of the signal, at γ = 1',
  beyond: 'What the signal tells, beyond γ = 1',
  candidates: 'Candidates a line, at γ = 1',
  horizon: 'Lines of a candidate, at γ = 1',
} as const;
export type Group = keyof typeof groups;

/** What the claims rest on; the other groups may be run on fewer tasks. */
export const mainGroups: ReadonlySet<Group> = new Set<Group>(['rivals', 'race', 'strength', 'signal']);

export const strengths = [0.25, 0.5, 0.75, 1, 1.5, 2, 3];
/** How candidates are made in every arm that does not say otherwise. */
export const base = {
  candidates: 3,
  horizonLines: embeddedModel.options.horizonLines,
  temperature: 0.8,
  stopOnPass: false,
} as const;
const sampling = { temperature: 0.8 } as const;
/** The γ above 1 at which signals are compared once more. */
const beyond = 1.5;

/** The conditional stream alone, with the whole signal. */
export const signalledRun = guided('strength', 'gamma_1', { guidanceStrength: 1 });

/** `budgetRows`: what race, best-of-n and vote may each spend on a task. */
export function allArms(budgetRows: number): Arm[] {
  const agents = grid({ guidanceStrength: [0, ...strengths] }, { ...base, stopOnPass: true });
  return [
    { name: 'greedy', group: 'rivals', kind: 'run', options: { guidanceStrength: 0 } },
    { name: 'best_of_n', group: 'rivals', kind: 'best-of-n', samples: 1000, ...sampling, budgetRows },
    { name: 'majority_vote', group: 'rivals', kind: 'majority-vote', samples: 16, ...sampling, budgetRows },
    { name: 'race', group: 'race', kind: 'race', agents, budgetRows },
    ...strengths.map((guidanceStrength) =>
      guided('strength', `gamma_${guidanceStrength}`, { guidanceStrength }),
    ),
    ...evidence('signal', 1),
    ...strengths
      .filter((guidanceStrength) => guidanceStrength > 1)
      .map((guidanceStrength) =>
        guided('mask', `gamma_${guidanceStrength}_no_mask`, { guidanceStrength, plausibility: 0 }),
      ),
    ...[1, 2].flatMap((guidanceStrength) =>
      [0.2, 0.5].map((guidanceGate) => {
        const name = `gamma_${guidanceStrength}_gate_${guidanceGate}`;
        return guided('gate', name, { guidanceStrength, guidanceGate });
      }),
    ),
    ...(['minimal', 'compact', 'full'] as const).map((signalForm) =>
      written('forms', `gamma_1_${signalForm}`, { guidanceStrength: 1, signalForm }),
    ),
    ...evidence('beyond', beyond),
    ...[1, 5].map((candidates) =>
      guided('candidates', `gamma_1_s_${candidates}`, { guidanceStrength: 1, candidates }),
    ),
    ...[1, 2, 3].map((horizonLines) =>
      guided('horizon', `gamma_1_d_${horizonLines}`, { guidanceStrength: 1, horizonLines }),
    ),
  ];
}

/** Written answers only: a candidate that passes is not the signal's doing. */
function written(group: Group, name: string, options: SolveOptions): RunArm {
  return { name, group, kind: 'run', options: { ...base, ...options } };
}

function guided(group: Group, name: string, options: SolveOptions): RunArm {
  return { ...written(group, name, options), stopped: `${name}_stop` };
}

function evidence(group: Group, guidanceStrength: number): RunArm[] {
  return (['no-traces', 'other-task', 'other-candidate'] as const).map((ablation) => {
    const name = `gamma_${guidanceStrength}_${ablation.replace('-', '_')}`;
    return { ...written(group, name, { guidanceStrength }), ablation };
  });
}
