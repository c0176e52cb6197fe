"""A llama-architecture language model (RMSNorm, rotary positions in llama.cpp's order, SwiGLU, tied embeddings).

Weights are float32, products bfloat16. Sequences of a batch lie padded to one length behind one another, so that
everything but the attention sees one long row of tokens.
"""

import math
from dataclasses import asdict, dataclass

import torch
import torch.nn.functional as F
from torch import nn

BLOCK = 128


@dataclass
class Config:
    vocabulary: int
    width: int = 192
    layers: int = 7
    heads: int = 3
    hidden: int = 512
    context: int = 1024
    rope_base: float = 10_000.0
    epsilon: float = 1e-5


class CausalAttention(torch.autograd.Function):
    """softmax(q kᵀ / √d) v of (sequences, length, d) tensors, nothing above the diagonal blocks computed.

    Several times faster on a CPU than torch's own for heads and lengths as small as these, and no worse on a GPU
    than it need be here.
    """

    @staticmethod
    def forward(ctx, q, k, v):
        q = q * (1 / math.sqrt(q.shape[-1]))
        out, shares = torch.empty_like(q), []
        for start, end in _blocks(q.shape[1]):
            scores = q[:, start:end] @ k[:, :end].transpose(1, 2)
            scores[:, :, start:] += scores.new_full((end - start, end - start), -1e9).triu_(1)
            share = torch.softmax(scores, -1)
            out[:, start:end] = share @ v[:, :end]
            shares.append(share)
        ctx.save_for_backward(q, k, v, out, *shares)
        return out

    @staticmethod
    def backward(ctx, d_out):
        q, k, v, out, *shares = ctx.saved_tensors
        d_q, d_k, d_v = torch.empty_like(q), torch.zeros_like(k), torch.zeros_like(v)
        inner = (d_out.float() * out.float()).sum(-1, keepdim=True).to(q.dtype)
        for (start, end), share in zip(_blocks(q.shape[1]), shares):
            d = d_out[:, start:end]
            d_scores = (d @ v[:, :end].transpose(1, 2)).sub_(inner[:, start:end]).mul_(share)
            d_v[:, :end] += share.transpose(1, 2) @ d
            d_q[:, start:end] = d_scores @ k[:, :end]
            d_k[:, :end] += d_scores.transpose(1, 2) @ q[:, start:end]
        return d_q * (1 / math.sqrt(q.shape[-1])), d_k, d_v


def _blocks(length):
    return [(start, min(length, start + BLOCK)) for start in range(0, length, BLOCK)]


def _norm(x, weight, epsilon):
    return x * torch.rsqrt(x.pow(2).mean(-1, keepdim=True) + epsilon) * weight


@torch.compile(dynamic=True)
def _before_attention(x, norm, qkv, cos, sin, heads: int, epsilon: float):
    """(tokens, width) -> three of (tokens, heads, head width); neighbours in a head are a pair that turns."""
    mixed = F.linear(_norm(x, norm, epsilon).bfloat16(), qkv.bfloat16()).view(x.shape[0], 3, heads, -1)
    turned = mixed[:, :2].float()
    even, odd = turned[..., 0::2], turned[..., 1::2]
    turned = torch.stack((even * cos - odd * sin, even * sin + odd * cos), -1).flatten(-2).bfloat16()
    return turned[:, 0], turned[:, 1], mixed[:, 2]


@torch.compile(dynamic=True)
def _after_attention(x, attended, out, norm, gate_up, down, epsilon: float):
    x = x + F.linear(attended, out.bfloat16()).float()
    gate, up = F.linear(_norm(x, norm, epsilon).bfloat16(), gate_up.bfloat16()).chunk(2, -1)
    return x + F.linear(F.silu(gate) * up, down.bfloat16()).float()


class Layer(nn.Module):
    def __init__(self, config):
        super().__init__()
        width, self.config = config.width, config
        self.norm1, self.norm2 = (nn.Parameter(torch.ones(width)) for _ in range(2))
        self.qkv, self.gate_up = (nn.Parameter(torch.randn(n, width) / math.sqrt(width)) for n in (3 * width, 2 * config.hidden))
        self.out, self.down = (nn.Parameter(torch.zeros(width, n)) for n in (width, config.hidden))

    def forward(self, x, batch, cos, sin):
        heads, epsilon = self.config.heads, self.config.epsilon
        q, k, v = _before_attention(x, self.norm1, self.qkv, cos, sin, heads, epsilon)

        def by_head(t):
            return t.view(batch, -1, heads, t.shape[-1]).transpose(1, 2).reshape(batch * heads, -1, t.shape[-1])

        attended = CausalAttention.apply(by_head(q), by_head(k), by_head(v))
        attended = attended.view(batch, heads, -1, attended.shape[-1]).transpose(1, 2).reshape(x.shape)
        return _after_attention(x, attended, self.out, self.norm2, self.gate_up, self.down, epsilon)


class LanguageModel(nn.Module):
    def __init__(self, config):
        super().__init__()
        self.config = config
        self.embedding = nn.Parameter(torch.randn(config.vocabulary, config.width) * 0.05)
        self.layers = nn.ModuleList(Layer(config) for _ in range(config.layers))
        self.norm = nn.Parameter(torch.ones(config.width))
        half = config.width // config.heads // 2
        angles = torch.arange(config.context)[:, None] * config.rope_base ** (-torch.arange(half) / half)
        self.register_buffer('angles', angles, persistent=False)

    def hidden(self, ids):
        """ids: (batch, length) -> (batch * length, width), float32."""
        batch, length = ids.shape
        angles = self.angles[:length].repeat(batch, 1)[:, None, None]
        cos, sin = angles.cos(), angles.sin()
        x = self.embedding[ids.flatten()]
        for layer in self.layers:
            x = layer(x, batch, cos, sin)
        return _norm(x, self.norm, self.config.epsilon)

    def logits(self, hidden):
        return F.linear(hidden.bfloat16(), self.embedding.bfloat16()).float()


def save(model, path, **state):
    torch.save({'config': asdict(model.config), 'weights': model.state_dict(), **state}, path)


def load(path):
    """The model and whatever else was saved with it."""
    stored = torch.load(path, weights_only=True)
    model = LanguageModel(Config(**stored['config']))
    model.load_state_dict(stored['weights'])
    return model, stored
