import {
  createRunner,
  embeddedModel,
  foldRun,
  loadEngine,
  type RunEvent,
  type SolveSetup,
  solve,
} from '../src/index.ts';
import { heldoutTasks } from './support/heldout-tasks.ts';
import { intervalText, wilson } from './support/statistics.ts';

/** Where a run is broken off, as a share of its events. */
const breaks = [0.35, 0.75];

/**
 * How often a run of the embedded model comes to the same program, and to the very texts, candidates' and signals' too:
 * begun again, begun again while other cells lie in the cache, and broken off and gone on with from its events.
 */
export async function main({ quick, n = quick ? '20' : '100' }: { quick?: boolean; n?: string }) {
  const runner = await createRunner();
  const counts = new Map<string, { runs: number; programs: number; texts: number }>();
  try {
    await using engine = await loadEngine({ modelPath: embeddedModel.path(), gpu: false, threads: 1 });
    for (const [seed, task] of heldoutTasks(Number(n)).entries()) {
      const eventsOf = async (options: Pick<SolveSetup, 'resume'> = {}) => {
        const events: RunEvent[] = [];
        const setup = { engine, runner, ...embeddedModel.options, seed, stopOnPass: false };
        for await (const event of solve(task, { ...setup, guidanceStrength: 0.5, ...options }))
          events.push(event);
        return events;
      };
      const first = await eventsOf();
      count('again', first, await eventsOf());
      const other = engine.openSequence();
      other.append(engine.tokenize('def twice(x):\n    return 2 * x\n'));
      await engine.readLogits(other);
      count('beside others', first, await eventsOf());
      other.dispose();
      for (const share of breaks) {
        const resume = JSON.parse(JSON.stringify(first.slice(0, share * first.length)));
        count('resumed', first, await eventsOf({ resume }));
      }
    }
  } finally {
    await runner.dispose();
  }
  const figures: Record<string, number> = {};
  for (const [way, { runs, programs, texts }] of counts) {
    const shares = [programs, texts].map((same) => intervalText(wilson(same, runs), 100));
    console.log(
      `${way}: of ${runs} runs ${shares[0]} % wrote the same program, ${shares[1]} % the same texts`,
    );
    const key = way.replace(' ', '_');
    Object.assign(figures, { [`n_${key}`]: runs, [`programs_${key}`]: programs, [`texts_${key}`]: texts });
  }
  return { figures };

  function count(way: string, first: readonly RunEvent[], events: readonly RunEvent[]): void {
    const { runs, programs, texts } = counts.get(way) ?? { runs: 0, programs: 0, texts: 0 };
    counts.set(way, {
      runs: runs + 1,
      programs: programs + Number(foldRun(events).program === foldRun(first).program),
      texts: texts + Number(textsOf(events) === textsOf(first)),
    });
  }
}

function textsOf(events: readonly RunEvent[]): string {
  return JSON.stringify(events.map((event) => ('text' in event ? event.text : '')));
}
