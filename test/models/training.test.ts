import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Sample, textsOf } from '../../models/train/texts.ts';
import { createRunner, embeddedModel, type ProgramRunner, renderSignal } from '../../src/index.ts';

const train = resolve(import.meta.dirname, '../../models/train');
const python = (...args: string[]) =>
  execFileSync('python3', args, {
    cwd: train,
    encoding: 'utf8',
    env: { ...process.env, PYTHONHASHSEED: '0' },
  });

describe('the training recipe', () => {
  let folder: string;
  let runner: ProgramRunner;
  let samples: Sample[];

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'tracewise-training-'));
    python('samples.py', '40', '1', 'train', join(folder, 'samples.jsonl'));
    samples = readFileSync(join(folder, 'samples.jsonl'), 'utf8')
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line));
    runner = await createRunner({ maxWorkers: 1 });
  });
  afterAll(async () => {
    await runner?.dispose();
    rmSync(folder, { recursive: true, force: true });
  });

  it('draws the same samples from the same seed', () => {
    python('samples.py', '5', '1', 'train', join(folder, 'again.jsonl'));
    const again = readFileSync(join(folder, 'again.jsonl'), 'utf8').trim().split('\n').length;
    const withoutTimes = (value: unknown) =>
      JSON.stringify(value, (key, field) => (key === 'elapsedMs' ? 0 : field));
    const lines = readFileSync(join(folder, 'again.jsonl'), 'utf8').trim().split('\n');
    expect(lines.map((line) => withoutTimes(JSON.parse(line)))).toEqual(
      samples.slice(0, again).map(withoutTimes),
    );
  });

  it('writes the very signal that the library writes of the same programs', async () => {
    const signalled = samples.filter(({ entries }) => entries.length > 0);
    expect(signalled.length).toBeGreaterThan(30);
    for (const sample of signalled) {
      const { task, prefix, entries, showExpected = true } = sample;
      const tests = task.asserts.map((source) => ({ kind: 'assert' as const, source }));
      const ran = [];
      for (const { program } of entries) {
        const { results } = await runner.run({ program, entryPoint: task.name, tests, trace: true });
        ran.push({ program, results });
      }
      const signal = renderSignal(ran, {
        form: embeddedModel.options.signalForm,
        codeSoFar: prefix.map((line) => `${line}\n`).join(''),
        showExpected,
        showUnfinished: true,
        headersOnce: false,
        repeatProgram: false,
        maxTokens: Number.POSITIVE_INFINITY,
        countTokens: () => 0,
      });
      expect(textsOf(sample).signal).toBe(signal.text);
    }
  });

  it('reads a signal back, and exchanges what its candidates did', () => {
    const signals = samples.map((sample) => textsOf(sample).signal).filter((signal) => signal !== '');
    const input = JSON.stringify(signals);
    const script = `import json, sys
from signals import entries, shown_lines, swapped
print(json.dumps([[entries(s), shown_lines(s), swapped(s), entries(swapped(s))] for s in json.load(sys.stdin)]))`;
    const output = execFileSync('python3', ['-c', script], { cwd: train, encoding: 'utf8', input });
    type Entry = [code: string[], verdict: string, runs: string[]];
    const read: [Entry[], [verdict: string, line: string][], string, Entry[]][] = JSON.parse(output);
    for (const [i, [entries, shown, swapped, exchanged]] of read.entries()) {
      const written = entries.map(([code, verdict, runs], n) =>
        [`# ${n + 1} ${verdict}`.trimEnd(), ...code, ...runs, ''].join('\n'),
      );
      expect(`### Signal:\n${written.join('')}`).toBe(signals[i]);
      expect(shown).toEqual(entries.map(([code, verdict]) => [verdict, code[0]]));
      expect(exchanged.map(([code]) => code)).toEqual(entries.map(([code]) => code));
      const next = entries.map((_, n) => entries[(n + 1) % entries.length]!.slice(1));
      expect(exchanged.map(([, ...did]) => did)).toEqual(next);
      expect(swapped === signals[i]).toBe(new Set(next.map((did) => JSON.stringify(did))).size === 1);
    }
  });

  it.each(['verdicts', 'exchanged'])('makes signals whose runs alone name the answer: %s', (kind) => {
    python('samples.py', '150', '2', 'train', join(folder, 'long.jsonl'), 'long');
    const long: Sample[] = readFileSync(join(folder, 'long.jsonl'), 'utf8')
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line));
    const texts = long.map(textsOf);
    const path = join(folder, `${kind}-texts.jsonl`);
    writeFileSync(path, texts.map((text) => JSON.stringify(text)).join('\n'));
    const made: typeof texts = python('counterfactual.py', kind, '1', path)
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line));
    const plain = (all: typeof texts) => all.filter(({ signal }) => signal === '');
    expect(plain(made)).toEqual(plain(texts));
    const signalled = made.filter(({ signal }) => signal !== '');
    expect(signalled.length).toBeGreaterThan(20);
    const places = new Set<number>();
    for (const { signal, target } of signalled) {
      const entries = [...signal.matchAll(/^# (\d) (\w+)\n(.*)$/gm)].map(([, , verdict, line]) => ({
        verdict,
        line,
      }));
      const passing = entries.filter(({ verdict }) => verdict === 'pass');
      expect(passing.map(({ line }) => `${line}\n`)).toEqual([target]);
      expect(new Set(entries.map(({ line }) => line)).size).toBeGreaterThan(1);
      places.add(entries.indexOf(passing[0]!));
    }
    expect(places.size).toBeGreaterThan(1);
    if (kind === 'exchanged') {
      for (let i = 0; i < signalled.length; i += 2) {
        const [as, exchanged] = [signalled[i]!, signalled[i + 1]!];
        const lines = ({ signal }: typeof as) =>
          signal.split('\n').filter((line) => !/^(# |\d: )/.test(line));
        expect(lines(exchanged)).toEqual(lines(as));
        expect(exchanged.target).not.toBe(as.target);
      }
    }
  });

  it('has primitives whose styles agree', () => {
    expect(python('check_primitives.py')).toMatch(/^faults 0$/m);
  });
});
