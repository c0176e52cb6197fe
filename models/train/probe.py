"""What a checkpoint has learnt to read: `python3 probe.py CHECKPOINT TOKENIZER.json TEXTS.jsonl …`.

For the line that comes next at a boundary of a held-out task: the log-ratio, in nats, of its probability with the
signal to that without it. For the right line, by the best verdict of the candidates that begin with it; for the
other candidates' first lines, by their verdict. A signal that is read raises the right lines and lowers those that
failed. Samples without verdicts are counted apart: there the traces alone speak.

Then the choice: how often the right line, shown beside one that did not pass, is the likeliest of those shown, without
a signal, with it, and with each candidate under its neighbour's verdict and runs. Only what is read can make the last
two differ.

Last the verdict: of the first two lines shown, one under `pass` and one under `fail` by lot, how often the line under
`pass` is the likelier, from the signal alone, beside the task, and with the runs that each had. By chance: half.
"""

import collections
import math
import random
import sys

import torch
from model import load
from signals import entries, heading, next_line, read, shown_lines, shows_target, swapped, tells, written
from tokenizer import Tokenizer

BATCH = 16


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
    right, shown = next_line(sample), [(verdict or 'untold', line) for verdict, line in shown_lines(sample['signal'])]
    told = {verdict for verdict, line in shown if line == right}
    best = next((verdict for verdict in ('pass', 'near', 'open', 'untold', 'fail') if verdict in told), 'not shown')
    yield f'right, {best}', right
    for verdict, line in dict.fromkeys(shown):
        if line != right:
            yield f'other, {verdict}', line


def interval(values):
    """The mean and the half width of its 95 % interval."""
    mean = sum(values) / len(values)
    return mean, 1.96 * math.sqrt(sum((v - mean) ** 2 for v in values) / max(1, len(values) - 1) / len(values))


def print_ratios(model, tokenizer, samples):
    kinds, asked = [], []
    for sample in samples:
        for kind, line in cases(sample):
            kinds.append(kind)
            asked += [([sample['head'], signal, sample['tail'], sample['code']], line) for signal in ('', sample['signal'])]
    logprobs = line_logprobs(model, tokenizer, asked)
    ratios = collections.defaultdict(list)
    for kind, plain, guided in zip(kinds, logprobs[::2], logprobs[1::2]):
        ratios[kind].append((guided - plain, plain, guided))
    print('log-ratio guided to plain, nats a line [95 % of the mean]; plain and guided nats')
    for kind, found in sorted(ratios.items()):
        mean, spread = interval([ratio for ratio, _, _ in found])
        plain, guided = (sum(column) / len(found) for column in list(zip(*found))[1:])
        print(f'{kind:24} n {len(found):4} {mean:+.2f} [{mean - spread:+.2f}, {mean + spread:+.2f}] {plain:.2f} {guided:.2f}')


def print_choices(model, tokenizer, samples):
    names, asked, sizes = ('without a signal', 'with it', 'with the neighbour’s runs'), [], []
    for sample in samples:
        right, lines = next_line(sample), list(dict.fromkeys(line for _, line in shown_lines(sample['signal'])))
        if not shows_target(sample) or not tells(sample):
            continue
        lines.sort(key=lambda line: line != right)
        sizes.append(len(lines))
        for signal in ('', sample['signal'], swapped(sample['signal'])):
            asked += [([sample['head'], signal, sample['tail'], sample['code']], line) for line in lines]
    logprobs = iter(line_logprobs(model, tokenizer, asked))
    chosen = collections.defaultdict(list)
    for size in sizes:
        for name in names:
            right, *others = (next(logprobs) for _ in range(size))
            chosen[name].append(right > max(others))
    for name in names:
        mean, spread = interval(chosen[name])
        print(f'right line likeliest of those shown, {name:26} n {len(sizes)} {100 * mean:.1f} ± {100 * spread:.1f} %')


def print_verdicts(model, tokenizer, samples):
    rng, asked = random.Random(1), []
    names = ('alone', 'beside the task', 'with runs')
    for sample in samples:
        lines = {}
        for code, _, runs in entries(sample['signal']):
            lines.setdefault(code[0], (code, runs))
        if len(lines) < 2:
            continue
        two = list(lines.values())[:2]
        rng.shuffle(two)
        passing = rng.randrange(2)
        for name in names:
            shown = [(code, 'pass' if i == passing else 'fail', runs if name == 'with runs' else []) for i, (code, runs) in enumerate(two)]
            head, signal = sample['head'] * (name != 'alone'), written(heading(sample['signal']), shown)
            asked += [([head, signal, sample['tail'], sample['code']], two[i][0][0]) for i in (passing, 1 - passing)]
    logprobs = line_logprobs(model, tokenizer, asked)
    better = [right > wrong for right, wrong in zip(logprobs[::2], logprobs[1::2])]
    for i, name in enumerate(names):
        chosen = better[i :: len(names)]
        mean, spread = interval(chosen)
        print(f'line under `pass` likelier, {name:15} n {len(chosen)} {100 * mean:.1f} ± {100 * spread:.1f} %')


def main(checkpoint, tokenizer, *texts):
    (model, stored), tokenizer = load(checkpoint), Tokenizer(tokenizer)
    samples = [sample for sample in read(texts) if sample['signal']]
    print(f'step {stored.get("step")}, {len(samples)} signals')
    print_ratios(model, tokenizer, samples)
    print_choices(model, tokenizer, samples)
    print_verdicts(model, tokenizer, samples)


if __name__ == '__main__':
    main(*sys.argv[1:])
