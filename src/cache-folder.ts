import { homedir, platform } from 'node:os';
import { join, resolve } from 'node:path';

/** This user's cache folder of tracewise; `TRACEWISE_CACHE` names another. */
export function cacheFolder(): string {
  const { TRACEWISE_CACHE, XDG_CACHE_HOME, LOCALAPPDATA } = process.env;
  if (TRACEWISE_CACHE) return resolve(TRACEWISE_CACHE);
  if (XDG_CACHE_HOME) return join(XDG_CACHE_HOME, 'tracewise');
  if (platform() === 'win32')
    return join(LOCALAPPDATA ?? join(homedir(), 'AppData', 'Local'), 'tracewise', 'Cache');
  if (platform() === 'darwin') return join(homedir(), 'Library', 'Caches', 'tracewise');
  return join(homedir(), '.cache', 'tracewise');
}
