import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import { embeddedModel } from '../../src/embedded-model.ts';
import { modelCatalogue } from '../../src/models/catalogue.ts';
import { listModels } from '../../src/models/list-models.ts';
import { removeModel } from '../../src/models/remove-model.ts';
import { resolveModel } from '../../src/models/resolve-model.ts';
import { verifyModel } from '../../src/models/verify-model.ts';
import { miniPath } from '../support/engine.ts';
import { scratchFolder } from '../support/scratch-folder.ts';
import { ModelServer, sha256 } from './support/model-server.ts';

const mini = readFileSync(miniPath);
const parts = ['big-00001-of-00002.gguf', 'big-00002-of-00002.gguf'];
const name = 'hf:owner/repository/mini.gguf';
const split = `hf:owner/repository/deep/${parts[0]}#v1`;
const cacheFolder = scratchFolder();
const models = join(cacheFolder, 'models');
let server: ModelServer;

beforeAll(async () => {
  server = await ModelServer.start({
    'mini.gguf': mini,
    [`deep/${parts[0]}`]: mini,
    [`deep/${parts[1]}`]: mini,
  });
  vi.stubEnv('HF_ENDPOINT', server.endpoint);
});
afterAll(async () => {
  vi.unstubAllEnvs();
  await server.close();
});

const stateOf = async (wanted: string) =>
  (await listModels({ cacheFolder })).find((model) => model.name === wanted);

it('the embedded model and a path are where they are', async () => {
  const { path, options } = await resolveModel('embedded');
  expect([path, options]).toEqual([embeddedModel.path(), embeddedModel.options]);
  expect(await resolveModel(miniPath, { sha256: sha256(mini) })).toEqual({ path: miniPath, options: {} });
  await expect(resolveModel(miniPath, { sha256: '0'.repeat(64) })).rejects.toMatchObject({
    code: 'ERR_MODEL_CHANGED',
    message: expect.stringContaining(sha256(mini)),
  });
  for (const slip of ['qwen2.5-coder-1.5B', 'Embedded', ''])
    await expect(resolveModel(slip)).rejects.toMatchObject({
      code: 'ERR_OPTIONS',
      message: expect.stringContaining('qwen2.5-coder-1.5b, '),
    });
  await expect(resolveModel('nowhere.gguf', { sha256: '0'.repeat(64) })).rejects.toMatchObject({
    code: 'ERR_MODEL_LOAD',
  });
});

it('options are checked', async () => {
  await expect(resolveModel(name, { sha256: 'abc' })).rejects.toMatchObject({ code: 'ERR_OPTIONS' });
  await expect(resolveModel(split, { sha256: '0'.repeat(64), cacheFolder })).rejects.toMatchObject({
    code: 'ERR_OPTIONS',
    message: expect.stringContaining('several'),
  });
});

it('the list is the catalogue where nothing was pulled', async () => {
  const listed = await listModels({ cacheFolder });
  expect(listed.map((model) => model.name)).toEqual(modelCatalogue.map(({ id }) => id));
  expect(listed.every(({ state, bytes }) => state === 'absent' && bytes === 0)).toBe(true);
});

it('the list has what was pulled, in part, and by others', async () => {
  const { path } = await resolveModel(name, { cacheFolder });
  expect(await stateOf(name)).toEqual({
    name,
    source: name,
    state: 'pulled',
    bytes: mini.length,
    totalBytes: mini.length,
    licence: null,
    path,
  });
  await resolveModel(split, { cacheFolder });
  expect(await stateOf(split)).toMatchObject({ state: 'pulled', bytes: 2 * mini.length });
  const known = modelCatalogue[0]!;
  const begun = join(models, known.repository, `${known.file}.part`);
  mkdirSync(dirname(begun), { recursive: true });
  writeFileSync(begun, 'GGUF');
  expect(await stateOf(known.id)).toMatchObject({ state: 'partial', bytes: 4, totalBytes: known.bytes });
  writeFileSync(join(models, 'owner/repository/no,name.gguf'), '');
  writeFileSync(join(models, 'notes.txt'), '');
  mkdirSync(join(models, 'owner/repository@%zz'));
  writeFileSync(join(models, 'owner/repository@%zz/x.gguf'), '');
  expect(await listModels({ cacheFolder })).toHaveLength(modelCatalogue.length + 2);
});

it('verify reads a model through', async () => {
  const right = [{ expected: sha256(mini), expectedFrom: 'server', found: sha256(mini) }];
  expect(await verifyModel(name, { cacheFolder })).toMatchObject(right);
  expect(await verifyModel(split, { cacheFolder })).toMatchObject([...right, ...right]);
  const path = join(models, 'owner/repository@v1/deep', parts[1]!);
  const damaged = Buffer.from(mini);
  damaged[1000]! ^= 1;
  writeFileSync(path, damaged);
  const [first, second] = await verifyModel(split, { cacheFolder });
  expect([first!.found, second!.found]).toEqual([sha256(mini), sha256(damaged)]);
  rmSync(path);
  expect((await verifyModel(split, { cacheFolder }))[1]!.found).toBeNull();
  expect(await stateOf(split)).toMatchObject({ state: 'partial' });
  const signal = AbortSignal.abort(new Error('enough'));
  await expect(verifyModel(name, { cacheFolder, signal })).rejects.toBe(signal.reason);
});

it('a file in capitals is one too', async () => {
  server.files['X.GGUF'] = mini;
  const capitals = 'hf:owner/capitals/X.GGUF';
  await resolveModel(capitals, { cacheFolder });
  expect(await stateOf(capitals)).toMatchObject({ state: 'pulled' });
  expect(await removeModel(capitals, { cacheFolder })).toBe(mini.length);
});

it('a record without its file is removed', async () => {
  server.files['lone.gguf'] = mini;
  const lone = 'hf:owner/lone/lone.gguf';
  const { path } = await resolveModel(lone, { cacheFolder });
  rmSync(path);
  expect(await removeModel(lone, { cacheFolder })).toBe(0);
  expect(await stateOf(lone)).toBeUndefined();
  await expect(removeModel(lone, { cacheFolder })).rejects.toMatchObject({ code: 'ERR_OPTIONS' });
});

it.each(['embedded', miniPath, 'hf:owner/repository/other.gguf'])('%s was not pulled', async (model) => {
  const code = 'ERR_OPTIONS';
  await expect(verifyModel(model, { cacheFolder })).rejects.toMatchObject({ code });
  await expect(removeModel(model, { cacheFolder })).rejects.toMatchObject({ code });
});

it('a model that is being pulled is not removed', async () => {
  const lock = join(models, 'owner/repository/mini.gguf.lock');
  writeFileSync(lock, 'of another process');
  await expect(removeModel(name, { cacheFolder })).rejects.toMatchObject({ code: 'ERR_BUSY' });
  rmSync(lock);
});

it('what is removed leaves nothing', async () => {
  expect(await removeModel(split, { cacheFolder })).toBe(mini.length);
  expect(await removeModel(modelCatalogue[0]!.id, { cacheFolder })).toBe(4);
  expect(await removeModel(name, { cacheFolder })).toBe(mini.length);
  expect(readdirSync(models, { recursive: true }).sort()).toEqual([
    'notes.txt',
    'owner',
    'owner/repository',
    'owner/repository/no,name.gguf',
    'owner/repository@%zz',
    'owner/repository@%zz/x.gguf',
  ]);
});
