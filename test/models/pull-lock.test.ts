import { existsSync, mkdtempSync, readdirSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, expect, it } from 'vitest';
import { PullLock } from '../../src/models/pull-lock.ts';

const folder = mkdtempSync(join(tmpdir(), 'tracewise-lock-'));
const path = join(folder, 'lock');
afterAll(() => rmSync(folder, { recursive: true }));

it('is held by one at a time, also where a dead holder left it', async () => {
  let holders = 0;
  let most = 0;
  let taken = 0;
  const hold = async () => {
    const lock = await PullLock.take(path);
    most = Math.max(most, ++holders);
    taken++;
    await sleep(2);
    expect(await lock.isHeld()).toBe(true);
    holders--;
    await lock.release();
  };
  for (let round = 0; round < 5; round++) {
    writeFileSync(path, 'of a dead process');
    const longAgo = new Date(Date.now() - 60_000);
    utimesSync(path, longAgo, longAgo);
    await Promise.all(Array.from({ length: 5 }, hold));
  }
  expect([most, taken]).toEqual([1, 25]);
  expect(readdirSync(folder)).toEqual([]);
});

it('is not taken from a living holder, and is lost to whoever took it', async () => {
  const lock = await PullLock.take(path);
  expect(await PullLock.tryTake(path)).toBeUndefined();
  writeFileSync(path, 'of another process');
  expect(await lock.isHeld()).toBe(false);
  await lock.release();
  expect(existsSync(path)).toBe(true);
  rmSync(path);
});
