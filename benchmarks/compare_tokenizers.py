#!/usr/bin/env python3
"""Speed of this project's tokenizer beside Debian's sentencepiece or Hugging Face tokenizers: the same model and the same text, in alternation.

Each round runs both one after the other, so that a machine whose speed drifts gives a fair ratio; the median of the ratios counts.
Run it from the repository root after a build. Needs python3-sentencepiece for a tokenizer.model; for a tokenizer.json the folder of
`npm install --prefix FOLDER tokenizers@0.23.2 --ignore-scripts`, given as --hugging-face FOLDER.
"""
import argparse
import json
import os
import statistics
import subprocess


def figures(command, threads=1):
    environment = os.environ | {"RAYON_NUM_THREADS": str(threads)}
    return json.loads(subprocess.run(command, check=True, capture_output=True, text=True, env=environment).stdout)


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--model", required=True, help="a sentencepiece tokenizer.model, or a tokenizer.json with --hugging-face")
    parser.add_argument("--hugging-face", metavar="FOLDER", help="folder in which npm installed tokenizers")
    parser.add_argument("--file", required=True, help="a UTF-8 text file")
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--json", help="file to write the figures to")
    options = parser.parse_args()
    ours = ["artifacts/bin/Zephyr.Experiments/release/zephyr", "bench", "tokenize", "--json",
            "--tokenizer", options.model, "--file", options.file, "--threads", str(options.threads)]
    theirs = ["/usr/bin/python3", "benchmarks/tokenize_sentencepiece.py", options.model, options.file, str(options.threads)]
    peer = "sentencepiece"
    if options.hugging_face:
        peer = "hugging_face"
        theirs = ["node", "benchmarks/tokenize_hugging_face.mjs", options.hugging_face, options.model, options.file, str(options.threads)]
    rounds = []
    for _ in range(options.rounds):
        mine, other = figures(ours), figures(theirs, options.threads)
        rounds.append({
            "zephyr": mine["megabytes_per_second"],
            peer: other["megabytes_per_second"],
            "ratio": mine["megabytes_per_second"] / other["megabytes_per_second"],
        })
    result = {"threads": options.threads, "rounds": rounds}
    result |= {f"median_{name}": statistics.median(item[name] for item in rounds) for name in ("zephyr", peer, "ratio")}
    text = json.dumps(result, indent=2)
    print(text)
    if options.json:
        with open(options.json, "w", encoding="utf-8") as file:
            file.write(text + "\n")


if __name__ == "__main__":
    main()
