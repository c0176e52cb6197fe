import { spawn, spawnSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { describe, expect, it } from 'vitest';
import { scratchFolder } from '../support/scratch-folder.ts';

const root = resolve(import.meta.dirname, '../..');
const cli = join(root, 'dist/cli.js');
const folder = scratchFolder();

const run = (args: string[], input?: string) =>
  spawnSync(process.execPath, [cli, ...args], { encoding: 'utf8', cwd: folder, input });
const solveArgs = (task: string, ...flags: string[]) => [
  'solve',
  task,
  '--threads',
  '1',
  '--gpu',
  'none',
  ...flags,
];
const examples = readdirSync(join(root, 'examples/tasks')).map((file) => join(root, 'examples/tasks', file));

describe('tracewise', () => {
  it('--help says what there is', () => {
    const { status, stdout } = run(['--help']);
    expect(status).toBe(0);
    expect(stdout).toContain('solve');
    expect(run(['solve', '--help']).stdout).toMatch(/--gamma/);
  });

  it('--version is that of the package', () => {
    expect(run(['--version']).stdout.trim()).toBe(
      JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')).version,
    );
  });

  it.each([
    [['solve'], 'missing required argument'],
    [['slove'], 'unknown command'],
    [['solve', 'nowhere.json'], 'could not read nowhere.json'],
    [['solve', '-', '--gamma', 'x'], 'Expected a number'],
    [['solve', '-', '--gamma', '-1'], 'guidanceStrength'],
    [['solve', '-', '--gamma', '0,,1'], 'Expected a number'],
    [['solve', '-', '--gamma', '0,1', '--temperature', '-2'], 'temperature'],
    [['solve', '-', '--prompt', 'haiku'], 'few-shot'],
    [['solve', '-', '--model', 'nowhere.gguf'], 'nowhere.gguf'],
    [['solve', '-', '--model', cli], 'GGUF'],
    [['solve', '-', '--gpu', 'cuda'], 'cuda'],
    [['solve', '-', '--gpu', 'bogus'], 'auto, cuda, metal, vulkan, none'],
    [['solve', '-', '--threads', '0.5'], 'whole number'],
    [['solve', '-', '--at-once', '0'], 'whole number'],
    [['solve', '-', '--model', 'qwen2.5-coder-9b'], 'tracewise models list'],
    [['models', 'pull', 'nope'], 'tracewise models list'],
    [['run', '-', '--call', 'f(1) + f(2)'], 'one call'],
    [['run', '-', '--call', 'f(1)', '--tests', 'x.py'], 'cannot be used with'],
    [['run', '-', '--call', 'f(1)', '--backend', 'cpython', '--python', '/nope'], '/nope'],
  ])('%j is wrong use: exit code 2, and why', (args, message) => {
    const { status, stderr, stdout } = run(args, '{"text": "Double x.", "tests": ["assert twice(2) == 4"]}');
    expect(stderr).toContain(message);
    expect(stderr).not.toMatch(/\n\s+at /);
    expect({ status, stdout }).toEqual({ status: 2, stdout: '' });
  });

  it('says what is wrong with a task on standard input', () => {
    expect(run(['solve', '-'], 'def f(x):\n    return x\n').stderr).toContain('without a body');
    expect(run(['solve', '-'], '').stderr).toContain('empty');
    expect(run(['solve', '-'], '[]').stderr).toContain('an object');
    const broken = run(['solve', '-', '--gpu', 'none'], '{"text": "x", "tests": ["assert f(1=="]}');
    expect(broken.stderr).toContain('does not parse');
    expect(broken.status).toBe(2);
  });

  it.skipIf(!existsSync('/dev/full'))('says in one line that its output cannot be written', () => {
    const solving = [process.execPath, cli, ...solveArgs(examples[0]!, '--gamma', '0', '--max-tokens', '5')];
    for (const line of [solving, [process.execPath, cli, 'models', 'list']]) {
      const { stderr, status } = spawnSync('bash', ['-c', '"$@" > /dev/full', 'bash', ...line], {
        encoding: 'utf8',
      });
      expect(stderr).toMatch(
        /^tracewise: Expected to write standard output but received ENOSPC; send it elsewhere$/m,
      );
      expect(stderr).not.toMatch(/\n\s+at /);
      expect(status).toBe(2);
    }
  });

  it.each([
    ['solve', 'SIGINT', 130],
    ['run', 'SIGTERM', 143],
  ] as const)('%s - ends at %s while it reads', async (command, name, code) => {
    const child = spawn(process.execPath, [cli, command, '-'], { stdio: ['pipe', 'ignore', 'pipe'] });
    // More than a pipe holds: once it is taken, somebody reads.
    await new Promise((taken) => child.stdin.write('#'.repeat(1 << 20), taken));
    child.kill(name);
    expect(await new Promise((done) => child.once('exit', done))).toBe(code);
  });

  it.runIf(process.platform === 'linux')('comes to an end where the cache folder cannot be made', () => {
    const env = { ...process.env, TRACEWISE_CACHE: '/proc/tracewise/cache' };
    const ends = (...args: string[]) =>
      spawnSync(process.execPath, [cli, ...args], { encoding: 'utf8', env, input: '1', timeout: 60_000 });
    expect(ends('run', '-')).toMatchObject({ status: 0 });
    expect(ends('models', 'pull', 'hf:owner/repository/mini.gguf')).toMatchObject({
      status: 2,
      stderr: expect.stringContaining('TRACEWISE_CACHE'),
    });
  });

  it('ends without a word where nobody reads on', () => {
    const command = `"${process.execPath}" "${cli}" models list --json | true; exit \${PIPESTATUS[0]}`;
    const long = `"${process.execPath}" "${cli}" run half.py --trace json | true; exit \${PIPESTATUS[0]}`;
    writeFileSync(join(folder, 'half.py'), `print('x' * 200000)\n`);
    for (const line of [command, long]) {
      const { stderr, status } = spawnSync('bash', ['-c', line], { encoding: 'utf8', cwd: folder });
      expect(stderr).toBe('');
      expect([0, 141]).toContain(status);
    }
  });
});

describe('tracewise solve', () => {
  it('writes a program that passes its tests: exit code 0', () => {
    const { status, stdout, stderr } = run(solveArgs(examples[0]!));
    expect(stderr).toMatch(/^solved: (\d+) of \1 tests pass/);
    expect(stdout).toMatch(/^def \w+\(/m);
    expect(status).toBe(0);
  });

  it.each(['json', 'python'])('solves the task that README shows as %s', (language) => {
    const readme = readFileSync(join(root, 'README.md'), 'utf8');
    const [, task] = new RegExp(`\n\`\`\`${language}\n(.*?)\n\`\`\`\n`, 's').exec(readme)!;
    const { status, stderr } = run(solveArgs('-'), task);
    expect(stderr).toContain('tests pass');
    expect(status).toBe(0);
  });

  it('cannot solve what contradicts itself: exit code 1, and the program all the same', () => {
    const task = JSON.stringify({
      text: 'Write a function to find the sum of the list.',
      tests: ['assert f([1, 2]) == 3', 'assert f([1, 2]) == 4'],
    });
    const { status, stdout, stderr } = run(solveArgs('-', '--max-tokens', '40'), task);
    expect(stderr).toContain('not solved');
    expect(stdout).toContain('def f(');
    expect(status).toBe(1);
  });

  it('reads a Python file; --json gives the events, gapless, ending in the result', () => {
    const file = join(folder, 'longest.py');
    writeFileSync(
      file,
      'def longest_flip(words):\n    """Find the longest word, then write the text backwards."""\n\nassert longest_flip(["tool", "eat", "egg"]) == "loot"\n',
    );
    const { stdout, status } = run(solveArgs(file, '--json', '--gamma', '0'));
    const events = stdout
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line));
    expect(events.map(({ seq }) => seq)).toEqual(events.map((_, i) => i));
    expect(events[0]).toMatchObject({
      type: 'run-start',
      task: { id: 'longest', entryPoint: 'longest_flip' },
    });
    expect(events.at(-1).type).toBe('run-end');
    expect(status).toBe(
      events.at(-1).results.every(({ outcome }: { outcome: string }) => outcome === 'passed') ? 0 : 1,
    );
  });

  it('lets several γ and temperatures race; --json names the agent of each event', () => {
    const task = JSON.stringify({
      text: 'Sum of the list.',
      tests: ['assert f([1]) == 1', 'assert f([1]) == 2'],
    });
    const flags = ['--gamma', '0,1', '--temperature', '0.5,0.9', '--max-tokens', '20', '--json'];
    const { stdout, status } = run(solveArgs('-', ...flags), task);
    const events = stdout
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line));
    const starts = events.filter(({ type }) => type === 'run-start');
    expect(
      starts.map(({ agent, options }) => [agent, options.guidanceStrength, options.temperature]),
    ).toEqual([
      [0, 0, 0.5],
      [1, 1, 0.5],
      [2, 1, 0.9],
    ]);
    expect(status).toBe(1);
  });

  it('ends a race with the first to pass, and gives its program', () => {
    const { stdout, stderr, status } = run(solveArgs(examples[0]!, '--gamma', '1,0,2'));
    expect(stderr).toMatch(/^solved: (\d+) of \1 tests pass/);
    expect(stdout).toMatch(/^def \w+\(/m);
    expect(status).toBe(0);
  });

  it('takes seconds with a fraction', () => {
    // 1000 times 16.1 is no whole number of ms.
    const { status, stderr } = run(solveArgs(examples[0]!, '--timeout', '16.1', '--gamma', '0'));
    expect(stderr).toMatch(/^(not )?solved: /);
    expect(status).toBeLessThan(2);
  });

  it('gives the same program twice', () => {
    const programs = [1, 2].map(
      () => run(solveArgs(examples[1]!, '--seed', '3', '--no-stop-on-pass')).stdout,
    );
    expect(programs[0]).toBe(programs[1]);
    expect(programs[0]).not.toBe('');
  });

  it.each([
    ['SIGINT', 130],
    ['SIGTERM', 143],
  ] as const)('%s ends it with exit code %s and leaves no process', async (name, code) => {
    const task = JSON.stringify({ text: 'Sum.', tests: ['assert f([1]) == 5'] });
    const child = spawn(
      process.execPath,
      [cli, ...solveArgs('-', '--json', '--max-tokens', '100000', '--no-stop-on-pass')],
      { stdio: ['pipe', 'pipe', 'ignore'] },
    );
    child.stdin.end(task);
    await new Promise<void>((done) => child.stdout.once('data', () => done()));
    child.kill(name);
    const status = await new Promise((done) => child.once('exit', done));
    expect(status).toBe(code);
    expect(() => process.kill(child.pid!, 0)).toThrow('ESRCH');
  });
});
