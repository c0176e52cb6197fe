import { readdirSync, readFileSync } from 'node:fs';
import {
  createRunner,
  embeddedModel,
  type LlamaEngine,
  loadEngine,
  readTask,
  type Task,
} from '../src/index.ts';
import { heldoutTasks } from './support/heldout-tasks.ts';
import { seeded } from './support/seeded.mjs';
import { type Setting, startJob } from './support/soak/jobs.ts';
import { readVitals, type Vitals } from './support/soak/vitals.ts';
import { type Interval, intervalText, slope } from './support/statistics.ts';

/** Growth of the second half that fails the soak, in MiB an hour, where the whole interval is beyond it. */
const mostGrowth = 24;
const atOnce = 4;
/** Jobs that fail before it is given up. */
const mostFaults = 10;

interface Log {
  readonly samples: Vitals[];
  /** Jobs by how they ended. */
  readonly endings: Map<string, number>;
  readonly faults: string[];
  jobs: number;
  /** Rounds in which an idle sequence lost its cells. */
  evictions: number;
}

/**
 * Mixed tasks on one engine and one runner, one to four at once, in a cache that does not hold four: any γ, with
 * and without speculation, races, samples, budgets that end early, aborts, half of which are gone on with. Fails where a
 * sequence stays open, a job fails otherwise than it may, memory grows, or nothing was ever evicted.
 */
export async function main({
  quick,
  minutes = quick ? '3' : '60',
  seed = '1',
}: {
  quick?: boolean;
  minutes?: string;
  seed?: string;
}) {
  const log: Log = { samples: [], endings: new Map(), faults: [], jobs: 0, evictions: 0 };
  const runner = await createRunner();
  try {
    await using engine = await loadEngine({
      modelPath: embeddedModel.path(),
      gpu: false,
      threads: 1,
      contextTokens: 1024,
      maxSequences: 64,
    });
    await soak({ engine, runner, tasks: soakTasks(), draw: seeded(Number(seed)) }, Number(minutes), log);
  } finally {
    await runner.dispose();
  }
  return { figures: report(log, Number(minutes)) };
}

async function soak(setting: Setting, minutes: number, log: Log): Promise<void> {
  const { engine, draw } = setting;
  const startedMs = performance.now();
  const elapsed = () => (performance.now() - startedMs) / 60_000;
  console.log(`minute | tasks | ${columns.join(' | ')} (MiB, after a collection) | handles`);
  while (elapsed() < minutes && log.faults.length < mostFaults) {
    const idle = await openIdle(engine);
    const jobs = Array.from({ length: 1 + (draw() % atOnce) }, () => startJob(setting));
    for (const outcome of await Promise.allSettled(jobs)) {
      if (outcome.status === 'rejected') log.faults.push(outcome.reason?.stack ?? String(outcome.reason));
      else log.endings.set(outcome.value, (log.endings.get(outcome.value) ?? 0) + 1);
    }
    log.jobs += jobs.length;
    if (idle.cachedLength === 0) log.evictions++;
    idle.dispose();
    if (engine.openSequences > 0) log.faults.push(`${engine.openSequences} sequences left open`);
    if (elapsed() < (log.samples.at(-1)?.minutes ?? -1) + 1) continue;
    log.samples.push(readVitals(elapsed()));
    console.log(row(log.samples.at(-1)!, log.jobs));
  }
}

function report({ samples, endings, faults, jobs, evictions }: Log, minutes: number): Record<string, number> {
  const growth = (key: Numbers, from: number): Interval =>
    slope(samples.filter((at) => at.minutes >= from * minutes).map((at) => [at.minutes / 60, at[key]]));
  const rss = growth('rss', 1 / 3);
  for (const key of ['rss', 'heapUsed', 'arrayBuffers'] as const) {
    const half = growth(key, 1 / 2);
    console.log(`${key} in the second half: ${intervalText(half)} MiB an hour`);
    if (half.low > mostGrowth) faults.push(`${key} grows by ${intervalText(half)} MiB an hour`);
  }
  console.log(`rss in the last two thirds: ${intervalText(rss)} MiB an hour (least squares, 95 %)`);
  if (evictions === 0) faults.push('nothing was evicted: the cache was never full');
  const ended = [...endings].sort().map(([ending, count]) => `${ending} ${count}`);
  console.log(`${jobs} jobs: ${ended.join(', ')}; an idle sequence was evicted in ${evictions} rounds`);
  for (const fault of faults) console.log(`FAULT: ${fault}`);
  if (faults.length > 0) process.exitCode = 1;
  return {
    jobs,
    aborted: [...endings].reduce((sum, [ending, n]) => sum + (ending.startsWith('aborted') ? n : 0), 0),
    rounds_with_evictions: evictions,
    minutes: samples.at(-1)?.minutes ?? 0,
    rss_mib_first: samples[0]?.rss ?? 0,
    rss_mib_last: samples.at(-1)?.rss ?? 0,
    rss_mib_per_hour: rss.value,
    rss_mib_per_hour_low: rss.low,
    rss_mib_per_hour_high: rss.high,
    faults: faults.length,
  };
}

const columns = ['rss', 'heapUsed', 'external', 'arrayBuffers', 'threads', 'files'] as const;
type Numbers = (typeof columns)[number];

function row(vitals: Vitals, jobs: number): string {
  const numbers = columns.map((key) => vitals[key].toFixed(Number.isInteger(vitals[key]) ? 0 : 1));
  return [vitals.minutes.toFixed(1), jobs, ...numbers, vitals.handles].join(' | ');
}

/** Evaluated, and then left alone: the first to go where cells are short. */
async function openIdle(engine: LlamaEngine) {
  const sequence = engine.openSequence();
  sequence.append(engine.tokenize('Nobody asks for these tokens again. '.repeat(4)));
  await engine.readLogits(sequence);
  return sequence;
}

function soakTasks(): Task[] {
  const folder = new URL('../examples/tasks/', import.meta.url);
  const examples = readdirSync(folder).map((name) =>
    readTask(readFileSync(new URL(name, folder), 'utf8'), { id: name }),
  );
  return [...examples, ...heldoutTasks(400)];
}
