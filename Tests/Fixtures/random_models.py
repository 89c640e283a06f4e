"""Writes random-models.json: small random models and the log-probabilities they must give, from PyTorch in float64.

    pip install torch numpy gguf
    python3 random_models.py random-models.json

The fixture describes each model file whole: metadata, and every tensor by name, shape, type and two numbers. The values
follow from the model's seed (SplitMix64, one stream over the tensors in their order), so that the test builds the same
file without a file of weights. The forward pass below is written from the published descriptions:

  llama   arXiv:2302.13971; neighbouring numbers of a head are turned together, as in the published code
  Llama 3 the scaling of its rotary frequencies, as published with Llama 3.1
  qwen2   arXiv:2407.10671; halves of a head are turned together; bias on queries, keys and values
  qwen3   arXiv:2505.09388; no bias, each head's queries and keys are normalised
  gemma3  arXiv:2503.19786; local and global layers with rotary bases of their own, norms around each part
"""

import dataclasses
import json
import math
import sys

import gguf
import numpy as np
import torch
import torch.nn.functional as F

EPSILON = 1e-5
GAMMA = 0x9E3779B97F4A7C15


@dataclasses.dataclass(frozen=True)
class Model:
    name: str
    architecture: str
    seed: int
    layers: int = 3
    width: int = 32
    feed_forward: int = 48
    heads: int = 4
    kv_heads: int = 2
    head: int = 8
    vocabulary: int = 61
    context: int = 512
    base: float = 500.0
    # Leading numbers of a head that are turned; None: all.
    rotary: int | None = None
    # Factor, low and high frequency factor, original context.
    llama3: tuple | None = None
    # Linear scaling by a factor, with or without `rope.scaling.type` in the file.
    linear: float | None = None
    names_linear: bool = True
    window: int | None = None
    # Every such layer is global.
    pattern: int = 6
    names_pattern: bool = False
    local_base: float = 10_000.0
    names_local_base: bool = False
    attention_cap: float | None = None
    logit_cap: float | None = None
    tied: bool = False
    # Types of tensors by the end of their name; F32 otherwise.
    types: dict = dataclasses.field(default_factory=dict)
    length: int = 48

    @property
    def is_gemma(self):
        return self.architecture == "gemma3"

    def is_local(self, layer):
        return self.is_gemma and self.window is not None and (layer + 1) % self.pattern != 0


MODELS = [
    Model("llama, Llama 3 factors", "llama", 1, head=16, base=500_000.0, tied=True, llama3=(8.0, 1.0, 4.0, 64)),
    Model("llama, Llama 3.2 factors, untied", "llama", 2, head=16, base=100.0, llama3=(32.0, 1.0, 4.0, 128),
          length=90),
    Model("llama, part of a head turned, BF16", "llama", 3, heads=6, head=12, rotary=8,
          types={"attn_q.weight": "BF16", "ffn_down.weight": "BF16", "output.weight": "BF16"}),
    Model("llama, linear scaling without its type", "llama", 4, kv_heads=4, linear=4.0, names_linear=False),
    Model("qwen2, biases, tied", "qwen2", 5, heads=6, kv_heads=3, base=1e4, tied=True),
    Model("qwen2, linear scaling, part of a head turned", "qwen2", 6, kv_heads=1, head=10, rotary=6, linear=2.0),
    Model("qwen3, head norms, one head of keys", "qwen3", 7, heads=5, kv_heads=1, head=10, base=1e6),
    Model("qwen3, tied", "qwen3", 8, heads=4, kv_heads=4, head=16, tied=True),
    Model("gemma3, window, one rotary base beside the other", "gemma3", 9, layers=7, base=1e6, window=5, tied=True,
          length=40),
    Model("gemma3, window, global layers scaled", "gemma3", 10, layers=7, base=100.0, linear=8.0, window=7,
          head=12, tied=True, length=40),
    Model("gemma3, soft-caps, pattern and local base named", "gemma3", 11, layers=5, base=300.0, window=4, pattern=2,
          names_pattern=True, local_base=50.0, names_local_base=True, attention_cap=2.0, logit_cap=3.0, length=40),
    Model("llama, Q8_0", "llama", 12, width=64, feed_forward=96, heads=4, head=16,
          types={".weight": "Q8_0"}),
    Model("qwen2, Q4_K and Q6_K", "qwen2", 13, layers=2, width=256, feed_forward=256, heads=8, kv_heads=2, head=32,
          tied=True, types={"token_embd.weight": "Q6_K", "attn_v.weight": "Q6_K", "ffn_down.weight": "Q6_K",
                            ".weight": "Q4_K"}),
]


