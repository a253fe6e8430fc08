#!/usr/bin/env python3
"""The plain PyTorch generation loop that `zephyr bench generate` is compared with: the same decoder with a pre-allocated key and value
cache, all prompts of one length in one batch, greedy, under inference_mode, written as one would write it first; a whole run that does not count comes before
the timed one, as in ours. Run with Debian's
python3-torch. Prints the JSON document of `zephyr bench generate --json`."""

import argparse
import json
import time

import torch
from torch.nn import functional as F


def rms_norm(x, weight):
    wide = x.float()
    return weight * (wide * torch.rsqrt(wide.pow(2).mean(-1, keepdim=True) + 1e-5)).to(x.dtype)


def rotate_half(x):
    a, b = x.chunk(2, dim=-1)
    return torch.cat((-b, a), dim=-1)


class Decoder:
    def __init__(self, o, dtype):
        def matrix(rows, columns):
            return (torch.randn(rows, columns) * 0.02).to(dtype)

        self.o, self.size = o, o.hidden // o.heads
        self.embedding = matrix(o.vocab, o.hidden)
        self.layers = [dict(q=matrix(o.hidden, o.hidden), k=matrix(o.kv_heads * self.size, o.hidden), v=matrix(o.kv_heads * self.size, o.hidden),
                            o=matrix(o.hidden, o.hidden), gate=matrix(o.intermediate, o.hidden), up=matrix(o.intermediate, o.hidden),
                            down=matrix(o.hidden, o.intermediate), norm1=torch.ones(o.hidden, dtype=dtype), norm2=torch.ones(o.hidden, dtype=dtype))
                       for _ in range(o.layers)]
        self.norm = torch.ones(o.hidden, dtype=dtype)
        length = o.prompt_length + o.new_tokens
        angles = torch.outer(torch.arange(length).float(), 10000.0 ** (-torch.arange(0, self.size, 2).float() / self.size))
        angles = torch.cat((angles, angles), dim=-1)
        self.cos, self.sin = angles.cos().to(dtype), angles.sin().to(dtype)
        self.keys = [torch.zeros(o.batch, o.kv_heads, length, self.size, dtype=dtype) for _ in range(o.layers)]
        self.values = [torch.zeros_like(k) for k in self.keys]

    def forward(self, ids, start):
        o, (batch, count) = self.o, ids.shape
        end = start + count
        cos, sin = self.cos[start:end], self.sin[start:end]
        mask = torch.full((count, end), float("-inf")).triu(start + 1) if count > 1 else None
        x = F.embedding(ids, self.embedding)
        for w, keys, values in zip(self.layers, self.keys, self.values):
            y = rms_norm(x, w["norm1"])
            q = F.linear(y, w["q"]).view(batch, count, o.heads, self.size).transpose(1, 2)
            k = F.linear(y, w["k"]).view(batch, count, o.kv_heads, self.size).transpose(1, 2)
            v = F.linear(y, w["v"]).view(batch, count, o.kv_heads, self.size).transpose(1, 2)
            keys[:, :, start:end] = k * cos + rotate_half(k) * sin
            values[:, :, start:end] = v
            q = q * cos + rotate_half(q) * sin
            group = o.heads // o.kv_heads
            scores = torch.matmul(q, keys[:, :, :end].repeat_interleave(group, 1).transpose(2, 3)) / self.size**0.5
            if mask is not None:
                scores = scores + mask
            weights = F.softmax(scores, dim=-1, dtype=torch.float32).to(q.dtype)
            mixed = torch.matmul(weights, values[:, :, :end].repeat_interleave(group, 1)).transpose(1, 2).reshape(batch, count, -1)
            x = x + F.linear(mixed, w["o"])
            y = rms_norm(x, w["norm2"])
            x = x + F.linear(F.silu(F.linear(y, w["gate"])) * F.linear(y, w["up"]), w["down"])
        return F.linear(rms_norm(x[:, -1], self.norm), self.embedding)


def generate(model, ids, tokens):
    out = []
    logits, start = model.forward(ids, 0), ids.shape[1]
    for _ in range(tokens):
        last = logits.argmax(-1, keepdim=True)
        out.append(last)
        if len(out) < tokens:
            logits, start = model.forward(last, start), start + 1
    return torch.cat(out, 1)


def main():
    p = argparse.ArgumentParser(description=__doc__)
    for name, default in dict(hidden=256, layers=6, heads=8, kv_heads=4, intermediate=768, vocab=2048, prompt_length=128, new_tokens=128, batch=8,
                              threads=1).items():
        p.add_argument("--" + name.replace("_", "-"), type=int, default=default)
    p.add_argument("--dtype", choices=["bf16", "fp32"], default="bf16")
    p.add_argument("--device", default="cpu")
    p.add_argument("--json", action="store_true", help="kept for symmetry: the output is always JSON")
    o = p.parse_args()
    if o.device != "cpu":
        torch.set_default_device(o.device)
    if o.threads:
        torch.set_num_threads(o.threads)
    torch.manual_seed(0)
    with torch.inference_mode():
        model = Decoder(o, torch.bfloat16 if o.dtype == "bf16" else torch.float32)
        ids = torch.randint(0, o.vocab, (o.batch, o.prompt_length))
        generate(model, ids, o.new_tokens)
        if o.device.startswith("cuda"):
            torch.cuda.synchronize()
        started, cpu = time.perf_counter(), time.process_time()
        tokens = generate(model, ids, o.new_tokens).cpu().numel()
        seconds, cpu = time.perf_counter() - started, time.process_time() - cpu
    print(json.dumps({"tokens_per_second": tokens / seconds, "new_tokens": tokens, "seconds": seconds, "cpu_seconds": cpu, "torch": torch.__version__}))


if __name__ == "__main__":
    main()
