import {
  createRunner,
  embeddedModel,
  type LlamaEngine,
  loadEngine,
  solve,
  type TokenId,
  type TokenModel,
  type TokenSequence,
} from '../../../src/index.ts';
import { heldoutTasks } from '../heldout-tasks.ts';
import { seeded } from '../seeded.mjs';

/** What a guided choice is made from: the tokens of its two streams. */
export interface TokenPair {
  readonly unconditional: readonly TokenId[];
  readonly conditional: readonly TokenId[];
}

/** Guided choices of a run are alike; so many of each are taken, spread over it. */
const pairsOfTask = 4;

/** `n` pairs out of whole runs of the embedded model on held-out tasks: its own prompts, signals and answers. */
export async function recordedPairs(n: number): Promise<TokenPair[]> {
  const runner = await createRunner();
  try {
    await using engine = await loadEngine({ modelPath: embeddedModel.path(), gpu: false, threads: 1 });
    const pairs: TokenPair[] = [];
    for (const task of heldoutTasks(400)) {
      const seen: TokenPair[] = [];
      const options = { ...embeddedModel.options, guidanceStrength: 0.5, speculation: false } as const;
      await solve(task, { engine: recording(engine, seen), runner, ...options, stopOnPass: false });
      for (let i = 0; i < Math.min(pairsOfTask, seen.length); i++)
        pairs.push(seen[Math.floor(((i + 0.5) / pairsOfTask) * seen.length)]!);
      if (pairs.length >= n) break;
    }
    return pairs.slice(0, n);
  } finally {
    await runner.dispose();
  }
}

/** `n` pairs of random tokens, the second stream with a third more before what both end with. */
export function randomPairs(n: number, length: number, vocabularySize: number): TokenPair[] {
  const draw = seeded(17);
  const tokens = (count: number) => Array.from({ length: count }, () => draw() % (vocabularySize - 1));
  return Array.from({ length: n }, () => {
    const [head, signal, tail] = [length / 2, length / 3, length / 2].map((count) =>
      tokens(Math.round(count)),
    );
    return { unconditional: [...head!, ...tail!], conditional: [...head!, ...signal!, ...tail!] };
  });
}

function recording(engine: LlamaEngine, pairs: TokenPair[]): TokenModel {
  const tokens = (sequence: TokenSequence) => [...sequence.tokens];
  const choose: TokenModel['choose'] = (request, options) => {
    if (request.kind === 'guided') {
      const { unconditional, conditional } = request;
      pairs.push({ unconditional: tokens(unconditional), conditional: tokens(conditional) });
    }
    return engine.choose(request, options);
  };
  return new Proxy(engine, {
    get: (target, key) => {
      if (key === 'choose') return choose;
      const value: unknown = Reflect.get(target, key, target);
      return typeof value === 'function' ? value.bind(target) : value;
    },
  });
}
