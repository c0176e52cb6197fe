/** A vocabulary of llama.cpp's `llama` tokenizer: control tokens, all bytes, prefixes of words, unused tokens up to the size. */
export interface SentencePieceVocabulary {
  readonly tokens: string[];
  readonly scores: number[];
  /** 1 normal, 2 unknown, 3 control, 5 unused, 6 byte. */
  readonly types: number[];
  readonly begin: number;
  readonly end: number;
}

const blank = '\u2581';
const words = [' def', ' return', ' in', ' [INST]', ' ```', ' ###', '    ', '(', ')', ':'];

export function sentencePieceVocabulary(size: number): SentencePieceVocabulary {
  const bytes = Array.from(
    { length: 256 },
    (_, byte) => `<0x${byte.toString(16).toUpperCase().padStart(2, '0')}>`,
  );
  const prefixes = words.flatMap((word) => Array.from(word, (_, i) => word.slice(0, i + 1)));
  // A merge needs both of its halves: what a prefix becomes longer by is a token too.
  const normal = new Set([...words.join(''), ...prefixes].map((piece) => piece.replaceAll(' ', blank)));
  const tokens = ['<unk>', '<s>', '</s>', ...bytes, ...normal];
  const types = [2, 3, 3, ...bytes.map(() => 6), ...[...normal].map(() => 1)];
  while (tokens.length < size) {
    tokens.push(`<unused_${tokens.length}>`);
    types.push(5);
  }
  return { tokens, scores: tokens.map((_, id) => -id), types, begin: 1, end: 2 };
}
