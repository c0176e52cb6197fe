import { expect, test, vi } from 'vitest';
import { checkLock } from '../../src/execution/worker/self-check.mjs';
import { Stopped } from '../../src/execution/worker/stopped.mjs';

const contents = vi.hoisted(() => ({ change: false }));
vi.mock('node:fs/promises', async (original) => {
  const stock = await original<typeof import('node:fs/promises')>();
  const readFile = async (path: string) => {
    const bytes = await stock.readFile(path);
    return contents.change && path.endsWith('pyodide.asm.mjs')
      ? Buffer.concat([bytes, Buffer.from(' ')])
      : bytes;
  };
  return { ...stock, readFile };
});
const { loadPinnedWasm } = await import('../../src/execution/pyodide-pin.ts');

/** An interpreter that answers each canary as told. */
function fake(answers: Record<string, string | Stopped>) {
  return {
    devices: {},
    restored: 0,
    restore() {
      this.restored++;
    },
    send(message: string) {
      const { program, source } = JSON.parse(message);
      const found = Object.entries(answers).find(([word]) => (program ?? source).includes(word));
      if (found?.[1] instanceof Stopped) throw found[1];
      return found?.[1] ?? '{"outcome":"passed"}';
    },
  };
}
const closed = { to_js: new Stopped('denied', 'JsvArray_New'), 'while True': new Stopped('timed-out', '') };

test('a closed lock is let through, and the interpreters are put back', () => {
  const [program, judge] = [fake(closed), fake(closed)];
  checkLock(program, judge, {});
  expect([program.restored, judge.restored]).toEqual([4, 4]);
});

test.each([
  ['JavaScript can be reached', { ...closed, to_js: '{}' }],
  [
    'a shell can be started',
    { ...closed, 'os.system': '{"raised":{"type":"AssertionError"},"outcome":"failed"}' },
  ],
  [
    'a file can be written',
    { ...closed, 'open(': '{"raised":{"type":"AssertionError"},"outcome":"failed"}' },
  ],
  ['a loop cannot be stopped', { ...closed, 'while True': '{}' }],
])('an interpreter in which %s runs nothing', (_name, answers) => {
  expect(() => checkLock(fake(answers), fake(closed), {})).toThrow(/canary/);
  expect(() => checkLock(fake(closed), fake(answers), {})).toThrow(/canary/);
});

test('a Pyodide of another build is refused', async () => {
  await expect(loadPinnedWasm()).resolves.toBeInstanceOf(Object);
  contents.change = true;
  await expect(loadPinnedWasm()).rejects.toMatchObject({
    code: 'ERR_SANDBOX',
    details: { file: 'pyodide.asm.mjs' },
  });
});
