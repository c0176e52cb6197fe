import { statfs } from 'node:fs/promises';
import { dirname } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { TracewiseError } from '../errors.ts';
import { gigabytes } from '../gigabytes.ts';
import type { ExpectedHash } from './expected-hash.ts';
import { connectionLost, Interruption } from './interruption.ts';
import type { HashOrigin } from './model-record.ts';
import { openRemoteFile, type RemoteFile } from './open-remote-file.ts';
import { PartFile } from './part-file.ts';

export interface Download {
  readonly url: URL;
  /** Goes to the address's own origin only. */
  readonly token?: string | undefined;
  readonly partPath: string;
  readonly expected?: ExpectedHash | undefined;
}

export interface DownloadSettings {
  readonly signal?: AbortSignal | undefined;
  readonly onProgress?: (activity: 'checking' | 'downloading', bytes: number, totalBytes?: number) => void;
  /** A connection that brings nothing for this long is given up and made anew. */
  readonly stallTimeoutMs: number;
  /** Pause after a first fruitless attempt; doubled after each further one. */
  readonly retryDelayMs: number;
  /** Comes before every change of the part file; what it throws ends the download. */
  readonly beforeWrite: () => Promise<void>;
}

export interface DownloadedFile {
  readonly bytes: number;
  readonly sha256: string;
  readonly sha256From: HashOrigin;
  readonly modifiedMs: number;
  /** The commit of the repository that it is of; undefined where the server does not say. */
  readonly commit: string | undefined;
}

/** Attempts in a row that bring the file no further. */
const mostFruitless = 5;
const longestPauseMs = 60_000;

/**
 * Downloads a GGUF file to `partPath`, going on with what is there, and checks it. Connections that break, stall or
 * are refused for the moment are made anew as long as the file grows. Throws a TracewiseError
 * (ERR_MODEL_DOWNLOAD) or the signal's reason and then keeps what has come, unless its content is wrong.
 */
export async function downloadFile(download: Download, settings: DownloadSettings): Promise<DownloadedFile> {
  const { signal, onProgress, beforeWrite } = settings;
  const part = await PartFile.open(download.partPath, {
    signal,
    beforeWrite,
    onProgress: (bytes) => onProgress?.('checking', bytes),
  });
  try {
    let most = part.bytes;
    for (let fruitless = 0; ; ) {
      try {
        const remote = await attempt(download, part, settings);
        return { bytes: part.bytes, ...(await checked(download, part, remote)) };
      } catch (error) {
        signal?.throwIfAborted();
        if (!(error instanceof Interruption)) throw error;
        fruitless = part.bytes > most ? 1 : fruitless + 1;
        most = Math.max(most, part.bytes);
        if (fruitless >= mostFruitless) throw givenUp(download, part, error);
        await pause(settings, fruitless, error);
      }
    }
  } finally {
    await (part.bytes === 0 ? part.discard() : part.close());
  }
}

/** One connection, to the file's end. Throws an Interruption where the file has not ended. */
async function attempt(
  { url, token, expected }: Download,
  part: PartFile,
  { signal, onProgress, stallTimeoutMs }: DownloadSettings,
): Promise<RemoteFile> {
  const stall = new AbortController();
  const watch = setTimeout(() => stall.abort(), stallTimeoutMs);
  const lost = (error: unknown): never => {
    signal?.throwIfAborted();
    if (!stall.signal.aborted) throw error;
    throw new Interruption(`nothing came for ${stallTimeoutMs / 1000} s`, { cause: error });
  };
  try {
    const remote = await openRemoteFile(url, {
      offset: part.bytes,
      token,
      signal: signal ? AbortSignal.any([signal, stall.signal]) : stall.signal,
    }).catch(lost);
    const { totalBytes } = remote;
    if (expected && remote.sha256 && remote.sha256 !== expected.sha256)
      throw wrongHash(
        url,
        expected,
        remote.sha256,
        `the server announces ${remote.sha256}: the file was replaced there; give that hash as \`sha256\` if you trust it`,
      );
    if (!(await resume(part, remote))) return remote;
    await checkSpace(part, totalBytes);
    onProgress?.('downloading', part.bytes, totalBytes);
    const reader = remote.body!.getReader();
    for (;;) {
      watch.refresh();
      const { done, value } = await reader.read().catch((error) => lost(connectionLost(remote.host, error)));
      if (done) break;
      await part.append(value);
      await checkContent(part, url, { totalBytes });
      onProgress?.('downloading', part.bytes, totalBytes);
    }
    if (part.bytes < (totalBytes ?? 0))
      throw new Interruption(`the connection ended after ${part.bytes} of ${totalBytes} bytes`);
    return remote;
  } finally {
    clearTimeout(watch);
    // Ends a connection that is not read to its end.
    stall.abort();
  }
}

