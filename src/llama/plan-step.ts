import { commonPrefix } from '../common-prefix.ts';
import type { TokenId } from '../token-model.ts';
import type { NativeStep } from './addon.ts';
import type { Job } from './job.ts';
import type { LlamaSequence } from './llama-sequence.ts';
import { nativeChoices } from './native-choice.ts';

/** The rows of one sequence in a step. */
export interface PlannedRows {
  readonly sequence: LlamaSequence;
  /** Positions [begin, end), those of the draft included. */
  readonly begin: number;
  readonly end: number;
  /** Evaluated behind the sequence's own tokens. */
  readonly draft: readonly TokenId[];
  /**
   * Which output of the step its last own token is, those of the draft follow; -1: there is more of it to come
   * before its logits are due.
   */
  output: number;
}

export interface StepPlan {
  /** The rows of each llama_decode, in order. */
  readonly decodes: readonly (readonly PlannedRows[])[];
  /** Jobs that this step answers. */
  readonly answered: readonly Job[];
  /** Jobs that it only brings nearer. */
  readonly advanced: readonly Job[];
  readonly step: NativeStep;
}

export interface BatchLimits {
  readonly batchTokens: number;
  /** Rows with logits in one step. */
  readonly maxOutputs: number;
  /** Up to this many single rows are decoded one by one; 0: never. */
  readonly maxSeparateRows: number;
  /**
   * Rows of a decode at most, where logits of any are wanted and it is not theirs alone: the rows before them then
   * have a decode of their own. A row's logits shall not depend on what is evaluated beside it.
   */
  readonly maxRowsBesideOutputs: number;
}

export interface PlanLimits extends BatchLimits {
  /** A sequence waits for cells that this step makes for another one where it can take over so many at least. */
  readonly leastShared: number;
}

/**
 * Fills one step from jobs, in their order. A job is answered when all of its rows fit; of a longer one, the
 * rows before the last go first, so that both rows of a pair meet in one step. Sequences of the same tokens
 * are evaluated once, unless one's draft is no beginning of another's. A sequence without pending tokens has its last
 * one evaluated again, for its logits.
 */
export function planStep(jobs: readonly Job[], limits: PlanLimits): StepPlan {
  const { batchTokens, maxOutputs, leastShared } = limits;
  const planned = new Map<ReadonlySet<LlamaSequence>, PlannedRows>();
  const answered: Job[] = [];
  const advanced: Job[] = [];
  let room = batchTokens;
  let outputs = maxOutputs;
  const take = (rows: PlannedRows): void => {
    planned.set(rows.sequence.twins, rows);
    room -= rows.end - rows.begin;
  };
  for (const job of jobs) {
    const draft = job.draft?.tokens ?? noDraft;
    const leaders = leadersOf(job);
    const missing = leaders.filter((sequence) => !planned.has(sequence.twins));
    const waits = leaders.some((sequence) => !serves(planned.get(sequence.twins), draft));
    const rows = missing.reduce(
      (sum, { length }, i) => sum + length + draft.length - firstRow(missing[i]!),
      0,
    );
    const [first, second] = missing;
    const shares =
      missing.some((sequence) => gains(sequence, planned.values(), leastShared)) ||
      (second && gains(second, [{ sequence: first!, end: first!.length - 1 }], leastShared));
    const newOutputs = missing.length * (draft.length + 1);
    if (!waits && !shares && rows <= room && newOutputs <= outputs) {
      for (const sequence of missing) {
        take({ sequence, begin: firstRow(sequence), end: sequence.length + draft.length, draft, output: 0 });
      }
      outputs -= newOutputs;
      answered.push(job);
    } else {
      for (const sequence of missing) {
        if (gains(sequence, planned.values(), leastShared)) continue;
        const begin = firstRow(sequence);
        const end = Math.min(sequence.length - 1, begin + room);
        if (begin < end) take({ sequence, begin, end, draft: noDraft, output: -1 });
      }
      advanced.push(job);
    }
    if (room === 0) break;
  }
  const rows = [...planned.values()];
  numberOutputs(rows);
  const decodes = decodesOf(rows, limits);
  return { decodes, answered, advanced, step: stepOf(decodes, answered, planned) };
}

