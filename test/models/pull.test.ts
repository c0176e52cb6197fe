import { spawn } from 'node:child_process';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { modelCatalogue } from '../../src/models/catalogue.ts';
import { hubName } from '../../src/models/model-source.ts';
import type { PullProgress } from '../../src/models/pull-model.ts';
import { type ResolveModelOptions, resolveModel } from '../../src/models/resolve-model.ts';
import { verifyModel } from '../../src/models/verify-model.ts';
import { miniPath, testEngine } from '../support/engine.ts';
import { scratchFolder } from '../support/scratch-folder.ts';
import { cutAfter, ModelServer, rangeStart, sendHead, sha256, stallAfter } from './support/model-server.ts';

const mini = readFileSync(miniPath);
const size = mini.length;
const name = 'hf:owner/repository/mini.gguf';
const folder = scratchFolder();
let cacheFolder = '';
let server: ModelServer;

beforeAll(async () => {
  server = await ModelServer.start({ 'mini.gguf': mini });
});
afterAll(async () => {
  await server.close();
});
beforeEach(() => {
  cacheFolder = mkdtempSync(join(folder, 'cache-'));
  server.files = { 'mini.gguf': mini };
  server.reset();
  vi.stubEnv('HF_ENDPOINT', server.endpoint);
  vi.stubEnv('MODEL_ENDPOINT', '');
  vi.stubEnv('HF_TOKEN', '');
});
afterEach(() => vi.unstubAllEnvs());

const target = () => join(cacheFolder, 'models/owner/repository/mini.gguf');
const hashHere = (path = target()) => sha256(readFileSync(path));
const partBytes = () => (existsSync(`${target()}.part`) ? statSync(`${target()}.part`).size : undefined);
const pull = (options: ResolveModelOptions = {}, model = name) =>
  resolveModel(model, { cacheFolder, retryDelayMs: 1, stallTimeoutMs: 2_000, ...options });
const failure = (options?: ResolveModelOptions, model?: string) =>
  pull(options, model).then(
    ({ path }) => expect.fail(`resolved to ${path}`),
    (error) => error,
  );
const record = () => JSON.parse(readFileSync(`${target()}.json`, 'utf8'));

