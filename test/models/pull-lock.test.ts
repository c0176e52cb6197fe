import { existsSync, readdirSync, readFileSync, rmSync, statSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { expect, it, vi } from 'vitest';
import { PullLock } from '../../src/models/pull-lock.ts';
import { scratchFolder } from '../support/scratch-folder.ts';

const folder = scratchFolder();
const path = join(folder, 'lock');

it('is held by one at a time, also where a dead holder left it', async () => {
  let holders = 0;
  let most = 0;
  let taken = 0;
  const hold = async () => {
    const lock = await PullLock.take(path);
    most = Math.max(most, ++holders);
    taken++;
    await sleep(2);
    expect(readFileSync(path, 'utf8')).toMatch(/^[\da-f-]{36}$/);
    await lock.assertHeld();
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
  await lock.assertHeld();
  writeFileSync(path, 'of another process');
  await vi.waitFor(() => expect(lock.lost.aborted).toBe(true), 5_000);
  expect(lock.lost.reason).toMatchObject({ code: 'ERR_BUSY' });
  await lock.release();
  expect(existsSync(path)).toBe(true);
  rmSync(path);
});

it('is asked for after a sleep', async () => {
  const lock = await PullLock.take(path);
  vi.useFakeTimers({ toFake: ['Date'], now: Date.now() + 30_000 });
  await lock.assertHeld();
  expect(statSync(path).mtimeMs).toBeCloseTo(Date.now(), -3);
  vi.setSystemTime(Date.now() + 30_000);
  rmSync(path);
  await expect(lock.assertHeld()).rejects.toMatchObject({ code: 'ERR_BUSY' });
  vi.useRealTimers();
  await lock.release();
});

it('is taken where its time is far from now, before or after', async () => {
  for (const ms of [-60_000, 60_000]) {
    writeFileSync(path, 'of a dead process');
    const time = new Date(Date.now() + ms);
    utimesSync(path, time, time);
    const lock = await PullLock.tryTake(path);
    expect(lock).toBeDefined();
    await lock!.release();
  }
});
