"""The llama architecture in PyTorch, small: RMS norm, interleaved rotary pairs, grouped attention, SwiGLU."""

from dataclasses import asdict, dataclass

import torch
from torch import nn
from torch.nn import functional as F


@dataclass(frozen=True)
class Shape:
    """Sizes of a model; `width` is the embedding length, `tied` shares it with the output matrix."""

    vocabulary: int
    layers: int
    width: int
    heads: int
    key_heads: int
    inner: int
    tied: bool
    context: int = 1024
    rope_base: float = 10000.0
    epsilon: float = 1e-5

    @property
    def head_width(self):
        return self.width // self.heads

    def as_dict(self):
        return asdict(self)


class Norm(nn.Module):
    def __init__(self, width, epsilon):
        super().__init__()
        self.weight, self.epsilon = nn.Parameter(torch.ones(width)), epsilon

    def forward(self, x):
        return x * torch.rsqrt(x.square().mean(-1, keepdim=True) + self.epsilon) * self.weight


def rotated(x, cosine, sine):
    """Turns the pairs (x[2i], x[2i+1]) of each head; x is [batch, heads, positions, head width]."""
    even, odd = x[..., 0::2], x[..., 1::2]
    return torch.stack((even * cosine - odd * sine, even * sine + odd * cosine), -1).flatten(-2)


class Layer(nn.Module):
    def __init__(self, shape):
        super().__init__()
        self.shape = shape
        keys = shape.key_heads * shape.head_width
        self.attn_norm = Norm(shape.width, shape.epsilon)
        self.attn_q = nn.Linear(shape.width, shape.width, bias=False)
        self.attn_k = nn.Linear(shape.width, keys, bias=False)
        self.attn_v = nn.Linear(shape.width, keys, bias=False)
        self.attn_output = nn.Linear(shape.width, shape.width, bias=False)
        self.ffn_norm = Norm(shape.width, shape.epsilon)
        self.ffn_gate = nn.Linear(shape.width, shape.inner, bias=False)
        self.ffn_up = nn.Linear(shape.width, shape.inner, bias=False)
        self.ffn_down = nn.Linear(shape.inner, shape.width, bias=False)

    def forward(self, x, cosine, sine, cache=None, rows=None, positions=None):
        """x is [batch, positions, width]; with a cache, keys and values are kept at `positions` of each row."""
        batch, length, width = x.shape
        h, s = self.attn_norm(x), self.shape
        q = rotated(self.attn_q(h).view(batch, length, s.heads, -1).transpose(1, 2), cosine, sine)
        k = rotated(self.attn_k(h).view(batch, length, s.key_heads, -1).transpose(1, 2), cosine, sine)
        v = self.attn_v(h).view(batch, length, s.key_heads, -1).transpose(1, 2)
        mask = None
        if cache is not None:
            keys, values = cache
            keys[rows, :, positions] = k.transpose(1, 2)
            values[rows, :, positions] = v.transpose(1, 2)
            used = int(positions.max()) + 1
            mask = (torch.arange(used) <= positions[..., None])[:, None]
            k, v = keys[:, :, :used], values[:, :, :used]
        group = s.heads // s.key_heads
        if group > 1:
            k, v = k.repeat_interleave(group, 1), v.repeat_interleave(group, 1)
        a = F.scaled_dot_product_attention(q, k, v, attn_mask=mask, is_causal=mask is None)
        x = x + self.attn_output(a.transpose(1, 2).reshape(batch, length, width))
        h = self.ffn_norm(x)
        return x + self.ffn_down(F.silu(self.ffn_gate(h)) * self.ffn_up(h))


class Model(nn.Module):
    def __init__(self, shape):
        super().__init__()
        self.shape = shape
        self.token_embd = nn.Embedding(shape.vocabulary, shape.width)
        self.blk = nn.ModuleList(Layer(shape) for _ in range(shape.layers))
        self.output_norm = Norm(shape.width, shape.epsilon)
        self.output = None if shape.tied else nn.Linear(shape.width, shape.vocabulary, bias=False)
        angles = shape.rope_base ** (-torch.arange(0, shape.head_width, 2) / shape.head_width)
        turns = torch.arange(shape.context)[:, None] * angles
        self.register_buffer("cosine", turns.cos(), persistent=False)
        self.register_buffer("sine", turns.sin(), persistent=False)

    def start(self, generator):
        """First weights: small normal; what writes to the residual stream starts at zero."""
        for name, weight in self.named_parameters():
            if weight.dim() == 2:
                zero = "attn_output" in name or "ffn_down" in name
                deviation = 0.0 if zero else 0.02 if "embd" in name or name.startswith("output") else 0.5
                deviation *= 1.0 if "embd" in name or name.startswith("output") else weight.shape[1] ** -0.5
                with torch.no_grad():
                    weight.normal_(0.0, 1.0, generator=generator).mul_(deviation)

    def forward(self, ids, caches=None, rows=None, positions=None, marks=None):
        """Logits [batch, positions, vocabulary] of ids [batch, positions]; with marks, only at the marked places."""
        if positions is None:
            cosine, sine = self.cosine[:ids.shape[1]], self.sine[:ids.shape[1]]
        else:
            cosine, sine = self.cosine[positions][:, None], self.sine[positions][:, None]
        x = self.token_embd(ids)
        for i, layer in enumerate(self.blk):
            x = layer(x, cosine, sine, caches[i] if caches else None, rows, positions)
        x = self.output_norm(x if marks is None else x[marks])
        return F.linear(x, self.token_embd.weight) if self.output is None else self.output(x)


@torch.no_grad()
def generated(model, prompts, end, count, temperature=0.0, generator=None):
    """Continuations (lists of ids, without the end token) of lists of ids, at most `count` tokens each."""
    s, batch = model.shape, len(prompts)
    longest = max(map(len, prompts))
    room = min(s.context, longest + count)
    caches = [(torch.zeros(batch, s.key_heads, room, s.head_width), torch.zeros(batch, s.key_heads, room, s.head_width))
              for _ in range(s.layers)]
    ids = torch.zeros(batch, longest, dtype=torch.long)
    for i, prompt in enumerate(prompts):
        ids[i, :len(prompt)] = torch.tensor(prompt)
    lengths = torch.tensor([len(prompt) for prompt in prompts])
    rows = torch.arange(batch)[:, None]
    positions = torch.arange(longest).expand(batch, longest)
    logits = model(ids, caches, rows, positions)[rows[:, 0], lengths - 1]
    out, open_rows = [[] for _ in prompts], torch.ones(batch, dtype=torch.bool)
    for _ in range(count):
        if temperature > 0:
            token = torch.multinomial((logits / temperature).softmax(-1), 1, generator=generator)[:, 0]
        else:
            token = logits.argmax(-1)
        open_rows &= (token != end) & (lengths < room)
        if not open_rows.any():
            break
        for i in open_rows.nonzero()[:, 0].tolist():
            out[i].append(int(token[i]))
        lengths = torch.where(open_rows, lengths + 1, lengths)
        logits = model(token[:, None], caches, rows, (lengths - 1)[:, None])[:, 0]
    return out