describe('a pull', () => {
  it('brings a model that loads, and the next one needs no network', async () => {
    const { path, options } = await pull();
    expect(path).toBe(target());
    expect(options).toEqual({});
    expect(record()).toEqual({
      name,
      files: [
        {
          file: 'mini.gguf',
          bytes: size,
          sha256: sha256(mini),
          sha256From: 'server',
          modifiedMs: Math.floor(statSync(path).mtimeMs),
        },
      ],
    });
    expect(partBytes()).toBeUndefined();
    await using engine = await testEngine({ modelPath: path });
    expect(engine.tokenize('def f(x):').length).toBeGreaterThan(2);
    vi.stubEnv('HF_ENDPOINT', 'http://127.0.0.1:1');
    expect((await pull()).path).toBe(path);
  });

  it('asks for the file once, in one connection', async () => {
    await pull();
    expect(server.seen.map(({ at, range }) => [at, range])).toEqual([
      ['hub', undefined],
      ['content', undefined],
    ]);
    expect(server.seen[0]!.path).toBe('/owner/repository/resolve/main/mini.gguf');
  });

  it('tells how far it is', async () => {
    const told: PullProgress[] = [];
    await pull({ onProgress: (progress) => told.push(progress) });
    const bytes = told.map((progress) => progress.bytes);
    expect(bytes).toEqual([...bytes].sort((a, b) => a - b));
    expect(told[0]).toEqual({
      activity: 'downloading',
      file: 'mini.gguf',
      fileIndex: 0,
      fileCount: 1,
      bytes: 0,
      totalBytes: size,
    });
    expect(told.at(-1)!.bytes).toBe(size);
  });

  it('brings another revision to another place', async () => {
    const { path } = await pull({}, `${name}#refs/pr/1`);
    expect(path).toBe(join(cacheFolder, 'models/owner/repository@refs%2Fpr%2F1/mini.gguf'));
    expect(server.seen[0]!.path).toBe('/owner/repository/resolve/refs%2Fpr%2F1/mini.gguf');
  });

  it('brings all parts of a split model and names the first', async () => {
    const parts = [1, 2, 3].map((i) => `deep/big-0000${i}-of-00003.gguf`);
    server.files = Object.fromEntries(
      parts.map((part, i) => [part, Buffer.concat([mini, Buffer.from([i])])]),
    );
    const files = new Set<string>();
    const { path } = await pull(
      { onProgress: ({ file, fileIndex, fileCount }) => files.add(`${file} ${fileIndex} ${fileCount}`) },
      `hf:owner/repository/${parts[0]}`,
    );
    expect(path).toBe(join(cacheFolder, 'models/owner/repository', parts[0]!));
    for (const part of parts)
      expect(hashHere(join(cacheFolder, 'models/owner/repository', part))).toBe(sha256(server.files[part]!));
    expect(files.size).toBe(3);
    expect(await failure({}, `hf:owner/repository/${parts[1]}`)).toMatchObject({
      code: 'ERR_OPTIONS',
      message: expect.stringContaining('big-00001-of-00003.gguf'),
    });
  });

  it('brings the parts of a split model from one upload', async () => {
    const parts = [1, 2, 3].map((i) => `big-0000${i}-of-00003.gguf`);
    const split = `hf:owner/repository/${parts[0]}`;
    const uploads = ['a', 'b'].map((sign) => ({
      commit: sign.repeat(40),
      model: Buffer.concat([mini, Buffer.from(sign)]),
    }));
    /** The hub at a time when `latest` is on main; older commits are kept. */
    const hubOf = (latest: (typeof uploads)[number]) =>
      server.reset({
        hub: ({ url }, response) => {
          const { commit, model } = uploads.find((upload) => url!.includes(upload.commit)) ?? latest;
          server.files = Object.fromEntries(parts.map((part) => [part, model]));
          response.setHeader('x-repo-commit', commit);
          return false;
        },
      });
    const [old, recent] = uploads as [(typeof uploads)[number], (typeof uploads)[number]];
    const hashes = () => parts.map((part) => hashHere(join(cacheFolder, 'models/owner/repository', part)));
    const interruption = new AbortController();
    const onProgress = ({ fileIndex }: PullProgress) => fileIndex === 1 && interruption.abort();
    hubOf(old);
    await failure({ signal: interruption.signal, onProgress }, split);
    hubOf(recent);
    await pull({}, split);
    expect(hashes()).toEqual(Array(3).fill(sha256(old.model)));
    rmSync(join(cacheFolder, 'models/owner/repository', parts[0]!));
    await pull({}, split);
    expect(hashes()).toEqual(Array(3).fill(sha256(old.model)));
    for (const part of parts) rmSync(join(cacheFolder, 'models/owner/repository', part));
    await pull({}, split);
    expect(hashes()).toEqual(Array(3).fill(sha256(recent.model)));
  });

  it('waits for another pull of the same model', async () => {
    const activities = new Set<string>();
    let open = 0;
    server.reset({
      content: (request, response) => {
        expect(++open).toBe(1);
        sendHead(request, response, mini);
        setTimeout(() => response.end(mini, () => open--), 400);
        return true;
      },
    });
    const watched = () => pull({ onProgress: ({ activity }) => activities.add(activity) });
    const all = await Promise.all([watched(), watched(), watched()]);
    expect(all.map(({ path }) => path)).toEqual([target(), target(), target()]);
    expect(server.ranges()).toEqual([undefined]);
    expect(activities).toContain('waiting');
  });

  it('that waited holds what the other brought to the hash of its own caller', async () => {
    server.reset({
      content: (request, response) => {
        sendHead(request, response, mini);
        setTimeout(() => response.end(mini), 400);
        return true;
      },
    });
    const first = pull();
    await vi.waitFor(() => expect(server.seen).toHaveLength(2), 10_000);
    const due = '3'.repeat(64);
    expect(await failure({ sha256: due })).toMatchObject({
      code: 'ERR_MODEL_CHANGED',
      message: expect.stringContaining(due),
    });
    expect((await first).path).toBe(target());
  });

  it('that brings a missing part reads the others of a copied cache, and leaves them', async () => {
    const parts = [1, 2].map((i) => `big-0000${i}-of-00002.gguf`);
    const places = parts.map((part) => join(cacheFolder, 'models/owner/repository', part));
    server.files = Object.fromEntries(parts.map((part) => [part, mini]));
    const split = `hf:owner/repository/${parts[0]}`;
    await pull({}, split);
    rmSync(places[0]!);
    utimesSync(places[1]!, 1e9, 1e9);
    server.reset();
    await pull({}, split);
    expect(server.seen.filter(({ at }) => at === 'hub').map(({ path }) => path)).toEqual([
      `/owner/repository/resolve/main/${parts[0]}`,
    ]);
    utimesSync(places[1]!, 1e8, 1e8);
    writeFileSync(places[1]!, Buffer.concat([mini.subarray(0, -1), Buffer.from('?')]));
    rmSync(places[0]!);
    expect(await failure({}, split)).toMatchObject({ code: 'ERR_MODEL_CHANGED' });
  });

  it('takes up a whole file that was not put in its place yet', async () => {
    mkdirSync(dirname(target()), { recursive: true });
    writeFileSync(`${target()}.part`, mini);
    writeFileSync(`${target()}.part.identity`, sha256(mini));
    await pull();
    expect(hashHere()).toBe(sha256(mini));
    expect(server.ranges()).toEqual([`bytes=${size}-`]);
  });

  it('begins anew over a part that is longer than the file', async () => {
    mkdirSync(dirname(target()), { recursive: true });
    writeFileSync(`${target()}.part`, Buffer.concat([mini, mini]));
    writeFileSync(`${target()}.part.identity`, sha256(mini));
    await pull();
    expect(hashHere()).toBe(sha256(mini));
  });

  it('begins anew over a part of unknown origin', async () => {
    mkdirSync(dirname(target()), { recursive: true });
    writeFileSync(`${target()}.part`, mini.subarray(0, 1000));
    await pull();
    expect(hashHere()).toBe(sha256(mini));
  });

  it('takes the place of one that died', async () => {
    await pull();
    rmSync(target());
    writeFileSync(`${target()}.lock`, 'of a process that was killed');
    const longAgo = new Date(Date.now() - 60_000);
    utimesSync(`${target()}.lock`, longAgo, longAgo);
    await pull();
    expect(existsSync(`${target()}.lock`)).toBe(false);
  });
});

