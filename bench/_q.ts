import { readFileSync } from 'node:fs';
import { createRunner, embeddedModel, loadEngine, parseTask, solve } from '/work/main/src/index.ts';
const [model, file, n='100', arms='0,1'] = process.argv.slice(2);
const tasks = readFileSync(file!, 'utf8').trim().split('\n').slice(0, Number(n)).map((l, i) => { const d = JSON.parse(l); return parseTask({ id: `t${i}`, text: d.text, entryPoint: d.name, tests: d.asserts, hiddenTests: d.hidden }); });
const runner = await createRunner({ maxWorkers: 1 });
await using engine = await loadEngine({ modelPath: model!, gpu: false, threads: 1 });
for (const g of arms.split(',')) {
  const stop = g.endsWith('s'); const gamma = parseFloat(g);
  let ok = 0; const out: string[] = [];
  for (const task of tasks) {
    const r = await solve(task, { engine, runner, ...embeddedModel.options, guidanceStrength: gamma, stopOnPass: stop });
    const h = await runner.run({ program: r.program, entryPoint: task.entryPoint, tests: task.hiddenTests, trace: false });
    const good = r.solved && h.results.every((x) => x.outcome === 'passed');
    ok += Number(good); out.push(good ? '1' : '0');
    if (process.env.SHOW && !good && g === '0') console.log(task.text, '\n', r.program, '\n');
  }
  console.log(`gamma ${g}: ${(100 * ok / tasks.length).toFixed(1)} %`, process.env.VEC ? out.join('') : '');
}
await runner.dispose();