# The model file: tensors and metadata.

def tensor_rows(model):
    """Name, shape (fastest first), type, centre and spread of each tensor; `*` stands for each layer."""
    width, queries, keys = model.width, model.heads * model.head, model.kv_heads * model.head
    rows = []

    def add(name, shape, centre, spread):
        kind = "F32"
        if len(shape) == 2:
            kind = next((kind for end, kind in model.types.items() if name.endswith(end)), "F32")
        centre, spread = {
            # Scale of the values, or of the least values, of each block.
            "Q8_0": (0.0, 2.0 ** -9), "Q4_K": (7.5 * 2.0 ** -11, 2.0 ** -11), "Q6_K": (0.0, 2.0 ** -14),
        }.get(kind, (centre, spread))
        rows.append([name, shape, kind, centre, spread])

    add("token_embd.weight", [width, model.vocabulary], 0.0, 1.0)
    add("output_norm.weight", [width], 1.0, 0.25)
    if not model.tied:
        add("output.weight", [width, model.vocabulary], 0.0, 0.5)
    add("blk.*.attn_norm.weight", [width], 1.0, 0.25)
    for part, count in (("q", queries), ("k", keys), ("v", keys)):
        add(f"blk.*.attn_{part}.weight", [width, count], 0.0, 0.5)
        if model.architecture == "qwen2":
            add(f"blk.*.attn_{part}.bias", [count], 0.0, 0.5)
    if model.architecture in ("qwen3", "gemma3"):
        add("blk.*.attn_q_norm.weight", [model.head], 1.0, 0.5)
        add("blk.*.attn_k_norm.weight", [model.head], 1.0, 0.5)
    add("blk.*.attn_output.weight", [queries, width], 0.0, 0.5)
    if model.is_gemma:
        add("blk.*.post_attention_norm.weight", [width], 1.0, 0.25)
        add("blk.*.post_ffw_norm.weight", [width], 1.0, 0.25)
    add("blk.*.ffn_norm.weight", [width], 1.0, 0.25)
    add("blk.*.ffn_gate.weight", [width, model.feed_forward], 0.0, 0.5)
    add("blk.*.ffn_up.weight", [width, model.feed_forward], 0.0, 0.5)
    add("blk.*.ffn_down.weight", [model.feed_forward, width], 0.0, 0.25)
    return rows


def metadata(model):
    integers = {
        "block_count": model.layers, "context_length": model.context, "embedding_length": model.width,
        "feed_forward_length": model.feed_forward, "attention.head_count": model.heads,
        "attention.head_count_kv": model.kv_heads, "attention.key_length": model.head,
        "attention.value_length": model.head,
    }
    reals = {"attention.layer_norm_rms_epsilon": EPSILON, "rope.freq_base": model.base}
    strings = {}
    for key, value in (("rope.dimension_count", model.rotary), ("attention.sliding_window", model.window),
                       ("attention.sliding_window_pattern", model.pattern if model.names_pattern else None)):
        if value is not None:
            integers[key] = value
    for key, value in (("rope.scaling.factor", model.linear), ("attn_logit_softcapping", model.attention_cap),
                       ("final_logit_softcapping", model.logit_cap),
                       ("rope.freq_base_swa", model.local_base if model.names_local_base else None)):
        if value is not None:
            reals[key] = value
    if model.linear and model.names_linear:
        strings["rope.scaling.type"] = "linear"
    return integers, reals, strings