describe('a pull that slept while another one finished', () => {
  /** What the other did: the lock is its own, and the part, whole now, in its place. */
  const overtake = () => {
    writeFileSync(`${target()}.lock`, 'of another process');
    writeFileSync(`${target()}.part`, mini.subarray(partBytes()!), { flag: 'a' });
    renameSync(`${target()}.part`, target());
  };

  it('ends with the next beat', async () => {
    server.reset({ content: stallAfter(mini, 1_000_000) });
    const slept = failure({ stallTimeoutMs: 30_000 });
    await vi.waitFor(() => expect(partBytes()).toBe(1_000_000), 10_000);
    overtake();
    expect(await slept).toMatchObject({ code: 'ERR_BUSY' });
    expect(hashHere()).toBe(sha256(mini));
  });

  it('does not begin anew over the file that is there now', async () => {
    let cut = () => {};
    server.reset({
      content: (_, response, count) => {
        response.writeHead(200, { 'content-length': size });
        response.write(mini.subarray(0, count === 0 ? 1_000_000 : 4));
        cut = () => response.destroy();
        return true;
      },
    });
    const slept = failure();
    await vi.waitFor(() => expect(partBytes()).toBe(1_000_000), 10_000);
    overtake();
    vi.useFakeTimers({ toFake: ['Date'], now: Date.now() + 30_000 });
    cut();
    expect(await slept).toMatchObject({ code: 'ERR_BUSY' });
    vi.useRealTimers();
    expect(server.ranges()).toHaveLength(2);
    expect(hashHere()).toBe(sha256(mini));
  });
});

