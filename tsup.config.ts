import { cpSync } from 'node:fs';
import { defineConfig } from 'tsup';

const shared = { target: 'node20', platform: 'node', shims: true, sourcemap: true } as const;

export default defineConfig([
  {
    ...shared,
    entry: { index: 'src/index.ts', testing: 'src/testing/index.ts' },
    format: ['esm', 'cjs'],
    dts: true,
    clean: true,
    // Beside both bundles: the workers run it as it is, and it holds the tracer, which is Python.
    onSuccess: async () => cpSync('src/execution/worker', 'dist/execution/worker', { recursive: true }),
  },
  {
    ...shared,
    entry: { cli: 'src/cli/main.ts' },
    format: ['esm'],
    // Commands are loaded when they are called, so that --help need not wait for them.
    splitting: true,
    banner: { js: '#!/usr/bin/env node' },
  },
]);
