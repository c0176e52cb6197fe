"""Texts as token arrays: `python3 encode.py TOKENIZER.json OUT.npz SEED TEXTS.jsonl[.gz] …`.

A part of the samples with a signal loses its head (`BARE`): what is left can only be answered from the evidence,
at two thirds of the tokens.
"""

import gzip
import json
import random
import sys

import numpy as np
from tokenizer import Tokenizer

LONGEST, BARE = 640, 0.3
FENCE_END = '\n```'


def encoded(tokenizer, sample, bare):
    """(token ids, index of the first token that is asked for)."""
    pieces = [sample['head'] * (not bare), sample['signal'], sample['tail'], sample['code']]
    given = [token for piece in pieces for token in tokenizer.encode(piece)]
    return given + tokenizer.encode(sample['target'] + FENCE_END) + [tokenizer.end], len(given)


def read(paths):
    for path in paths:
        with (gzip.open if path.endswith('.gz') else open)(path, 'rt') as file:
            for line in file:
                yield json.loads(line)


def main(tokenizer, out, seed, *texts):
    tokenizer, rng = Tokenizer(tokenizer), random.Random(seed)
    ids, ends, starts, guided = [], [], [], []
    for sample in read(texts):
        has_signal = sample['signal'] != ''
        if not has_signal and sample['code'] != '':
            continue
        tokens, start = encoded(tokenizer, sample, has_signal and rng.random() < BARE)
        if len(tokens) > LONGEST:
            continue
        ids.append(np.array(tokens, np.uint16))
        ends.append(len(tokens))
        starts.append(start)
        guided.append(has_signal)
    lengths, guided = np.array(ends), np.array(guided)
    np.savez(out, ids=np.concatenate(ids), offsets=np.cumsum([0, *ends]), starts=np.array(starts), guided=guided)
    for name, rows in (('without a signal', ~guided), ('with a signal', guided)):
        asked = lengths[rows] - np.array(starts)[rows]
        print(f'{name}: {rows.sum()} samples, {lengths[rows].sum()} tokens, mean {lengths[rows].mean():.0f}, asked for {asked.mean():.0f}')


if __name__ == '__main__':
    main(*sys.argv[1:])
