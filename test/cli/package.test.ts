import { execFileSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { scratchFolder } from '../support/scratch-folder.ts';

const root = resolve(import.meta.dirname, '../..');
const folder = scratchFolder();
const run = (program: string, ...args: string[]) =>
  execFileSync(program, args, { cwd: folder, encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] });

describe('the packed tarball, installed in an empty folder', () => {
  beforeAll(() => {
    const [{ filename }] = JSON.parse(
      execFileSync('npm', ['pack', '--json', '--ignore-scripts', '--pack-destination', folder], {
        cwd: root,
        encoding: 'utf8',
      }),
    );
    writeFileSync(join(folder, 'package.json'), '{"name": "user", "private": true}');
    // Without install scripts, as npm is about to make the default.
    run('npm', 'install', '--ignore-scripts', '--prefer-offline', '--no-audit', '--no-fund', `./${filename}`);
  }, 400_000);

  it('runs `npx tracewise solve`', () => {
    const task = join(root, 'examples/tasks/longest-flip.json');
    expect(run('npx', 'tracewise', 'solve', task, '--threads', '1', '--gpu', 'none')).toContain(
      'def longest_flip(',
    );
  });

  it.each([
    [
      'esm.mjs',
      "import { solve, loadEngine, createRunner, embeddedModel } from 'tracewise'; import { ScriptedModel } from 'tracewise/testing';",
    ],
    [
      'cjs.cjs',
      "const { solve, loadEngine, createRunner, embeddedModel } = require('tracewise'); const { ScriptedModel } = require('tracewise/testing');",
    ],
  ])('is imported and solves a task in %s', (file, imports) => {
    writeFileSync(
      join(folder, file),
      `${imports}
      (async () => {
        const runner = await createRunner();
        const engine = await loadEngine({ modelPath: embeddedModel.path(), gpu: false, threads: 1 });
        const task = { text: 'Write a function to find the sum of the list.', entryPoint: 'f', tests: ['assert f([1, 2]) == 3', 'assert f([5, 7]) == 12'] };
        const result = await solve(task, { engine, runner, ...embeddedModel.options });
        console.log(typeof ScriptedModel, result.testsTotal, result.program);
        await engine.dispose();
        await runner.dispose();
      })();`,
    );
    expect(run(process.execPath, file)).toMatch(/^function 2 def f\(/);
  });

  it.each([
    ['node16', ['cts', 'mts']],
    ['bundler', ['mts']],
  ])('has types for %s', (resolution, extensions) => {
    const files = extensions.map((extension) => `typed-${resolution}.${extension}`);
    for (const file of files)
      writeFileSync(
        join(folder, file),
        `import { foldRun, solve, type RunEvent } from 'tracewise';
        import { ScriptedModel, ScriptedRunner } from 'tracewise/testing';
        const engine = new ScriptedModel({ next: () => 'x' });
        const runner = new ScriptedRunner({ run: () => ({}) });
        export const run = solve({ text: 'x', tests: ['assert f(1)'] }, { engine, runner });
        export const fold = (events: RunEvent[]): string => foldRun(events).program;
        // @ts-expect-error: no such option, where the types are really read
        solve({ text: 'x', tests: ['assert f(1)'] }, { engine, runner, gamma: 1 });`,
      );
    const module = resolution === 'bundler' ? 'esnext' : 'node16';
    const checks = ['--noEmit', '--strict', '--skipLibCheck', '--target', 'es2023', '--module', module];
    const types = ['--types', 'node', '--typeRoots', join(root, 'node_modules/@types')];
    const compiler = join(root, 'node_modules/typescript/bin/tsc');
    run(process.execPath, compiler, ...checks, '--moduleResolution', resolution, ...types, ...files);
  });
});
