"""What the exported model must agree with: `python3 parity.py CHECKPOINT TOKENIZER.json OUT.jsonl N TEXTS.jsonl …`.

Writes of `N` texts their tokens, and of the first 20 the logits that follow them; parity.ts compares.
"""

import json
import sys

import torch
from model import load
from signals import read
from tokenizer import Tokenizer

LOGITS = 20


@torch.no_grad()
def main(checkpoint, tokenizer, out, count, *texts):
    (model, _), tokenizer = load(checkpoint), Tokenizer(tokenizer)
    with open(out, 'w') as file:
        for i, sample in zip(range(int(count)), read(texts)):
            text = sample['head'] + sample['signal'] + sample['tail'] + sample['code'] + sample['target']
            ids = tokenizer.encode(text)
            record = {'text': text, 'ids': ids}
            if i < LOGITS:
                record['logits'] = model.logits(model.hidden(torch.tensor([ids]))[-1]).tolist()
            file.write(json.dumps(record) + '\n')


if __name__ == '__main__':
    main(*sys.argv[1:])
