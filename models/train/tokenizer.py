"""A byte-level BPE tokenizer with llama.cpp's gpt-2 splitting; no token holds a newline and something else.

So a line's end is always a token's end. Train: `python3 tokenizer.py TEXTS.jsonl SIZE OUT.json`.
"""

import collections
import json
import re
import sys

# The gpt-2 pattern for ASCII, which is all that the tasks hold.
SPLIT = re.compile(r"'s|'t|'re|'ve|'m|'ll|'d| ?[A-Za-z]+| ?[0-9]+| ?[^\sA-Za-z0-9]+|\s+(?!\S)|\s+")
END = '<|endoftext|>'


def _byte_letters():
    """gpt-2's printable letter for every byte."""
    printable = [*range(33, 127), *range(161, 173), *range(174, 256)]
    others = [b for b in range(256) if b not in printable]
    return {**{b: chr(b) for b in printable}, **{b: chr(256 + i) for i, b in enumerate(others)}}


LETTERS = _byte_letters()
BYTES = {letter: byte for byte, letter in LETTERS.items()}
NEWLINE = LETTERS[10]


class Tokenizer:
    def __init__(self, path):
        with open(path) as file:
            stored = json.load(file)
        self.tokens, self.merges = stored['tokens'], [tuple(pair) for pair in stored['merges']]
        self.ids = {token: i for i, token in enumerate(self.tokens)}
        self.ranks = {pair: i for i, pair in enumerate(self.merges)}
        self.end = self.ids[END]
        self.pieces = [b'' if t == END else bytes(BYTES[letter] for letter in t) for t in self.tokens]
        self._known = {}

    def encode(self, text):
        return [token for word in SPLIT.findall(text) for token in self._word(word)]

    def decode(self, ids):
        return b''.join(self.pieces[i] for i in ids).decode('utf-8', 'replace')

    def _word(self, word):
        found = self._known.get(word)
        if found is None:
            parts = [LETTERS[byte] for byte in word.encode()]
            while len(parts) > 1:
                best = min(zip(parts, parts[1:]), key=lambda pair: self.ranks.get(pair, len(self.ranks)))
                if best not in self.ranks:
                    break
                parts = merge(parts, best)
            found = self._known[word] = [self.ids[part] for part in parts]
        return found


def merge(parts, pair):
    """`parts` with every occurrence of the pair made one, from the left."""
    merged, i = [], 0
    while i < len(parts):
        if tuple(parts[i : i + 2]) == pair:
            merged.append(parts[i] + parts[i + 1])
            i += 2
        else:
            merged.append(parts[i])
            i += 1
    return merged


def train(texts, size):
    """The `size` tokens of the most frequent pairs, and the merges that make them."""
    counts = collections.Counter(word for text in texts for word in SPLIT.findall(text))
    words = [([LETTERS[byte] for byte in word.encode()], count) for word, count in counts.items()]
    pairs, places = collections.Counter(), collections.defaultdict(set)
    for i, (parts, count) in enumerate(words):
        for pair in zip(parts, parts[1:]):
            if NEWLINE not in pair:
                pairs[pair] += count
                places[pair].add(i)
    tokens, merges = [*(LETTERS[b] for b in range(256)), END], []
    while len(tokens) < size and pairs:
        best = max(pairs, key=lambda pair: (pairs[pair], pair))
        merges.append(best)
        if best[0] + best[1] not in tokens:
            tokens.append(best[0] + best[1])
        for i in places.pop(best):
            parts, count = words[i]
            merged = merge(parts, best)
            for pair in zip(parts, parts[1:]):
                pairs[pair] -= count
            for pair in zip(merged, merged[1:]):
                if NEWLINE not in pair:
                    pairs[pair] += count
                    places[pair].add(i)
            words[i] = (merged, count)
        del pairs[best]
    return tokens, merges


def main(texts, size, out):
    with open(texts) as file:
        samples = [json.loads(line) for line in file]
    pieces = [s['head'] + s['signal'] + s['tail'] + s['code'] + s['target'] for s in samples]
    tokens, merges = train(pieces, int(size))
    with open(out, 'w') as file:
        json.dump({'tokens': tokens, 'merges': merges}, file, separators=(',', ':'))
    trained = Tokenizer(out)
    lengths = [len(trained.encode(piece)) for piece in pieces]
    print(f'{len(tokens)} tokens; {sum(map(len, pieces)) / sum(lengths):.2f} characters a token; longest {max(lengths)}')


if __name__ == '__main__':
    main(*sys.argv[1:])
