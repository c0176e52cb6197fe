import { createHash } from 'node:crypto';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { createRunner, embeddedModel, loadEngine, type Task } from '../src/index.ts';
import { type Arm, allArms, mainGroups } from './support/evidence/arms.ts';
import { Lab } from './support/evidence/lab.ts';
import { plotSvg } from './support/evidence/plot.ts';
import { Report } from './support/evidence/report.ts';
import { hashOf, libraryHash, type Sample, SampleStore } from './support/evidence/sample-store.ts';
import { heldoutTasks } from './support/heldout-tasks.ts';
import { RememberingRunner } from './support/remembering-runner.ts';

/** `--key=value` of `npm run bench -- evidence`. */
interface Flags {
  /** 100 tasks. */
  readonly quick?: boolean;
  /** Tasks; as many as there are where there are fewer. */
  readonly n?: string;
  /** Tasks of the arms that no claim rests on (`mainGroups` has the others); all by default. */
  readonly side?: string;
  /** A JSONL file as bench/data/heldout.jsonl. */
  readonly tasks?: string;
  /** A GGUF trained like the embedded model. */
  readonly model?: string;
  /** Rows that the race, best-of-n and the vote may each spend on a task. */
  readonly budget?: string;
  readonly seed?: string;
  /** `2/16`: only every 16th task, from the third on, and no report; another process makes the other samples. */
  readonly shard?: string;
  /** Folder of the samples. */
  readonly out?: string;
  /** Folder of evidence.md and evidence.svg; that of the samples by default. */
  readonly docs?: string;
}

/**
 * What guidance is worth on held-out tasks, against plain decoding and sampling at equal budgets of model rows, and
 * what of the signal it is that helps. Every sample is a line of evidence.jsonl; a run goes on where an earlier one
 * of the same model, library, tasks and arms was ended.
 */
export async function main({
  quick,
  n = quick ? '100' : '400',
  side = n,
  tasks: file,
  model = embeddedModel.path(),
  budget = '5000',
  seed: seedText = '0',
  shard = '0/1',
  out = 'bench/results/evidence',
  docs = out,
}: Flags) {
  const tasks = heldoutTasks(Number(n), file);
  const [budgetRows, seed] = [Number(budget), Number(seedText)];
  const arms = allArms(budgetRows);
  const store = new SampleStore(join(out, 'evidence.jsonl'));
  const weights = readFileSync(model);
  const modelHash = hashOf(weights);
  const runner = new RememberingRunner(await createRunner());
  // Of the fastest engines for a model this small on one thread; every arm has the same.
  const options = { gpu: false, threads: 1, kvType: 'f32', flashAttention: false } as const;
  await using engine = await loadEngine({ modelPath: model, ...options });
  const base = [modelHash, libraryHash(), JSON.stringify([seed, options, embeddedModel.options])];
  const lab = new Lab(engine, runner, tasks, seed);
  const samples = new Map<string, Map<string, Sample>>();
  const startedMs = performance.now();
  const [first, step] = shard.split('/').map(Number) as [number, number];
  let done = 0;
  try {
    for (let i = first; i < tasks.length; i += step) {
      const task = tasks[i]!;
      for (const arm of arms) {
        if (i >= Number(side) && !mainGroups.has(arm.group)) continue;
        const key = hashOf(
          ...base,
          ...tasksOf(arm, i).map((task) => JSON.stringify(task)),
          JSON.stringify(arm),
        );
        const known = store.find(key) ?? (await make(arm, task, key));
        for (const sample of known)
          samples.set(sample.arm, (samples.get(sample.arm) ?? new Map()).set(task.id, sample));
      }
      runner.forget();
      done++;
      const seconds = (performance.now() - startedMs) / 1000;
      if (done % 10 === 0) console.log(`${done} tasks, ${(seconds / done).toFixed(1)} s each`);
    }
  } finally {
    await runner.dispose();
  }
  if (step > 1) return { figures: { n: done } };
  const report = new Report(samples, arms, {
    model: `${basename(model)} (sha256 ${createHash('sha256').update(weights).digest('hex').slice(0, 16)}…)`,
    tasks: basename(file ?? 'bench/data/heldout.jsonl'),
    seed,
    budgetRows,
  });
  const text = report.markdown('evidence.svg');
  mkdirSync(docs, { recursive: true });
  writeFileSync(join(docs, 'evidence.md'), text);
  writeFileSync(join(docs, 'evidence.svg'), plotSvg(report, budgetRows));
  console.log(text);
  return { figures: report.figures() };

  /** What an arm's samples of a task follow from: of an arm that is lent another task's evidence, that task too. */
  function tasksOf(arm: Arm, i: number): Task[] {
    const lends = arm.kind === 'run' && arm.ablation === 'other-task';
    return lends ? [tasks[i]!, tasks.at(i - 1)!] : [tasks[i]!];
  }

  async function make(arm: Arm, task: Task, key: string): Promise<Sample[]> {
    const startedMs = performance.now();
    const outcomes = await lab.run(arm, task);
    const ms = performance.now() - startedMs;
    const made: Sample[] = [];
    // An agent's last candidates may overrun what was left of a shared budget.
    const mostRows = 'budgetRows' in arm ? arm.budgetRows : Infinity;
    for (const outcome of outcomes) {
      const hidden = await passesHidden(task, outcome.program);
      const solved = outcome.passed && hidden && outcome.rows <= mostRows;
      made.push({ ...outcome, key, task: task.id, seed, solved, hidden, ms });
    }
    store.add(made);
    return made;
  }

  async function passesHidden(
    { entryPoint, setupCode, hiddenTests }: Task,
    program: string,
  ): Promise<boolean> {
    const { results } = await runner.run({
      program,
      entryPoint,
      setupCode,
      tests: hiddenTests,
      trace: false,
    });
    return results.every(({ outcome }) => outcome === 'passed');
  }
}
