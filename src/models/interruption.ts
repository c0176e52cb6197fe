/** A failure of the network or the server that another attempt may not meet. */
export class Interruption extends Error {
  readonly retryAfterMs: number | undefined;

  constructor(message: string, options: { cause?: unknown; retryAfterMs?: number | undefined } = {}) {
    super(message, { cause: options.cause });
    this.retryAfterMs = options.retryAfterMs;
  }
}

/** What `fetch`, or reading its body, threw. */
export function connectionLost(host: string, error: unknown): Interruption {
  const { message, cause } = error as Error & { cause?: NodeJS.ErrnoException };
  const why = cause?.code ?? cause?.message ?? message;
  return new Interruption(`the connection to ${host} failed (${why})`, { cause: error });
}
