// In a process of its own: ms from nothing to the first result, with what is cached on disk. Prints them.
import { createRunner } from '../../src/execution/create-runner.ts';

const started = performance.now();
await using runner = await createRunner({ maxWorkers: 1 });
const { results } = await runner.run({
  program: 'def f(x):\n    return x * 2',
  entryPoint: 'f',
  tests: [{ kind: 'assert', source: 'assert f(21) == 42' }],
  trace: true,
});
if (results[0]!.outcome !== 'passed') throw new Error(`A clean program ended as ${results[0]!.outcome}`);
console.log(performance.now() - started);
