#!/usr/bin/env python3
"""Writes tests/Zephyr.Torch.Tests/Fused/optimizer-references.json: AdamW with 8-bit moments, in PyTorch's float64, as
arXiv 2110.02861 describes it: blocks of 256 values, each scaled by its largest magnitude, rounded to the nearest entry of the
dynamic map. Run with Debian's python3-torch."""

import json
import pathlib

import torch

torch.manual_seed(20241122)
torch.set_default_dtype(torch.float64)
BLOCK = 256


def dynamic_map(signed):
    """Decades 1e-6 to 1, each with twice as many values as the one below; the middle of each part of [0.1, 1]; 0 and 1 besides."""
    values = [0.0, 1.0]
    for decade in range(7):
        edges = torch.linspace(0.1, 1, (2**decade if signed else 2 ** (decade + 1)) + 1)
        middles = (edges[:-1] + edges[1:]) / 2 * 10.0 ** (decade - 6)
        values += middles.tolist() + ((-middles).tolist() if signed else [])
    return torch.tensor(sorted(values))


def quantise(x, table):
    """x as 8 bits remember it."""
    out = torch.empty_like(x)
    for start in range(0, len(x), BLOCK):
        block = x[start : start + BLOCK]
        scale = block.abs().max()
        nearest = (block.unsqueeze(1) / scale - table.unsqueeze(0)).abs().argmin(1)
        out[start : start + BLOCK] = table[nearest] * scale
    return out


def main():
    lr, beta1, beta2, eps, decay = 0.01, 0.9, 0.999, 1e-8, 0.1
    signed, unsigned = dynamic_map(True), dynamic_map(False)
    start = torch.round(torch.randn(300) * 64) / 64
    weight, m, v = start.clone(), torch.zeros(300), torch.zeros(300)
    gradients = []
    for step in range(1, 5):
        # Magnitudes over several decades, so that the map's tails are used.
        gradient = (torch.randn(300) * 10 ** (torch.rand(300) * 4 - 3)).to(torch.float32).double()
        gradients.append(gradient.tolist())
        m = beta1 * m + (1 - beta1) * gradient
        v = beta2 * v + (1 - beta2) * gradient**2
        weight = weight * (1 - lr * decay) - lr * (m / (1 - beta1**step)) / ((v / (1 - beta2**step)).sqrt() + eps)
        m, v = quantise(m, signed), quantise(v, unsigned)
    target = pathlib.Path(__file__).parent.parent / "Zephyr.Torch.Tests" / "Fused" / "optimizer-references.json"
    target.write_text(
        json.dumps(
            {
                "learning_rate": lr, "weight_decay": decay, "signed_map": signed.tolist(), "unsigned_map": unsigned.tolist(),
                "start": start.tolist(), "gradients": gradients, "weight": weight.tolist(), "first_moment": m.tolist(),
                "second_moment": v.tolist(),
            }
        )
        + "\n"
    )


main()
