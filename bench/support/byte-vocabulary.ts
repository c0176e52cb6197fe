/** A byte-level BPE vocabulary: all bytes, merges of common pairs, unused tokens up to the size, one end token. */
export interface ByteVocabulary {
  readonly tokens: string[];
  /** 1 normal, 3 control, 5 unused. */
  readonly types: number[];
  readonly merges: string[];
  readonly end: number;
}

/** Words whose prefixes become tokens, so that tokens hold several bytes, newlines and leading blanks. */
const words = [
  ' return',
  ' in',
  ' for',
  ' range',
  ' not',
  ' len',
  'def',
  'else',
  'assert',
  'import',
  '):\n',
  '    ',
  '\n\n',
];

/** Throws a RangeError for a size that has no room for the bytes. */
export function byteVocabulary(size: number): ByteVocabulary {
  const symbols = byteSymbols();
  const tokens = [...symbols];
  const merges: string[] = [];
  const known = new Set(tokens);
  for (const word of words) {
    const letters = [...Buffer.from(word)].map((byte) => symbols[byte]!);
    for (let i = 1; i < letters.length; i++) {
      const prefix = letters.slice(0, i).join('');
      const merged = prefix + letters[i];
      if (known.has(merged)) continue;
      known.add(merged);
      tokens.push(merged);
      merges.push(`${prefix} ${letters[i]}`);
    }
  }
  if (size <= tokens.length)
    throw new RangeError(`Expected more than ${tokens.length} tokens for \`size\` but received ${size}`);
  const types = tokens.map(() => 1);
  while (tokens.length < size - 1) {
    tokens.push(`<|unused_${tokens.length}|>`);
    types.push(5);
  }
  tokens.push('<|endoftext|>');
  types.push(3);
  return { tokens, types, merges, end: size - 1 };
}

/** GPT-2's printable stand-ins for the 256 bytes, in byte order. */
function byteSymbols(): string[] {
  const printable = (byte: number) =>
    (byte >= 33 && byte <= 126) || (byte >= 161 && byte <= 172) || byte >= 174;
  let next = 256;
  return Array.from({ length: 256 }, (_, byte) => String.fromCodePoint(printable(byte) ? byte : next++));
}
