import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { text } from 'node:stream/consumers';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { sizeText } from '../../src/cli/size-text.ts';
import { modelCatalogue } from '../../src/models/catalogue.ts';
import { ModelServer, sha256, stallAfter } from '../models/support/model-server.ts';
import { miniPath } from '../support/engine.ts';
import { scratchFolder } from '../support/scratch-folder.ts';

const root = resolve(import.meta.dirname, '../..');
const cli = join(root, 'dist/cli.js');
const mini = readFileSync(miniPath);
const size = sizeText(mini.length);
const name = 'hf:owner/repository/mini.gguf';
const folder = scratchFolder();
const path = join(folder, 'models/owner/repository/mini.gguf');
let server: ModelServer;

beforeAll(async () => {
  server = await ModelServer.start({ 'mini.gguf': mini });
});
beforeEach(() => {
  server.reset();
  rmSync(join(folder, 'models'), { recursive: true, force: true });
});
afterAll(async () => {
  await server.close();
});

function start(args: string[], endpoint = server.endpoint): ChildProcess {
  const env = {
    ...process.env,
    TRACEWISE_CACHE: folder,
    HF_ENDPOINT: endpoint,
    MODEL_ENDPOINT: '',
    HF_TOKEN: '',
  };
  return spawn(process.execPath, [cli, ...args], { env, stdio: ['ignore', 'pipe', 'pipe'] });
}

async function ended(child: ChildProcess) {
  const exit = new Promise<number | null>((done) => child.once('exit', (code) => done(code)));
  const [stdout, stderr, status] = await Promise.all([text(child.stdout!), text(child.stderr!), exit]);
  return { stdout, stderr, status };
}

const run = (...args: string[]) => ended(start(args));

