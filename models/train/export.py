"""A checkpoint as GGUF: `python3 export.py CHECKPOINT TOKENIZER.json OUT.gguf [f32|f16|q8_0]`.

The pre-tokenizer `trillion` is llama.cpp's gpt-2 pattern without its cleaning of spaces, so that text comes back
as it went in.
"""

import json
import sys

import gguf
import numpy as np
from gguf import GGMLQuantizationType, GGUFWriter, LlamaFileType, TokenType
from model import load
from tokenizer import END

KINDS = {
    'f32': (GGMLQuantizationType.F32, LlamaFileType.ALL_F32),
    'f16': (GGMLQuantizationType.F16, LlamaFileType.MOSTLY_F16),
    'q8_0': (GGMLQuantizationType.Q8_0, LlamaFileType.MOSTLY_Q8_0),
}


def tensors(model):
    """Names of llama.cpp's llama architecture; q and k already lie in its order of rotary pairs."""
    yield 'token_embd', model.embedding
    yield 'output_norm', model.norm
    for i, layer in enumerate(model.layers):
        q, k, v = layer.qkv.split(model.config.width)
        gate, up = layer.gate_up.split(model.config.hidden)
        named = {
            'attn_norm': layer.norm1, 'attn_q': q, 'attn_k': k, 'attn_v': v, 'attn_output': layer.out,
            'ffn_norm': layer.norm2, 'ffn_gate': gate, 'ffn_up': up, 'ffn_down': layer.down,
        }  # fmt: skip
        yield from ((f'blk.{i}.{name}', tensor) for name, tensor in named.items())


def main(checkpoint, tokenizer, out, kind='q8_0'):
    model, _ = load(checkpoint)
    config, (quantization, file_type) = model.config, KINDS[kind]
    with open(tokenizer) as file:
        stored = json.load(file)
    writer = GGUFWriter(out, 'llama')
    writer.add_name('tracewise embedded')
    writer.add_license('mit')
    writer.add_file_type(file_type)
    writer.add_quantization_version(gguf.GGML_QUANT_VERSION)
    writer.add_context_length(config.context)
    writer.add_embedding_length(config.width)
    writer.add_block_count(config.layers)
    writer.add_feed_forward_length(config.hidden)
    writer.add_head_count(config.heads)
    writer.add_head_count_kv(config.heads)
    writer.add_layer_norm_rms_eps(config.epsilon)
    writer.add_rope_freq_base(config.rope_base)
    writer.add_rope_dimension_count(config.width // config.heads)
    writer.add_vocab_size(config.vocabulary)
    end = stored['tokens'].index(END)
    writer.add_tokenizer_model('gpt2')
    writer.add_tokenizer_pre('trillion')
    writer.add_token_list(stored['tokens'])
    writer.add_token_types([TokenType.CONTROL if token == END else TokenType.NORMAL for token in stored['tokens']])
    writer.add_token_merges([' '.join(pair) for pair in stored['merges']])
    writer.add_bos_token_id(end)
    writer.add_eos_token_id(end)
    writer.add_add_bos_token(False)
    writer.add_add_eos_token(False)
    for name, tensor in tensors(model):
        data, to = tensor.detach().numpy().astype(np.float32), quantization
        if data.ndim == 1:
            to = GGMLQuantizationType.F32
        writer.add_tensor(f'{name}.weight', gguf.quants.quantize(data, to), raw_dtype=to)
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()


if __name__ == '__main__':
    main(*sys.argv[1:])
