import { join } from 'node:path';
import type { LlamaEngine } from '../../src/llama/llama-engine.ts';
import { type EngineOptions, loadEngine } from '../../src/llama/load-engine.ts';
import { packageRoot } from '../../src/package-root.ts';

/**
 * A real, trained model of 2 million parameters, in Q8_0: what is computed alone or in a batch is bit-equal. The
 * pilot of the embedded model, so that a model trained anew leaves these tests as they are.
 */
export const miniPath = join(packageRoot(), 'test', 'fixtures', 'pilot-q8_0.gguf');

/** Given, not measured, so that tests see the same batches each time: rows together are cheaper than one by one. */
export const decodeCosts = [
  { rows: 1, ms: 1 },
  { rows: 32, ms: 8 },
];

/**
 * One thread: with more than there are free cores, every barrier of ggml waits for a slice of time. No flash attention,
 * so that no batch plan changes a bit; `flash-attention.test.ts` says what holds with it.
 */
export function testEngine(options: Partial<EngineOptions> = {}): Promise<LlamaEngine> {
  return loadEngine({
    modelPath: miniPath,
    gpu: false,
    threads: 1,
    flashAttention: false,
    decodeCosts,
    ...options,
  });
}

export const samplePrompt = `### Instruction:
Write a function that returns the numbers of a list that are greater than k.

>>> Test Cases:
assert above([1, 5, 2, 8], 2) == [5, 8]

### Response:
\`\`\`python
def above(`;

/** Another prompt for the same code, as a signal makes it. */
export const sampleSignal = `# above([1, 5, 2, 8], 2)
# raised NameError: name 'numbers' is not defined
`;