describe('a model of the catalogue', () => {
  const known = modelCatalogue[0]!;
  const place = () => join(cacheFolder, 'models', known.repository, known.file);

  beforeEach(() => {
    server.files = { [known.file]: mini };
  });

  it.each([known.id, hubName(known), `${hubName(known)}#main`])('%s is held to its hash', async (model) => {
    expect(await failure({}, model)).toMatchObject({
      code: 'ERR_MODEL_DOWNLOAD',
      details: { expected: known.sha256, found: sha256(mini) },
    });
    expect(existsSync(place())).toBe(false);
  });

  it('is held to it also where another file was recorded', async () => {
    await pull({ sha256: sha256(mini) }, known.id);
    const of = JSON.parse(readFileSync(`${place()}.json`, 'utf8'));
    of.files[0].sha256From = 'server';
    writeFileSync(`${place()}.json`, JSON.stringify(of));
    expect(await failure({}, known.id)).toMatchObject({
      code: 'ERR_MODEL_CHANGED',
      message: expect.stringContaining(`${known.sha256} at ${place()} but it has ${sha256(mini)}`),
    });
    expect(await verifyModel(known.id, { cacheFolder })).toMatchObject([
      { expected: known.sha256, expectedFrom: 'catalogue', found: sha256(mini) },
    ]);
  });

  it('is another where the caller gave its hash', async () => {
    await pull({ sha256: sha256(mini) }, known.id);
    expect((await pull({}, known.id)).path).toBe(place());
    expect(await verifyModel(known.id, { cacheFolder })).toMatchObject([
      { expected: sha256(mini), expectedFrom: 'given', found: sha256(mini) },
    ]);
  });
});