class Stream:
    """SplitMix64 (Steele, Lea, Flood, 2014)."""

    def __init__(self, seed):
        self.state = seed

    def take(self, count):
        steps = np.arange(1, count + 1, dtype=np.uint64)
        with np.errstate(over="ignore"):
            mixed = np.uint64(self.state) + steps * np.uint64(GAMMA)
            self.state = (self.state + count * GAMMA) % 2 ** 64
            mixed = (mixed ^ (mixed >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
            mixed = (mixed ^ (mixed >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
        return mixed ^ (mixed >> np.uint64(31))

    def values(self, count, centre, spread):
        """Float32 within `spread` of `centre`, by the upper 24 bits of each number."""
        unit = (self.take(count) >> np.uint64(40)).astype(np.float32) * np.float32(2.0 ** -23) - np.float32(1)
        return np.float32(centre) + np.float32(spread) * unit

    def blocks(self, kind, count, centre, spread):
        """Random bytes, with the scales of each block set."""
        elements, size = gguf.GGML_QUANT_SIZES[gguf.GGMLQuantizationType[kind]]
        length = count // elements * size
        data = self.take((length + 7) // 8).astype("<u8").view(np.uint8)[:length].reshape(-1, size).copy()
        places = {"Q8_0": {0: spread}, "Q4_K": {0: spread, 2: centre}, "Q6_K": {208: spread}}[kind]
        for place, scale in places.items():
            data[:, place:place + 2] = np.array([scale], dtype="<f2").view(np.uint8)
        return data


def weights(model):
    stream = Stream(model.seed)
    tensors = {}

    def make(name, shape, kind, centre, spread):
        count = math.prod(shape)
        if kind in ("F32", "BF16"):
            values = stream.values(count, centre, spread)
            if kind == "BF16":
                values = (values.view(np.uint32) & np.uint32(0xFFFF0000)).view(np.float32)
        else:
            values = gguf.quants.dequantize(
                stream.blocks(kind, count, centre, spread), gguf.GGMLQuantizationType[kind])
        tensors[name] = torch.tensor(values.reshape(shape[::-1]), dtype=torch.float64)

    rows = tensor_rows(model)
    for row in rows:
        if "*" not in row[0]:
            make(*row)
    for layer in range(model.layers):
        for row in rows:
            if "*" in row[0]:
                make(row[0].replace("*", str(layer)), *row[1:])
    return tensors


# The forward pass.

def norm(x, weight):
    return x / torch.sqrt((x * x).mean(-1, keepdim=True) + EPSILON) * weight


def soft_cap(x, cap):
    return x if cap is None else cap * torch.tanh(x / cap)


def frequencies(model, local):
    """Radians a position, for each pair."""
    count = (model.rotary or model.head) // 2
    base = model.local_base if local else model.base
    result = []
    for pair in range(count):
        frequency = base ** (-pair / count)
        if model.llama3:
            frequency = llama3_frequency(frequency, *model.llama3)
        if model.linear and not local:
            frequency /= model.linear
        result.append(frequency)
    return torch.tensor(result, dtype=torch.float64)


def llama3_frequency(frequency, factor, low, high, original_context):
    wavelength = 2 * math.pi / frequency
    if wavelength < original_context / high:
        return frequency
    if wavelength > original_context / low:
        return frequency / factor
    smooth = (original_context / wavelength - low) / (high - low)
    return (1 - smooth) * frequency / factor + smooth * frequency


def llama3_factors(model):
    """What the file's `rope_freqs.weight` holds: each frequency is divided by it."""
    plain = frequencies(dataclasses.replace(model, llama3=None), False)
    return (plain / frequencies(model, False)).to(torch.float32)


def turn(x, model, local):
    """x: [position, head, number]"""
    turned = model.rotary or model.head
    angles = torch.outer(torch.arange(x.shape[0], dtype=torch.float64), frequencies(model, local))[:, None, :]
    rotation = torch.polar(torch.ones_like(angles), angles)
    first, rest = x[..., :turned], x[..., turned:]
    if model.architecture == "llama":
        pairs = torch.view_as_complex(first.reshape(*first.shape[:-1], -1, 2).contiguous()) * rotation
        first = torch.view_as_real(pairs).flatten(-2)
    else:
        low, high = first.chunk(2, dim=-1)
        pairs = torch.complex(low.contiguous(), high.contiguous()) * rotation
        first = torch.cat([pairs.real, pairs.imag], dim=-1)
    return torch.cat([first, rest], dim=-1)


def attention(model, tensors, layer, x):
    count, local = x.shape[0], model.is_local(layer)

    def heads(part, number):
        name = f"blk.{layer}.attn_{part}"
        result = F.linear(x, tensors[name + ".weight"], tensors.get(name + ".bias"))
        result = result.view(count, number, model.head)
        if name + "_norm.weight" in tensors:
            result = norm(result, tensors[name + "_norm.weight"])
        return result if part == "v" else turn(result, model, local)

    queries, keys, values = heads("q", model.heads), heads("k", model.kv_heads), heads("v", model.kv_heads)
    shared = model.heads // model.kv_heads
    keys, values = keys.repeat_interleave(shared, dim=1), values.repeat_interleave(shared, dim=1)
    scores = torch.einsum("qhd,khd->hqk", queries, keys) / math.sqrt(model.head)
    scores = soft_cap(scores, model.attention_cap)
    distance = torch.arange(count)[:, None] - torch.arange(count)[None, :]
    hidden = distance < 0
    if local:
        hidden = hidden | (distance >= model.window)
    probabilities = scores.masked_fill(hidden, -math.inf).softmax(-1)
    joined = torch.einsum("hqk,khd->qhd", probabilities, values).reshape(count, -1)
    return F.linear(joined, tensors[f"blk.{layer}.attn_output.weight"])


def feed_forward(model, tensors, layer, x):
    gate = F.linear(x, tensors[f"blk.{layer}.ffn_gate.weight"])
    gate = F.gelu(gate, approximate="tanh") if model.is_gemma else F.silu(gate)
    return F.linear(gate * F.linear(x, tensors[f"blk.{layer}.ffn_up.weight"]), tensors[f"blk.{layer}.ffn_down.weight"])


@torch.no_grad()
def log_probabilities(model, tensors, ids):
    """Of every token of the vocabulary after each of `ids`."""
    x = tensors["token_embd.weight"][torch.tensor(ids)]
    if model.is_gemma:
        x = x * math.sqrt(model.width)
    for layer in range(model.layers):
        part = attention(model, tensors, layer, norm(x, tensors[f"blk.{layer}.attn_norm.weight"]))
        x = x + (norm(part, tensors[f"blk.{layer}.post_attention_norm.weight"]) if model.is_gemma else part)
        part = feed_forward(model, tensors, layer, norm(x, tensors[f"blk.{layer}.ffn_norm.weight"]))
        x = x + (norm(part, tensors[f"blk.{layer}.post_ffw_norm.weight"]) if model.is_gemma else part)
    output = tensors["token_embd.weight" if model.tied else "output.weight"]
    logits = F.linear(norm(x, tensors["output_norm.weight"]), output)
    return soft_cap(logits, model.logit_cap).log_softmax(-1)


def parts(model):
    """The model without each of its parts in turn."""
    plain = dict(llama3=None, linear=None, rotary=None, window=None, attention_cap=None, logit_cap=None)
    for name, value in plain.items():
        if getattr(model, name) is not None:
            yield name, dataclasses.replace(model, **{name: value})
    if model.names_local_base:
        yield "local_base", dataclasses.replace(model, local_base=10_000.0)
    if model.names_pattern:
        yield "pattern", dataclasses.replace(model, pattern=6)


def described(model):
    tensors = weights(model)
    ids = [int(number % np.uint64(model.vocabulary)) for number in Stream(1000 + model.seed).take(model.length)]
    found = log_probabilities(model, tensors, ids)
    for name, other in parts(model):
        change = (log_probabilities(other, tensors, ids) - found).abs().max()
        assert change > 0.01, f"{model.name}: {name} changes only {change}"
    integers, reals, strings = metadata(model)
    last = [round(float(value), 6) for value in found[-1]]
    return {
        "name": model.name, "architecture": model.architecture, "seed": model.seed, "layers": model.layers,
        "integers": integers, "reals": reals, "strings": strings,
        "rotaryFactors": llama3_factors(model).tolist() if model.llama3 else None,
        "tensors": [dict(zip(("name", "shape", "type", "centre", "spread"), row)) for row in tensor_rows(model)],
        "ids": ids,
        "logprobs": [round(float(found[place, token]), 6) for place, token in enumerate(ids[1:])],
        "last": last,
    }


def written(model):
    """One line for each key, and one for each tensor, so that a change can be read."""
    lines = []
    for key, value in model.items():
        if key == "tensors":
            rows = ",\n".join("   " + json.dumps(row) for row in value)
            lines.append(f'  "tensors": [\n{rows}\n  ]')
        else:
            lines.append(f"  {json.dumps(key)}: {json.dumps(value)}")
    return " {\n" + ",\n".join(lines) + "\n }"


def main():
    with open(sys.argv[1], "w", encoding="utf-8") as file:
        file.write("[\n" + ",\n".join(written(described(model)) for model in MODELS) + "\n]\n")


if __name__ == "__main__":
    main()
