#!/usr/bin/env python3
"""Wall time of `zephyr plan` and of a whole cached `dotnet cake --target=Zephyr`: median of several runs.

Run it from the repository root after the default experiment has finished once.
"""
import argparse
import json
import statistics
import subprocess
import time

COMMANDS = {
    "plan_seconds": ["artifacts/bin/Zephyr.Experiments/release/zephyr", "plan"],
    "cached_cake_seconds": ["dotnet", "cake", "--target=Zephyr"],
}


def seconds(command):
    start = time.perf_counter()
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
    return time.perf_counter() - start


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--runs", type=int, default=7)
    parser.add_argument("--json", help="file to write the figures to")
    options = parser.parse_args()
    figures = {}
    for name, command in COMMANDS.items():
        seconds(command)  # warm-up: the script cache and the page cache
        times = [seconds(command) for _ in range(options.runs)]
        figures[name] = {"median": statistics.median(times), "minimum": min(times), "maximum": max(times)}
    text = json.dumps(figures, indent=2)
    print(text)
    if options.json:
        with open(options.json, "w", encoding="utf-8") as file:
            file.write(text + "\n")


if __name__ == "__main__":
    main()
