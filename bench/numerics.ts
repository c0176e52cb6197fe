import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { embeddedModel, loadEngine } from '../src/index.ts';
import { Comparer, type Comparison, strengths } from './support/numerics/compare.ts';
import { compareDrafts } from './support/numerics/drafts.ts';
import { randomPairs, recordedPairs, type TokenPair } from './support/numerics/token-pairs.ts';
import { numericsWays, plain, readPairs, reference } from './support/numerics/ways.ts';
import { type RandomModel, randomModels, writeRandomModel } from './support/random-gguf.ts';

interface Model {
  readonly key: string;
  readonly path: string;
  readonly pairs: readonly TokenPair[];
}

/**
 * How much a row's logits depend on what should not matter to them: the rows beside it, the decodes that the prompt
 * came in, where its cells lie, threads, flash attention; and how many greedy and guided choices come out otherwise.
 * The embedded model has pairs out of its own runs; models of random weights have random tokens.
 */
export async function main({ quick, n = quick ? '12' : '48', only }: Flags) {
  const folder = mkdtempSync(join(tmpdir(), 'tracewise-bench-'));
  const figures: Record<string, number> = {};
  const random = (key: string, pairs: number, length: number, shape: Partial<RandomModel>): Model => ({
    key,
    path: writeRandomModel(join(folder, `${key}.gguf`), shape),
    pairs: randomPairs(Math.ceil((Number(n) * pairs) / 48), length, shape.vocabularySize!),
  });
  const makers: Record<string, () => Promise<Model> | Model> = {
    embedded: async () => ({
      key: 'embedded',
      path: embeddedModel.path(),
      pairs: await recordedPairs(Number(n)),
    }),
    q8_0: () => random('q8_0', 12, 120, { ...randomModels.v32k, weights: 'Q8_0' }),
    f16: () => random('f16', 12, 120, { ...randomModels.v32k, weights: 'F16' }),
    q4_0: () => random('q4_0', 5, 60, randomModels.v152k),
  };
  try {
    for (const [key, make] of Object.entries(makers)) {
      if (only !== undefined && key !== only) continue;
      const model = await make();
      console.log(`\n${key}: ${model.pairs.length} pairs; nats after log-softmax`);
      console.log(
        `way | rows that differ | typical | largest | choices changed at γ ${strengths.join(', ')}: of all | widest margin`,
      );
      for (const [group, comparisons] of await compareWays(model))
        Object.assign(figures, figuresOf(`${key}_${group}`, comparisons));
    }
  } finally {
    rmSync(folder, { recursive: true });
  }
  return { figures };
}

interface Flags {
  readonly quick?: boolean;
  /** Pairs of the embedded model; the others have a quarter and about a tenth of them. */
  readonly n?: string;
  /** One model: embedded, q8_0, f16 or q4_0. */
  readonly only?: string;
}

/** Comparisons by group. */
async function compareWays({ path, pairs }: Model): Promise<Map<string, Comparison[]>> {
  const groups = new Map<string, Comparison[]>();
  const add = (group: string, name: string, comparison: Comparison): void => {
    console.log(row(name, comparison));
    groups.set(group, [...(groups.get(group) ?? []), comparison]);
  };
  const alone = await readPairs(reference, path, pairs);
  for (const way of numericsWays()) {
    const comparer = new Comparer();
    for (const [i, { unconditional, conditional }] of (await readPairs(way, path, pairs)).entries()) {
      const expected = {
        unconditional: unconditional.expected ?? alone[i]!.unconditional.got,
        conditional: conditional.expected ?? alone[i]!.conditional.got,
      };
      comparer.addPair(expected, { unconditional: unconditional.got, conditional: conditional.got });
    }
    add(way.group, way.name, comparer.result());
  }
  await using engine = await loadEngine({ modelPath: path, ...plain });
  const [greedy, ...guided] = strengths;
  add('draft', 'one stream along a draft', await compareDrafts(engine, pairs, [greedy]));
  add('draft_guided', 'both streams along a draft', await compareDrafts(engine, pairs, guided));
  return groups;
}

function row(
  name: string,
  { rows, differing, typical, largest, choices, changed, widestMargin }: Comparison,
): string {
  const nats = (x: number) => (x === 0 ? '0' : x.toExponential(1));
  return [
    name,
    `${differing} of ${rows}`,
    nats(typical),
    nats(largest),
    `${changed.join(', ')}: of ${choices}`,
    nats(widestMargin),
  ].join(' | ');
}

function figuresOf(key: string, comparisons: readonly Comparison[]): Record<string, number> {
  const sum = (value: (comparison: Comparison) => number) =>
    comparisons.reduce((sum, comparison) => sum + value(comparison), 0);
  const most = (value: (comparison: Comparison) => number) => Math.max(...comparisons.map(value));
  return {
    [`max_delta_${key}`]: most(({ largest }) => largest),
    [`typical_delta_${key}`]: most(({ typical }) => typical),
    [`unstable_choices_${key}`]: sum(({ changed }) => changed.reduce((a, b) => a + b)),
    [`unstable_choices_${key}_of_n`]: sum(({ choices }) => choices),
  };
}
