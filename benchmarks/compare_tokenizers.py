#!/usr/bin/env python3
"""Speed of this project's tokenizer beside Debian's sentencepiece: the same model and the same text, in alternation.

Each round runs both one after the other, so that a machine whose speed drifts gives a fair ratio; the median of the ratios counts.
Run it from the repository root after a build. Needs python3-sentencepiece.
"""
import argparse
import json
import statistics
import subprocess


def figures(command):
    return json.loads(subprocess.run(command, check=True, capture_output=True, text=True).stdout)


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--model", required=True, help="a sentencepiece tokenizer.model")
    parser.add_argument("--file", required=True, help="a UTF-8 text file")
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--json", help="file to write the figures to")
    options = parser.parse_args()
    ours = ["artifacts/bin/Zephyr.Experiments/release/zephyr", "bench", "tokenize", "--json",
            "--tokenizer", options.model, "--file", options.file, "--threads", str(options.threads)]
    theirs = ["/usr/bin/python3", "benchmarks/tokenize_sentencepiece.py", options.model, options.file, str(options.threads)]
    rounds = []
    for _ in range(options.rounds):
        mine, other = figures(ours), figures(theirs)
        rounds.append({
            "zephyr": mine["megabytes_per_second"],
            "sentencepiece": other["megabytes_per_second"],
            "ratio": mine["megabytes_per_second"] / other["megabytes_per_second"],
        })
    result = {"threads": options.threads, "rounds": rounds}
    result |= {f"median_{name}": statistics.median(item[name] for item in rounds) for name in ("zephyr", "sentencepiece", "ratio")}
    text = json.dumps(result, indent=2)
    print(text)
    if options.json:
        with open(options.json, "w", encoding="utf-8") as file:
            file.write(text + "\n")


if __name__ == "__main__":
    main()
