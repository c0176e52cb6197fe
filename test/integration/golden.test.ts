import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  createRunner,
  embeddedModel,
  foldRun,
  type LlamaEngine,
  loadEngine,
  type ProgramRunner,
  type RunEvent,
  readTask,
  type SolveOptions,
  type SolveSetup,
  solve,
} from '../../src/index.ts';
import { decodeCosts } from '../support/engine.ts';

const examples = resolve(import.meta.dirname, '../../examples/tasks');
const task = readTask(readFileSync(`${examples}/power-alternate.json`, 'utf8'));

/** Times differ from run to run, and the last digits of a logprob from compiler to compiler. */
function stable(events: readonly RunEvent[]): unknown {
  return JSON.parse(JSON.stringify(events), (key, value) => {
    if (key === 'elapsedMs') return undefined;
    return /logprob$/i.test(key) ? Math.round(value * 1e4) / 1e4 : value;
  });
}

const { options: embedded } = embeddedModel;
const isX64 = process.arch === 'x64';

describe('a run of the embedded model', () => {
  let engine: LlamaEngine;
  let runner: ProgramRunner;

  beforeAll(async () => {
    runner = await createRunner({ maxWorkers: 1 });
    // The plainest CPU code, so that every machine computes the same logits.
    engine = await loadEngine({
      modelPath: embeddedModel.path(),
      gpu: false,
      threads: 1,
      cpuVariant: 'x64',
      decodeCosts,
    });
  });
  afterAll(async () => {
    await engine?.dispose();
    await runner?.dispose();
  });

  const eventsOf = async (options: SolveOptions & Pick<SolveSetup, 'resume'>) => {
    const events: RunEvent[] = [];
    for await (const event of solve(task, { engine, runner, ...options })) events.push(event);
    return events;
  };

  it.runIf(isX64)('gives the golden events, twice in a row', async () => {
    const options = { ...embedded, guidanceStrength: 0.5, stopOnPass: false, seed: 3 };
    const events = stable(await eventsOf(options));
    expect(stable(await eventsOf(options))).toEqual(events);
    await expect(`${JSON.stringify(events, null, 1)}\n`).toMatchFileSnapshot('golden-events.json');
  });

  it.each([0, 1, 1.5])('is the same twice for γ = %s', async (guidanceStrength) => {
    const options = { ...embedded, guidanceStrength, stopOnPass: false };
    expect(stable(await eventsOf(options))).toEqual(stable(await eventsOf(options)));
  });

  it.each([0, 0.5, 1, 1.5])(
    'writes the same with speculation and without, γ = %s',
    async (guidanceStrength) => {
      // Tokens, not logprobs: where drafts lay in the cache, other cells lie later, and sums round otherwise (0.002 nats).
      const written = async (options: SolveOptions) => {
        const events = await eventsOf({ ...embedded, guidanceStrength, stopOnPass: false, ...options });
        const tokens = events.flatMap((event) => (event.type === 'token' ? [event.token] : []));
        return { tokens, counters: (events.at(-1) as Extract<RunEvent, { type: 'run-end' }>).counters };
      };
      let accepted = 0;
      for (const finalTemperature of [0, 0.8]) {
        for (const seed of [1, 2]) {
          const ahead = await written({ finalTemperature, seed });
          const stepwise = await written({ finalTemperature, seed, speculation: false });
          expect(ahead.tokens).toEqual(stepwise.tokens);
          expect(stepwise.counters.draftedTokens).toBe(0);
          accepted += ahead.counters.acceptedTokens;
        }
      }
      expect(accepted).toBeGreaterThan(guidanceStrength === 0 ? 1 : 20);
    },
  );

  it('writes what it would have written, broken off anywhere and gone on with', async () => {
    const options = { ...embedded, guidanceStrength: 0.5, stopOnPass: false, finalTemperature: 0.8 };
    const whole = await eventsOf(options);
    const told = (events: readonly RunEvent[]) =>
      events.flatMap((event) => ('text' in event && event.type !== 'line-end' ? [event.text] : []));
    for (const share of [0.3, 0.6, 0.9]) {
      const resume = JSON.parse(JSON.stringify(whole.slice(0, share * whole.length)));
      const events = await eventsOf({ ...options, resume });
      expect(told(events)).toEqual(told(whole));
      expect(foldRun(events).program).toBe(foldRun(whole).program);
    }
  });

  it('does the paper’s way with the same engine', async () => {
    const options = {
      faithful: true,
      prompt: 'embedded',
      beginAnswer: 'header',
      guidanceStrength: 0.5,
      budget: { newTokens: 60 },
    } as const;
    const events = await eventsOf(options);
    const signals = events.filter((event) => event.type === 'signal-set');
    expect(signals.some(({ text }) => /# Execution Trace:\n={2} /.test(text))).toBe(true);
    expect(events.at(-1)).toMatchObject({ type: 'run-end' });
  });

  it('leaves nothing behind: 200 runs, every fourth aborted at some point', async () => {
    const before = engine.openSequences;
    const residentBytes = () => {
      globalThis.gc?.();
      return process.memoryUsage().rss;
    };
    const run = async (i: number) => {
      const signal = i % 4 === 3 ? AbortSignal.timeout(1 + (i % 40)) : undefined;
      const options = {
        guidanceStrength: 0.5,
        candidates: 2,
        budget: { newTokens: 6 },
        ...(signal && { signal }),
      };
      await solve(task, { engine, runner, ...embeddedModel.options, ...options }).result.catch((reason) => {
        if (!signal?.aborted) throw reason;
      });
    };
    // The least of several: a program that was given up may still hold its memory.
    const least = { early: Infinity, late: Infinity };
    for (let i = 0; i < 200; i++) {
      await run(i);
      const when = i < 50 ? undefined : i < 100 ? 'early' : i < 150 ? undefined : 'late';
      if (when && i % 10 === 9) least[when] = Math.min(least[when], residentBytes());
    }
    expect(engine.openSequences).toBe(before);
    expect((least.late - least.early) / 2 ** 20).toBeLessThan(64);
  }, 300_000);

  it('ends a run whose engine is disposed in the middle of it, and a second disposal is fine', async () => {
    const own = await loadEngine({ modelPath: embeddedModel.path(), gpu: false, threads: 1 });
    const run = solve(task, { engine: own, runner, ...embeddedModel.options });
    for await (const event of run) {
      if (event.type !== 'line-start') continue;
      void own.dispose();
      break;
    }
    await expect(run).rejects.toMatchObject({ code: 'ERR_DISPOSED' });
    await own.dispose();
  });
});
