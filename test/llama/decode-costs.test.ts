import { describe, expect, it } from 'vitest';
import { decodeMs, separateRows, undisturbed } from '../../src/llama/decode-costs.ts';
import { testEngine } from '../support/engine.ts';

describe('decode costs', () => {
  const costs = [
    { rows: 1, ms: 10 },
    { rows: 2, ms: 14 },
    { rows: 8, ms: 32 },
  ];

  it('lie on straight lines between what was measured, and through 0 beyond', () => {
    expect([1, 2, 3, 5, 8, 16].map((rows) => decodeMs(costs, rows))).toEqual([10, 14, 17, 23, 32, 64]);
  });

  it('of one size alone are costs a row', () => {
    expect([1, 3].map((rows) => decodeMs([{ rows: 1, ms: 2 }], rows))).toEqual([2, 6]);
  });

  it.each([
    ['together is cheaper', costs, 0],
    ['apart is cheaper for a few, as measured for Q8_0', [21, 86, 103, 121, 143, 165, 144, 122], 6],
    ['no clear gain, as measured for F16', [31, 62], 0],
  ] as const)('say when rows go one by one: %s', (_, measured, expected) => {
    const all = measured.map((cost, i) => (typeof cost === 'number' ? { rows: i + 1, ms: cost } : cost));
    expect(separateRows(all)).toBe(expected);
  });

  it('are mended where only something else on the machine explains them', () => {
    const measured = (...ms: number[]) => ms.map((each, i) => ({ rows: 2 ** i, ms: each }));
    const sound = measured(12, 24, 28, 49, 81);
    expect(undisturbed(sound)).toEqual(sound);
    expect(undisturbed(measured(12, 24, 28, 49, 139))).toEqual(measured(12, 24, 28, 49, 98));
    expect(undisturbed(measured(12, 40, 28, 49, 81))).toEqual(measured(12, 28, 28, 49, 81));
    const oneRowKernel = measured(21, 86, 121, 122);
    expect(undisturbed(oneRowKernel)).toEqual(oneRowKernel);
  });

  it('are measured where they are not given, leave no cell, and may be given again', async () => {
    await using engine = await testEngine({ decodeCosts: undefined });
    const { decodeCosts } = engine;
    expect(decodeCosts.map(({ rows }) => rows).slice(0, 3)).toEqual([1, 2, 4]);
    expect(decodeCosts.every(({ ms }) => ms > 0)).toBe(true);
    expect(engine.counters).toEqual({ rows: 0, decodes: 0, decodeMs: 0 });
    await using again = await testEngine({ decodeCosts: [...decodeCosts] });
    expect(again.decodeCosts).toEqual(decodeCosts);
    const logits = [engine, again].map(async (each) => {
      const sequence = each.openSequence();
      sequence.append([65, 66, 67]);
      return each.readLogits(sequence);
    });
    expect(await logits[0]).toEqual(await logits[1]);
  });

  it('are refused where they do not ascend from one row', async () => {
    for (const decodeCosts of [
      [],
      [{ rows: 2, ms: 1 }],
      [
        { rows: 1, ms: 1 },
        { rows: 1, ms: 1 },
      ],
    ])
      await expect(testEngine({ decodeCosts })).rejects.toMatchObject({ code: 'ERR_OPTIONS' });
  });
});
