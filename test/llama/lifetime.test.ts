import { spawn } from 'node:child_process';
import { copyFileSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { describe, expect, it } from 'vitest';
import { findLibraries } from '../../src/llama/find-libraries.ts';
import { packagedLibraries } from '../../src/llama/packaged-libraries.ts';
import { packageRoot } from '../../src/package-root.ts';
import { miniPath, testEngine } from '../support/engine.ts';
import { randomModel, slowShape } from '../support/random-model.ts';
import { scratchFolder } from '../support/scratch-folder.ts';

const folder = scratchFolder();
const slowModel = randomModel(folder, 'slow', slowShape);
const script = join(packageRoot(), 'test', 'support', 'engine-process.ts');

/** Runs a scene to its end; `signal` is sent when it has said something. */
async function play(
  scene: string,
  model: string,
  { signal, extra }: { signal?: NodeJS.Signals; extra?: string } = {},
) {
  const args = ['--import', 'tsx', script, scene, model, ...(extra ? [extra] : [])];
  const child = spawn(process.execPath, args, { cwd: packageRoot(), stdio: ['ignore', 'pipe', 'pipe'] });
  const deadline = setTimeout(() => child.kill('SIGKILL'), 45_000);
  if (signal) child.stdout.once('data', () => setTimeout(() => child.kill(signal), 100));
  const begin = performance.now();
  const exited = new Promise<[number | null, NodeJS.Signals | null]>((resolve) =>
    child.once('exit', (code, killedBy) => resolve([code, killedBy])),
  );
  const [stdout, stderr, [code, killedBy]] = await Promise.all([
    text(child.stdout),
    text(child.stderr),
    exited,
  ]);
  clearTimeout(deadline);
  return { code, killedBy, stdout: stdout.trim(), stderr, elapsedMs: performance.now() - begin };
}

describe('a process', () => {
  it('with an idle engine ends by itself', async () => {
    expect(await play('idle', miniPath)).toMatchObject({ code: 0, stdout: 'idle', stderr: '' });
  });

  it('may exit in the middle of a decode', async () => {
    expect(await play('exit', slowModel)).toMatchObject({ code: 7, killedBy: null });
  });

  it('is ended by SIGTERM in the middle of a decode', async () => {
    const { killedBy, elapsedMs } = await play('decode', slowModel, { signal: 'SIGTERM' });
    expect(killedBy).toBe('SIGTERM');
    expect(elapsedMs).toBeLessThan(15_000);
  });

  it('may dispose on SIGTERM', async () => {
    const result = await play('orderly', slowModel, { signal: 'SIGTERM' });
    expect(result).toMatchObject({ code: 0, killedBy: null });
    expect(result.stdout.split('\n').sort()).toEqual(['ERR_DISPOSED', 'decoding', 'disposed']);
  });

  it('survives worker threads that are terminated in a decode', async () => {
    const result = await play('workers', slowModel);
    expect(result).toMatchObject({ code: 0, killedBy: null, stdout: 'ended true' });
  });

  it('hears llama.cpp in a thread after the one that opened it has ended', async () => {
    const broken = join(folder, 'broken.gguf');
    writeFileSync(broken, readFileSync(miniPath).subarray(0, 1_000_000));
    expect(await play('reload', miniPath, { extra: broken })).toMatchObject({
      code: 0,
      killedBy: null,
      stdout: expect.stringMatching(/^idle\nmapped 1\n.*not within the file bounds/s),
    });
  });

  it('shares the libraries that node-llama-cpp has opened', async () => {
    expect(await play('second', miniPath)).toMatchObject({ code: 0, stdout: 'mapped 1' });
  });

  it('is told where `libDir` holds something else', async () => {
    const { base } = findLibraries(packagedLibraries(false));
    const wrong = join(folder, 'wrong');
    mkdirSync(wrong);
    for (const name of ['llama', 'ggml', 'ggml-base']) copyFileSync(base, join(wrong, `lib${name}.so`));
    const { stdout } = await play('libraries', miniPath, { extra: wrong });
    expect(JSON.parse(stdout)).toMatchObject({
      code: 'ERR_LIBRARY',
      message: expect.stringContaining('node-llama-cpp 3.21.1'),
    });
  });

  it.skipIf(process.arch !== 'x64')('keeps one CPU backend', async () => {
    expect(await play('variant', miniPath)).toMatchObject({ code: 0, stdout: 'ERR_LIBRARY' });
  });
});

describe('dispose', () => {
  it('ends a decode in flight and rejects what waits', async () => {
    const engine = await testEngine({ modelPath: slowModel, contextTokens: 2048, batchTokens: 2048 });
    const sequences = [1400, 300].map((length) => {
      const sequence = engine.openSequence();
      sequence.append(Array.from({ length }, (_, i) => 5 + (i % 90)));
      return sequence;
    });
    const outcomes = Promise.allSettled(sequences.map((sequence) => engine.readLogits(sequence)));
    await new Promise((resolve) => setTimeout(resolve, 60));
    const begin = performance.now();
    const disposals = [engine.dispose(), engine.dispose(), engine[Symbol.asyncDispose]()];
    sequences[0]!.dispose();
    await Promise.all(disposals);
    expect(performance.now() - begin).toBeLessThan(1000);
    for (const outcome of await outcomes) {
      expect(outcome).toMatchObject({ status: 'rejected', reason: { code: 'ERR_DISPOSED' } });
    }
    sequences[1]!.dispose();
    const disposed = expect.objectContaining({ code: 'ERR_DISPOSED' });
    expect(() => engine.openSequence()).toThrow(disposed);
    expect(() => engine.tokenize('x')).toThrow(disposed);
    expect(() => sequences[1]!.append([1])).toThrow(disposed);
    const request = { kind: 'sample', sequence: sequences[1]!, temperature: 0 } as const;
    await expect(engine.choose(request)).rejects.toMatchObject({ code: 'ERR_DISPOSED' });
  });

  it('in any order, of many engines, gives the memory back', async () => {
    let before = 0;
    for (let i = 0; i < 30; i++) {
      const engine = await testEngine({ contextTokens: 512 });
      const sequence = engine.openSequence();
      sequence.append([5, 6, 7]);
      const choice = engine.choose({ kind: 'sample', sequence, temperature: 0 }).catch(() => {});
      if (i % 3 === 0) await choice;
      if (i % 2 === 0) sequence.dispose();
      await engine.dispose();
      sequence.dispose();
      if (i === 10) before = process.memoryUsage().rss;
    }
    expect(process.memoryUsage().rss - before).toBeLessThan(48e6);
  });
});
