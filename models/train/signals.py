"""Reading signals back from their text (src/signal/render-final.ts)."""

import re

ENTRY = re.compile(r'^# \d(?: (\w+))?\n(.*)$', re.MULTILINE)
RUN = re.compile(r'^\d: ')


def shown_lines(signal):
    """(verdict, first line) of every candidate; the verdict is '' where none was told."""
    return ENTRY.findall(signal)


def next_line(sample):
    return sample['target'].split('\n')[0]


def entries(signal):
    """(lines of the continuation, verdict or '', lines of its runs) of every candidate."""
    found = []
    for entry in re.split(r'^# \d', signal, flags=re.MULTILINE)[1:]:
        verdict, *lines = entry.split('\n')[:-1]
        first_run = next((i for i, line in enumerate(lines) if RUN.match(line)), len(lines))
        found.append((lines[:first_run], verdict.strip(), lines[first_run:]))
    return found


def swapped(signal):
    """The signal of candidates that each did what the next one did."""
    shown = entries(signal)
    exchanged = [(code, *shown[(i + 1) % len(shown)][1:]) for i, (code, _, _) in enumerate(shown)]
    texts = [signal[: signal.index('# 1')]]
    for i, (code, verdict, runs) in enumerate(exchanged):
        texts += ['\n'.join([f'# {i + 1} {verdict}'.rstrip(), *code, *runs, ''])]
    return ''.join(texts)
