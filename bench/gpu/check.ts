// node --import tsx bench/gpu/check.ts FOLDER [--cpu]: loads the libraries of a folder and decodes a little with them.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { loadEngine } from '../../src/index.ts';
import { writeRandomModel } from '../support/random-gguf.ts';

const [libDir, flag] = process.argv.slice(2);
if (!libDir) throw new TypeError('Expected a folder of libraries');
const gpu = flag === '--cpu' ? false : 'cuda';
const folder = mkdtempSync(join(tmpdir(), 'tracewise-gpu-'));
try {
  const modelPath = writeRandomModel(join(folder, 'tiny.gguf'));
  await using engine = await loadEngine({ modelPath, libDir, gpu });
  console.log(`llama.cpp ${engine.libraryVersion} of ${engine.libraryFolder}`);
  for (const { name, description, isGpu } of engine.devices)
    console.log(`${isGpu ? 'GPU' : 'CPU'} ${name}: ${description}`);
  const sequence = engine.openSequence();
  sequence.append(engine.tokenize('def twice(x):\n    return'));
  const logits = await engine.readLogits(sequence);
  if (!logits.every(Number.isFinite)) throw new Error('Expected finite logits');
  for (let i = 0; i < 8; i++) {
    const { token } = await engine.choose({ kind: 'sample', sequence, temperature: 0 });
    sequence.append([token]);
  }
  console.log(`decoded tokens ${sequence.tokens.slice(-8).join(' ')}`);
} finally {
  rmSync(folder, { recursive: true });
}
