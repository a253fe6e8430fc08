"""Encodes a text with Debian's sentencepiece, part by part as `zephyr bench tokenize` does; one JSON line with the fastest of several passes.

Needs python3-sentencepiece. Usage: /usr/bin/python3 tokenize_sentencepiece.py MODEL FILE [THREADS]
"""

import json
import sys
import time

import sentencepiece

CHARACTERS_AT_ONCE = 1 << 16
PASSES = 3


def main(model, path, threads=1):
    with open(path, encoding="utf-8") as file:
        text = file.read()
    parts = [text[start : start + CHARACTERS_AT_ONCE] for start in range(0, len(text), CHARACTERS_AT_ONCE)]
    size = sum(len(part.encode()) for part in parts)
    rounds = max(1, 8_000_000 // size)
    processor = sentencepiece.SentencePieceProcessor(model_file=model)
    fastest, tokens = float("inf"), 0
    for _ in range(PASSES):
        start = time.perf_counter()
        tokens = sum(len(ids) for _ in range(rounds) for ids in processor.encode(parts, num_threads=int(threads)))
        fastest = min(fastest, time.perf_counter() - start)
    print(json.dumps({"megabytes_per_second": size * rounds / fastest / 1e6, "tokens": tokens}))


if __name__ == "__main__":
    main(*sys.argv[1:])
