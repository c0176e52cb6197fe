// From a bare clone: installs, builds, and solves the tasks of examples/tasks with the embedded model, plainly
// and guided, and prints what guidance changed.
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { build, install, root } from './steps.mjs';

install();
build();

const { createRunner, embeddedModel, loadEngine, readTask, solve } = await import('../dist/index.js');
const folder = join(root, 'examples/tasks');
const runner = await createRunner();
const engine = await loadEngine({ modelPath: embeddedModel.path() });
let solved = 0;
const files = readdirSync(folder).sort();
try {
  for (const file of files) {
    const task = readTask(readFileSync(join(folder, file), 'utf8'), { id: file.replace(/\.\w+$/, '') });
    console.log(`\n━━ ${task.id}: ${task.text.split('\n')[0]}`);
    for (const test of task.tests) console.log(`   ${test.source}`);
    const plain = await attempt(task, { guidanceStrength: 0 });
    const guided = await attempt(task, { guidanceStrength: 0.5, candidates: 5 });
    if (guided.solved) solved++;
    show('plain', plain);
    show('guided', guided);
    console.log(`   guidance: ${effect(plain, guided)}`);
  }
} finally {
  await engine.dispose();
  await runner.dispose();
}
console.log(`\n${solved} of ${files.length} tasks solved with guidance.`);
process.exitCode = solved === files.length ? 0 : 1;

async function attempt(task, options) {
  return solve(task, { engine, runner, ...embeddedModel.options, ...options });
}

function show(name, { solved, testsPassed, testsTotal, program, rows, executions, elapsedMs, endedBy }) {
  console.log(
    ` ${solved ? '✓' : '✗'} ${name}: ${testsPassed}/${testsTotal} tests, ${rows} rows, ${executions} executions, ${Math.round(elapsedMs)} ms (${endedBy})`,
  );
  for (const line of program.trimEnd().split('\n')) console.log(`     ${line}`);
}

function effect(plain, guided) {
  const counts = `${guided.changedTokens} of ${guided.guidedTokens} guided tokens were not the plain stream's likeliest`;
  if (plain.program === guided.program) return `the same program; ${counts}`;
  const found =
    guided.endedBy === 'candidate-passed'
      ? 'a continuation that was tried passed all tests and was taken'
      : counts;
  return `${plain.solved ? 'another way' : 'mended it'}: ${found}`;
}