const noDraft: readonly TokenId[] = [];

/** Whether rows that are already planned, if any, give a job its logits. */
function serves(planned: PlannedRows | undefined, draft: readonly TokenId[]): boolean {
  if (!planned) return true;
  return planned.output !== -1 && commonPrefix(draft, planned.draft, draft.length) === draft.length;
}

/** Whether a sequence can take over cells in the next step if it waits for the rows of this one. */
function gains(
  { tokens, length, cachedLength }: LlamaSequence,
  planned: Iterable<Pick<PlannedRows, 'sequence' | 'end'>>,
  leastShared: number,
): boolean {
  if (length - 1 - cachedLength < leastShared) return false;
  for (const { sequence, end } of planned) {
    const common = commonPrefix(tokens, sequence.tokens, Math.min(end, length - 1));
    if (common - cachedLength >= leastShared) return true;
  }
  return false;
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
  for (const planned of rows) {
    if (planned.output === -1) continue;
    planned.output = outputs;
    outputs += planned.draft.length + 1;
  }
}

function decodesOf(
  rows: readonly PlannedRows[],
  { maxSeparateRows, maxRowsBesideOutputs }: BatchLimits,
): PlannedRows[][] {
  const count = rowCount(rows);
  if (count === rows.length && count <= maxSeparateRows) return rows.map((single) => [single]);
  if (count <= maxRowsBesideOutputs) return [[...rows]];
  const before = rows.map(withoutOutputs).filter(({ begin, end }) => begin < end);
  const decodes = [before];
  for (const outputs of rows.filter(({ output }) => output !== -1).map(onlyOutputs)) {
    const last = decodes.at(-1)!;
    if (last !== before && rowCount([...last, outputs]) <= maxRowsBesideOutputs) last.push(outputs);
    else decodes.push([outputs]);
  }
  return decodes.filter((decode) => decode.length > 0);
}

function rowCount(rows: readonly PlannedRows[]): number {
  return rows.reduce((sum, { begin, end }) => sum + end - begin, 0);
}

function withoutOutputs(rows: PlannedRows): PlannedRows {
  if (rows.output === -1) return rows;
  return { ...rows, end: rows.sequence.length - 1, draft: noDraft, output: -1 };
}

function onlyOutputs(rows: PlannedRows): PlannedRows {
  return { ...rows, begin: rows.sequence.length - 1 };
}

function stepOf(
  decodes: readonly (readonly PlannedRows[])[],
  answered: readonly Job[],
  planned: ReadonlyMap<ReadonlySet<LlamaSequence>, PlannedRows>,
): NativeStep {
  const rows = decodes.flat();
  const count = rowCount(rows);
  const step = {
    tokens: new Int32Array(count),
    positions: new Int32Array(count),
    sequences: new Int32Array(count),
    outputs: new Int8Array(count),
  };
  let row = 0;
  for (const { sequence, begin, end, draft, output } of rows) {
    const { length, tokens } = sequence;
    for (let position = begin; position < end; position++, row++) {
      step.tokens[row] = position < length ? tokens[position]! : draft[position - length]!;
      step.positions[row] = position;
      step.sequences[row] = sequence.id;
      if (output !== -1 && position >= length - 1) step.outputs[row] = 1;
    }
  }
  const outputOf = (sequence: LlamaSequence): number => planned.get(sequence.twins)!.output;
  return {
    ...step,
    decodeSizes: Int32Array.from(decodes.map(rowCount)),
    choices: answered.flatMap((job) => nativeChoices(job, job.sequences.map(outputOf))),
    copies: Int32Array.from(
      answered.filter(({ request }) => !request).map(({ sequences }) => outputOf(sequences[0]!)),
    ),
  };
}
