"""Training samples before the signal is written: `python3 samples.py N SEED SPLIT OUT.jsonl [short|long]`.

Each task gives one sample without a signal and mostly one with it: a boundary of the reference, continuations of
it, what they did when they ran, and the lines that ought to follow. render.ts makes the texts of it. `short`, the
default, and `long` say how many lines the continuations have.
"""

import json
import random
import resource
import sys

from execution import trace
from tasks import make_task
from variants import confirmed, continuations

HORIZONS = {'short': ([1, 2, 3], [0.1, 0.75, 0.15]), 'long': ([2, 3, 5], [0.2, 0.2, 0.6])}


def signal_sample(rng, task, horizons):
    """A boundary with evidence; None where no continuation can be run."""
    lines, owners = task.lines()
    # Boundaries before a step that leaves something open tell most: drawn three times as often.
    weights = [3 if task.steps[owners[j]].open else 1 for j in range(1, len(lines))]
    j = rng.choices(range(1, len(lines)), weights)[0]
    horizon = rng.choices(*HORIZONS[horizons])[0]
    candidates = continuations(rng, task, j, horizon)
    entries = run(task, lines[:j], candidates)
    if not entries:
        return None
    right = confirmed(task, lines[:j], candidates)
    following = rng.choice(right) if right and rng.random() < 0.95 else lines[j:]
    return {'prefix': lines[:j], 'entries': entries, 'target': following, 'showExpected': rng.random() < 0.92}


def run(task, prefix, candidates):
    """Programs and runs of the candidates as far as they parse, duplicates left out, as the controller does."""
    entries, tests = [], task.asserts(task.shown)
    for lines in candidates:
        source = parsable(prefix, lines)
        if source is None or any(entry['program'] == source for entry in entries):
            continue
        try:
            entries.append({'program': source, 'runs': trace(source, task.name, tests)})
        except TimeoutError:
            continue
    return entries


def parsable(prefix, lines):
    """The most of it that parses; None where nothing of `lines` is left."""
    for end in range(len(lines), 0, -1):
        source = '\n'.join(prefix + lines[:end])
        try:
            compile(source, '<candidate>', 'exec')
            return source
        except SyntaxError:
            continue
    return None


def samples(rng, split, horizons):
    task = make_task(rng, split)
    asked = {'text': task.text, 'name': task.name, 'asserts': task.asserts(task.shown)}
    yield {'task': asked, 'prefix': [], 'entries': [], 'target': task.lines()[0]}
    sample = signal_sample(rng, task, horizons)
    if sample is not None:
        yield {'task': asked, **sample}


def main(count, seed, split, out, horizons='short'):
    resource.setrlimit(resource.RLIMIT_AS, (4 << 30, 4 << 30))
    rng, written = random.Random(f'{split} {seed}'), 0
    with open(out, 'w') as file:
        while written < int(count):
            for sample in samples(rng, split, horizons):
                file.write(json.dumps(sample) + '\n')
            written += 1


if __name__ == '__main__':
    main(*sys.argv[1:])
