"""An exported model as a checkpoint to go on from: `python3 import_gguf.py MODEL.gguf TOKENIZER.json CHECKPOINT`.

Nothing of the optimiser's is in a GGUF: a stage that resumes from one starts its momentum anew.
"""

import json
import sys

import gguf
import torch
from export import tensors
from model import Config, LanguageModel, save


def main(path, tokenizer, checkpoint):
    reader = gguf.GGUFReader(path)

    def field(name):
        return reader.fields[name].contents()

    config = Config(
        vocabulary=field('llama.vocab_size'),
        width=field('llama.embedding_length'),
        layers=field('llama.block_count'),
        heads=field('llama.attention.head_count'),
        hidden=field('llama.feed_forward_length'),
        context=field('llama.context_length'),
        rope_base=field('llama.rope.freq_base'),
        epsilon=field('llama.attention.layer_norm_rms_epsilon'),
    )
    with open(tokenizer) as file:
        if json.load(file)['tokens'] != field('tokenizer.ggml.tokens'):
            raise SystemExit(f'{tokenizer} is not the tokenizer of {path}')
    model = LanguageModel(config)
    stored = {tensor.name: gguf.quants.dequantize(tensor.data, tensor.tensor_type) for tensor in reader.tensors}
    with torch.no_grad():
        for name, tensor in tensors(model):
            tensor.copy_(torch.from_numpy(stored[f'{name}.weight'].copy()))
    save(model, checkpoint)


if __name__ == '__main__':
    main(*sys.argv[1:])
