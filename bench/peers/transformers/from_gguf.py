"""A GGUF file of architecture llama as Hugging Face's LlamaForCausalLM, its weights dequantised."""

import torch
from gguf import GGUFReader
from gguf.quants import dequantize
from transformers import LlamaConfig, LlamaForCausalLM

BLOCK_NAMES = {
    "attn_norm": "input_layernorm",
    "attn_q": "self_attn.q_proj",
    "attn_k": "self_attn.k_proj",
    "attn_v": "self_attn.v_proj",
    "attn_output": "self_attn.o_proj",
    "ffn_norm": "post_attention_layernorm",
    "ffn_gate": "mlp.gate_proj",
    "ffn_up": "mlp.up_proj",
    "ffn_down": "mlp.down_proj",
}


def read_model(path: str, dtype: torch.dtype) -> LlamaForCausalLM:
    reader = GGUFReader(path)
    config = read_config(reader)
    model = LlamaForCausalLM(config).to(dtype)
    state = model.state_dict()
    missing = set(state) - {"lm_head.weight"}
    for tensor in reader.tensors:
        name = hugging_face_name(tensor.name)
        weights = torch.from_numpy(dequantize(tensor.data, tensor.tensor_type).copy())
        for kind, heads in (("attn_q", config.num_attention_heads), ("attn_k", config.num_key_value_heads)):
            if tensor.name.endswith(f"{kind}.weight"):
                weights = halves_of_pairs(weights, heads)
        state[name].copy_(weights)
        missing.remove(name)
    if missing:
        raise ValueError(f"tensors that {path} does not have: {sorted(missing)}")
    return model.eval()


def read_config(reader: GGUFReader) -> LlamaConfig:
    def value(key: str):
        return reader.fields[f"llama.{key}"].contents()

    return LlamaConfig(
        vocab_size=value("vocab_size"),
        hidden_size=value("embedding_length"),
        intermediate_size=value("feed_forward_length"),
        num_hidden_layers=value("block_count"),
        num_attention_heads=value("attention.head_count"),
        num_key_value_heads=value("attention.head_count_kv"),
        max_position_embeddings=value("context_length"),
        rms_norm_eps=value("attention.layer_norm_rms_epsilon"),
        rope_parameters={"rope_type": "default", "rope_theta": value("rope.freq_base")},
        tie_word_embeddings=True,
    )


def hugging_face_name(name: str) -> str:
    if name == "token_embd.weight":
        return "model.embed_tokens.weight"
    if name == "output_norm.weight":
        return "model.norm.weight"
    _, layer, kind, suffix = name.split(".")
    return f"model.layers.{layer}.{BLOCK_NAMES[kind]}.{suffix}"


def halves_of_pairs(weights: torch.Tensor, heads: int) -> torch.Tensor:
    """llama.cpp turns rows 2i and 2i + 1 of a head together, Hugging Face rows i and i + half."""
    rows, columns = weights.shape
    return weights.view(heads, rows // heads // 2, 2, columns).transpose(1, 2).reshape(rows, columns)
