import { basename, extname } from 'node:path';
import { race } from '../agents/race.ts';
import { type AgentEvent, agentOf, type RaceEvent } from '../agents/race-event.ts';
import type { RunResult } from '../controller/fold-run.ts';
import { solve } from '../controller/solve.ts';
import type { Underway } from '../controller/underway.ts';
import type { RunEvent } from '../events.ts';
import { createRunner } from '../execution/create-runner.ts';
import { resolveEngineOptions } from '../llama/engine-options.ts';
import { loadEngine } from '../llama/load-engine.ts';
import { resolveOptions } from '../options.ts';
import { readTask } from '../task/read-task.ts';
import type { Task } from '../task/task.ts';
import type { TokenModel } from '../token-model.ts';
import { exitCodes } from './exit-codes.ts';
import { findModel } from './find-model.ts';
import { interruptible } from './interruptible.ts';
import { LiveView } from './live-view.ts';
import { printable } from './printable.ts';
import { profileText } from './profile-text.ts';
import { RaceView } from './race-view.ts';
import { readSource } from './read-text-file.ts';
import { RecordFile } from './record-file.ts';
import { agentsOf, budgetOf, engineOptionsOf, type SolveFlags } from './solve-flags.ts';

/** `tracewise solve`: the program on stdout, what happens on stderr; returns the exit code. */
export function solveCommand(source: string, flags: SolveFlags): Promise<number> {
  return interruptible((signal) => solveTask(source, flags, signal));
}

async function solveTask(source: string, flags: SolveFlags, signal: AbortSignal): Promise<number> {
  const task = await readTaskFrom(source, signal);
  // Wrong flags are told before anything is downloaded.
  for (const options of agentsOf(flags, {}))
    resolveOptions({ ...options, budget: { ...options.budget, ...budgetOf(flags) } });
  resolveEngineOptions(engineOptionsOf(flags, flags.model));
  const { path, options: ofModel } = await findModel(flags.model, { signal, quiet: flags.quiet ?? false });
  const agents = agentsOf(flags, ofModel);
  const isRace = agents.length > 1;
  const record = flags.record === undefined ? undefined : new RecordFile(flags.record, { isRace });
  // The first interpreter starts while the model loads.
  const starting = createRunner();
  starting.catch(() => {});
  try {
    await using engine = await loadEngine({ ...engineOptionsOf(flags, path), signal });
    // Of a race or of a run, as was asked for.
    const resume = (record?.events ?? []) as AgentEvent[];
    const common = { engine, runner: await starting, signal, resume };
    if (isRace) {
      const ofRace = { agents, budget: budgetOf(flags), concurrency: flags.atOnce };
      const racing = race(task, { ...common, ...ofRace });
      return await report(racing, { view: new RaceView(process.stderr), record, engine, flags });
    }
    const [options] = agents;
    const budget = { ...options?.budget, ...budgetOf(flags) };
    const run = solve(task, { ...common, ...options, budget });
    return await report(run, { view: new LiveView(process.stderr), record, engine, flags });
  } finally {
    const runner = await starting.catch(() => undefined);
    await runner?.dispose();
  }
}

async function report<Event extends RunEvent | RaceEvent>(
  run: Underway<RunResult, Event>,
  {
    view,
    record,
    engine,
    flags,
  }: {
    readonly view: { show(event: Event): void };
    readonly record: RecordFile | undefined;
    readonly engine: TokenModel;
    readonly flags: SolveFlags;
  },
): Promise<number> {
  const isLive = process.stderr.isTTY && !flags.quiet;
  const byAgent = new Map<number, RunEvent[]>();
  const startedMs = performance.now();
  for await (const event of run) {
    if (event.type !== 'race-end') {
      const agent = agentOf(event) ?? 0;
      if (event.type === 'run-start') byAgent.set(agent, []);
      byAgent.get(agent)?.push(event);
    }
    record?.write(event);
    if (flags.json) process.stdout.write(`${JSON.stringify(event)}\n`);
    if (isLive) view.show(event);
  }
  const result = await run;
  if (!flags.json) process.stdout.write(process.stdout.isTTY ? printable(result.program) : result.program);
  if (!isLive) process.stderr.write(`${summary(result)}\n`);
  if (flags.profile) {
    const elapsedMs = performance.now() - startedMs;
    process.stderr.write(profileText([...byAgent.values()], { counters: engine.counters, elapsedMs }));
  }
  return result.solved ? exitCodes.solved : exitCodes.notSolved;
}

/** One line on how a run went. */
function summary({
  solved,
  testsPassed,
  testsTotal,
  results,
  endedBy,
  newTokens,
  rows,
  executions,
  elapsedMs,
}: RunResult): string {
  const verdict = solved ? 'solved' : 'not solved';
  const counts = `${newTokens} tokens, ${rows} rows, ${executions} executions`;
  const told = `${verdict}: ${testsPassed} of ${testsTotal} tests pass (${endedBy}; ${counts}, ${(elapsedMs / 1000).toFixed(1)} s)`;
  const raised = results.find(({ exception }) => exception)?.exception;
  return raised ? `${told}\n${printable(`${raised.type}: ${raised.message}`)}` : told;
}

async function readTaskFrom(source: string, signal: AbortSignal): Promise<Task> {
  const content = await readSource(source, signal, 'task file');
  return readTask(content, { id: source === '-' ? 'stdin' : basename(source, extname(source)) });
}
