"""Tasks for measuring: `python3 heldout.py SPLIT N SEED OUT.jsonl [TRAINING_TEXTS.jsonl.gz …]`.

Counts near-duplicates of the training texts: the same text, the same text but for its numbers and its lead, the
same program but for its names and numbers.
"""

import builtins
import json
import keyword
import random
import re
import sys

from signals import read
from tasks import LEADS, UNSEEN_LEADS, make_task

KNOWN_NAMES = {*dir(builtins), *keyword.kwlist}


def text_key(text):
    for lead in LEADS + UNSEEN_LEADS:
        text = text.removeprefix(lead)
    return re.sub(r'\d+', '0', text)


def program_key(program):
    """The body with its own names numbered in the order they come."""
    names = {}

    def renamed(word):
        if word.isdigit():
            return '0'
        return word if word in KNOWN_NAMES else names.setdefault(word, f'n{len(names)}')

    return re.sub(r'(?<![\w."])(?:[A-Za-z_]\w*|\d+)\b', lambda match: renamed(match[0]), program.split(':\n', 1)[1])


def asked_text(sample):
    return sample['head'].split('>>> Problem:\n')[1].split('\n>>> Test Cases:')[0]


def main(split, count, seed, out, *training):
    rng, tasks = random.Random(f'{split} {seed}'), {}
    while len(tasks) < int(count):
        task = make_task(rng, split)
        tasks.setdefault(text_key(task.text), task.as_json())
    with open(out, 'w') as file:
        file.writelines(json.dumps(task) + '\n' for task in tasks.values())
    if training:
        texts, programs = set(), set()
        for sample in read(training):
            if not sample['signal']:
                texts.add(asked_text(sample))
                programs.add(program_key(sample['target']))
        keys = {text_key(text) for text in texts}
        same = [sum(found) for found in zip(*(
            (task['text'] in texts, text_key(task['text']) in keys, program_key(task['code']) in programs) for task in tasks.values()
        ))]  # fmt: skip
        print(f'of {count}: {same[0]} with a training text, {same[1]} with one but for numbers and lead, {same[2]} with a training program but for names and numbers')


if __name__ == '__main__':
    main(*sys.argv[1:])
