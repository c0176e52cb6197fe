import { spawn, spawnSync } from 'node:child_process';
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { describe, expect, it } from 'vitest';
import { readEvents } from '../../src/agents/read-events.ts';
import { foldRun, type RunEvent } from '../../src/index.ts';
import { scratchFolder } from '../support/scratch-folder.ts';

const root = resolve(import.meta.dirname, '../..');
const cli = join(root, 'dist/cli.js');
const folder = scratchFolder();
const example = join(root, 'examples/tasks', readdirSync(join(root, 'examples/tasks'))[0]!);
const flags = ['--threads', '1', '--gpu', 'none', '--no-stop-on-pass', '--gamma', '0.5'];

const tracewise = (...args: string[]) =>
  spawnSync(process.execPath, [cli, ...args], { encoding: 'utf8', cwd: folder });
const solve = (file: string, ...more: string[]) =>
  tracewise('solve', example, ...flags, ...more, '--record', file);
const linesOf = (file: string) => readFileSync(join(folder, file), 'utf8').split('\n').slice(0, -1);
const eventsIn = (file: string) => readEvents(readFileSync(join(folder, file), 'utf8')) as RunEvent[];
const told = (events: readonly RunEvent[]) =>
  events.map((event) => [event.seq, event.type, 'text' in event ? event.text : '']);

describe('tracewise solve --record', () => {
  const whole = solve('whole.jsonl');

  it('keeps the events', () => {
    const { program, solved } = foldRun(eventsIn('whole.jsonl'));
    expect(whole.stdout).toBe(program);
    expect(whole.status).toBe(solved ? 0 : 1);
  });

  it('goes on with what was broken off, also within a line, and adds what is new', () => {
    const lines = linesOf('whole.jsonl');
    const at = Math.floor(lines.length * 0.6);
    writeFileSync(join(folder, 'half.jsonl'), `${lines.slice(0, at).join('\n')}\n${lines[at]!.slice(0, 20)}`);
    const again = solve('half.jsonl');
    expect(again).toMatchObject({ stdout: whole.stdout, status: whole.status });
    expect(told(eventsIn('half.jsonl'))).toEqual(told(eventsIn('whole.jsonl')));
    const now = linesOf('half.jsonl');
    expect(now.slice(0, at)).toEqual(lines.slice(0, at));
    expect(now.length).toBeLessThan(lines.length + at);
  });

  it.skipIf(process.platform === 'win32')('takes no pipe, of which nobody writes the end', () => {
    spawnSync('mkfifo', [join(folder, 'pipe')]);
    const args = ['solve', example, ...flags, '--record', 'pipe'];
    const options = { encoding: 'utf8', cwd: folder, timeout: 30_000, killSignal: 'SIGKILL' } as const;
    expect(spawnSync(process.execPath, [cli, ...args], options)).toMatchObject({
      status: 2,
      stderr: expect.stringContaining('no plain file'),
    });
  });

  it('tells a run that has ended again', () => {
    const before = linesOf('whole.jsonl');
    expect(solve('whole.jsonl')).toMatchObject({ stdout: whole.stdout, status: whole.status });
    expect(linesOf('whole.jsonl')).toEqual(before);
  });

  it('keeps what there is at an interrupt', async () => {
    const args = ['solve', example, ...flags, '--json', '--record', 'cut.jsonl'];
    const child = spawn(process.execPath, [cli, ...args], {
      stdio: ['ignore', 'pipe', 'ignore'],
      cwd: folder,
    });
    child.stdout.on('data', (chunk) => {
      if (String(chunk).includes('signal-set')) child.kill('SIGINT');
    });
    expect(await new Promise((done) => child.once('exit', done))).toBe(130);
    expect(eventsIn('cut.jsonl').some(({ type }) => type === 'signal-set')).toBe(true);
    expect(tracewise('replay', 'cut.jsonl')).toMatchObject({
      status: 1,
      stdout: expect.stringContaining('broken off here'),
    });
    expect(solve('cut.jsonl')).toMatchObject({ stdout: whole.stdout, status: whole.status });
  });

  it('goes on with a race', () => {
    const race = solve('race.jsonl', '--gamma', '0,0.5,1');
    const lines = linesOf('race.jsonl');
    writeFileSync(join(folder, 'half-race.jsonl'), `${lines.slice(0, lines.length / 2).join('\n')}\n`);
    const again = solve('half-race.jsonl', '--gamma', '0,0.5,1');
    expect(again).toMatchObject({ stdout: race.stdout, status: race.status });
    const shown = tracewise('replay', 'half-race.jsonl');
    expect(shown.stdout).toMatch(/^agent 1: γ 0,[\s\S]*is the result\n\n/);
    expect(shown.stdout.endsWith(race.stdout)).toBe(true);
    expect(tracewise('replay', 'half-race.jsonl', '--agent', '1').stdout).toMatch(/ 1 def /);
  });

  it.each([
    ['another run', ['whole.jsonl', '--seed', '5'], '`options.seed` differs'],
    ['a race', ['whole.jsonl', '--gamma', '0,1'], 'it holds a run and this is a race'],
    ['no file that can be', ['nowhere/run.jsonl'], 'ENOENT'],
    ['a folder', ['.'], 'no plain file'],
    ['another file', ['other.txt'], 'an event as JSON in line 1'],
  ])('leaves %s alone: exit code 2, and why', (_, [file, ...more], why) => {
    writeFileSync(join(folder, 'other.txt'), 'mine\n');
    const { stdout, stderr, status } = solve(file!, ...more!);
    expect(stderr).toContain(why);
    expect({ stdout, status }).toEqual({ stdout: '', status: 2 });
    expect(readFileSync(join(folder, 'other.txt'), 'utf8')).toBe('mine\n');
  });
});

