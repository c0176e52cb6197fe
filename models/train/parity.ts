/**
 * Compares tokens and logits of an exported model with those of its trainer (parity.py):
 * `npx tsx models/train/parity.ts MODEL.gguf PARITY.jsonl`. Exits with 1 where a text's tokens differ.
 */
import { readFileSync } from 'node:fs';
import { loadEngine } from '../../src/index.ts';

interface Expected {
  readonly text: string;
  readonly ids: readonly number[];
  readonly logits?: readonly number[];
}

const [modelPath, file] = process.argv.slice(2);
if (!modelPath || !file) throw new Error('Expected MODEL.gguf and PARITY.jsonl');
await using engine = await loadEngine({ modelPath, gpu: false, threads: 1 });
const expected: Expected[] = readFileSync(file, 'utf8')
  .trim()
  .split('\n')
  .map((line) => JSON.parse(line));

const differing = expected.filter(({ text, ids }) => String(engine.tokenize(text)) !== String(ids));
console.log(`tokens: ${expected.length - differing.length} of ${expected.length} texts equal`);

const differences: number[] = [];
let sameArgmax = 0;
const compared = expected.filter((sample) => sample.logits !== undefined);
for (const { ids, logits } of compared) {
  const sequence = engine.openSequence();
  sequence.append(ids);
  const read = await engine.readLogits(sequence);
  sequence.dispose();
  // A constant added to all logits changes no probability.
  const mean = (values: ArrayLike<number>) =>
    Array.from(values).reduce((sum, x) => sum + x, 0) / values.length;
  const shift = mean(read) - mean(logits!);
  differences.push(Math.max(...logits!.map((logit, i) => Math.abs(read[i]! - shift - logit))));
  if (indexOfMax(read) === indexOfMax(logits!)) sameArgmax += 1;
}
console.log(
  `logits: largest difference ${Math.max(...differences).toFixed(3)}, likeliest token the same in ${sameArgmax} of ${compared.length}`,
);
process.exitCode = differing.length > 0 ? 1 : 0;

function indexOfMax(values: ArrayLike<number>): number {
  return Array.from(values).reduce((best, value, i, all) => (value > all[best]! ? i : best), 0);
}
