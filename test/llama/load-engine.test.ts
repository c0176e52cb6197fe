import {
  closeSync,
  copyFileSync,
  cpSync,
  ftruncateSync,
  mkdirSync,
  openSync,
  readFileSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { findLibraries } from '../../src/llama/find-libraries.ts';
import { loadAddon } from '../../src/llama/load-addon.ts';
import { type EngineOptions, loadEngine } from '../../src/llama/load-engine.ts';
import { packagedLibraries } from '../../src/llama/packaged-libraries.ts';
import { miniPath, testEngine } from '../support/engine.ts';
import { randomModel } from '../support/random-model.ts';
import { scratchFolder } from '../support/scratch-folder.ts';

const folder = scratchFolder();

function failure(options: Partial<EngineOptions>) {
  return expect(testEngine(options)).rejects;
}

describe('a model file', () => {
  it('that is missing', async () => {
    const modelPath = join(folder, 'missing.gguf');
    await failure({ modelPath }).toMatchObject({
      code: 'ERR_MODEL_LOAD',
      message: `Expected a model file at ${modelPath} but there is no such file; check \`modelPath\``,
    });
  });

  it('that is a directory', async () => {
    await failure({ modelPath: folder }).toMatchObject({
      code: 'ERR_MODEL_LOAD',
      message: expect.stringContaining('it is a directory'),
    });
  });

  it('of another format, or empty', async () => {
    const modelPath = join(folder, 'other.gguf');
    writeFileSync(modelPath, 'PK\u0003\u0004 and more');
    await failure({ modelPath }).toMatchObject({
      code: 'ERR_MODEL_LOAD',
      message: expect.stringContaining('GGUF'),
    });
    writeFileSync(modelPath, '');
    await failure({ modelPath }).toMatchObject({ code: 'ERR_MODEL_LOAD' });
  });

  it.each([0.2, 0.5, 0.99])('cut off at %d of its length', async (share) => {
    const modelPath = join(folder, `cut-${share}.gguf`);
    const bytes = readFileSync(miniPath);
    writeFileSync(modelPath, bytes.subarray(0, Math.floor(bytes.length * share)));
    await failure({ modelPath }).toMatchObject({
      code: 'ERR_MODEL_LOAD',
      message: expect.stringMatching(/not within the file bounds.*download it again/s),
    });
  });

  it('with a damaged head', async () => {
    const modelPath = join(folder, 'damaged.gguf');
    const bytes = readFileSync(miniPath);
    bytes.fill(0xff, 24, 400);
    writeFileSync(modelPath, bytes);
    await failure({ modelPath }).toMatchObject({ code: 'ERR_MODEL_LOAD', details: { path: modelPath } });
  });

  it('too large for the memory', async () => {
    const modelPath = join(folder, 'large.gguf');
    copyFileSync(miniPath, modelPath);
    const file = openSync(modelPath, 'r+');
    // Sparse: it takes no room on the disk.
    ftruncateSync(file, 2 ** 43);
    closeSync(file);
    await failure({ modelPath }).toMatchObject({
      code: 'ERR_MODEL_LOAD',
      message: expect.stringContaining('take a smaller model'),
    });
  });

  it('of a recurrent model', async () => {
    const modelPath = randomModel(folder, 'mamba', { architecture: 'mamba' });
    await failure({ modelPath }).toMatchObject({
      code: 'ERR_MODEL_UNSUPPORTED',
      message: expect.stringContaining('is recurrent'),
    });
  });

  it.each([{ causal: false }, { poolingType: 1 }])('made for embeddings: %o', async (shape) => {
    const modelPath = randomModel(folder, 'embeddings', shape);
    await failure({ modelPath }).toMatchObject({
      code: 'ERR_MODEL_UNSUPPORTED',
      message: expect.stringContaining('embeddings'),
    });
  });

  it('with a name in another script', async () => {
    const modelPath = join(folder, 'größe 模型.gguf');
    copyFileSync(miniPath, modelPath);
    await using engine = await testEngine({ modelPath });
    expect(engine.vocabularySize).toBe(1792);
  });
});

describe('options', () => {
  it('are all checked at once', async () => {
    const wrong = { modelPath: '', threads: 0, batchTokens: 1, gpus: 2 } as unknown as EngineOptions;
    const error = await loadEngine(wrong).catch((reason) => reason);
    expect(error.code).toBe('ERR_OPTIONS');
    for (const key of ['modelPath', 'threads', 'batchTokens', 'gpus']) expect(error.message).toContain(key);
  });

  it('name a context that cannot be', async () => {
    await failure({ contextTokens: 1 << 24 }).toMatchObject({
      code: 'ERR_CONTEXT',
      message: expect.stringContaining('lower `contextTokens`'),
    });
    await failure({ kvType: 'q8_0', flashAttention: false }).toMatchObject({ code: 'ERR_CONTEXT' });
  });

  it('name a GPU that is not there', async () => {
    if (process.platform !== 'linux') return;
    await failure({ gpu: 'metal' }).toMatchObject({
      code: 'ERR_LIBRARY',
      message: expect.stringContaining('`gpu`'),
    });
  });
});

describe('libraries', () => {
  it('of a folder without any', async () => {
    expect(() => findLibraries(folder)).toThrow(expect.objectContaining({ code: 'ERR_LIBRARY' }));
    expect(() => findLibraries(join(folder, 'missing'))).toThrow(
      expect.objectContaining({ code: 'ERR_LIBRARY' }),
    );
    await failure({ libDir: folder }).toMatchObject({
      code: 'ERR_LIBRARY',
      message: expect.stringContaining('libDir'),
    });
  });

  it('of another folder than the one in use', async () => {
    await using engine = await testEngine();
    const copies = join(folder, 'libraries');
    mkdirSync(copies);
    cpSync(engine.libraryFolder, copies, { recursive: true });
    await failure({ libDir: copies }).toMatchObject({
      code: 'ERR_LIBRARY',
      message: expect.stringContaining('already uses'),
    });
    await using again = await testEngine({ libDir: engine.libraryFolder });
    expect(again.libraryFolder).toBe(engine.libraryFolder);
  });

  it('are the packaged ones, of the pinned release', async () => {
    await using engine = await testEngine();
    expect(engine.libraryVersion).toMatch(/^0\.4\.0/);
    expect(engine.libraryFolder).toBe(packagedLibraries(false));
    expect(engine.devices.some(({ name }) => name === 'CPU')).toBe(true);
  });

  it('need the addon', () => {
    expect(() => loadAddon(folder)).toThrow(
      expect.objectContaining({
        code: 'ERR_ADDON_MISSING',
        message: expect.stringContaining('npx tracewise build-native'),
      }),
    );
    const platform = `${process.platform}-${process.arch}`;
    mkdirSync(join(folder, 'prebuilds', platform), { recursive: true });
    writeFileSync(join(folder, 'prebuilds', platform, 'tracewise.node'), 'no library');
    expect(() => loadAddon(folder)).toThrow(expect.objectContaining({ code: 'ERR_ADDON_MISSING' }));
  });
});

describe('a load', () => {
  it('reports its progress', async () => {
    const shares: number[] = [];
    await using engine = await testEngine({ onProgress: (share) => shares.push(share) });
    expect(engine.openSequences).toBe(0);
    expect(shares.at(-1)).toBe(1);
  });

  it('ends with an error of the listener', async () => {
    const error = new Error('mine');
    const onProgress = () => {
      throw error;
    };
    await failure({ onProgress }).toBe(error);
  });

  it('is aborted', async () => {
    await failure({ signal: AbortSignal.abort('early') }).toBe('early');
    const modelPath = randomModel(folder, 'wide', 'v32k');
    const abortion = new AbortController();
    const load = testEngine({
      modelPath,
      signal: abortion.signal,
      onProgress: () => abortion.abort('enough'),
    });
    await expect(load).rejects.toBe('enough');
  });
});
