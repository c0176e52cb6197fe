import { spawn } from 'node:child_process';
import {
  chmodSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { beforeEach, expect, test } from 'vitest';
import { readSnapshot, writeSnapshot } from '../../src/execution/snapshot-cache.ts';
import { scratchFolder } from '../support/scratch-folder.ts';

const scratch = scratchFolder();
let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(scratch, 'cache-'));
});

const image = () => {
  const shared = new SharedArrayBuffer(1 << 16);
  new Uint8Array(shared).fill(7);
  return shared;
};

test('what was written is read, for this user alone', async () => {
  const file = join(folder, 'deep', 'a.snapshot');
  await writeSnapshot(file, image());
  expect(new Uint8Array((await readSnapshot(file))!)).toEqual(new Uint8Array(image()));
  expect(statSync(file).mode & 0o777).toBe(0o600);
  expect(readdirSync(join(folder, 'deep'))).toEqual(['a.snapshot']);
});

test.each([
  ['no file', (file: string) => rmSync(file)],
  ['an empty file', (file: string) => writeFileSync(file, '')],
  [
    'one byte changed',
    (file: string) => {
      const bytes = readFileSync(file);
      bytes[5000] = 8;
      writeFileSync(file, bytes);
    },
  ],
  ['a file cut short', (file: string) => writeFileSync(file, readFileSync(file).subarray(0, 4000))],
  ['a file that others may write', (file: string) => chmodSync(file, 0o666)],
])('%s is no snapshot', async (_name, damage) => {
  const file = join(folder, 'a.snapshot');
  await writeSnapshot(file, image());
  damage(file);
  expect(await readSnapshot(file)).toBeUndefined();
});

test('only the newest snapshots are kept, and nothing else is touched', async () => {
  writeFileSync(join(folder, 'my.snapshot'), 'mine');
  for (const [i, name] of ['a', 'b', 'c', 'd', 'e', 'f'].entries()) {
    await writeSnapshot(join(folder, `pyodide-${name}.snapshot`), image());
    utimesSync(join(folder, `pyodide-${name}.snapshot`), 1000 + i, 1000 + i);
  }
  await writeSnapshot(join(folder, 'pyodide-g.snapshot'), image());
  const kept = ['d', 'e', 'f', 'g'].map((name) => `pyodide-${name}.snapshot`);
  expect(readdirSync(folder).sort()).toEqual(['my.snapshot', ...kept]);
});

test('a place that cannot be written is no error', async () => {
  writeFileSync(join(folder, 'file'), '');
  await writeSnapshot(join(folder, 'file', 'a.snapshot'), image());
  expect(readdirSync(folder)).toEqual(['file']);
});

const start = (cache: string) => {
  const module = pathToFileURL(join(import.meta.dirname, '../../src/execution/create-runner.ts')).href;
  const script = `import { createRunner } from ${JSON.stringify(module)};
const runner = await createRunner({ maxWorkers: 1, snapshotCache: ${JSON.stringify(cache)} });
const { results } = await runner.run({ program: 'def f(x):\\n    return x', entryPoint: 'f', trace: false, tests: [{ kind: 'assert', source: 'assert f(1) == 1' }] });
console.log(results[0].outcome);
await runner.dispose();`;
  const file = join(folder, `start-${Math.random()}.mts`);
  writeFileSync(file, script);
  const child = spawn(process.execPath, ['--import', import.meta.resolve('tsx'), file], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let out = '';
  child.stdout.on('data', (data) => {
    out += data;
  });
  return new Promise<string>((resolve) => child.on('close', () => resolve(out)));
};

test('two processes at once fill one cache; a damaged one is made anew', async () => {
  const cache = join(folder, 'cache');
  expect(await Promise.all([start(cache), start(cache)])).toEqual(['passed\n', 'passed\n']);
  const [name, ...others] = readdirSync(cache);
  expect(others).toEqual([]);
  const file = join(cache, name!);
  const bytes = readFileSync(file);
  const damaged = Buffer.from(bytes);
  damaged.fill(0, 1_000_000, 2_000_000);
  writeFileSync(file, damaged);
  expect(await start(cache)).toBe('passed\n');
  expect(await readSnapshot(file)).toBeDefined();
});
