import type { NativeStep } from './addon.ts';
import type { Job } from './job.ts';
import type { LlamaSequence } from './llama-sequence.ts';
import { nativeChoice } from './native-choice.ts';

/** The rows of one sequence in a step. */
export interface PlannedRows {
  readonly sequence: LlamaSequence;
  /** Positions [begin, end). */
  readonly begin: number;
  readonly end: number;
  /** Which output of the step its last row is; -1: there is more of it to come before its logits are due. */
  output: number;
}

export interface StepPlan {
  readonly rows: readonly PlannedRows[];
  /** Jobs that this step answers. */
  readonly answered: readonly Job[];
  /** Jobs that it only brings nearer. */
  readonly advanced: readonly Job[];
  readonly step: NativeStep;
}

export interface PlanLimits {
  readonly batchTokens: number;
  /** Up to this many single rows are decoded one by one; 0: never. */
  readonly maxSeparateRows: number;
}

/**
 * Fills one step from jobs, in their order. A job is answered when all of its rows fit; of a longer one, the
 * rows before the last go first, so that both rows of a pair meet in one step. Sequences of the same tokens
 * are evaluated once. A sequence without pending tokens has its last one evaluated again, for its logits.
 */
export function planStep(jobs: readonly Job[], { batchTokens, maxSeparateRows }: PlanLimits): StepPlan {
  const planned = new Map<ReadonlySet<LlamaSequence>, PlannedRows>();
  const answered: Job[] = [];
  const advanced: Job[] = [];
  let room = batchTokens;
  const take = (sequence: LlamaSequence, begin: number, end: number, output: number): void => {
    planned.set(sequence.twins, { sequence, begin, end, output });
    room -= end - begin;
  };
  for (const job of jobs) {
    const missing = leadersOf(job).filter((sequence) => !planned.has(sequence.twins));
    const waits = leadersOf(job).some((sequence) => planned.get(sequence.twins)?.output === -1);
    const rows = missing.reduce((sum, sequence) => sum + sequence.length - firstRow(sequence), 0);
    if (!waits && rows <= room) {
      for (const sequence of missing) take(sequence, firstRow(sequence), sequence.length, 0);
      answered.push(job);
    } else {
      for (const sequence of missing) {
        const begin = firstRow(sequence);
        const end = Math.min(sequence.length - 1, begin + room);
        if (begin < end) take(sequence, begin, end, -1);
      }
      advanced.push(job);
    }
    if (room === 0) break;
  }
  const rows = [...planned.values()];
  numberOutputs(rows);
  return { rows, answered, advanced, step: stepOf(rows, answered, planned, maxSeparateRows) };
}

/** One sequence for each distinct content. */
function leadersOf(job: Job): LlamaSequence[] {
  const [first, second] = job.sequences;
  return second && second.twins !== first!.twins ? [first!, second] : [first!];
}

function firstRow({ cachedLength, length }: LlamaSequence): number {
  return Math.min(cachedLength, length - 1);
}

function numberOutputs(rows: PlannedRows[]): void {
  let outputs = 0;
  for (const planned of rows) if (planned.output !== -1) planned.output = outputs++;
}

function stepOf(
  rows: readonly PlannedRows[],
  answered: readonly Job[],
  planned: ReadonlyMap<ReadonlySet<LlamaSequence>, PlannedRows>,
  maxSeparateRows: number,
): NativeStep {
  const count = rows.reduce((sum, { begin, end }) => sum + end - begin, 0);
  const step = {
    tokens: new Int32Array(count),
    positions: new Int32Array(count),
    sequences: new Int32Array(count),
    outputs: new Int8Array(count),
  };
  let row = 0;
  for (const { sequence, begin, end, output } of rows) {
    for (let position = begin; position < end; position++, row++) {
      step.tokens[row] = sequence.tokens[position]!;
      step.positions[row] = position;
      step.sequences[row] = sequence.id;
    }
    if (output !== -1) step.outputs[row - 1] = 1;
  }
  const outputOf = (sequence: LlamaSequence): number => planned.get(sequence.twins)!.output;
  const separate = count === rows.length && count <= maxSeparateRows;
  return {
    ...step,
    decodeSizes: separate ? new Int32Array(count).fill(1) : Int32Array.of(count),
    choices: answered.flatMap(({ request, sequences }) =>
      request ? [nativeChoice(request, sequences.map(outputOf))] : [],
    ),
    copies: Int32Array.from(
      answered.filter(({ request }) => !request).map(({ sequences }) => outputOf(sequences[0]!)),
    ),
  };
}
