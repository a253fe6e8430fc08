#!/usr/bin/env python3
"""The plain PyTorch training loop that `zephyr bench train` is compared with: the same decoder, bfloat16 autocast over float32
weights, torch.optim.AdamW and clip_grad_norm_, written as one would write it first. Run with Debian's python3-torch (1.13), the
libtorch that the binding uses. Prints the JSON document of `zephyr bench train --json`."""

import argparse
import json
import resource
import statistics
import time

import torch
from torch import nn
from torch.nn import functional as F


class RmsNorm(nn.Module):
    def __init__(self, hidden):
        super().__init__()
        self.weight = nn.Parameter(torch.ones(hidden))

    def forward(self, x):
        wide = x.float()
        return self.weight * (wide * torch.rsqrt(wide.pow(2).mean(-1, keepdim=True) + 1e-5)).to(x.dtype)


def rotate_half(x):
    a, b = x.chunk(2, dim=-1)
    return torch.cat((-b, a), dim=-1)


class Attention(nn.Module):
    def __init__(self, o):
        super().__init__()
        self.heads, self.kv_heads, self.size = o.heads, o.kv_heads, o.hidden // o.heads
        self.q = nn.Linear(o.hidden, self.heads * self.size, bias=False)
        self.k = nn.Linear(o.hidden, self.kv_heads * self.size, bias=False)
        self.v = nn.Linear(o.hidden, self.kv_heads * self.size, bias=False)
        self.o = nn.Linear(self.heads * self.size, o.hidden, bias=False)

    def forward(self, x, cos, sin, mask):
        batch, sequence, _ = x.shape
        # [batch, heads, sequence, size]
        q = self.q(x).view(batch, sequence, self.heads, self.size).transpose(1, 2)
        k = self.k(x).view(batch, sequence, self.kv_heads, self.size).transpose(1, 2)
        v = self.v(x).view(batch, sequence, self.kv_heads, self.size).transpose(1, 2)
        q = q * cos + rotate_half(q) * sin
        k = k * cos + rotate_half(k) * sin
        k = k.repeat_interleave(self.heads // self.kv_heads, dim=1)
        v = v.repeat_interleave(self.heads // self.kv_heads, dim=1)
        scores = torch.matmul(q, k.transpose(2, 3)) / self.size**0.5 + mask
        weights = F.softmax(scores, dim=-1, dtype=torch.float32).to(q.dtype)
        return self.o(torch.matmul(weights, v).transpose(1, 2).reshape(batch, sequence, -1))


class Block(nn.Module):
    def __init__(self, o):
        super().__init__()
        self.attention_norm, self.mlp_norm, self.attention = RmsNorm(o.hidden), RmsNorm(o.hidden), Attention(o)
        self.gate = nn.Linear(o.hidden, o.intermediate, bias=False)
        self.up = nn.Linear(o.hidden, o.intermediate, bias=False)
        self.down = nn.Linear(o.intermediate, o.hidden, bias=False)

    def forward(self, x, cos, sin, mask):
        x = x + self.attention(self.attention_norm(x), cos, sin, mask)
        y = self.mlp_norm(x)
        return x + self.down(F.silu(self.gate(y)) * self.up(y))


class Decoder(nn.Module):
    def __init__(self, o):
        super().__init__()
        self.embedding = nn.Embedding(o.vocab, o.hidden)
        self.blocks = nn.ModuleList(Block(o) for _ in range(o.layers))
        self.norm = RmsNorm(o.hidden)
        self.head = nn.Linear(o.hidden, o.vocab, bias=False)
        for parameter in self.parameters():
            if parameter.dim() == 2:
                nn.init.normal_(parameter, std=0.02)
        size = o.hidden // o.heads
        angles = torch.outer(torch.arange(o.sequence).float(), 10000.0 ** (-torch.arange(0, size, 2).float() / size))
        angles = torch.cat((angles, angles), dim=-1)  # [sequence, size]
        self.register_buffer("cos", angles.cos())
        self.register_buffer("sin", angles.sin())
        self.register_buffer("mask", torch.full((o.sequence, o.sequence), float("-inf")).triu(1))

    def forward(self, ids):
        x = self.embedding(ids)
        for block in self.blocks:
            x = block(x, self.cos, self.sin, self.mask)
        return self.head(self.norm(x))


def wait(o):
    """The clock is read when the device has done all it was told."""
    if o.device.startswith("cuda"):
        torch.cuda.synchronize()


def matmul_gflops(o, dtype):
    """The machine's ceiling: the best of several products of the shape of the widest layer."""
    left = torch.ones(o.batch * o.sequence, o.hidden, dtype=dtype, device=o.device)
    right = torch.ones(o.hidden, 2 * o.intermediate, dtype=dtype, device=o.device)
    best = float("inf")
    for _ in range(10):
        started = time.perf_counter()
        torch.mm(left, right)
        wait(o)
        best = min(best, time.perf_counter() - started)
    return 2 * left.numel() * right.shape[1] / best / 1e9


def main():
    p = argparse.ArgumentParser(description=__doc__)
    for name, default in dict(hidden=256, layers=6, heads=8, kv_heads=4, intermediate=768, vocab=2048, sequence=512, batch=8,
                              threads=1, steps=8).items():
        p.add_argument("--" + name.replace("_", "-"), type=int, default=default)
    p.add_argument("--dtype", choices=["bf16", "fp32"], default="bf16")
    p.add_argument("--device", default="cpu")
    p.add_argument("--json", action="store_true", help="kept for symmetry: the output is always JSON")
    o = p.parse_args()
    if o.threads:
        torch.set_num_threads(o.threads)
    torch.manual_seed(0)
    model = Decoder(o).to(o.device)
    optimizer = torch.optim.AdamW(model.parameters(), lr=1e-3, betas=(0.9, 0.95), weight_decay=0.1)
    ids = torch.randint(0, o.vocab, (o.batch, o.sequence + 1), device=o.device)
    seconds, loss = [], None
    for _ in range(o.steps + 2):  # the first two warm up
        started = time.perf_counter()
        optimizer.zero_grad(set_to_none=True)
        with torch.autocast(o.device.split(":")[0], dtype=torch.bfloat16, enabled=o.dtype == "bf16"):
            logits = model(ids[:, :-1])
        loss = F.cross_entropy(logits.float().view(-1, o.vocab), ids[:, 1:].reshape(-1))
        loss.backward()
        nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        optimizer.step()
        wait(o)
        seconds.append(time.perf_counter() - started)
    step = statistics.median(seconds[2:])
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024
    print(json.dumps({
        "tokens_per_second": o.batch * o.sequence / step,
        "matmul_gflops": matmul_gflops(o, torch.bfloat16 if o.dtype == "bf16" else torch.float32),
        "peak_memory_bytes": peak,
        "device": o.device,
        "device_peak_bytes": torch.cuda.max_memory_allocated() if o.device.startswith("cuda") else None,
        "loss": loss.item(),
        "step_seconds": seconds[2:],
        "torch": torch.__version__,
    }))


if __name__ == "__main__":
    main()
