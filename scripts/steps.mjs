import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The folder of this package's package.json. */
export const root = dirname(dirname(fileURLToPath(import.meta.url)));

/** Runs a program in the package's folder, its output passed on; ends this process where it fails. */
export function run(program, ...args) {
  console.log(`\n> ${[program, ...args].join(' ')}`);
  const { status, error } = spawnSync(program, args, {
    cwd: root,
    stdio: 'inherit',
    shell: process.platform === 'win32',
  });
  if (error) console.error(`Could not start ${program}: ${error.message}`);
  if (status !== 0) process.exit(status ?? 1);
}

/** `npm ci`, unless what the lockfile asks for is already there. */
export function install() {
  const installed = join(root, 'node_modules/.package-lock.json');
  const isCurrent =
    existsSync(installed) && statSync(installed).mtimeMs >= statSync(join(root, 'package-lock.json')).mtimeMs;
  if (!isCurrent) run('npm', 'ci');
}

/** Compiles the addon and bundles the library, unless both are newer than what they are made from. */
export function build() {
  run(process.execPath, 'scripts/build-native.mjs');
  const bundle = join(root, 'dist/cli.js');
  if (!existsSync(bundle) || statSync(bundle).mtimeMs < newest('src', 'tsup.config.ts', 'package.json'))
    run('npx', 'tsup', '--silent');
}

function newest(...names) {
  const files = names.flatMap((name) => {
    const path = join(root, name);
    if (!statSync(path).isDirectory()) return [path];
    return readdirSync(path, { recursive: true }).map((file) => join(path, file));
  });
  return Math.max(...files.map((file) => statSync(file).mtimeMs));
}
