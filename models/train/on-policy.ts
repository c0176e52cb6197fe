/**
 * Samples of the second stage: boundaries and signals that guided decoding with the model itself came to.
 * `npx tsx models/train/on-policy.ts MODEL.gguf TASKS.jsonl [FROM] [TO] > TEXTS.jsonl`; the tasks are heldout.py's of
 * the split `train`. What ought to follow at a boundary is the rest of a program that begins with the code so far and
 * passes every test, hidden ones included: a candidate shown there, else the reference, else any that these runs
 * found. Boundaries that no such program begins with are left out, and counted.
 */
import { readFileSync } from 'node:fs';
import {
  createRunner,
  embeddedModel,
  loadEngine,
  parseTask,
  type RunEvent,
  type SolveOptions,
  solve,
  type Task,
} from '../../src/index.ts';
import { buildPrompt } from '../../src/prompt/build-prompt.ts';
import type { Segment } from '../../src/prompt/prompt-pieces.ts';

interface Boundary {
  readonly code: string;
  readonly signal: string;
  /** Programs of the signal that pass the visible tests. */
  readonly passing: readonly string[];
}

const runs: readonly SolveOptions[] = [
  { guidanceStrength: 0.5, seed: 1 },
  { guidanceStrength: 1, seed: 2 },
];
const joined = (segments: readonly Segment[]) => segments.map(({ text }) => text).join('');

const [modelPath, file, from = '0', to] = process.argv.slice(2);
if (!modelPath || !file) throw new Error('Expected MODEL.gguf and TASKS.jsonl');
const runner = await createRunner({ maxWorkers: 1 });
await using engine = await loadEngine({ modelPath, gpu: false, threads: 1 });
const counts = { tasks: 0, boundaries: 0, 'a shown candidate': 0, 'the reference': 0, 'another program': 0 };
try {
  const lines = readFileSync(file, 'utf8')
    .trim()
    .split('\n')
    .slice(Number(from), to ? Number(to) : undefined);
  for (const line of lines) {
    const { text, name, asserts, hidden, code } = JSON.parse(line);
    const task = parseTask({ id: name, text, entryPoint: name, tests: asserts, hiddenTests: hidden });
    await samplesOf(task, code);
    counts.tasks += 1;
    if (counts.tasks % 100 === 0) console.error(JSON.stringify(counts));
  }
} finally {
  await runner.dispose();
}
console.error(JSON.stringify(counts));

async function samplesOf(task: Task, reference: string): Promise<void> {
  const boundaries: Boundary[] = [];
  const passing = new Set<string>();
  for (const options of runs) {
    const run = solve(task, { engine, runner, ...embeddedModel.options, ...options, stopOnPass: false });
    for (const boundary of await boundariesOf(run, task)) {
      boundaries.push(boundary);
      for (const program of boundary.passing) passing.add(program);
    }
    const { program, solved } = await run;
    if (solved) passing.add(program.trimEnd());
  }
  const right = new Set<string>();
  for (const program of passing) if (await passesHidden(task, program)) right.add(program);
  const { head, tail } = buildPrompt(task, embeddedModel.options, () => undefined);
  for (const { code, signal, passing } of boundaries) {
    counts.boundaries += 1;
    const begins = (program: string) => program.startsWith(code);
    const shown = passing.find((program) => right.has(program) && begins(program));
    const program = shown ?? (begins(reference) ? reference : [...right].find(begins));
    if (program === undefined) continue;
    counts[shown ? 'a shown candidate' : program === reference ? 'the reference' : 'another program'] += 1;
    const target = program.slice(code.length);
    process.stdout.write(
      `${JSON.stringify({ head: joined(head), signal, tail: joined(tail), code, target })}\n`,
    );
  }
}

/** The run's boundaries that had a signal. */
async function boundariesOf(run: AsyncIterable<RunEvent>, task: Task): Promise<Boundary[]> {
  const found: Boundary[] = [];
  let code = `def ${task.entryPoint}(`;
  let passing: string[] = [];
  for await (const event of run) {
    if (event.type === 'token') code += event.text;
    else if (event.type === 'line-start') passing = [];
    else if (event.type === 'execution-end' && event.results.every(({ outcome }) => outcome === 'passed'))
      passing.push(event.program.trimEnd());
    else if (event.type === 'signal-set' && event.text !== '')
      found.push({ code, signal: event.text, passing });
  }
  return found;
}

async function passesHidden({ entryPoint, hiddenTests }: Task, program: string): Promise<boolean> {
  const report = await runner.run({ program, entryPoint, tests: hiddenTests, trace: false });
  return report.results.every(({ outcome }) => outcome === 'passed');
}
