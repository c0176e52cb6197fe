"""Reading signals back from their text (src/signal/render-final.ts)."""

import re

ENTRY = re.compile(r'^# \d(?: (\w+))?\n(.*)$', re.MULTILINE)
RUN = re.compile(r'^\d: ')
VERDICTS = ('fail', 'open', 'near', 'pass')


def shown_lines(signal):
    """(verdict, first line) of every candidate; the verdict is '' where none was told."""
    return ENTRY.findall(signal)


def next_line(sample):
    return sample['target'].split('\n')[0]


def tells(sample):
    """Whether a candidate goes on otherwise than it ought to."""
    return {line for _, line in shown_lines(sample['signal'])} != {next_line(sample)}


def entries(signal):
    """(lines of the continuation, verdict or '', lines of its runs) of every candidate."""
    found = []
    for entry in re.split(r'^# \d', signal, flags=re.MULTILINE)[1:]:
        verdict, *lines = entry.split('\n')[:-1]
        first_run = next((i for i, line in enumerate(lines) if RUN.match(line)), len(lines))
        found.append((lines[:first_run], verdict.strip(), lines[first_run:]))
    return found


def worth(verdict, runs):
    """By which the renderer sorts: the verdict, or where none is told whether a run was cut short."""
    return VERDICTS.index(verdict or ('fail' if any(' ! ' in run for run in runs) else 'open'))


def swapped(signal):
    """The signal of candidates that each did what the next one did: the renderer's order follows what they did."""
    shown = entries(signal)
    exchanged = [(code, *shown[(i + 1) % len(shown)][1:]) for i, (code, _, _) in enumerate(shown)]
    exchanged.sort(key=lambda entry: worth(*entry[1:]))
    texts = [signal[: signal.index('# 1')]]
    for i, (code, verdict, runs) in enumerate(exchanged):
        texts += ['\n'.join([f'# {i + 1} {verdict}'.rstrip(), *code, *runs, ''])]
    return ''.join(texts)