describe('an unreliable network', () => {
  it('goes on where a connection was cut', async () => {
    const cut = cutAfter(mini, 700_000);
    server.reset({ content: (request, response, count) => count < 3 && cut(request, response, count) });
    await pull();
    expect(hashHere()).toBe(sha256(mini));
    const [first, ...starts] = server.starts();
    expect(first).toBe(0);
    expect(starts).toHaveLength(3);
    for (const [i, at] of starts.entries()) {
      expect(at).toBeGreaterThan(i === 0 ? 0 : starts[i - 1]!);
      expect(at).toBeLessThanOrEqual((i + 1) * 700_000);
    }
  });

  it('asks the hub for a new link at every attempt, and when a link has run out', async () => {
    const cut = cutAfter(mini, 1_000_000);
    server.reset({
      content: (request, response, count) => {
        if (count === 0) return cut(request, response, count);
        if (count === 1) response.writeHead(403).end('expired');
        return count === 1;
      },
    });
    await pull();
    const [first, second, third] = server.starts('hub');
    expect([first, third]).toEqual([0, second]);
    expect(second).toBeGreaterThan(0);
  });

  it('gives up a connection that stalls, and goes on', async () => {
    const stall = stallAfter(mini, 1_500_000);
    server.reset({ content: (request, response, count) => count === 0 && stall(request, response, count) });
    await pull({ stallTimeoutMs: 200 });
    expect(hashHere()).toBe(sha256(mini));
    expect(server.ranges()).toEqual([undefined, 'bytes=1500000-']);
  });

  it.each(['hub', 'content'] as const)('gives up a %s that never answers', async (where) => {
    server.reset({ [where]: () => true });
    const error = await failure({ stallTimeoutMs: 60 });
    expect(error).toMatchObject({ code: 'ERR_MODEL_DOWNLOAD' });
    expect(error.message).toContain('nothing came for 0.06 s, and 5 attempts');
    expect(server.ranges(where)).toHaveLength(5);
  });

  it('begins anew where the server knows no ranges', async () => {
    server.reset({
      content: (_, response, count) => {
        response.writeHead(200, { 'content-length': size });
        if (count === 0) response.write(mini.subarray(0, 900_000), () => response.destroy());
        else response.end(mini);
        return true;
      },
    });
    await pull();
    expect(hashHere()).toBe(sha256(mini));
  });

  it('does not try for ever where a server without ranges always breaks off', async () => {
    server.reset({
      content: (_, response) => {
        response.writeHead(200, { 'content-length': size });
        response.write(mini.subarray(0, 900_000), () => setTimeout(() => response.destroy(), 5));
        return true;
      },
    });
    expect((await failure()).message).toContain('attempts brought it no further');
  });

  it.each([500, 503, 429])('tries again after %s', async (status) => {
    server.reset({
      hub: (_, response, count) => {
        if (count < 2) response.writeHead(status, { 'retry-after': '0' }).end();
        return count < 2;
      },
    });
    await pull();
    expect(server.ranges('hub')).toHaveLength(3);
  });

  it.each(['0', '-5'])('does not hurry where the server says %s', async (seconds) => {
    server.reset({
      hub: (_, response) => {
        response.writeHead(503, { 'retry-after': seconds }).end();
        return true;
      },
    });
    const began = Date.now();
    await failure({ retryDelayMs: 20 });
    expect(Date.now() - began).toBeGreaterThan(20 + 40 + 80 + 160 - 10);
  });

  it('names the host that it did not reach', async () => {
    const closed = 'http://127.0.0.1:9';
    server.reset({
      hub: (_, response) => !!response.writeHead(302, { location: `${closed}/mini.gguf` }).end(),
    });
    expect((await failure()).message).toContain('the connection to 127.0.0.1:9 failed');
    server.reset({ content: cutAfter(mini, 0) });
    expect((await failure()).message).toContain('the connection to localhost:');
  });

  it('says so where nothing can be reached', async () => {
    vi.stubEnv('HF_ENDPOINT', 'http://127.0.0.1:1');
    const error = await failure();
    expect(error).toMatchObject({ code: 'ERR_MODEL_DOWNLOAD' });
    expect(error.message).toContain('127.0.0.1:1');
    expect(error.message).toContain('give the path of a file');
    expect(existsSync(`${target()}.lock`)).toBe(false);
  });
});

