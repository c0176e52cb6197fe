import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { packageRoot } from '../package-root.ts';

/** `tracewise build-native`: runs the package's own build script; returns its exit code. */
export function buildNativeCommand(): Promise<number> {
  const script = join(packageRoot(), 'scripts', 'build-native.mjs');
  const child = spawn(process.execPath, [script], { stdio: 'inherit' });
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('exit', (code) => resolve(code ?? 1));
  });
}
