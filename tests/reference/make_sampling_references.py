#!/usr/bin/env python3
"""Distributions after sampling options, as Hugging Face's transformers computes them (RepetitionPenaltyLogitsProcessor, then
TemperatureLogitsWarper, TopKLogitsWarper, TopPLogitsWarper, MinPLogitsWarper, the order of its generation), written with torch in
float64. Writes tests/Zephyr.Core.Tests/references/sampling.json. Run with Debian's python3-torch."""

import json
import pathlib

import torch

OUT = pathlib.Path(__file__).resolve().parent.parent / "Zephyr.Core.Tests/references/sampling.json"
NONE = float("-inf")


def repetition_penalty(scores, ids, penalty):
    ids = torch.tensor(sorted(set(ids)))
    score = scores[ids]
    scores = scores.clone()
    scores[ids] = torch.where(score < 0, score * penalty, score / penalty)
    return scores


def top_k(scores, k):
    return scores.masked_fill(scores < torch.topk(scores, min(k, len(scores)))[0][-1], NONE)


def top_p(scores, p):
    sorted_scores, order = torch.sort(scores, descending=False)
    remove = sorted_scores.softmax(-1).cumsum(-1) <= 1 - p
    remove[-1] = False
    return scores.masked_fill(torch.zeros_like(remove).scatter(0, order, remove), NONE)


def min_p(scores, p):
    probabilities = scores.softmax(-1)
    return scores.masked_fill(probabilities < p * probabilities.max(), NONE)


def distribution(logits, ids, o):
    scores = torch.tensor(logits, dtype=torch.float64)
    if o.get("repetition_penalty", 1) != 1:
        scores = repetition_penalty(scores, ids, o["repetition_penalty"])
    scores = scores / o["temperature"]
    if o.get("top_k", 0) > 0:
        scores = top_k(scores, o["top_k"])
    if o.get("top_p", 1) < 1:
        scores = top_p(scores, o["top_p"])
    if o.get("min_p", 0) > 0:
        scores = min_p(scores, o["min_p"])
    return scores.softmax(-1)


def main():
    torch.manual_seed(11)
    options = [
        dict(temperature=1.0),
        dict(temperature=0.7),
        dict(temperature=1.0, top_k=5),
        dict(temperature=1.0, top_k=1),
        dict(temperature=1.0, top_k=1000),
        dict(temperature=1.0, top_p=0.9),
        dict(temperature=1.0, top_p=0.3),
        dict(temperature=1.0, top_p=1e-6),
        dict(temperature=1.0, min_p=0.1),
        dict(temperature=1.5, min_p=0.02, top_p=0.95),
        dict(temperature=0.8, top_k=12, top_p=0.8),
        dict(temperature=1.3, repetition_penalty=1.4),
        dict(temperature=0.9, repetition_penalty=0.7, top_k=9),
        dict(temperature=0.6, repetition_penalty=1.2, top_k=20, top_p=0.85, min_p=0.05),
    ]
    cases = []
    for spread in (1.0, 4.0):
        logits = [round(x, 4) for x in (torch.randn(48, dtype=torch.float64) * spread).tolist()]
        ids = torch.randint(0, 48, (7,)).tolist()
        for o in options:
            cases.append({"logits": logits, "ids": ids, "options": o,
                          "probabilities": distribution(logits, ids, o).tolist()})
    # Equal logits at the bounds of top-k: all that equal the last one stay.
    logits = [2.0, 1.0, 1.0, 1.0, 0.0]
    o = dict(temperature=1.0, top_k=2)
    cases.append({"logits": logits, "ids": [0], "options": o, "probabilities": distribution(logits, [0], o).tolist()})
    OUT.write_text("[\n" + ",\n".join(json.dumps(case) for case in cases) + "\n]\n")


if __name__ == "__main__":
    main()
