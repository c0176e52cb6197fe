"""Training texts, and their signals read back from the text (src/signal/render-final.ts)."""

import gzip
import json
import re

ENTRY = re.compile(r'^# \d(?: (\w+))?\n(.*)$', re.MULTILINE)
RUN = re.compile(r'^\d: ')
LEFT_OUT = re.compile(r'^\(\d+ more left out\)$')


def read(paths):
    for path in paths:
        with (gzip.open if path.endswith('.gz') else open)(path, 'rt') as file:
            for line in file:
                yield json.loads(line)


def shown_lines(signal):
    """(verdict, first line) of every candidate; the verdict is '' where none was told."""
    return ENTRY.findall(signal)


def next_line(sample):
    return sample['target'].split('\n')[0]


def shows_target(sample):
    return any(line == next_line(sample) for _, line in shown_lines(sample['signal']))


def tells(sample):
    """Whether a candidate goes on otherwise than it ought to, and does not pass all the same."""
    return any(line != next_line(sample) and verdict != 'pass' for verdict, line in shown_lines(sample['signal']))


def entries(signal):
    """(lines of the continuation, verdict or '', lines of its runs) of every candidate."""
    found = []
    for entry in re.split(r'^# \d', signal, flags=re.MULTILINE)[1:]:
        verdict, *lines = [line for line in entry.split('\n')[:-1] if not LEFT_OUT.match(line)]
        first_run = next((i for i, line in enumerate(lines) if RUN.match(line)), len(lines))
        found.append((lines[:first_run], verdict.strip(), lines[first_run:]))
    return found


def heading(signal):
    return signal[: signal.index('# 1')]


def written(heading, shown):
    """The signal of such entries."""
    texts = ['\n'.join([f'# {i + 1} {verdict}'.rstrip(), *code, *runs, '']) for i, (code, verdict, runs) in enumerate(shown)]
    return heading + ''.join(texts)


def swapped(signal):
    """The signal of candidates that each did what the next one did."""
    shown = entries(signal)
    return written(heading(signal), [(code, *shown[(i + 1) % len(shown)][1:]) for i, (code, _, _) in enumerate(shown)])
