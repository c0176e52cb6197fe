import { packageRoot } from '../../package-root.ts';

/** A command within bubblewrap: namespaces of its own, nobody's rights, the file system read-only, homes empty. */
export function bubblewrapped(command: readonly string[]): string[] {
  const empty = ['/tmp', '/home', '/root', '/run', '/var/tmp'].flatMap((folder) => ['--tmpfs', folder]);
  const root = packageRoot();
  return [
    'bwrap',
    ...[
      '--unshare-all',
      '--die-with-parent',
      '--new-session',
      '--cap-drop',
      'ALL',
      '--uid',
      '65534',
      '--gid',
      '65534',
    ],
    ...[
      '--ro-bind',
      '/',
      '/',
      '--dev',
      '/dev',
      '--proc',
      '/proc',
      ...empty,
      '--ro-bind',
      root,
      root,
      '--chdir',
      '/',
    ],
    ...command,
  ];
}
