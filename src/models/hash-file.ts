import { createHash, type Hash } from 'node:crypto';
import { createReadStream } from 'node:fs';

/** SHA-256 of a file, in hexadecimal. Throws the file system's error, or the signal's reason. */
export async function sha256OfFile(path: string, options: HashOptions = {}): Promise<string> {
  return (await hashFile(path, options)).digest('hex');
}

interface HashOptions {
  readonly signal?: AbortSignal | undefined;
  /** Gets the bytes that are done. */
  readonly onProgress?: (bytes: number) => void;
}

/** The same as a hash that can go on. */
export async function hashFile(path: string, { signal, onProgress }: HashOptions = {}): Promise<Hash> {
  signal?.throwIfAborted();
  const hash = createHash('sha256');
  let bytes = 0;
  for await (const chunk of createReadStream(path, { highWaterMark: 1 << 20 })) {
    signal?.throwIfAborted();
    hash.update(chunk);
    bytes += chunk.length;
    onProgress?.(bytes);
  }
  return hash;
}
