import { TracewiseError } from '../../errors.ts';
import type { ServerState } from './fork-server.ts';

/** Throws a TracewiseError (ERR_SANDBOX) that names every layer of the sandbox that is not there. */
export function checkLayers({ landlock, seccomp, open }: ServerState): void {
  const missing = [
    ...(landlock === 0 ? ['Landlock (Linux 5.13 or later, enabled at boot)'] : []),
    ...(seccomp ? [] : ['seccomp (x86_64 or aarch64)']),
    ...open.map((road) =>
      road.startsWith('library')
        ? `a Python whose ${road} an unprivileged user may read; give another as \`python\``
        : `a closed road to ${road}`,
    ),
  ];
  if (missing.length === 0) return;
  throw new TracewiseError(
    'ERR_SANDBOX',
    `Expected the whole sandbox of \`backend: 'cpython'\` but this is missing: ${missing.join('; ')}. Without it nothing is run; \`backend: 'pyodide'\` needs none of this`,
    { details: { missing } },
  );
}
