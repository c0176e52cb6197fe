/**
 * Signals of the model's own candidates, where some of them go wrong: samples of the stage that teaches reading, and of
 * held-out tasks what probe.py asks about. `npx tsx models/train/on-policy.ts MODEL.gguf TASKS.jsonl [FROM] [TO] >
 * TEXTS.jsonl`; the tasks are heldout.py's. Of every task the model writes some programs; those that pass every test,
 * hidden ones included, and the reference say how each of their beginnings may go on. Where others leave them, the
 * library's own refresh samples candidates, runs them and writes the signal, and what is asked for is the right line:
 * of several, one that a candidate shown passes with, and the commonest of those. Which right line to prefer is thus
 * never taught against the model's own taste, and only a few signals are kept that show nothing but right lines.
 */
import { readFileSync } from 'node:fs';
import { Answer } from '../../src/controller/answer.ts';
import { Evidence, passesAll } from '../../src/controller/evidence.ts';
import { holdPrompt } from '../../src/controller/hold-prompt.ts';
import { refreshSignal } from '../../src/controller/refresh-signal.ts';
import { sampleCandidates } from '../../src/controller/sample-candidates.ts';
import { Streams } from '../../src/controller/streams.ts';
import { uniformStream } from '../../src/guidance/uniform-stream.ts';
import {
  createRunner,
  embeddedModel,
  loadEngine,
  parseTask,
  type RunEvent,
  type Task,
} from '../../src/index.ts';
import { resolveOptions, type SolveOptions } from '../../src/options.ts';
import { buildPrompt } from '../../src/prompt/build-prompt.ts';
import type { Segment } from '../../src/prompt/prompt-pieces.ts';

const programsATask = 16;
/** Of whole programs: more of them go wrong than at the default. */
const programTemperature = 1.2;
/** Where many samples go wrong, and where few do. */
const signalsABeginning = { many: 4, few: 1 };
const manyWrong = 0.15;
/** Of the beginnings that no sample leaves, and of the signals that show nothing but right lines. */
const rightShare = 0.1;
/** What the library does by default comes most often. */
const candidateCounts = [1, 2, 3, 3, 3, 3, 4, 5];
const horizons = [2, 3, 4, 5, 5, 5, 5, 5];
const temperatures = [0.8, 0.8, 1, 1.2];
const untoldShare = 0.08;

const joined = (segments: readonly Segment[]) => segments.map(({ text }) => text).join('');
const lineAfter = (code: string, program: string) => program.slice(code.length).split('\n', 1)[0]!;

const [modelPath, file, from = '0', to] = process.argv.slice(2);
if (!modelPath || !file) throw new Error('Expected MODEL.gguf and TASKS.jsonl');
const runner = await createRunner({ maxWorkers: 1 });
await using engine = await loadEngine({
  modelPath,
  gpu: false,
  threads: 1,
  maxSequences: 3 * programsATask,
});
const { signal } = new AbortController();
const counts = {
  tasks: 0,
  solved: 0,
  signals: 0,
  'a passing candidate shown': 0,
  'a right line shown': 0,
  'wrong lines alone': 0,
};
try {
  const rows = readFileSync(file, 'utf8').trim().split('\n');
  for (const [i, row] of rows.entries()) {
    if (i < Number(from) || (to && i >= Number(to))) continue;
    const { text, name, asserts, hidden, code } = JSON.parse(row);
    const task = parseTask({ id: name, text, entryPoint: name, tests: asserts, hiddenTests: hidden });
    const prompt = await holdPrompt({ task, options: optionsOf({}), model: engine, signal });
    await samplesOf(task, code, i).finally(() => prompt.dispose());
    counts.tasks += 1;
    if (counts.tasks % 50 === 0) console.error(JSON.stringify(counts));
  }
} finally {
  await runner.dispose();
}
console.error(JSON.stringify(counts));

