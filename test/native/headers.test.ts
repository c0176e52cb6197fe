import { execFileSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { packageRoot } from '../../src/package-root.ts';

const vendored = join(packageRoot(), 'native', 'include');
const require = createRequire(import.meta.url);

function hasGit(): boolean {
  try {
    return execFileSync('git', ['--version']).length > 0;
  } catch {
    return false;
  }
}

it.skipIf(!hasGit())('has the very headers of the pinned release', { timeout: 120_000 }, () => {
  const bundle = join(require.resolve('node-llama-cpp'), '../../llama/gitRelease.bundle');
  const clone = mkdtempSync(join(tmpdir(), 'tracewise-headers-'));
  try {
    const git = (...args: string[]) => execFileSync('git', args, { cwd: clone, stdio: 'pipe' });
    git('clone', '--quiet', '--no-checkout', bundle, 'source');
    git('-C', 'source', 'checkout', 'HEAD', '--', 'include', 'ggml/include', 'LICENSE');
    const headers = readdirSync(vendored).filter((name) => name.endsWith('.h'));
    expect(headers).toHaveLength(7);
    for (const name of [...headers, 'LICENSE']) {
      const folder = name === 'LICENSE' ? '' : name === 'llama.h' ? 'include' : 'ggml/include';
      const theirs = readFileSync(join(clone, 'source', folder, name), 'utf8');
      expect(readFileSync(join(vendored, name), 'utf8') === theirs, name).toBe(true);
    }
  } finally {
    rmSync(clone, { recursive: true, force: true });
  }
});
