import { setTimeout as sleep } from 'node:timers/promises';
import { foldRace } from '../agents/fold-race.ts';
import { eventsOf, type RaceEvent } from '../agents/race-event.ts';
import { readEvents } from '../agents/read-events.ts';
import { foldRun, type RunResult } from '../controller/fold-run.ts';
import { TracewiseError } from '../errors.ts';
import type { RunEvent } from '../events.ts';
import { exitCodes } from './exit-codes.ts';
import { interruptible } from './interruptible.ts';
import { LiveView } from './live-view.ts';
import { printable } from './printable.ts';
import { RaceView } from './race-view.ts';
import { readSource } from './read-text-file.ts';

interface ReplayFlags {
  readonly agent?: number;
  readonly speed?: number;
  readonly reading?: boolean;
}

/** `tracewise replay`: what happened in a kept run, then its program, on stdout; returns the exit code of the run. */
export function replayCommand(source: string, flags: ReplayFlags): Promise<number> {
  return interruptible(async (signal) => {
    const events = readEvents(await readSource(source, signal, 'file of events'));
    if (events.length === 0) throw wrong(`Expected the events of a run but ${source} holds none`);
    const result = await show(events, flags, signal);
    if (!result) {
      process.stdout.write('broken off here; the same `tracewise solve` with `--record` goes on with it\n');
      return exitCodes.notSolved;
    }
    process.stdout.write(`\n${process.stdout.isTTY ? printable(result.program) : result.program}`);
    return result.solved ? exitCodes.solved : exitCodes.notSolved;
  });
}

/** Shows all of it; the result, undefined where the events end before it. */
async function show(
  events: readonly (RunEvent | RaceEvent)[],
  { agent, speed, reading }: ReplayFlags,
  signal: AbortSignal,
): Promise<RunResult | undefined> {
  const isRace = events.some((event) => 'agent' in event);
  const play = <Event extends RunEvent | RaceEvent>(
    view: { show(event: Event): void },
    own: readonly Event[],
  ) => playBack(own, { view, speed, signal });
  if (isRace && agent === undefined) {
    const race = events as readonly RaceEvent[];
    await play(new RaceView(process.stdout), race);
    return race.at(-1)?.type === 'race-end' ? foldRace(race) : undefined;
  }
  const run = isRace ? eventsOf(events as readonly RaceEvent[], agent! - 1) : (events as readonly RunEvent[]);
  if (run.length === 0 || (agent !== undefined && !isRace))
    throw wrong(`Expected a race in which agent ${agent} was started for \`--agent\` but there is none`);
  await play(new LiveView(process.stdout, { reading }), run);
  return run.at(-1)?.type === 'run-end' ? foldRun(run) : undefined;
}

async function playBack<Event extends RunEvent | RaceEvent>(
  events: readonly Event[],
  {
    view,
    speed = Infinity,
    signal,
  }: {
    readonly view: { show(event: Event): void };
    readonly speed: number | undefined;
    readonly signal: AbortSignal;
  },
): Promise<void> {
  let last = 0;
  for (const event of events) {
    const waitMs = (event.elapsedMs - last) / speed;
    if (waitMs > 0) await sleep(waitMs, undefined, { signal });
    last = event.elapsedMs;
    view.show(event);
  }
}

function wrong(message: string): TracewiseError {
  return new TracewiseError('ERR_RECORD', message);
}