async function samplesOf(task: Task, reference: string, seed: number): Promise<void> {
  const draw = uniformStream(seed, -1);
  const pick = <T>(from: readonly T[]): T => from[Math.floor(draw() * from.length)]!;
  const evidence = new Evidence(runner, task, optionsOf({}));
  const written = await programsOf(task, seed);
  const right: string[] = [];
  for (const program of written) if (await passesHidden(task, program)) right.push(program);
  if (right.length > 0) counts.solved += 1;
  const begun = `def ${task.entryPoint}(`;
  const pieces = buildPrompt(task, embeddedModel.options, () => undefined);
  for (const code of new Set([reference, ...right].flatMap((program) => beginningsOf(program, begun)))) {
    const next = (program: string) => lineAfter(code, program);
    // The model's own way: the reference only where the model has none.
    const fitting = right.filter((program) => program.startsWith(code));
    const rightLines = (fitting.length > 0 ? fitting : [reference]).map(next);
    const lines = written.filter((program) => program.startsWith(code)).map(next);
    const wrong = lines.filter((line) => !rightLines.includes(line)).length / Math.max(1, lines.length);
    if (wrong === 0 && draw() > rightShare) continue;
    const { many, few } = signalsABeginning;
    for (let i = 0; i < (wrong > manyWrong ? many : few); i++) {
      const options = optionsOf({
        candidates: pick(candidateCounts),
        horizonLines: pick(horizons),
        temperature: pick(temperatures),
        showExpected: draw() >= untoldShare,
        seed: seed * 64 + i,
      });
      const seen = await refresh(task, options, code, evidence);
      if (seen.text === '') continue;
      const passing: string[] = [];
      for (const program of seen.passing) if (await passesHidden(task, program)) passing.push(next(program));
      const shown = seen.programs.map(next);
      const known = [...rightLines, ...passing];
      if (shown.every((line) => known.includes(line)) && draw() > rightShare) continue;
      const among = rightLines.filter((line) => shown.includes(line));
      const line = commonest(
        passing.length > 0 ? passing : among.length > 0 ? among : rightLines,
        rightLines,
      );
      counts.signals += 1;
      if (passing.length > 0) counts['a passing candidate shown'] += 1;
      else if (among.length > 0) counts['a right line shown'] += 1;
      else counts['wrong lines alone'] += 1;
      const text = { head: joined(pieces.head), signal: seen.text, tail: joined(pieces.tail), code };
      process.stdout.write(`${JSON.stringify({ ...text, target: `${line}\n` })}\n`);
    }
  }
}

/** Of `lines`, the one that `all` has most often. */
function commonest(lines: readonly string[], all: readonly string[]): string {
  const count = (line: string) => all.filter((other) => other === line).length;
  return lines.reduce((best, line) => (count(line) > count(best) ? line : best));
}

/** Whole programs, sampled as candidates without a horizon, each as often as it was drawn. */
async function programsOf(task: Task, seed: number): Promise<string[]> {
  const options = optionsOf({
    candidates: programsATask,
    horizonLines: 100,
    candidateTokens: 200,
    temperature: programTemperature,
    seed,
  });
  const pieces = buildPrompt(task, options, () => undefined);
  const streams = new Streams(engine, pieces, { together: false });
  try {
    const answer = new Answer({ ...pieces, name: task.entryPoint });
    const setup = { model: engine, streams, options, answer, refresh: 0, signal };
    return (await sampleCandidates(setup)).map(({ text }) => (pieces.begun + text).trimEnd());
  } finally {
    streams.dispose();
  }
}

/** One refresh of the library at a beginning of the task's answer. */
async function refresh(task: Task, options: ReturnType<typeof optionsOf>, code: string, evidence: Evidence) {
  const pieces = { ...buildPrompt(task, options, () => undefined), begun: code };
  const streams = new Streams(engine, pieces, { together: true });
  const found = { text: '', programs: [] as string[], passing: [] as string[] };
  const emit = (event: RunEvent) => {
    if (event.type === 'signal-set') found.text = event.text;
    if (event.type !== 'execution-end') return;
    found.programs.push(event.program);
    if (passesAll(event.results)) found.passing.push(event.program.trimEnd());
  };
  try {
    const answer = new Answer({ ...pieces, name: task.entryPoint });
    const at = { answer, line: 0, refresh: 0, streams, evidence };
    const signals = { signal, abortSignal: signal };
    const setup = { task, options, model: engine, runner, ...signals, emit: emit as never };
    await refreshSignal({ ...setup, ...at, onToken: () => {} });
    return found;
  } finally {
    streams.dispose();
  }
}

function optionsOf(options: SolveOptions) {
  return resolveOptions({ ...embeddedModel.options, guidanceStrength: 0.5, ...options });
}

/** What has been written of a program at each of its refreshes: the header's beginning, then every line's end. */
function beginningsOf(program: string, begun: string): string[] {
  const ends = [...program.matchAll(/\n/g)].map(({ index }) => program.slice(0, index + 1));
  return [begun, ...ends];
}

async function passesHidden({ entryPoint, tests, hiddenTests }: Task, program: string): Promise<boolean> {
  const report = await runner.run({ program, entryPoint, tests: [...tests, ...hiddenTests], trace: false });
  return passesAll(report.results);
}