describe('tracewise replay', () => {
  it('shows what happened, then the program: the exit code of the run', () => {
    solve('run.jsonl');
    const { stdout, status } = tracewise('replay', 'run.jsonl');
    const { program, solved } = foldRun(eventsIn('run.jsonl'));
    expect(stdout).toMatch(
      /^.*γ 0\.5 · \d+ candidates[\s\S]*tests pass \(end-of-code\)\n.*executions.*\n\n/m,
    );
    expect(stdout.endsWith(`\n\n${program}`)).toBe(true);
    expect(status).toBe(solved ? 0 : 1);
  });

  it('shows what the model read, where asked', () => {
    const { stdout } = tracewise('replay', 'run.jsonl', '--reading');
    const [start] = eventsIn('run.jsonl');
    const signals = eventsIn('run.jsonl').flatMap((event) =>
      event.type === 'signal-set' ? [event.text] : [],
    );
    const read = [(start as Extract<RunEvent, { type: 'run-start' }>).prompt, ...signals];
    expect(read.length).toBeGreaterThan(2);
    for (const text of read)
      if (text !== '') expect(stdout).toContain(text.trimEnd().replace(/^/gm, '    | '));
  });

  it.each([
    [['nowhere.jsonl'], 'could not read nowhere.jsonl'],
    [['other.txt'], 'in line 1'],
    [['run.jsonl', '--agent', '2'], 'a race in which agent 2'],
    [['run.jsonl', '--speed', '0'], 'above 0'],
  ])('%j is wrong use: exit code 2, and why', (args, why) => {
    const { stdout, stderr, status } = tracewise('replay', ...args);
    expect(stderr).toContain(why);
    expect({ stdout, status }).toEqual({ stdout: '', status: 2 });
  });
});

describe('events in lines', () => {
  const event = (seq: number, more: object = {}) =>
    `${JSON.stringify({ type: 'token', seq, elapsedMs: 1, ...more })}\n`;
  const read = (text: string) =>
    readEvents(text).map((each) => [each.type, 'seq' in each ? each.seq : '', each.elapsedMs]);

  it('take the place of what the run had from their number on, by agent', () => {
    expect(read(event(0) + event(1) + event(2) + event(1, { elapsedMs: 7 }))).toEqual([
      ['token', 0, 1],
      ['token', 1, 7],
    ]);
    const two = event(0, { agent: 0 }) + event(0, { agent: 1 }) + event(1, { agent: 0 });
    const end = `${JSON.stringify({ type: 'race-end', elapsedMs: 9 })}\n`;
    expect(read(`${two}${end}`)).toHaveLength(4);
    expect(read(`${two}${end}${event(0, { agent: 1, elapsedMs: 7 })}`)).toEqual([
      ['token', 0, 1],
      ['token', 1, 1],
      ['token', 0, 7],
    ]);
  });

  it('leave out a last line that is cut off, and nothing else', () => {
    expect(read(`${event(0)}{"type":"tok`)).toEqual([['token', 0, 1]]);
    const code = expect.objectContaining({ code: 'ERR_RECORD', details: { line: 2 } });
    for (const broken of ['{"type":"tok\n', '\n', 'null\n', '{"type":"token"}\n', event(2)])
      expect(() => read(event(0) + broken)).toThrow(code);
  });
});
