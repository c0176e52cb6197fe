/** Why an operation of this library could not be carried out; stable, for programs to switch on. */
export type ErrorCode =
  | 'ERR_ADDON_MISSING'
  | 'ERR_LIBRARY'
  | 'ERR_MODEL_LOAD'
  | 'ERR_MODEL_UNSUPPORTED'
  | 'ERR_MODEL_DOWNLOAD'
  | 'ERR_MODEL_CHANGED'
  | 'ERR_CONTEXT'
  | 'ERR_PROMPT_TOO_LONG'
  | 'ERR_CACHE_FULL'
  | 'ERR_DECODE'
  | 'ERR_DISPOSED'
  | 'ERR_BUSY'
  | 'ERR_RUNNER'
  | 'ERR_SANDBOX'
  | 'ERR_TASK'
  | 'ERR_RECORD'
  | 'ERR_OPTIONS';

const marker = Symbol.for('tracewise.error');

/**
 * The one error class. The message says what was expected, what came, and the mend;
 * `code` is stable, `details` holds the same facts as fields.
 */
export class TracewiseError extends Error {
  override readonly name = 'TracewiseError';
  readonly code: ErrorCode;
  readonly details: Readonly<Record<string, unknown>>;

  constructor(
    code: ErrorCode,
    message: string,
    options: { cause?: unknown; details?: Record<string, unknown> } = {},
  ) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.code = code;
    this.details = Object.freeze({ ...options.details });
    Object.defineProperty(this, marker, { value: true });
  }

  /** True for an error of any copy of this library (a marker, so that two installed copies agree). */
  static isInstance(value: unknown): value is TracewiseError {
    return typeof value === 'object' && value !== null && marker in value;
  }
}