/** Makes the part file ready for what the server sends; false where it is complete already. */
async function resume(part: PartFile, { status, from, totalBytes, identity }: RemoteFile): Promise<boolean> {
  const same = part.belongsTo(identity);
  if (status === 416) {
    if (same && part.bytes === totalBytes) return false;
    await part.restart(undefined);
    throw new Interruption('the server has another file now than the one begun');
  }
  if (status === 200) {
    // From the start: nothing was there, or the server does not know ranges.
    await part.restart(identity);
  } else if (!same || from !== part.bytes) {
    await part.restart(undefined);
    throw new Interruption('the server has another file now than the one begun');
  }
  return true;
}

async function checkSpace(part: PartFile, totalBytes: number | undefined): Promise<void> {
  const folder = dirname(part.path);
  const disk = await statfs(folder).catch(() => undefined);
  const missing = (totalBytes ?? 0) - part.bytes;
  if (!disk || disk.bavail * disk.bsize >= missing) return;
  throw new TracewiseError(
    'ERR_MODEL_DOWNLOAD',
    `Expected ${gigabytes(missing)} of free disk in ${folder} but found ${gigabytes(disk.bavail * disk.bsize)}; free some space, or name another folder in TRACEWISE_CACHE`,
    { details: { folder, missingBytes: missing } },
  );
}

/** Refuses, as soon as it can be told, what cannot be the file; `whole`: no more is to come. */
async function checkContent(
  part: PartFile,
  url: URL,
  {
    totalBytes = Number.POSITIVE_INFINITY,
    whole = false,
  }: { totalBytes?: number | undefined; whole?: boolean },
): Promise<void> {
  const isGguf = whole ? part.head === 'GGUF' : 'GGUF'.startsWith(part.head);
  if (isGguf && part.bytes <= totalBytes) return;
  const what = isGguf
    ? `it is longer than the ${totalBytes} bytes that were announced; try again, or another mirror`
    : `it starts with ${JSON.stringify(part.head)}; see whether the name and HF_ENDPOINT are right`;
  await part.discard();
  throw new TracewiseError('ERR_MODEL_DOWNLOAD', `Expected a GGUF file at ${url.href} but ${what}`, {
    details: { url: url.href },
  });
}

/** The whole file's hash beside what it should be. */
async function checked(
  { url, expected }: Download,
  part: PartFile,
  remote: RemoteFile,
): Promise<Omit<DownloadedFile, 'bytes'>> {
  await checkContent(part, url, { whole: true });
  const { sha256 } = part;
  const due = expected ?? (remote.sha256 ? { sha256: remote.sha256, from: 'server' as const } : undefined);
  if (due && due.sha256 !== sha256) {
    await part.discard();
    throw wrongHash(
      url,
      due,
      sha256,
      `what came has ${sha256} and was deleted; try again, or another mirror`,
    );
  }
  return {
    sha256,
    sha256From: due?.from ?? 'first pull',
    modifiedMs: await part.flush(),
    commit: remote.commit,
  };
}

function wrongHash(url: URL, { sha256, from }: ExpectedHash, found: string, what: string): TracewiseError {
  return new TracewiseError(
    'ERR_MODEL_DOWNLOAD',
    `Expected ${url.href} to have SHA-256 ${sha256} (${from}) but ${what}`,
    { details: { url: url.href, expected: sha256, found } },
  );
}

function givenUp({ url }: Download, part: PartFile, cause: Interruption): TracewiseError {
  const kept = part.bytes > 0 ? `; ${part.bytes} bytes are kept and the next attempt goes on from there` : '';
  const proxied = process.env.HTTPS_PROXY || process.env.https_proxy;
  const proxy = proxied ? ' (HTTPS_PROXY is not used: Node 20 connects directly)' : '';
  return new TracewiseError(
    'ERR_MODEL_DOWNLOAD',
    `Expected to download ${url.href} but ${cause.message}, and ${mostFruitless} attempts brought it no further${proxy}${kept}; check the network, or give the path of a file`,
    { cause, details: { url: url.href, receivedBytes: part.bytes } },
  );
}

async function pause(
  { retryDelayMs, signal }: DownloadSettings,
  fruitless: number,
  { retryAfterMs }: Interruption,
): Promise<void> {
  const ms = Math.min(longestPauseMs, Math.max(retryAfterMs ?? 0, retryDelayMs * 2 ** (fruitless - 1)));
  await sleep(ms, undefined, { signal }).catch((error) => {
    signal?.throwIfAborted();
    throw error;
  });
}