describe('a server that lies', () => {
  it('about the length, too long: all of it came, and it ends', async () => {
    server.reset({
      announces: false,
      content: (request, response) => {
        if (rangeStart(request) !== undefined) return false;
        response.writeHead(200, { 'content-length': size + 1000, etag: '"x"' });
        response.write(mini, () => setTimeout(() => response.destroy(), 20));
        return true;
      },
    });
    // What the server says later contradicts it: another file, begun anew, cut off again.
    const error = await failure();
    expect(error).toMatchObject({ code: 'ERR_MODEL_DOWNLOAD' });
    expect(existsSync(target())).toBe(false);
  });

  it('about the length, too short: the hash tells', async () => {
    server.reset({
      content: (_, response) => {
        response.writeHead(200, { 'content-length': 1_000_000 });
        response.end(mini.subarray(0, 1_000_000));
        return true;
      },
    });
    const error = await failure();
    expect(error.message).toMatch(/ended after 1000000 of \d+ bytes/);
    expect(existsSync(target())).toBe(false);
  });

  it('by sending more than announced', async () => {
    server.reset({
      content: (_, response) => {
        response.writeHead(200);
        response.end(Buffer.concat([mini, mini]));
        return true;
      },
    });
    expect((await failure()).message).toContain(`longer than the ${size} bytes`);
    expect(partBytes()).toBeUndefined();
  });

  it('by other bytes: both hashes are told, and nothing is kept', async () => {
    const other = Buffer.from(mini);
    other[size - 1]! ^= 1;
    server.reset({
      content: (request, response) => {
        response.end(other.subarray(sendHead(request, response, other)));
        return true;
      },
    });
    const error = await failure();
    expect(error).toMatchObject({
      code: 'ERR_MODEL_DOWNLOAD',
      details: { expected: sha256(mini), found: sha256(other) },
    });
    expect(error.message).toContain(sha256(mini));
    expect(error.message).toContain(sha256(other));
    expect([partBytes(), existsSync(target())]).toEqual([undefined, false]);
  });

  it('by another file than the one that is due: nothing is loaded', async () => {
    const due = '0'.repeat(64);
    const error = await failure({ sha256: due });
    expect(error.message).toContain(due);
    expect(error.message).toContain(`announces ${sha256(mini)}`);
    expect(partBytes()).toBeUndefined();
  });

  it('by a page in place of a model', async () => {
    server.reset({
      announces: false,
      content: (_, response) => {
        response.end('<!doctype html><title>Sign in</title>');
        return true;
      },
    });
    const error = await failure();
    expect(error.message).toContain('GGUF');
    expect(error.message).toContain('"<!do"');
    expect(partBytes()).toBeUndefined();
  });

  it('by an empty file', async () => {
    server.files = { 'mini.gguf': Buffer.alloc(0) };
    expect((await failure()).message).toContain('starts with ""');
    expect(existsSync(target())).toBe(false);
  });

  it('by a new file between two attempts: nothing is mixed', async () => {
    const next = Buffer.concat([mini, Buffer.from('newer')]);
    const cut = cutAfter(mini, 1_000_000);
    server.reset({
      content: (request, response, count) => {
        if (count > 0) return false;
        server.files = { 'mini.gguf': next };
        return cut(request, response, count);
      },
    });
    await pull();
    expect(hashHere()).toBe(sha256(next));
  });

  it.each(['http://[', 'ftp://example.org/mini.gguf', 'file:///etc/passwd'])(
    'by sending on to %s: it is asked once',
    async (location) => {
      server.reset({ hub: (_, response) => !!response.writeHead(302, { location }).end() });
      expect(await failure()).toMatchObject({
        code: 'ERR_MODEL_DOWNLOAD',
        message: expect.stringContaining('send on by http or https'),
      });
      expect(server.seen).toHaveLength(1);
    },
  );

  it('by sending round in circles', async () => {
    server.reset({
      hub: (request, response) => {
        response.writeHead(302, { location: request.url }).end();
        return true;
      },
    });
    expect((await failure()).message).toContain('sent on 10 times');
  });
});

describe('a server that gives no hash', () => {
  beforeEach(() => server.reset({ announces: false }));

  it('is trusted at first, and what came is recorded', async () => {
    await pull();
    expect(record().files[0]).toMatchObject({ sha256: sha256(mini), sha256From: 'first pull' });
  });

  it('is held to the hash that the caller knows', async () => {
    await pull({ sha256: sha256(mini).toUpperCase() });
    expect(record().files[0].sha256From).toBe('given');
    rmSync(cacheFolder, { recursive: true });
    const error = await failure({ sha256: '1'.repeat(64) });
    expect(error.message).toContain(sha256(mini));
    expect(existsSync(target())).toBe(false);
  });

  it('is gone on with by its own tag', async () => {
    const cut = cutAfter(mini, 1_000_000);
    server.reset({
      announces: false,
      content: (request, response, count) => count === 0 && cut(request, response, count),
    });
    await pull();
    expect(server.starts()).toEqual([0, expect.toSatisfy((at: number) => at > 0)]);
    expect(hashHere()).toBe(sha256(mini));
  });
});

