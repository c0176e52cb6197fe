/**
 * Writes the texts that the model is trained on, with the library's own prompt and signal: reads the lines of
 * samples.py from stdin, writes `{ head, signal, tail, code, target }` a line to stdout.
 * `npx tsx models/train/render.ts < SAMPLES.jsonl > TEXTS.jsonl`
 */
import { createInterface } from 'node:readline';
import { textsOf } from './texts.ts';

for await (const line of createInterface({ input: process.stdin })) {
  process.stdout.write(`${JSON.stringify(textsOf(JSON.parse(line)))}\n`);
}
