import { spawnSync } from 'node:child_process';
import { resolve } from 'node:path';

/** Before all tests: the addon and the bundle exist and are newer than their sources. */
export default function setup(): void {
  const root = resolve(import.meta.dirname, '../..');
  const script = "const { build } = await import('./scripts/steps.mjs'); build();";
  const { status, stdout, stderr } = spawnSync(process.execPath, ['--input-type=module', '-e', script], {
    cwd: root,
    encoding: 'utf8',
  });
  if (status !== 0) throw new Error(`Could not build before the tests:\n${stdout}\n${stderr}`);
}
