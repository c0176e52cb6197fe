import { TracewiseError } from '../errors.ts';
import type { Choice, ChoiceRequest, ModelCounters } from '../token-model.ts';
import type { NativeChoice, NativeContext, NativeStepResult } from './addon.ts';
import { adoptCells } from './adopt-cells.ts';
import { CachePressure } from './cache-pressure.ts';
import type { CellStore } from './cell-store.ts';
import type { Draft, Job } from './job.ts';
import type { LlamaSequence } from './llama-sequence.ts';
import { readChoice } from './native-choice.ts';
import { type BatchLimits, planStep, type StepPlan } from './plan-step.ts';

export interface SchedulerLimits extends BatchLimits {
  /** Whether sequences share cells that are no forks of each other. */
  readonly sharePrefixes: boolean;
}

/** The sequences that are open, and where their cells are. */
export interface OpenSequences extends Iterable<LlamaSequence> {
  readonly cells: CellStore;
}

/**
 * The only one to call llama_decode: schedule, decode, settle. Jobs of one turn of the event loop share a
 * step; one step runs at a time; while none is wanted nothing keeps the process alive.
 */
export class Scheduler {
  readonly counters: { -readonly [key in keyof ModelCounters]: number } = {
    rows: 0,
    decodes: 0,
    decodeMs: 0,
  };
  readonly #context: NativeContext;
  readonly #sequences: OpenSequences;
  readonly #pressure: CachePressure;
  readonly #limits: SchedulerLimits;
  readonly #vocabularySize: number;
  #jobs: Job[] = [];
  #running: { plan: StepPlan; ended: Promise<void> } | undefined;
  #tick: NodeJS.Immediate | undefined;
  #closed: TracewiseError | undefined;

  constructor(
    context: NativeContext,
    sequences: OpenSequences,
    limits: SchedulerLimits,
    vocabularySize: number,
  ) {
    this.#context = context;
    this.#sequences = sequences;
    this.#pressure = new CachePressure(sequences);
    this.#limits = limits;
    this.#vocabularySize = vocabularySize;
  }

  /** Queues a job. Rejects with the signal's reason as soon as its sequences are free of it. */
  submit(
    sequences: readonly LlamaSequence[],
    request: Job['request'],
    { draft, signal }: { draft?: Draft | undefined; signal?: AbortSignal | undefined },
  ): Promise<Choice[] | Float32Array> {
    return new Promise((resolve, reject) => {
      signal?.throwIfAborted();
      const held: LlamaSequence[] = [];
      try {
        for (const sequence of sequences) {
          sequence.beginChoice();
          held.push(sequence);
        }
      } catch (error) {
        for (const sequence of held) sequence.endChoice();
        throw error;
      }
      const end = <T>(settle: (value: T) => void) => {
        return (value: T) => {
          this.#unlisten(signal);
          for (const sequence of sequences) sequence.endChoice();
          settle(value);
        };
      };
      const job: Job = { request, draft, sequences, signal, resolve: end(resolve), reject: end(reject) };
      // The same listener twice counts once, so many requests may share a signal without a warning.
      signal?.addEventListener('abort', this.#onAbort);
      this.#jobs.push(job);
      this.#schedule();
    });
  }

  /** Ends the step in flight and rejects every job. */
  async close(): Promise<void> {
    this.#closed ??= new TracewiseError(
      'ERR_DISPOSED',
      'Expected an open engine but it was disposed with a choice in flight; await choices before disposing',
    );
    this.#context.abort();
    await this.#running?.ended;
    for (const job of this.#jobs.splice(0)) job.reject(this.#closed);
  }

  #schedule(): void {
    if (this.#tick || this.#running || this.#jobs.length === 0) return;
    this.#tick = setImmediate(() => {
      this.#tick = undefined;
      if (this.#jobs.length > 0 && !this.#closed) this.#start();
    });
  }

