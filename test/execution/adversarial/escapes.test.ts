import { spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createRunner } from '../../../src/execution/create-runner.ts';
import { escapes } from './escapes.ts';

interface Ended {
  readonly ended: string;
  readonly hits: string[];
  readonly stdout: string;
  readonly umaskKept: boolean;
}

let folder: string;
let ended: Ended[];
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'tracewise-escapes-'));
  await (await createRunner({ maxWorkers: 1, snapshotCache: folder })).dispose();
  ended = runInOneProcess(escapes.map(({ program }) => program));
}, 120_000);
afterAll(() => rmSync(folder, { recursive: true, force: true }));

function runInOneProcess(programs: readonly string[], unlocked = false): Ended[] {
  const snapshot = join(folder, readdirSync(folder)[0]!);
  const { stdout, stderr, status } = spawnSync(
    process.execPath,
    ['--stack-size=4000', join(import.meta.dirname, 'run-escapes.mjs')],
    {
      input: JSON.stringify({ snapshot, programs, unlocked }),
      encoding: 'utf8',
      maxBuffer: 1 << 26,
      timeout: 110_000,
    },
  );
  expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
  return stdout
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line));
}

describe('the host is called by nothing', () => {
  test.each(escapes.map(({ tries, ends }, i) => [tries, ends, i] as const))('%s: %s', (_tries, ends, i) => {
    expect(ended[i]).toMatchObject({ ended: ends, hits: [], umaskKept: true });
    expect(ended[i]!.stdout).not.toContain('ESCAPED');
  });

  test('the same programs reach it where the lock is open, so the watch sees', () => {
    const open = runInOneProcess(
      [
        'import os\nos.system("true")',
        `import _imp, importlib.machinery
core = _imp.create_builtin(importlib.machinery.ModuleSpec('_pyodide_core', None))
core.to_js([1]).constructor.constructor("process.getBuiltinModule('fs').readFileSync('/dev/null')")()`,
        'import os\nos.umask(0o77)',
      ],
      true,
    );
    expect(open[0]!.hits).toContain('child_process.spawnSync');
    expect(open[1]!.hits).toEqual(expect.arrayContaining(['process.getBuiltinModule', 'fs.readFileSync']));
    expect(open[2]!.umaskKept).toBe(false);
  });
});
