"""Signals that only their runs can answer: `python3 counterfactual.py verdicts|exchanged SEED TEXTS.jsonl[.gz] …`.

What a task asks for says mostly which line comes next, and a line that is shown is mostly a good guess; so a model
learns both long before it learns to look at what the candidates did. Here neither helps.

`verdicts`: of texts with at least two lines that the code may go on with, one drawn by lot passes, the others fail,
and the one that passes is the answer. No runs, few heads: a hundred tokens a sample, where a whole signal takes
three hundred, and every sample one lesson.

`exchanged`: of signals in which some candidates pass and others do not, one that passes and one that does not, each
under what the other did; the answer is the line that now passes. And the same signal as it was, with that one alone
to pass.

Texts without a signal stay as they are.
"""

import json
import random
import sys

from signals import entries, heading, next_line, read, written

HEADS = 0.2  # of the verdict samples show the task


def with_verdicts(rng, sample):
    lines = {code[0]: code for code, _, _ in entries(sample['signal'])}
    lines.setdefault(next_line(sample), [next_line(sample)])
    if len(lines) < 2:
        return
    codes = list(lines.values())
    rng.shuffle(codes)
    passing = rng.choice(codes)
    shown = [(code if rng.random() < 0.5 else code[:1], 'pass' if code is passing else 'fail', []) for code in codes]
    head = sample['head'] * (rng.random() < HEADS)
    yield sample | {'head': head, 'signal': written(heading(sample['signal']), shown), 'target': passing[0] + '\n'}


def with_runs_exchanged(rng, sample):
    shown = entries(sample['signal'])
    passing = [entry for entry in shown if entry[1] == 'pass']
    lines = {code[0] for code, _, _ in passing}
    others = [entry for entry in shown if entry[1] not in ('', 'pass') and entry[0][0] not in lines]
    if not passing or not others:
        return
    one, other = rng.choice(passing), rng.choice(others)
    alone = [entry for entry in shown if entry is one or entry[1] != 'pass']
    exchanges = {id(one): other, id(other): one}
    exchanged = [(entry[0], *exchanges.get(id(entry), entry)[1:]) for entry in alone]
    for signal, (code, _, _) in ((alone, one), (exchanged, other)):
        yield sample | {'signal': written(heading(sample['signal']), signal), 'target': code[0] + '\n'}


def main(kind, seed, *texts):
    make, rng = {'verdicts': with_verdicts, 'exchanged': with_runs_exchanged}[kind], random.Random(int(seed))
    for sample in read(texts):
        for made in make(rng, sample) if sample['signal'] else [sample]:
            print(json.dumps(made))


if __name__ == '__main__':
    main(*sys.argv[1:])
