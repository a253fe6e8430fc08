#!/usr/bin/env python3
"""Generation speed of `zephyr bench generate` against the plain PyTorch loop in benchmarks/pytorch/generate_loop.py, which runs in
bfloat16 and in float32: the faster of the two counts. The programs run in turn, several times, because one machine's speed drifts by
more than what is measured: only ratios within one round mean anything. On a machine that others use, wall time also tells who was served
first: the ratio of tokens a processor second stands beside it. Unknown options go to all programs."""

import argparse
import json
import os
import pathlib
import statistics
import subprocess

HERE = pathlib.Path(__file__).resolve().parent
ZEPHYR = HERE.parent / "artifacts/bin/Zephyr.Experiments/release/zephyr"


def measure(command, threads):
    done = subprocess.run(command, env=dict(os.environ, OMP_NUM_THREADS=str(threads)), stdout=subprocess.PIPE, text=True, check=True)
    return json.loads(done.stdout)


def main():
    p = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    p.add_argument("--rounds", type=int, default=3)
    p.add_argument("--threads", type=int, default=1)
    p.add_argument("--batch", type=int, default=32)
    p.add_argument("--json", type=pathlib.Path)
    p.add_argument("--zephyr", default=str(ZEPHYR), help="the zephyr program")
    p.add_argument("--python", default=os.environ.get("PYTHON", "/usr/bin/python3"))
    o, shape = p.parse_known_args()
    shape += ["--threads", str(o.threads), "--batch", str(o.batch)]
    loop, rounds = str(HERE / "pytorch/generate_loop.py"), []
    for index in range(o.rounds):
        load = os.getloadavg()[0]
        ours = measure([o.zephyr, "bench", "generate", *shape, "--dtype", "bf16", "--json"], o.threads)
        theirs = {dtype: measure([o.python, loop, *shape, "--dtype", dtype], o.threads) for dtype in ("bf16", "fp32")}
        for result in (ours, *theirs.values()):
            result["tokens_per_cpu_second"] = result["new_tokens"] / result["cpu_seconds"]
        ratio, cpu = (ours[rate] / max(result[rate] for result in theirs.values()) for rate in ("tokens_per_second", "tokens_per_cpu_second"))
        rounds.append({"load": load, "zephyr": ours, "pytorch": theirs, "ratio": ratio, "cpu_ratio": cpu})
        print(f"round {index + 1}: zephyr {ours['tokens_per_second']:.0f} tokens/s, PyTorch bf16 {theirs['bf16']['tokens_per_second']:.0f}, "
              f"fp32 {theirs['fp32']['tokens_per_second']:.0f}, ratio {ratio:.2f}; a processor second: {ours['tokens_per_cpu_second']:.0f}, "
              f"{theirs['bf16']['tokens_per_cpu_second']:.0f}, {theirs['fp32']['tokens_per_cpu_second']:.0f}, ratio {cpu:.2f} (load {load:.1f})", flush=True)
    for name, key in (("speed", "ratio"), ("processor time", "cpu_ratio")):
        ratios = [r[key] for r in rounds]
        print(f"{name} ratio: median {statistics.median(ratios):.2f} (from {min(ratios):.2f} to {max(ratios):.2f})")
    if o.json:
        o.json.parent.mkdir(parents=True, exist_ok=True)
        o.json.write_text(json.dumps({"options": shape, "rounds": rounds, "speed_ratio": statistics.median(r["ratio"] for r in rounds),
                                      "processor_time_ratio": statistics.median(ratios)}, indent=2) + "\n")


if __name__ == "__main__":
    main()