describe('access', () => {
  it.each([
    [401, 'HF_TOKEN'],
    [403, 'accept its licence'],
    [404, 'no such repository'],
    [418, '418'],
  ])('%s says what to do', async (status, mend) => {
    server.reset({
      hub: (_, response) => {
        response.writeHead(status, { 'x-error-message': 'Because\u00e9.' }).end();
        return true;
      },
    });
    const error = await failure();
    expect(error).toMatchObject({ code: 'ERR_MODEL_DOWNLOAD', details: { status } });
    expect(error.message).toContain(mend);
    expect(error.message).toContain('(Because?.)');
    expect(server.seen).toHaveLength(1);
  });

  it('gives the token to the hub alone', async () => {
    vi.stubEnv('HF_TOKEN', 'hf_secret\n');
    await pull();
    expect(server.seen.map(({ at, authorization }) => [at, authorization])).toEqual([
      ['hub', 'Bearer hf_secret'],
      ['content', undefined],
    ]);
  });
});

describe('the environment', () => {
  it.each([
    ['HF_TOKEN', 'hf_SECRET\nhf_other'],
    ['HF_TOKEN', '“hf_SECRET”'],
    ['HF_ENDPOINT', 'http://SECRET@127.0.0.1:1'],
    ['HF_ENDPOINT', 'http://user:SECRET@127.0.0.1:1'],
    ['MODEL_ENDPOINT', 'http://127.0.0.1:1/?key=SECRET'],
    ['HF_ENDPOINT', 'localhost:8000'],
    ['HF_ENDPOINT', 'ftp://127.0.0.1'],
    ['HF_ENDPOINT', 'mirror.example'],
  ])('%s=%j is refused at once, and not shown', async (variable, value) => {
    vi.stubEnv(variable, value);
    const error = await failure();
    expect(error).toMatchObject({ code: 'ERR_OPTIONS', details: { variable } });
    expect(error.message).toContain(variable);
    for (let cause = error; cause; cause = cause.cause) expect(String(cause.stack)).not.toContain('SECRET');
    expect(error.message).not.toContain(value);
    expect(server.seen).toEqual([]);
  });

  it('may name a mirror with a path of its own', async () => {
    vi.stubEnv('HF_ENDPOINT', `${server.endpoint}/of/many//`);
    await failure();
    expect(server.seen[0]!.path).toBe('/of/many/owner/repository/resolve/main/mini.gguf');
  });
});

describe('an abort', () => {
  it('ends a download at once with its reason, keeps what came, and the next pull goes on', async () => {
    server.reset({ content: stallAfter(mini, 1_200_000) });
    const interruption = new AbortController();
    const reason = new Error('enough');
    const began = Date.now();
    const error = await failure({
      stallTimeoutMs: 30_000,
      signal: interruption.signal,
      onProgress: ({ bytes }) => bytes === 1_200_000 && interruption.abort(reason),
    });
    expect(error).toBe(reason);
    expect(Date.now() - began).toBeLessThan(5_000);
    expect(partBytes()).toBe(1_200_000);
    expect(existsSync(`${target()}.lock`)).toBe(false);
    server.reset();
    const activities: string[] = [];
    await pull({ onProgress: ({ activity }) => activities.push(activity) });
    expect(server.ranges()).toEqual(['bytes=1200000-']);
    expect(activities[0]).toBe('checking');
    expect(hashHere()).toBe(sha256(mini));
  });

  it('before an answer', async () => {
    server.reset({ hub: () => true });
    const signal = AbortSignal.timeout(100);
    expect(await failure({ signal, stallTimeoutMs: 60_000 })).toBe(signal.reason);
  });

  it('in the pause after a failure', async () => {
    server.reset({
      hub: (_, response) => {
        response.destroy();
        return true;
      },
    });
    const signal = AbortSignal.timeout(300);
    expect(await failure({ signal, retryDelayMs: 60_000 })).toBe(signal.reason);
  });

  it('before the start', async () => {
    const signal = AbortSignal.abort(new Error('never'));
    expect(await failure({ signal })).toBe(signal.reason);
    expect(server.seen).toEqual([]);
  });

  it('while another process has the lock', async () => {
    server.reset({ content: stallAfter(mini, 1000) });
    const first = new AbortController();
    const pulling = failure({ stallTimeoutMs: 30_000, signal: first.signal });
    await vi.waitFor(() => expect(server.ranges()).toHaveLength(1));
    const signal = AbortSignal.timeout(100);
    expect(await failure({ signal })).toBe(signal.reason);
    first.abort();
    await pulling;
  });

  it('an error of onProgress ends it', async () => {
    const mine = new RangeError('mine');
    const onProgress = () => {
      throw mine;
    };
    expect(await failure({ onProgress })).toBe(mine);
    await pull();
  });

  it('goes on after a process that was killed', async () => {
    server.reset({ content: stallAfter(mini, 1_300_000) });
    const child = spawn(
      process.execPath,
      ['--import', 'tsx', join(import.meta.dirname, 'support/pull-process.ts'), name, cacheFolder],
      { stdio: ['ignore', 'pipe', 'inherit'] },
    );
    await new Promise<void>((done) =>
      child.stdout.on('data', (text) => String(text).includes('1300000') && done()),
    );
    child.kill('SIGKILL');
    await new Promise((done) => child.once('exit', done));
    server.reset();
    // Its lock is stale after a while.
    const longAgo = new Date(Date.now() - 60_000);
    utimesSync(`${target()}.lock`, longAgo, longAgo);
    await pull();
    expect(server.ranges()).toEqual(['bytes=1300000-']);
    expect(hashHere()).toBe(sha256(mini));
  });
});

