import { TracewiseError } from '../errors.ts';

const reasons: Record<string, string> = {
  ENOSPC: 'the disk is full; free some space',
  EDQUOT: 'your share of the disk is used up; free some space',
  EACCES: 'that is not allowed; change the rights',
  EPERM: 'that is not allowed; change the rights',
  EROFS: 'the file system is read-only; take another',
};

/** What the file system refused, with the mend (ERR_MODEL_DOWNLOAD). */
export function fileError(path: string, cause: unknown): TracewiseError {
  if (TracewiseError.isInstance(cause)) return cause;
  const { code, message } = cause as NodeJS.ErrnoException;
  return new TracewiseError(
    'ERR_MODEL_DOWNLOAD',
    `Expected to write ${path} but ${reasons[code ?? ''] ?? message}, or name another folder in TRACEWISE_CACHE`,
    { cause, details: { path, code } },
  );
}
