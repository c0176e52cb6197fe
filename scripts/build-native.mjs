#!/usr/bin/env node
/**
 * Compiles native/src to native/build/<platform>-<arch>/tracewise.node with a plain C++17 compiler: no network,
 * no Python, no node-gyp. Skips a build whose sources, flags and compiler have not changed; `--force` builds.
 * Compilers tried: $CXX, c++, g++, clang++ (the sources use GCC's vector types, so MSVC's cl is not among them).
 */
import { execFile, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { availableParallelism } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

const root = path.dirname(path.dirname(fileURLToPath(import.meta.url)));
const source = path.join(root, 'native', 'src');
const output = path.join(root, 'native', 'build', `${process.platform}-${process.arch}`);
const addon = path.join(output, 'tracewise.node');
const stamp = path.join(output, 'stamp.json');
const require = createRequire(import.meta.url);
const run = promisify(execFile);

const includes = [
  path.join(root, 'native', 'include'),
  require('node-api-headers').include_dir,
  path.dirname(require.resolve('node-addon-api')),
];
const compileFlags = [
  '-std=c++17',
  '-O3',
  '-fPIC',
  '-fvisibility=hidden',
  '-Wall',
  '-Wextra',
  '-Wno-psabi',
  '-DNAPI_VERSION=8',
  '-DNODE_ADDON_API_CPP_EXCEPTIONS_ALL',
  // A worker thread that ends inside a native call would otherwise end the process.
  '-DNODE_API_SWALLOW_UNTHROWABLE_EXCEPTIONS',
];
const linkFlags = {
  darwin: ['-bundle', '-undefined', 'dynamic_lookup'],
  win32: ['-shared'],
}[process.platform] ?? ['-shared', '-static-libgcc'];

try {
  await main();
} catch (error) {
  console.error(`build-native: ${error.message}`);
  process.exitCode = 1;
}

async function main() {
  const compiler = findCompiler();
  const fingerprint = fingerprintOf(compiler);
  const force = process.argv.includes('--force');
  if (!force && existsSync(addon) && existsSync(stamp) && readFileSync(stamp, 'utf8') === fingerprint) {
    console.log(`up to date: ${path.relative(root, addon)}`);
    return;
  }
  await build(compiler.command);
  writeFileSync(stamp, fingerprint);
  console.log(`built ${path.relative(root, addon)} with ${compiler.command}`);
}

function findCompiler() {
  const commands = [process.env.CXX, 'c++', 'g++', 'clang++'].filter(Boolean);
  for (const command of commands) {
    const result = spawnSync(command, ['--version'], { encoding: 'utf8' });
    if (result.status === 0) return { command, version: result.stdout.split('\n')[0] };
  }
  throw new Error(
    `Expected a C++17 compiler (tried ${commands.join(', ')}) but found none.\n` +
      'Install one (Debian: apt-get install g++; macOS: xcode-select --install; Windows: LLVM, then set CXX=clang++) ' +
      'or name it in the environment variable CXX, then run: node scripts/build-native.mjs',
  );
}

function fingerprintOf({ version }) {
  const hash = createHash('sha256').update(JSON.stringify([version, compileFlags, linkFlags]));
  for (const folder of [source, includes[0]]) {
    for (const name of readdirSync(folder).sort())
      hash.update(name).update(readFileSync(path.join(folder, name)));
  }
  for (const name of ['node-addon-api', 'node-api-headers']) {
    hash.update(readFileSync(path.join(path.dirname(require.resolve(name)), 'package.json')));
  }
  return JSON.stringify({ sha256: hash.digest('hex') });
}

async function build(compiler) {
  const scratch = path.join(output, `objects-${process.pid}`);
  mkdirSync(scratch, { recursive: true });
  try {
    const objects = await compileAll(compiler, scratch);
    const made = path.join(scratch, 'tracewise.node');
    await compile(compiler, [...objects, ...linkFlags, ...nodeLibrary(scratch), '-o', made]);
    // A running process may have the old file mapped: replace it, never write into it.
    renameSync(made, addon);
  } finally {
    rmSync(scratch, { recursive: true, force: true });
  }
}

async function compileAll(compiler, scratch) {
  const sources = readdirSync(source).filter((name) => name.endsWith('.cpp'));
  const waiting = [...sources];
  const lanes = Array.from({ length: Math.min(availableParallelism(), 8) }, async () => {
    for (let name = waiting.shift(); name; name = waiting.shift()) {
      const object = path.join(scratch, `${name}.o`);
      const flags = [...compileFlags, ...includes.flatMap((folder) => ['-isystem', folder])];
      await compile(compiler, [...flags, '-c', path.join(source, name), '-o', object]);
    }
  });
  await Promise.all(lanes);
  return sources.map((name) => path.join(scratch, `${name}.o`));
}

/** Windows resolves Node's functions at link time: an import library is made from the headers' own list. */
function nodeLibrary(scratch) {
  if (process.platform !== 'win32') return [];
  const library = path.join(scratch, 'node.lib');
  const { node_api_def: definition } = require('node-api-headers').def_paths;
  const result = spawnSync('llvm-dlltool', ['-d', definition, '-l', library], { encoding: 'utf8' });
  if (result.status !== 0) {
    throw new Error(`Expected llvm-dlltool beside clang++ but received: ${result.error ?? result.stderr}`);
  }
  return [library];
}

async function compile(compiler, args) {
  try {
    const { stderr } = await run(compiler, args, { maxBuffer: 1 << 24 });
    if (stderr) process.stderr.write(stderr);
  } catch (error) {
    throw new Error(`${compiler} failed:\n${error.stderr || error.message}`);
  }
}
