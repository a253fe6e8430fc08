#!/usr/bin/python3
"""Writes tests/Zephyr.Torch.Tests/Fused/nf4-references.json: 4-bit NormalFloat codes, scales, decoded values and the gradient of a
product, by the formulas of arXiv 2305.14314 in plain PyTorch and the layout of bitsandbytes: blocks of 64 along the rows, nearest of
16 values times the block's largest magnitude, two codes a byte with the first in the upper half; with double quantisation the
largest magnitudes less their mean, in blocks of 256, in the signed 8-bit dynamic map. Run with Debian's python3-torch."""

import json
import pathlib

import torch

CODE = torch.tensor([
    -1.0, -0.6961928009986877, -0.5250730514526367, -0.39491748809814453, -0.28444138169288635, -0.18477343022823334,
    -0.09105003625154495, 0.0, 0.07958029955625534, 0.16093020141124725, 0.24611230194568634, 0.33791524171829224,
    0.44070982933044434, 0.5626170039176941, 0.7229568362236023, 1.0])


def dynamic_map():
    """Zero, one, and the middles of 2^i equal parts of [0.1, 1] times 10^(i - 6), both signs."""
    values = [0.0, 1.0]
    for i in range(7):
        edges = torch.linspace(0.1, 1, 2**i + 1, dtype=torch.float64)
        middles = (edges[:-1] + edges[1:]) / 2 * 10.0 ** (i - 6)
        values += middles.tolist() + (-middles).tolist()
    return torch.tensor(sorted(values)).float()


def nearest(x, values):
    return (x.unsqueeze(-1) - values).abs().argmin(-1)


def quantize(weight):
    blocks = weight.reshape(-1, 64)
    absmax = blocks.abs().amax(1)
    codes = nearest(blocks * (1 / absmax).unsqueeze(1), CODE).flatten()
    return codes[0::2] * 16 + codes[1::2], absmax


def dequantize(packed, absmax):
    codes = torch.stack([packed // 16, packed % 16], 1).flatten()
    return CODE[codes].reshape(-1, 64) * absmax.unsqueeze(1)


def double_quantize(absmax):
    offset = absmax.mean()
    rest = absmax - offset
    scales = torch.stack([block.abs().max() for block in rest.split(256)])
    spread = scales.repeat_interleave(256)[: len(rest)]
    codes = nearest(rest * (1 / spread), dynamic_map())
    return codes, scales, offset, dynamic_map()[codes] * spread + offset


def counted(rows, columns):
    """Numbers that the test makes again from whole-number arithmetic: 260 blocks of very different scales."""
    i = torch.arange(rows * columns)
    return (((i * 7919 + 104729) % 2003 - 1001).float() / 1024 * (1 + i // 64 % 37).float()).reshape(rows, columns)


def main():
    generator = torch.Generator().manual_seed(5)
    weight = torch.randn(8, 64, generator=generator)
    packed, absmax = quantize(weight)
    decoded = dequantize(packed, absmax).reshape(8, 64)
    x = torch.round(torch.randn(3, 64, generator=generator) * 64).div(64).double().requires_grad_()
    upstream = torch.round(torch.randn(3, 8, generator=generator) * 64).div(64).double()
    y = x @ decoded.double().T
    (y * upstream).sum().backward()

    large = counted(130, 128)
    large_packed, large_absmax = quantize(large)
    codes, scales, offset, large_decoded_absmax = double_quantize(large_absmax)
    large_decoded = dequantize(large_packed, large_decoded_absmax)
    references = {
        "map": dynamic_map().tolist(),
        "small": {
            "weight": weight.flatten().tolist(), "packed": packed.tolist(), "absmax": absmax.tolist(),
            "decoded": decoded.flatten().tolist(), "x": x.flatten().tolist(), "y": y.flatten().tolist(),
            "upstream": upstream.flatten().tolist(), "gradient": x.grad.flatten().tolist(),
        },
        "large": {
            "packed": bytes(large_packed.tolist()).hex(), "codes": codes.tolist(), "scales": scales.tolist(), "offset": offset.item(),
            "block_sums": large_decoded.double().sum(1).tolist(),
        },
    }
    path = pathlib.Path(__file__).parent.parent / "Zephyr.Torch.Tests/Fused/nf4-references.json"
    path.write_text(json.dumps(references) + "\n")


if __name__ == "__main__":
    main()