describe('tracewise models', () => {
  it('lists the catalogue, and as JSON', async () => {
    const { stdout, status } = await run('models', 'list');
    expect(status).toBe(0);
    for (const { id, licence } of modelCatalogue)
      expect(stdout).toMatch(new RegExp(`^${id} .* ${licence}$`, 'm'));
    const { stdout: json } = await run('models', 'list', '--json');
    expect(JSON.parse(json)).toHaveLength(modelCatalogue.length);
  });

  it('pulls, verifies and removes', async () => {
    const pulled = await run('models', 'pull', name);
    expect(pulled).toMatchObject({ status: 0, stdout: `${path}\n` });
    expect(pulled.stderr).toMatch(new RegExp(`^mini\\.gguf: 0 % of ${size}$`, 'm'));
    expect(pulled.stderr).toMatch(new RegExp(`^mini\\.gguf: 100 % of ${size}`, 'm'));
    expect(pulled.stderr).not.toContain('\r');
    expect((await run('models', 'list')).stdout).toMatch(/^hf:owner\/repository\/mini\.gguf .* pulled$/m);
    const right = await run('models', 'verify');
    expect(right).toMatchObject({
      status: 0,
      stdout: `right    ${name}: ${sha256(mini)} (the server's hash)\n`,
    });
    const damaged = Buffer.from(mini);
    damaged[1000]! ^= 1;
    writeFileSync(path, damaged);
    const wrong = await run('models', 'verify', name);
    expect(wrong.status).toBe(1);
    expect(wrong.stdout).toMatch(new RegExp(`^damaged .*${sha256(mini)}.*${sha256(damaged)}`));
    const [{ files }] = JSON.parse((await run('models', 'verify', '--json')).stdout);
    expect(files).toEqual([{ path, expected: sha256(mini), expectedFrom: 'server', found: sha256(damaged) }]);
    rmSync(path);
    const gone = await run('models', 'verify');
    expect(gone.status).toBe(1);
    expect(gone.stdout).toMatch(/^damaged .* no file that can be read/);
    writeFileSync(path, mini);
    expect(await run('models', 'rm', name)).toMatchObject({
      status: 0,
      stdout: `removed ${name}: ${size} are free\n`,
    });
    expect(existsSync(path)).toBe(false);
    expect(await run('models', 'verify')).toMatchObject({ status: 0, stdout: 'no model was pulled\n' });
  });

  it('verifies a split model of which a part did not come', async () => {
    const parts = ['big-00001-of-00002.gguf', 'big-00002-of-00002.gguf'];
    server.files[parts[0]!] = mini;
    const split = `hf:owner/repository/${parts[0]}`;
    expect((await run('models', 'pull', split)).status).toBe(2);
    const { status, stdout } = await run('models', 'verify');
    expect(status).toBe(1);
    expect(stdout).toMatch(/^right .*\ndamaged .*: it did not come, found no file.*big-00002-of-00002\.gguf/);
  });

  it.each([
    [['models', 'pull', 'hf:owner/repository/other.gguf'], 'no such repository'],
    [['models', 'pull', 'hf:owner/repository'], 'hf:owner/repository/file.gguf'],
    [['models', 'pull', name, '--sha256', 'abc'], 'sha256'],
    [['models', 'pull', name, '--sha256', '0'.repeat(64)], sha256(mini)],
    [['models', 'rm', name], 'nothing was pulled'],
    [['models', 'verify', 'embedded'], 'nothing was pulled'],
    [['models', 'fetch'], 'unknown command'],
  ])('%j is wrong use: exit code 2, and why', async (args, message) => {
    const { status, stderr, stdout } = await run(...args);
    expect(stderr).toContain(message);
    expect(stderr).not.toMatch(/\n\s+at /);
    expect({ status, stdout }).toEqual({ status: 2, stdout: '' });
  });

  it('two pulls at once share one download', async () => {
    server.reset({
      content: (_, response) => {
        response.writeHead(200, { 'content-length': mini.length });
        setTimeout(() => response.end(mini), 1500);
        return true;
      },
    });
    const both = await Promise.all([run('models', 'pull', name), run('models', 'pull', name)]);
    expect(both.map(({ status, stdout }) => [status, stdout])).toEqual([
      [0, `${path}\n`],
      [0, `${path}\n`],
    ]);
    expect(server.ranges()).toHaveLength(1);
  });

  it.each([
    ['SIGINT', 130],
    ['SIGTERM', 143],
  ] as const)('%s in a download: exit code %i, and the next pull goes on', async (signal, code) => {
    server.reset({ content: stallAfter(mini, Math.round(0.42 * mini.length)) });
    const child = start(['models', 'pull', name]);
    let sent = false; // a second one kills at once
    child.stderr!.on('data', (line) => {
      if (/ 4\d %/.test(line) && !sent) sent = child.kill(signal);
    });
    const { status, stderr, stdout } = await ended(child);
    expect({ status, stdout }).toEqual({ status: code, stdout: '' });
    expect(stderr).toContain('interrupted: what has come is kept');
    const kept = statSync(`${path}.part`).size;
    expect(kept).toBeGreaterThan(0.4 * mini.length);
    server.reset();
    expect((await run('models', 'pull', name)).stderr).toContain('checking');
    expect(server.ranges()).toEqual([`bytes=${kept}-`]);
  });
});

describe('tracewise solve --model hf:…', () => {
  const task = join(root, 'examples/tasks/longest-flip.json');
  const flags = [
    '--gpu',
    'none',
    '--threads',
    '1',
    '--max-tokens',
    '10',
    '--gamma',
    '0',
    '--begin',
    'header',
  ];

  it('downloads at first; then it needs no network', async () => {
    const first = await run('solve', task, '--model', name, ...flags);
    expect(first.stderr).toContain(`mini.gguf: 100 % of ${size}`);
    expect(first.stderr).toMatch(/^(not )?solved: /m);
    const second = await ended(start(['solve', task, '--model', name, ...flags], 'http://127.0.0.1:1'));
    expect(second.stderr).toMatch(/^(not )?solved: /);
    expect(second.stdout).toBe(first.stdout);
    expect([0, 1]).toContain(second.status);
  });

  it('tells wrong flags before it downloads', async () => {
    const { status, stderr } = await run('solve', task, '--model', name, '--gamma', '-1');
    expect(status).toBe(2);
    expect(stderr).toContain('guidanceStrength');
    expect(server.seen).toEqual([]);
  });
});
