import type { FileRecord, HashOrigin } from './model-record.ts';
import type { HubSource } from './model-source.ts';

/** What a file must be, in hexadecimal, and who says so. */
export interface ExpectedHash {
  readonly sha256: string;
  readonly from: HashOrigin;
}

/**
 * The first that is known: the caller's word, now or when the file was pulled, the catalogue's, or what else the
 * record of a file that is here holds.
 */
export function expectedHash(
  { known }: HubSource,
  { sha256, record }: { sha256?: string | undefined; record?: FileRecord | undefined },
): ExpectedHash | undefined {
  if (sha256 !== undefined) return { sha256, from: 'given' };
  if (known?.sha256 && record?.sha256From !== 'given') return { sha256: known.sha256, from: 'catalogue' };
  return record && { sha256: record.sha256, from: record.sha256From };
}
