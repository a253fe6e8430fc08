#!/usr/bin/env python3
"""Writes tests/Zephyr.Torch.Tests/Fused/fused-references.json: small inputs and what PyTorch makes of them in float64, for the
fused operations. Run with Debian's python3-torch. Inputs are rounded to multiples of 1/64, exact in float32 and bfloat16's range,
so that both sides start from the same numbers."""

import json
import pathlib

import torch
from torch.nn import functional as F

torch.manual_seed(20240917)


def random(*shape, scale=1.0):
    return (torch.round(torch.randn(*shape, dtype=torch.float64) * scale * 64) / 64).requires_grad_()


def plain(value):
    return {"shape": list(value.shape), "values": value.detach().flatten().tolist()}


def case(inputs, outputs, upstream):
    """Outputs and the gradients of sum(output * upstream) for every input."""
    sum((output * weight).sum() for output, weight in zip(outputs, upstream)).backward()
    return {
        "inputs": {name: plain(value) for name, value in inputs.items()},
        "upstream": [plain(weight) for weight in upstream],
        "outputs": [plain(output) for output in outputs],
        "gradients": {name: plain(value.grad) for name, value in inputs.items() if value.requires_grad},
    }


def attention(window, starts):
    q, k, v = random(1, 9, 4, 8), random(1, 9, 2, 8), random(1, 9, 2, 8)
    i, j = torch.arange(9).unsqueeze(1), torch.arange(9).unsqueeze(0)
    visible = (j <= i) & (j > i - window) & (j >= torch.tensor(starts).unsqueeze(1))
    keys, values = k.repeat_interleave(2, dim=2), v.repeat_interleave(2, dim=2)
    scores = torch.einsum("bihd,bjhd->bhij", q, keys) * 8**-0.5
    weights = scores.masked_fill(~visible, float("-inf")).softmax(-1)
    out = torch.einsum("bhij,bjhd->bihd", weights, values)
    return case(dict(q=q, k=k, v=v), [out], [random(1, 9, 4, 8).detach()])


def rms_norm():
    x, weight = random(3, 5), random(5)
    return case(dict(x=x, weight=weight), [x * torch.rsqrt(x.pow(2).mean(-1, keepdim=True) + 1e-5) * weight],
                [random(3, 5).detach()])


def rope():
    x = random(1, 4, 2, 6)
    angles = torch.outer(torch.arange(8, dtype=torch.float64), 10000.0 ** (-torch.arange(3, dtype=torch.float64) / 3))
    positions = torch.tensor([[0, 3, 7, 1]])
    full = torch.cat((angles, angles), dim=-1)[positions].unsqueeze(2)  # [1, 4, 1, 6]
    a, b = x.chunk(2, dim=-1)
    result = case(dict(x=x), [x * full.cos() + torch.cat((-b, a), dim=-1) * full.sin()], [random(1, 4, 2, 6).detach()])
    result["cos"], result["sin"] = plain(angles.cos()), plain(angles.sin())
    return result


def cross_entropy():
    hidden, weight, labels = random(6, 5), random(7, 5), torch.tensor([3, -100, 0, 6, -100, 3])
    return case(dict(hidden=hidden, weight=weight), [F.cross_entropy(hidden @ weight.t(), labels, reduction="sum")],
                [torch.tensor(0.5, dtype=torch.float64)])


def adamw():
    """Ten clipped steps on two parameters with decays 0.1 and 0; the gradients are given."""
    weights = [random(3, 4), random(5)]
    start = [plain(weight) for weight in weights]
    optimizer = torch.optim.AdamW([{"params": weights[:1], "weight_decay": 0.1}, {"params": weights[1:], "weight_decay": 0.0}],
                                  lr=0.01, betas=(0.9, 0.95), eps=1e-8)
    gradients, norms = [], []
    for step in range(10):
        given = [random(3, 4).detach(), random(5).detach()]
        gradients.append([plain(gradient) for gradient in given])
        for weight, gradient in zip(weights, given):
            weight.grad = gradient.clone()
        norms.append(torch.nn.utils.clip_grad_norm_(weights, 2.0).item())
        for group in optimizer.param_groups:
            group["lr"] = 0.01 * (step + 1) / 10
        optimizer.step()
    return {"start": start, "gradients": gradients, "norms": norms, "end": [plain(weight) for weight in weights]}


def main():
    references = {
        "attention": attention(9, [0] * 9),
        "attention_window_documents": attention(3, [0, 0, 0, 0, 0, 5, 5, 5, 8]),
        "rms_norm": rms_norm(),
        "rope": rope(),
        "cross_entropy": cross_entropy(),
        "adamw": adamw(),
    }
    path = pathlib.Path(__file__).parent.parent / "Zephyr.Torch.Tests/Fused/fused-references.json"
    path.write_text(json.dumps(references) + "\n")


if __name__ == "__main__":
    main()
