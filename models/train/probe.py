"""What a checkpoint has learnt to read: `python3 probe.py CHECKPOINT TOKENIZER.json TEXTS.jsonl`.

For the line that comes next at a boundary of a held-out task: the log-ratio, in nats, of its probability with the
signal to that without it. For the right line, by the best verdict of the candidates that begin with it; for the other candidates' first lines, by their verdict. A signal that is read raises the right lines and
lowers those that failed. Samples without verdicts are counted apart: there the traces alone speak.
"""

import collections
import math
import re
import sys

import torch
from encode import read
from model import load
from tokenizer import Tokenizer

BATCH = 16
ENTRY = re.compile(r'^# \d(?: (\w+))?\n(.*)$', re.MULTILINE)


@torch.no_grad()
def line_logprobs(model, tokenizer, asked):
    """Of each (pieces given, line): nats of the line and its newline."""
    encoded = [([t for piece in given for t in tokenizer.encode(piece)], tokenizer.encode(line + '\n')) for given, line in asked]
    order, found = sorted(range(len(encoded)), key=lambda i: len(encoded[i][0])), [0.0] * len(encoded)
    for start in range(0, len(order), BATCH):
        rows = order[start : start + BATCH]
        length = -(-max(len(encoded[i][0]) + len(encoded[i][1]) for i in rows) // 32) * 32
        ids = torch.zeros(len(rows), length, dtype=torch.long)
        for row, i in enumerate(rows):
            both = encoded[i][0] + encoded[i][1]
            ids[row, : len(both)] = torch.tensor(both)
        hidden = model.hidden(ids).view(len(rows), length, -1)
        for row, i in enumerate(rows):
            given, line = encoded[i]
            logprobs = model.logits(hidden[row, len(given) - 1 : len(given) + len(line) - 1]).log_softmax(-1)
            found[i] = float(logprobs.gather(1, torch.tensor(line)[:, None]).sum())
    return found


def cases(sample):
    """(kind, line) of every line worth asking for."""
    right = sample['target'].split('\n')[0]
    shown = [(verdict or 'untold', line) for verdict, line in ENTRY.findall(sample['signal'])]
    told = {verdict for verdict, line in shown if line == right}
    best = next((verdict for verdict in ('pass', 'near', 'open', 'untold', 'fail') if verdict in told), 'not shown')
    yield f'right, {best}', right
    for verdict, line in shown:
        if line != right:
            yield f'other, {verdict}', line


def main(checkpoint, tokenizer, *texts):
    (model, stored), tokenizer = load(checkpoint), Tokenizer(tokenizer)
    kinds, asked = [], []
    for sample in read(texts):
        if not sample['signal']:
            continue
        for kind, line in cases(sample):
            kinds.append(kind)
            asked += [([sample['head'], signal, sample['tail'], sample['code']], line) for signal in ('', sample['signal'])]
    logprobs = line_logprobs(model, tokenizer, asked)
    ratios = collections.defaultdict(list)
    for kind, plain, guided in zip(kinds, logprobs[::2], logprobs[1::2]):
        ratios[kind].append((guided - plain, plain, guided))
    print(f'step {stored.get("step")}: log-ratio guided to plain, nats a line [95 % of the mean]; plain and guided nats')
    for kind, found in sorted(ratios.items()):
        mean, plain, guided = (sum(column) / len(found) for column in zip(*found))
        spread = 1.96 * math.sqrt(sum((r[0] - mean) ** 2 for r in found) / max(1, len(found) - 1) / len(found))
        print(f'{kind:24} n {len(found):4} {mean:+.2f} [{mean - spread:+.2f}, {mean + spread:+.2f}] {plain:.2f} {guided:.2f}')


if __name__ == '__main__':
    main(*sys.argv[1:])