  #start(): void {
    const plan = this.#plan();
    const ended = this.#run(plan).then(() => {
      this.#running = undefined;
      if (!this.#closed) this.#schedule();
    });
    this.#running = { plan, ended };
  }

  #plan(): StepPlan {
    const jobs = this.#pressure.admit(this.#jobs);
    const { sharePrefixes } = this.#limits;
    const owners = sharePrefixes ? this.#sequences : [];
    for (const { sequences } of jobs) for (const sequence of sequences) adoptCells(sequence, owners);
    const leastShared = sharePrefixes ? this.#pressure.leastShared : Number.POSITIVE_INFINITY;
    const plan = planStep(jobs, { ...this.#limits, leastShared });
    for (const { sequence, begin } of plan.decodes.flat()) sequence.forgetCellsFrom(begin);
    return plan;
  }

  async #run(plan: StepPlan): Promise<void> {
    const startedMs = performance.now();
    try {
      const result = await this.#sequences.cells.during(() => this.#context.step(plan.step));
      this.counters.decodeMs += performance.now() - startedMs;
      this.#count(plan, result);
      if (result.status === 'done') {
        this.#pressure.served(jobsOf(plan));
        this.#answer(plan, result);
      } else this.#refuse(plan, result);
    } catch (cause) {
      this.#rejectAll(plan, decodeError(`the native step threw: ${(cause as Error).message}`, cause));
    }
    for (const job of jobsOf(plan)) {
      if (job.signal?.aborted) this.#reject(job, job.signal.reason);
    }
  }

  /** Settles the rows of the decodes that completed. */
  #count({ decodes }: StepPlan, { completedDecodes }: NativeStepResult): void {
    for (const { sequence, begin, end, draft } of decodes.slice(0, completedDecodes).flat()) {
      if (end >= sequence.length) sequence.setEvaluated(draft);
      else sequence.cachedLength = end;
      sequence.numEvaluatedTokens += end - begin;
      this.counters.rows += end - begin;
      for (const twin of sequence.twins) twin.shareCellsOf(sequence, sequence.cachedLength);
    }
    this.counters.decodes += completedDecodes;
  }

  #answer({ answered }: StepPlan, { choices, copies }: NativeStepResult): void {
    let choice = 0;
    let copy = 0;
    // Several may have asked along one draft.
    const followed = new Map<LlamaSequence, number>();
    for (const job of answered) {
      if (job.request) {
        const chain = choices.slice(choice, choice + 1 + (job.draft?.tokens.length ?? 0));
        choice += chain.length;
        const made = chain.filter(({ token }) => token !== notMade);
        for (const sequence of job.draft ? job.sequences : []) {
          const count = job.signal?.aborted ? 0 : made.length - 1;
          followed.set(sequence, Math.max(followed.get(sequence) ?? 0, count));
        }
        this.#settleChoices(job, job.request, made);
      } else {
        const begin = copy++ * this.#vocabularySize;
        if (!job.signal?.aborted) this.#settle(job, copies.slice(begin, begin + this.#vocabularySize));
      }
    }
    // Cells of a draft beyond the last pick that followed it will never be asked for.
    for (const [sequence, count] of followed) sequence.forgetCellsFrom(sequence.length + count);
  }

  #settleChoices(job: Job, request: ChoiceRequest, made: readonly NativeChoice[]): void {
    if (job.signal?.aborted) return;
    if (made.some(({ token }) => token < 0)) {
      this.#reject(job, decodeError('no token can be picked: all logits are NaN or -Infinity'));
    } else {
      this.#settle(
        job,
        made.map((native) => readChoice(request, native)),
      );
    }
  }

  #refuse(plan: StepPlan, { status, code, log }: NativeStepResult): void {
    // Only asked for where all jobs are aborted, or by close(): both reject the jobs themselves.
    if (status === 'aborted') return;
    if (status === 'failed') {
      this.#rejectAll(plan, decodeError(`llama_decode returned ${code}${log && `: ${log}`}`));
      return;
    }
    if (this.#pressure.relieve(this.#jobs, jobsOf(plan))) return;
    this.#rejectAll(
      plan,
      new TracewiseError(
        'ERR_CACHE_FULL',
        `Expected a cache with ${plan.step.tokens.length} more cells for one request that has the whole of it; shorten its sequences or raise \`contextTokens\``,
        { details: { rows: plan.step.tokens.length } },
      ),
    );
  }

  readonly #onAbort = (): void => {
    const plan = this.#running?.plan;
    const inFlight = plan ? jobsOf(plan) : [];
    for (const job of [...this.#jobs]) {
      if (job.signal?.aborted && !inFlight.includes(job)) this.#reject(job, job.signal.reason);
    }
    if (plan && inFlight.every(({ signal }) => signal?.aborted)) this.#context.abort();
  };

  #unlisten(signal: AbortSignal | undefined): void {
    if (this.#jobs.some((job) => job.signal === signal)) return;
    signal?.removeEventListener('abort', this.#onAbort);
  }

  #rejectAll(plan: StepPlan, error: TracewiseError): void {
    for (const job of jobsOf(plan)) this.#reject(job, error);
  }

  #reject(job: Job, reason: unknown): void {
    if (this.#forget(job)) job.reject(reason);
  }

  #settle(job: Job, outcome: Choice[] | Float32Array): void {
    if (this.#forget(job)) job.resolve(outcome);
  }

  #forget(job: Job): boolean {
    const index = this.#jobs.indexOf(job);
    if (index >= 0) this.#jobs.splice(index, 1);
    return index >= 0;
  }
}

function jobsOf({ answered, advanced }: StepPlan): Job[] {
  return [...answered, ...advanced];
}

/** The token of a choice that the addon left out, since the one before it left the draft. */
const notMade = -2;

function decodeError(what: string, cause?: unknown): TracewiseError {
  return new TracewiseError('ERR_DECODE', `Expected the model to evaluate a batch but ${what}`, { cause });
}
