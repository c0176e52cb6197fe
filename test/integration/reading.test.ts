import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { expect, it } from 'vitest';
import { type Sample, textsOf } from '../../models/train/texts.ts';
import { embeddedModel, loadEngine, type TokenModel } from '../../src/index.ts';

type Texts = ReturnType<typeof textsOf>;

it('the embedded model follows the verdict, not the line: of two shown lines the one under `pass`', async () => {
  const shown = verdictsByLot();
  await using engine = await loadEngine({ modelPath: embeddedModel.path(), gpu: false });
  const counts = { passing: 0, failing: 0 };
  for (const sample of shown) {
    const lines = [...sample.signal.matchAll(/^# \d (\w+)\n(.*)$/gm)];
    const written = await nextLine(engine, sample);
    const [, verdict] = lines.find(([, , line]) => line === written) ?? [];
    if (verdict) counts[verdict === 'pass' ? 'passing' : 'failing'] += 1;
  }
  const { passing, failing } = counts;
  expect(passing + failing).toBeGreaterThan(60);
  // By chance half of them; by the lines alone too, for the verdicts are drawn by lot.
  expect(passing / (passing + failing)).toBeGreaterThan(0.8);
});

/** Signals of held-out tasks with verdicts drawn by lot, some without the task (models/train/counterfactual.py). */
function verdictsByLot(): Texts[] {
  const folder = mkdtempSync(join(tmpdir(), 'tracewise-reading-'));
  const python = (...args: string[]) =>
    execFileSync('python3', args, {
      cwd: resolve(import.meta.dirname, '../../models/train'),
      encoding: 'utf8',
      env: { ...process.env, PYTHONHASHSEED: '0' },
    });
  const jsonLines = <T>(text: string): T[] =>
    text
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line));
  try {
    const [samples, texts] = [join(folder, 'samples.jsonl'), join(folder, 'texts.jsonl')];
    python('samples.py', '250', '3', 'heldout', samples);
    const written = jsonLines<Sample>(readFileSync(samples, 'utf8')).map(textsOf);
    writeFileSync(texts, written.map((text) => JSON.stringify(text)).join('\n'));
    return jsonLines<Texts>(python('counterfactual.py', 'verdicts', '1', texts)).filter(
      ({ signal }) => signal !== '',
    );
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Greedily. */
async function nextLine(engine: TokenModel, { head, signal, tail, code }: Texts): Promise<string> {
  const sequence = engine.openSequence();
  try {
    for (const piece of [head, signal, tail, code]) sequence.append(engine.tokenize(piece));
    let line = '';
    while (!line.includes('\n') && line.length < 200) {
      const { token } = await engine.choose({ kind: 'sample', sequence, temperature: 0 });
      line += Buffer.from(engine.tokenBytes(token)).toString('latin1');
      sequence.append([token]);
    }
    return line.split('\n', 1)[0]!;
  } finally {
    sequence.dispose();
  }
}
