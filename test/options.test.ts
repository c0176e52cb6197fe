import { expect, it } from 'vitest';
import { faithfulOptions, resolveOptions } from '../src/options.ts';

it('the faithful way is contradicted by what is given, not by what is undefined', () => {
  const nothing = Object.fromEntries(Object.keys(faithfulOptions).map((key) => [key, undefined]));
  expect(resolveOptions({ faithful: true, ...nothing })).toMatchObject(faithfulOptions);
  expect(() => resolveOptions({ faithful: true, stopOnPass: true })).toThrow(
    expect.objectContaining({ code: 'ERR_OPTIONS', details: { option: 'stopOnPass' } }),
  );
});

it('limits that a runner would refuse are refused with the other options', () => {
  const limits = { memoryBytes: 4096, timeoutMs: 700_000 };
  expect(() => resolveOptions({ limits })).toThrow(/8 MB[\s\S]*limits\.memoryBytes/);
  expect(() => resolveOptions({ limits })).toThrow(/limits\.timeoutMs/);
});