describe('the file here', () => {
  it('of another size is refused', async () => {
    await pull();
    writeFileSync(target(), 'GGUF');
    expect(await failure()).toMatchObject({
      code: 'ERR_MODEL_CHANGED',
      message: expect.stringContaining('another size'),
    });
  });

  it('of another time is read once: a copy is fine, another file is not', async () => {
    await pull();
    const later = new Date(Date.now() + 5_000);
    utimesSync(target(), later, later);
    expect((await pull()).path).toBe(target());
    expect(record().files[0].modifiedMs).toBe(Math.floor(statSync(target()).mtimeMs));
    const other = Buffer.from(mini);
    other[size - 1]! ^= 1;
    writeFileSync(target(), other);
    expect(await failure()).toMatchObject({
      code: 'ERR_MODEL_CHANGED',
      message: expect.stringContaining(sha256(other)),
    });
  });

  it('is held to a hash that the caller gives', async () => {
    await pull();
    expect((await failure({ sha256: '2'.repeat(64) })).message).toContain(sha256(mini));
  });

  it('comes anew where its record is lost', async () => {
    await pull();
    rmSync(`${target()}.json`);
    server.reset();
    await pull();
    expect(server.ranges()).toEqual([undefined]);
  });
});

describe('the disk', () => {
  it('is full', async () => {
    await pull();
    rmSync(target());
    // A device that refuses every write, as a full disk does.
    symlinkSync('/dev/full', `${target()}.part`);
    const error = await failure();
    expect(error).toMatchObject({ code: 'ERR_MODEL_DOWNLOAD', details: { code: 'ENOSPC' } });
    expect(error.message).toContain('the disk is full');
  });

  it('has less space than the file needs', async () => {
    server.reset({
      hub: (_, response) => {
        response.setHeader('x-linked-size', '9000000000000000');
        return false;
      },
      announces: false,
    });
    expect((await failure()).message).toMatch(/Expected 9000000.0 GB of free disk .* TRACEWISE_CACHE/);
  });

  it('cannot be written where the cache should be', async () => {
    const file = join(cacheFolder, 'file');
    writeFileSync(file, '');
    const error = await failure({ cacheFolder: file });
    expect(error).toMatchObject({ code: 'ERR_MODEL_DOWNLOAD' });
    expect(error.message).toContain('TRACEWISE_CACHE');
  });
});
