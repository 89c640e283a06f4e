"""Cuts the draft out of the target: fewer layers, and in each the inner neurons with the largest weights.

    python3 prune.py target.pt pruned.pt

What is left knows the words and little else; `train.py draft --start pruned.pt` trains it on.
"""

import argparse

import torch

from gguf_file import load_checkpoint
from model import Model, Shape
from train import DRAFT_LAYERS, SHAPES


def pruned(target, kept_layers, inner):
    """A model of the `kept_layers` of the target with `inner` neurons in each."""
    shape = Shape(**target.shape.as_dict() | {"layers": len(kept_layers), "inner": inner})
    source, weights = target.state_dict(), {}
    for name in Model(shape).state_dict():
        parts = name.split(".")
        if parts[0] == "blk":
            prefix = f"blk.{kept_layers[int(parts[1])]}."
            weight = source[prefix + ".".join(parts[2:])]
            gate, up, down = (source[f"{prefix}ffn_{part}.weight"] for part in ("gate", "up", "down"))
            size = gate.norm(dim=1) * up.norm(dim=1) * down.norm(dim=0)
            chosen = size.topk(inner).indices.sort().values
            if parts[2] in ("ffn_gate", "ffn_up"):
                weight = weight[chosen]
            elif parts[2] == "ffn_down":
                weight = weight[:, chosen]
            weights[name] = weight.clone()
        else:
            weights[name] = source[name].clone()
    return shape, weights


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("target")
    parser.add_argument("out")
    arguments = parser.parse_args()
    shape, weights = pruned(load_checkpoint(arguments.target), DRAFT_LAYERS, SHAPES["small-draft"]["inner"])
    torch.save({"shape": shape.as_dict(), "weights": weights}, arguments.out)


if __name__ == "__main__":
    main()
