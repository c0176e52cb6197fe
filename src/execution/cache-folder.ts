import { homedir, platform } from 'node:os';
import { join } from 'node:path';

/** This user's cache folder of tracewise. */
export function cacheFolder(): string {
  const { XDG_CACHE_HOME, LOCALAPPDATA } = process.env;
  if (XDG_CACHE_HOME) return join(XDG_CACHE_HOME, 'tracewise');
  if (platform() === 'win32')
    return join(LOCALAPPDATA ?? join(homedir(), 'AppData', 'Local'), 'tracewise', 'Cache');
  if (platform() === 'darwin') return join(homedir(), 'Library', 'Caches', 'tracewise');
  return join(homedir(), '.cache', 'tracewise');
}
