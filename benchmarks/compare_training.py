#!/usr/bin/env python3
"""Training speed of `zephyr bench train` against the plain PyTorch loop in benchmarks/pytorch/train_loop.py.

The two are run in turn, several times, because one machine's speed drifts by more than what is measured: only ratios within one
round mean anything. Prints a table and, with --json FILE, writes every measurement. Needs Debian's python3-torch for PYTHON
(default /usr/bin/python3). Unknown options go to both programs: --threads 2 --sequence 128 --batch 32."""

import argparse
import json
import os
import pathlib
import statistics
import subprocess

HERE = pathlib.Path(__file__).resolve().parent
ZEPHYR = HERE.parent / "artifacts/bin/Zephyr.Experiments/release/zephyr"


def measure(command, threads):
    environment = dict(os.environ, OMP_NUM_THREADS=str(threads))
    done = subprocess.run(command, env=environment, stdout=subprocess.PIPE, text=True, check=True)
    return json.loads(done.stdout)


def main():
    p = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    p.add_argument("--rounds", type=int, default=5)
    p.add_argument("--threads", type=int, default=1)
    p.add_argument("--json", type=pathlib.Path)
    p.add_argument("--zephyr", default=str(ZEPHYR), help="the zephyr program")
    p.add_argument("--python", default=os.environ.get("PYTHON", "/usr/bin/python3"))
    o, shape = p.parse_known_args()
    shape += ["--threads", str(o.threads)]
    rounds = []
    for index in range(o.rounds):
        ours = measure([o.zephyr, "bench", "train", *shape, "--json"], o.threads)
        theirs = measure([o.python, str(HERE / "pytorch/train_loop.py"), *shape], o.threads)
        rounds.append({"zephyr": ours, "pytorch": theirs})
        print(f"round {index + 1}: zephyr {ours['tokens_per_second']:.0f} tokens/s, PyTorch {theirs['tokens_per_second']:.0f}, "
              f"ratio {ours['tokens_per_second'] / theirs['tokens_per_second']:.2f}", flush=True)

    def ratio(name):
        return [r["zephyr"][name] / r["pytorch"][name] for r in rounds]

    speed, memory = ratio("tokens_per_second"), ratio("peak_memory_bytes")
    print(f"speed ratio: median {statistics.median(speed):.2f} (from {min(speed):.2f} to {max(speed):.2f})")
    print(f"peak memory ratio: median {statistics.median(memory):.2f}")
    if o.json:
        o.json.parent.mkdir(parents=True, exist_ok=True)
        o.json.write_text(json.dumps({"options": shape, "rounds": rounds, "speed_ratio": statistics.median(speed),
                                      "memory_ratio": statistics.median(memory)}, indent=2) + "\n")


if __name__ == "__main__":
    main()
