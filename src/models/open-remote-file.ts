import { TracewiseError } from '../errors.ts';
import { connectionLost, Interruption } from './interruption.ts';

/** A server's answer, ready to be read from byte `from` on. */
export interface RemoteFile {
  /** Where it lies. */
  readonly host: string;
  readonly status: 200 | 206 | 416;
  readonly body: ReadableStream<Uint8Array> | null;
  readonly from: number;
  /** undefined where the server does not say. */
  readonly totalBytes: number | undefined;
  /** Equal while the server's file is the same; undefined where the server gives nothing to tell by. */
  readonly identity: string | undefined;
  /** Hugging Face's word on the content: the `X-Linked-Etag` of files in large-file storage is their SHA-256. */
  readonly sha256: string | undefined;
  /** The repository's, as the hub names it. */
  readonly commit: string | undefined;
}

/** What the hub says of a file before it sends on to where that lies. */
interface HubWord {
  etag?: string | undefined;
  size?: string | undefined;
  commit?: string | undefined;
}

const mostRedirects = 10;

/**
 * Asks for a file from byte `offset` on and follows redirects; the token goes to no other origin. Throws an
 * Interruption where another attempt may succeed, also for an abort, or else a TracewiseError (ERR_MODEL_DOWNLOAD).
 */
export async function openRemoteFile(
  url: URL,
  { offset, token, signal }: { offset: number; token: string | undefined; signal: AbortSignal },
): Promise<RemoteFile> {
  const linked: HubWord = {};
  let at = url;
  for (let hop = 0; hop <= mostRedirects; hop++) {
    const response = await fetch(at, {
      redirect: 'manual',
      signal,
      headers: {
        'accept-encoding': 'identity',
        ...(offset > 0 && { range: `bytes=${offset}-` }),
        ...(token && at.origin === url.origin && { authorization: `Bearer ${token}` }),
      },
    }).catch((error) => {
      throw connectionLost(at.host, error);
    });
    linked.etag ??= response.headers.get('x-linked-etag') ?? undefined;
    linked.size ??= response.headers.get('x-linked-size') ?? undefined;
    linked.commit ??= response.headers.get('x-repo-commit') ?? undefined;
    const location = response.headers.get('location');
    if (response.status < 300 || response.status > 399 || !location) {
      if (![200, 206, 416].includes(response.status)) await refuse(response, at, url);
      return remoteFile(response, at.host, linked);
    }
    await leaveUnread(response);
    at = sentOn(at, location);
  }
  throw new TracewiseError(
    'ERR_MODEL_DOWNLOAD',
    `Expected a file at ${url.href} but it was sent on ${mostRedirects} times; check HF_ENDPOINT`,
  );
}

/** Where a redirect leads. Throws where nothing is downloaded from. */
function sentOn(at: URL, location: string): URL {
  const next = URL.canParse(location, at.href) ? new URL(location, at) : undefined;
  const allowed = at.protocol === 'https:' ? ['https:'] : ['http:', 'https:'];
  if (next && allowed.includes(next.protocol)) return next;
  const where = next ? `${next.protocol}//${next.host}` : 'what is no address';
  throw new TracewiseError(
    'ERR_MODEL_DOWNLOAD',
    `Expected ${at.host} to send on by ${allowed.join(' or ').replaceAll(':', '')} but it sends on to ${where}; use another mirror`,
  );
}

async function leaveUnread(response: Response): Promise<void> {
  await response.body?.cancel().catch(() => {});
}

function remoteFile(response: Response, host: string, linked: HubWord): RemoteFile {
  const { status, headers, body } = response;
  const [, from, total] = /^bytes (?:(\d+)-\d+|\*)\/(\d+|\*)$/.exec(headers.get('content-range') ?? '') ?? [];
  const announced = linked.size ?? (status === 200 ? headers.get('content-length') : total);
  const linkedEtag = linked.etag?.replaceAll('"', '');
  const etag = headers.get('etag');
  // A weak tag does not promise the same bytes.
  const identity = linkedEtag ?? (etag?.startsWith('W/') ? null : etag);
  return {
    host,
    status: status as RemoteFile['status'],
    body,
    from: Number(from ?? 0),
    totalBytes: /^\d+$/.test(announced ?? '') ? Number(announced) : undefined,
    identity: identity ?? undefined,
    sha256: /^[0-9a-f]{64}$/i.test(linkedEtag ?? '') ? linkedEtag!.toLowerCase() : undefined,
    commit: /^[0-9a-f]{40}$/.test(linked.commit ?? '') ? linked.commit : undefined,
  };
}

/** Throws what an answer without a file means. `asked` is where the way began. */
async function refuse(response: Response, at: URL, asked: URL): Promise<never> {
  await leaveUnread(response);
  const { status, headers } = response;
  const wentElsewhere = at.origin !== asked.origin;
  // A signed link of a content network may have run out: the next attempt is given a new one.
  if ([408, 425, 429].includes(status) || status >= 500 || wentElsewhere) {
    const seconds = Number(headers.get('retry-after') ?? Number.NaN);
    throw new Interruption(`${at.host} answered ${status}`, {
      retryAfterMs: Number.isFinite(seconds) ? seconds * 1000 : undefined,
    });
  }
  const word = headers
    .get('x-error-message')
    ?.replace(/[^ -~]/g, '?')
    .slice(0, 200);
  throw new TracewiseError(
    'ERR_MODEL_DOWNLOAD',
    `Expected a file at ${asked.href} but ${at.host} answered ${status}${word ? ` (${word})` : ''}; ${mends[status] ?? 'see whether the address is right'}`,
    { details: { url: asked.href, status } },
  );
}

const mends: Record<number, string> = {
  401: 'the repository is private or gated, or its name is misspelt: check it, and set HF_TOKEN to a token that may read it',
  403: 'the repository is gated: accept its licence on its page, and set HF_TOKEN to a token of that account',
  404: 'there is no such repository, revision or file: check the name, signs and case',
};
