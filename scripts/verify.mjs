// Everything that must hold, from a bare clone: install, build, format and lint, types, tests.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { build, install, root, run } from './steps.mjs';

const summary = join(root, '.cache/tests.json');

install();
build();
run('npx', 'biome', 'check', '.');
run(process.execPath, 'scripts/format-native.mjs', '--check');
run('npx', 'tsc', '--noEmit');
run('npx', 'vitest', 'run', '--reporter=default', '--reporter=json', `--outputFile.json=${summary}`);

const { numPassedTests, numFailedTests, numPendingTests } = JSON.parse(readFileSync(summary, 'utf8'));
console.log(`${numPassedTests} passed, ${numFailedTests} failed, ${numPendingTests} skipped`);
