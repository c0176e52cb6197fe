import type { LlamaContext, LlamaContextSequence, Token } from 'node-llama-cpp';
import type { Way } from '../decode.ts';
import { guidedArgmax } from './public-api-model.ts';

/** node-llama-cpp's own model and context, as its users open them. */
export interface PublicApi {
  readonly context: LlamaContext;
  dispose(): Promise<void>;
}

/** `contextTokens`: of each of its sequences. */
export async function openPublicApi(options: {
  modelPath: string;
  threads: number;
  contextTokens: number;
  sequences?: number;
}): Promise<PublicApi> {
  const { getLlama } = await import('node-llama-cpp');
  const llama = await getLlama({ gpu: false, build: 'never', maxThreads: options.threads });
  const model = await llama.loadModel({ modelPath: options.modelPath });
  const context = await model.createContext({
    contextSize: options.contextTokens,
    sequences: options.sequences ?? 2,
    batchSize: 512,
    flashAttention: true,
    threads: options.threads,
  });
  return {
    context,
    async dispose() {
      await context.dispose();
      await model.dispose();
      await llama.dispose();
    },
  };
}

/** The same guidance with what that API offers: probabilities of two sequences as Maps, mixed in JavaScript. */
export async function guidedStepper(
  { context }: PublicApi,
  prompts: number[][],
  guidanceStrength: number,
): Promise<Way> {
  const sequences = prompts.map(() => context.getSequence());
  const lastOfPrompts = await Promise.all(
    sequences.map(async (sequence, i) => {
      const prompt = prompts[i] as Token[];
      await sequence.evaluateWithoutGeneratingNewTokens(prompt.slice(0, -1));
      return prompt.at(-1)!;
    }),
  );
  let tokens = lastOfPrompts;
  return {
    name: 'public API',
    async step() {
      const [unconditional, conditional] = await Promise.all(
        sequences.map((sequence, i) => nextProbabilities(sequence, tokens[i]!)),
      );
      const token = guidedArgmax(unconditional!, conditional!, guidanceStrength);
      tokens = [token, token];
    },
    async rewind() {
      for (const [i, sequence] of sequences.entries()) {
        const start = prompts[i]!.length - 1;
        await sequence.eraseContextTokenRanges([{ start, end: sequence.nextTokenIndex }]);
      }
      tokens = lastOfPrompts;
    },
  };
}

async function nextProbabilities(sequence: LlamaContextSequence, token: Token): Promise<Map<Token, number>> {
  const [result] = await sequence.controlledEvaluate([[token, { generateNext: { probabilities: true } }]]);
  return result!.next.probabilities!;
}
