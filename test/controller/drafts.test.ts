import { describe, expect, it } from 'vitest';
import { DraftLength } from '../../src/controller/draft-length.ts';
import { Drafts } from '../../src/controller/drafts.ts';
import { promptLookup } from '../../src/controller/prompt-lookup.ts';

const flat = () => 10;
const linear = (rows: number) => rows;

describe('the length of a draft', () => {
  it('is all there is where rows cost nothing, none where each costs as much as the first', () => {
    expect(new DraftLength(0.8).best(20, 2, flat)).toBe(20);
    expect(new DraftLength(0.8).best(20, 2, linear)).toBe(0);
    expect(new DraftLength(0.8).best(100, 1, flat)).toBe(32);
  });

  it('is the one of most tokens a millisecond', () => {
    const costs = (rows: number) => 10 + rows;
    const rate = (k: number, a = 0.7) => (1 - a ** (k + 1)) / (1 - a) / costs(2 * (k + 1));
    const best = [...Array(30).keys()].reduce((best, k) => (rate(k) > rate(best) ? k : best), 0);
    expect(best).toBeGreaterThan(0);
    expect(new DraftLength(0.7).best(30, 2, costs)).toBe(best);
  });

  it('falls to none while drafts are refused, and is tried again after a while', () => {
    const length = new DraftLength(0.8);
    const costs = (rows: number) => 4 + rows;
    expect(length.best(8, 1, costs)).toBeGreaterThan(2);
    for (let i = 0; i < 20; i++) length.learn(4, 0);
    expect(length.best(8, 1, costs)).toBe(0);
    let waits = 0;
    while (length.best(8, 1, costs) === 0) waits++;
    expect(waits).toBeGreaterThan(0);
    expect(waits).toBeLessThan(30);
  });

  it('grows while they are taken', () => {
    const length = new DraftLength(0.5);
    const costs = (rows: number) => 10 + rows;
    const before = length.best(32, 1, costs);
    for (let i = 0; i < 20; i++) length.learn(4, 4);
    expect(length.best(32, 1, costs)).toBeGreaterThan(before);
  });
});

describe('prompt lookup', () => {
  it.each([
    ['new tokens', [1, 2, 3, 4], []],
    ['one token that stood before', [1, 2, 3, 1], []],
    ['what followed', [1, 2, 3, 4, 1, 2], [3, 4, 1, 2]],
    ['the latest place', [1, 2, 3, 1, 2, 4, 1, 2], [4, 1, 2]],
    ['the longest match', [9, 1, 2, 3, 8, 1, 2, 4, 9, 1, 2], [3, 8, 1, 2, 4, 9, 1, 2]],
    ['nothing', [], []],
  ])('finds %s', (_, tokens, expected) => {
    expect(promptLookup(tokens)).toEqual(expected);
  });
});

describe('drafts', () => {
  const newline = 10;
  const end = 0;
  const model = {
    isEndOfGeneration: (token: number) => token === end,
    tokenBytes: (token: number) => Uint8Array.of(token),
    decodeMs: flat,
  };

  it('come from the first candidate that the line follows, up to the end of the line', () => {
    const drafts = new Drafts(model, { withinLine: true });
    drafts.set([
      [1, 2, 3, newline, 4],
      [1, 5, 6, newline],
    ]);
    const next = (since: number[]) => drafts.next({ since, tokens: since, streams: 2 })?.tokens;
    expect(next([])).toEqual([1, 2, 3]);
    expect(next([1, 5])).toEqual([6]);
    expect(next([1, 5, 7])).toBeUndefined();
  });

  it('come from what stood before where no candidate is left, and pass lines only where they may', () => {
    const tokens = [1, 2, 3, newline, 4, end, 1, 2];
    const next = (withinLine: boolean) =>
      new Drafts(model, { withinLine }).next({ since: [], tokens, streams: 1 })?.tokens;
    expect(next(true)).toEqual([3]);
    expect(next(false)).toEqual([3, newline, 4]);
  });
});
