import { createHash, randomBytes } from 'node:crypto';
import { constants } from 'node:fs';
import { lstat, open, readdir, rename, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { makeFolder } from '../make-folder.ts';

const hashBytes = 32;
/** A snapshot is 31 MB, and every release makes another one. */
const keptSnapshots = 4;

/**
 * Reads a cached snapshot: its SHA-256, then its bytes. Undefined where there is none, where it is damaged, and
 * where another user could have written it: whoever writes it chooses the Python that judges.
 */
export async function readSnapshot(file: string): Promise<SharedArrayBuffer | undefined> {
  try {
    const handle = await open(file, constants.O_RDONLY | (constants.O_NOFOLLOW ?? 0));
    try {
      const { uid, mode, size } = await handle.stat();
      const owner = process.getuid?.() ?? uid;
      if (uid !== owner || (process.platform !== 'win32' && (mode & 0o022) !== 0)) return undefined;
      const hash = Buffer.alloc(hashBytes);
      const shared = new SharedArrayBuffer(size - hashBytes);
      const image = new Uint8Array(shared);
      await handle.read(hash, 0, hashBytes, 0);
      const { bytesRead } = await handle.read(image, 0, image.length, hashBytes);
      return bytesRead === image.length && digest(image).equals(hash) ? shared : undefined;
    } finally {
      await handle.close();
    }
  } catch {
    return undefined;
  }
}

/** Writes a snapshot beside its place and renames it there, so that a reader sees all of it or nothing. */
export async function writeSnapshot(file: string, snapshot: SharedArrayBuffer): Promise<void> {
  const image = Buffer.from(new Uint8Array(snapshot));
  const unfinished = `${file}.${process.pid}.${randomBytes(6).toString('hex')}`;
  try {
    await makeFolder(dirname(file), { mode: 0o700 });
    const handle = await open(unfinished, 'wx', 0o600);
    try {
      await handle.writeFile(digest(image));
      await handle.writeFile(image);
    } finally {
      await handle.close();
    }
    await rename(unfinished, file);
    await removeOldSnapshots(dirname(file));
  } catch {
    // A cache that cannot be written (a read-only home, a full disk) costs time, no more.
    await rm(unfinished, { force: true }).catch(() => {});
  }
}

/** Keeps the newest; a process that has read an older one does not need its file any more. */
async function removeOldSnapshots(folder: string): Promise<void> {
  const names = (await readdir(folder)).filter((name) => /^pyodide-.*\.snapshot$/.test(name));
  const files = await Promise.all(
    names.map(async (name) => ({
      path: join(folder, name),
      madeMs: (await lstat(join(folder, name))).mtimeMs,
    })),
  );
  const old = files.sort((a, b) => b.madeMs - a.madeMs).slice(keptSnapshots);
  await Promise.all(old.map(({ path }) => rm(path, { force: true })));
}

function digest(bytes: Uint8Array): Buffer {
  return createHash('sha256').update(bytes).digest();
}
