"""Texts as token arrays: `python3 encode.py TOKENIZER.json OUT.npz SEED [--next-line] TEXTS.jsonl[.gz] …`.

A part of the samples with a signal loses its head: what is left can only be answered from the evidence, at two
thirds of the tokens.

`--next-line`: of a sample with a signal only the next line is asked for, which is all that a signal is there for
before it is written anew; most samples whose candidates show no way but right ones are left out, and none loses its
head that does not show the line.
"""

import argparse
import random

import numpy as np
from signals import next_line, read, shows_target, tells
from tokenizer import Tokenizer

LONGEST, LONGEST_NEXT_LINE, BARE, UNTELLING = 640, 760, 0.3, 0.15
FENCE_END = '\n```'


def encoded(tokenizer, sample, bare, asked):
    """(token ids, index of the first token that is asked for)."""
    pieces = [sample['head'] * (not bare), sample['signal'], sample['tail'], sample['code']]
    given = [token for piece in pieces for token in tokenizer.encode(piece)]
    return given + asked, len(given)


def arrays(tokenizer, rng, samples, only_next_line):
    """(token ids, index of the first that is asked for, whether there is a signal) of every sample that is kept."""
    for sample in samples:
        has_signal = sample['signal'] != ''
        if not has_signal and sample['code'] != '':
            continue
        asks_line = has_signal and only_next_line
        if asks_line and not tells(sample) and rng.random() >= UNTELLING:
            continue
        bare = has_signal and rng.random() < BARE and (not asks_line or shows_target(sample))
        asked = tokenizer.encode(next_line(sample) + '\n') if asks_line else tokenizer.encode(sample['target'] + FENCE_END) + [tokenizer.end]
        tokens, start = encoded(tokenizer, sample, bare, asked)
        if len(tokens) <= (LONGEST_NEXT_LINE if only_next_line else LONGEST):
            yield tokens, start, has_signal


def main():
    parser = argparse.ArgumentParser()
    for name in ('tokenizer', 'out', 'seed'):
        parser.add_argument(name)
    parser.add_argument('texts', nargs='+')
    parser.add_argument('--next-line', action='store_true')
    options = parser.parse_args()
    found = arrays(Tokenizer(options.tokenizer), random.Random(options.seed), read(options.texts), options.next_line)
    tokens, starts, guided = zip(*((np.array(tokens, np.uint16), start, guided) for tokens, start, guided in found))
    lengths, starts, guided = np.array([len(row) for row in tokens]), np.array(starts), np.array(guided)
    np.savez(options.out, ids=np.concatenate(tokens), offsets=np.cumsum([0, *lengths]), starts=starts, guided=guided)
    for name, rows in (('without a signal', ~guided), ('with a signal', guided)):
        asked = lengths[rows] - starts[rows]
        print(f'{name}: {rows.sum()} samples, {lengths[rows].sum()} tokens, mean {lengths[rows].mean():.0f}, asked for {asked.mean():.0f}')


if __name__ == '__main__':
    main()
