import { createHash } from 'node:crypto';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface SeenRequest {
  /** The hub, or the content network that it sends on to. */
  readonly at: 'hub' | 'content';
  readonly path: string;
  readonly range: string | undefined;
  readonly authorization: string | undefined;
}

/** Answers a request; true where it did. `count`: requests to this server before this one. */
export type Behaviour = (
  request: IncomingMessage,
  response: ServerResponse,
  count: number,
) => boolean | undefined;

export interface ModelServerOptions {
  /** Whether the hub announces SHA-256 and size, as Hugging Face does for large files. */
  announces?: boolean;
  hub?: Behaviour;
  content?: Behaviour;
}

/**
 * Hugging Face in small: a hub that announces files and sends on to a content network of another origin. Both do
 * what the test says first.
 */
export class ModelServer {
  readonly seen: SeenRequest[] = [];
  options: ModelServerOptions = {};
  /** By path in a repository. */
  files: Record<string, Buffer>;
  readonly #hub: Server;
  readonly #content: Server;

  private constructor(files: Record<string, Buffer>) {
    this.files = files;
    this.#hub = createServer((request, response) => this.#answerHub(request, response));
    this.#content = createServer((request, response) => this.#answerContent(request, response));
  }

  static async start(files: Record<string, Buffer>): Promise<ModelServer> {
    const server = new ModelServer(files);
    for (const part of [server.#hub, server.#content])
      await new Promise<void>((resolve) => part.listen(0, '127.0.0.1', resolve));
    return server;
  }

  get endpoint(): string {
    return `http://127.0.0.1:${portOf(this.#hub)}`;
  }

  ranges(at: SeenRequest['at'] = 'content'): (string | undefined)[] {
    return this.seen.filter((request) => request.at === at).map(({ range }) => range);
  }

  /** From which byte on each request asked. */
  starts(at?: SeenRequest['at']): number[] {
    return this.ranges(at).map((range) => Number(/^bytes=(\d+)-$/.exec(range ?? 'bytes=0-')?.[1]));
  }

  reset(options: ModelServerOptions = {}): void {
    this.options = options;
    this.seen.length = 0;
  }

  async close(): Promise<void> {
    for (const part of [this.#hub, this.#content]) {
      part.closeAllConnections();
      await new Promise((resolve) => part.close(resolve));
    }
  }

  #see(at: SeenRequest['at'], { url, headers }: IncomingMessage): number {
    const count = this.seen.filter((request) => request.at === at).length;
    this.seen.push({ at, path: url!, range: headers.range, authorization: headers.authorization });
    return count;
  }

  #fileOf(path: string): Buffer | undefined {
    return this.files[decodeURIComponent(path.split('?')[0]!.split('/').slice(5).join('/'))];
  }

  #answerHub(request: IncomingMessage, response: ServerResponse): void {
    const count = this.#see('hub', request);
    if (this.options.hub?.(request, response, count)) return;
    const file = this.#fileOf(request.url!);
    if (!file) {
      response.writeHead(404, { 'x-error-message': 'Entry not found' }).end();
      return;
    }
    response.writeHead(302, {
      // Another origin: another name of this machine.
      location: `http://localhost:${portOf(this.#content)}${request.url}?signature=1`,
      ...(this.options.announces !== false && {
        'x-linked-etag': `"${sha256(file)}"`,
        'x-linked-size': file.length,
      }),
    });
    response.end();
  }

  #answerContent(request: IncomingMessage, response: ServerResponse): void {
    const count = this.#see('content', request);
    if (this.options.content?.(request, response, count)) return;
    const file = this.#fileOf(request.url!)!;
    const from = sendHead(request, response, file);
    if (from !== undefined) response.end(file.subarray(from));
  }
}

/** Sends the head of an honest answer; from which byte on the body is, undefined where there is none. */
export function sendHead(
  request: IncomingMessage,
  response: ServerResponse,
  file: Buffer,
): number | undefined {
  const from = rangeStart(request);
  const etag = `"${createHash('md5').update(file).digest('hex')}"`;
  if (from === undefined) {
    response.writeHead(200, { 'content-length': file.length, etag });
    return 0;
  }
  if (from >= file.length) {
    response.writeHead(416, { 'content-range': `bytes */${file.length}`, etag }).end();
    return undefined;
  }
  response.writeHead(206, {
    'content-length': file.length - from,
    'content-range': `bytes ${from}-${file.length - 1}/${file.length}`,
    etag,
  });
  return from;
}

export function rangeStart({ headers }: IncomingMessage): number | undefined {
  const from = /^bytes=(\d+)-$/.exec(headers.range ?? '')?.[1];
  return from === undefined ? undefined : Number(from);
}

/** Sends `bytes` of the body and then breaks the connection; the last of them may be lost with it. */
export function cutAfter(file: Buffer, bytes: number): Behaviour {
  return (request, response) => {
    const from = sendHead(request, response, file);
    if (from === undefined) return true;
    response.write(file.subarray(from, from + bytes), () => setTimeout(() => response.destroy(), 5));
    return true;
  };
}

/** Sends `bytes` of the body and then nothing, without an end. */
export function stallAfter(file: Buffer, bytes: number): Behaviour {
  return (request, response) => {
    const from = sendHead(request, response, file);
    if (from !== undefined) response.write(file.subarray(from, from + bytes));
    return true;
  };
}

export function sha256(bytes: Buffer): string {
  return createHash('sha256').update(bytes).digest('hex');
}

function portOf(server: Server): number {
  return (server.address() as AddressInfo).port;
}
