// Formats native/ with clang-format, or with --check says what it would change. Without clang-format: says so.
import { spawnSync } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { root } from './steps.mjs';

const folder = join(root, 'native/src');
const files = readdirSync(folder, { recursive: true })
  .filter((file) => /\.(?:cpp|h)$/.test(file))
  .map((file) => join(folder, file));
const mode = process.argv.includes('--check') ? ['--dry-run', '--Werror'] : ['-i'];
const { status, error } = spawnSync('clang-format', [...mode, ...files], { cwd: root, stdio: 'inherit' });
if (error?.code === 'ENOENT')
  console.log('clang-format is not on PATH: native/ was not checked (pip install clang-format==23.1.5)');
else process.exitCode = status ?? 1;
