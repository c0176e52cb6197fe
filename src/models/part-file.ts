import { createHash, type Hash } from 'node:crypto';
import { constants } from 'node:fs';
import { type FileHandle, open, readFile, rm, writeFile } from 'node:fs/promises';
import { fileError } from './file-error.ts';
import { hashFile } from './hash-file.ts';

const headBytes = 4;

/**
 * The beginning of a file that is on its way, hashed as it grows. Beside it lies what it is the beginning of, as
 * the server named it, so that it is never gone on with from another file.
 */
export class PartFile {
  readonly path: string;
  readonly #file: FileHandle;
  readonly #beforeWrite: () => Promise<void>;
  #bytes = 0;
  #hash: Hash = createHash('sha256');
  #head = '';
  #identity: string | undefined;

  private constructor(path: string, file: FileHandle, beforeWrite: () => Promise<void>) {
    this.path = path;
    this.#file = file;
    this.#beforeWrite = beforeWrite;
  }

  /**
   * Opens what is there, and hashes it. Throws a TracewiseError (ERR_MODEL_DOWNLOAD), or the signal's reason.
   * `beforeWrite` comes before every change; what it throws prevents it.
   */
  static async open(path: string, { beforeWrite, ...options }: PartFileOptions): Promise<PartFile> {
    const file = await open(path, constants.O_RDWR | constants.O_CREAT).catch((cause) => {
      throw fileError(path, cause);
    });
    const part = new PartFile(path, file, beforeWrite);
    try {
      part.#identity = await readFile(identityPath(path), 'utf8').catch(() => undefined);
      part.#bytes = (await file.stat()).size;
      if (part.#bytes > 0) part.#hash = await hashFile(path, options);
      const { buffer, bytesRead } = await file.read(Buffer.alloc(headBytes), 0, headBytes, 0);
      part.#head = buffer.toString('latin1', 0, bytesRead);
      return part;
    } catch (error) {
      await part.close();
      throw error;
    }
  }

  get bytes(): number {
    return this.#bytes;
  }

  /** Of all bytes so far, in hexadecimal. */
  get sha256(): string {
    return this.#hash.copy().digest('hex');
  }

  /** The first four bytes, or as many as there are, as text of one-byte characters. */
  get head(): string {
    return this.#head;
  }

  /** Whether the server speaks of the file that this is the beginning of. */
  belongsTo(identity: string | undefined): boolean {
    return identity !== undefined && identity === this.#identity;
  }

  /** Drops what is there; what follows belongs to this file of the server. */
  async restart(identity: string | undefined): Promise<void> {
    await this.#beforeWrite();
    try {
      if (this.#bytes > 0) await this.#file.truncate(0);
      if (identity === undefined) await rm(identityPath(this.path), { force: true });
      else await writeFile(identityPath(this.path), identity);
    } catch (cause) {
      throw fileError(this.path, cause);
    }
    this.#bytes = 0;
    this.#hash = createHash('sha256');
    this.#head = '';
    this.#identity = identity;
  }

  async append(chunk: Uint8Array): Promise<void> {
    await this.#beforeWrite();
    try {
      for (let at = 0; at < chunk.length; ) {
        const { bytesWritten } = await this.#file.write(chunk, at, chunk.length - at, this.#bytes + at);
        at += bytesWritten;
      }
    } catch (cause) {
      throw fileError(this.path, cause);
    }
    this.#bytes += chunk.length;
    this.#hash.update(chunk);
    if (this.#head.length < headBytes)
      this.#head = (this.#head + Buffer.from(chunk).toString('latin1', 0, headBytes)).slice(0, headBytes);
  }

  /** Has the disk take everything; when it was written, in whole ms. */
  async flush(): Promise<number> {
    await this.#file.sync();
    return Math.floor((await this.#file.stat()).mtimeMs);
  }

  /** May be called twice. */
  async close(): Promise<void> {
    await this.#file.close();
  }

  async discard(): Promise<void> {
    await this.close();
    await this.#beforeWrite();
    await removePart(this.path);
  }
}

interface PartFileOptions {
  readonly signal?: AbortSignal | undefined;
  readonly onProgress?: (bytes: number) => void;
  readonly beforeWrite: () => Promise<void>;
}

function identityPath(path: string): string {
  return `${path}.identity`;
}

/** Removes a beginning and what belongs to it. */
export async function removePart(path: string): Promise<void> {
  await rm(path, { force: true });
  await rm(identityPath(path), { force: true });
}
