import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';
import { expect, it } from 'vitest';

const root = resolve(import.meta.dirname, '../src');

/** The layers of the library, lowest first; an import points down or stays in its folder. */
const layers = [
  [
    'errors',
    'check-options',
    'execution-limits',
    'option-names',
    'options',
    'token-model',
    'common-prefix',
    'program-runner',
    'package-root',
    'cache-folder',
    'make-folder',
    'gigabytes',
    'embedded-model',
  ],
  ['guidance', 'lines', 'signal'],
  ['task'],
  ['events'],
  ['llama', 'execution', 'prompt', 'models', 'testing'],
  ['controller'],
  ['agents'],
  ['strategies'],
  ['bench', 'report'],
  ['index'],
  ['cli'],
];

const files = readdirSync(root, { recursive: true, encoding: 'utf8' })
  .filter((file) => /\.(?:ts|mjs)$/.test(file) && !file.endsWith('.d.ts'))
  .map((file) => join(root, file));

const imports = new Map(files.map((file) => [file, importsOf(file)]));

function importsOf(file: string): string[] {
  const source = readFileSync(file, 'utf8').replace(/^\s*(?:\/\/|\*|\/\*).*$/gm, '');
  const specifiers = [...source.matchAll(/(?:from|import)\s*\(?\s*'(\.[^']+)'/g)].map(
    ([, specifier]) => specifier!,
  );
  return specifiers
    .map((specifier) => resolve(dirname(file), specifier))
    .filter((target) => /\.(?:ts|mjs)$/.test(target));
}

function topicOf(file: string): string {
  return relative(root, file).split('/')[0]!.replace(/\.ts$/, '');
}

function layerOf(file: string): number {
  return layers.findIndex((layer) => layer.includes(topicOf(file)));
}

it('finds the source and its imports', () => {
  expect(files.length).toBeGreaterThan(30);
  expect([...imports.values()].flat().length).toBeGreaterThan(50);
});

it('has a layer for every file', () => {
  expect(files.filter((file) => layerOf(file) < 0).map((file) => relative(root, file))).toEqual([]);
});

it('imports only files that exist', () => {
  const missing = [...imports].flatMap(([file, targets]) =>
    targets.filter((target) => !imports.has(target)).map((target) => `${file} → ${target}`),
  );
  expect(missing).toEqual([]);
});

it('imports downwards or within a folder', () => {
  const upward = [...imports].flatMap(([file, targets]) =>
    targets
      .filter((target) => topicOf(target) !== topicOf(file) && layerOf(target) >= layerOf(file))
      // The leaves may lean on each other; the cycle test below keeps them in order.
      .filter((target) => !(layerOf(target) === 0 && layerOf(file) === 0))
      .map((target) => `${relative(root, file)} → ${relative(root, target)}`),
  );
  expect(upward).toEqual([]);
});

it('has no cycle', () => {
  const done = new Set<string>();
  const path: string[] = [];
  const visit = (file: string): void => {
    if (path.includes(file))
      throw new Error([...path.slice(path.indexOf(file)), file].map((at) => relative(root, at)).join(' → '));
    if (done.has(file)) return;
    path.push(file);
    for (const target of imports.get(file) ?? []) visit(target);
    path.pop();
    done.add(file);
  };
  for (const file of files) visit(file);
  expect(done.size).toBe(files.length);
});
