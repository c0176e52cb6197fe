import { evictCells } from './evict-cells.ts';
import type { Job } from './job.ts';
import type { LlamaSequence } from './llama-sequence.ts';

/** Steps for which those who have their cells may go on before the one without takes some away. */
const turnSteps = 32;

/**
 * Who goes on when the cache does not hold everybody's cells. What fits by itself is never refused: jobs go one
 * at a time, then those without cells wait a turn, then idle sequences lose theirs. Without turns two runs that
 * do not fit together would evict each other for every token.
 */
export class CachePressure {
  readonly #open: Iterable<LlamaSequence>;
  /** How many steps take one job alone. */
  #aloneSteps = 0;
  /** Jobs that did not fit alone since a step went well. */
  #refusals = 0;
  /** Refusals until the next eviction. */
  #patience = turnSteps;
  /** Evicts until it is answered: were others let in before, two could take each other's cells for ever. */
  #evictor: Job | undefined;
  #wasFull = false;
  #steps = 0;

  constructor(open: Iterable<LlamaSequence>) {
    this.#open = open;
  }

  /**
   * Cells that a sequence waits for to share them. Saving a few is not worth a step until the cache has been full:
   * then the two of a pair must not lose what they shared when they are evaluated again.
   */
  get leastShared(): number {
    return this.#wasFull ? 1 : 32;
  }

  /** Those of the queue that the next step may take. */
  admit(queue: readonly Job[]): readonly Job[] {
    if (this.#evictor && queue.includes(this.#evictor)) return [this.#evictor];
    this.#evictor = undefined;
    if (this.#aloneSteps === 0) return queue;
    this.#aloneSteps--;
    return queue.slice(0, 1);
  }

  /** A step went well. */
  served(jobs: readonly Job[]): void {
    this.#steps++;
    for (const { sequences } of jobs) for (const sequence of sequences) sequence.lastStep = this.#steps;
    this.#refusals = 0;
  }

  /** Makes way for jobs of the queue that found the cache full; false where one exceeds it all alone. */
  relieve(queue: Job[], refused: readonly Job[]): boolean {
    this.#wasFull = true;
    const [job] = refused;
    if (refused.length > 1 || !job) {
      this.#aloneSteps = refused.length;
      return true;
    }
    if (job !== this.#evictor && ++this.#refusals < queue.length && this.#patience > 0) {
      this.#patience--;
      queue.splice(queue.indexOf(job), 1);
      queue.push(job);
      return true;
    }
    this.#evictor = job;
    this.#patience = turnSteps;
    return evictCells(this.#open, job.sequences) || dropDraft(job);
  }
}

/** A draft only saves time; its picks are also made one by one. */
function dropDraft(job: Job): boolean {
  if (!job.draft || job.draft.tokens.length === 0) return false;
  job.draft = { ...job.draft, tokens: [] };
  return true;
}
