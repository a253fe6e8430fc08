#!/usr/bin/env python3
"""Wall time of planning a pipeline of 1,000 stages with nothing to do, whole process, beside GNU make on as many up-to-date targets.

Both graphs are the same: each stage reads the one before it and one from half way back. Run it from the repository root.
"""
import argparse
import json
import pathlib
import shutil
import statistics
import subprocess
import tempfile
import time

ZEPHYR = "artifacts/bin/Zephyr.Experiments/release/zephyr"


def makefile(folder, count):
    lines = ["all: s%05d" % (count - 1)]
    for i in range(count):
        read = sorted({i - 1, i // 2}) if i else []
        lines.append("s%05d: %s\n\techo $@ > $@" % (i, " ".join("s%05d" % j for j in read)))
    (folder / "Makefile").write_text("\n".join(lines) + "\n")


def seconds(command):
    start = time.perf_counter()
    output = subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True).stdout
    return time.perf_counter() - start, output


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--stages", type=int, default=1000)
    parser.add_argument("--runs", type=int, default=7)
    parser.add_argument("--json", help="file to write the figures to")
    options = parser.parse_args()
    figures = {"stages": options.stages}
    with tempfile.TemporaryDirectory(prefix="zephyr-plan-") as name:
        folder = pathlib.Path(name)
        zephyr = [ZEPHYR, "bench", "plan", "--stages", str(options.stages), "--folder", str(folder / "zephyr"), "--json"]
        (folder / "make").mkdir()
        makefile(folder / "make", options.stages)
        make = ["make", "-C", str(folder / "make"), "-s"] if shutil.which("make") else None
        seconds(zephyr)  # runs the stages
        if make:
            seconds(make)
        times = {"zephyr": [], "make": []}
        for _ in range(options.runs):  # alternated, so that a busy machine is busy for both
            taken, output = seconds(zephyr)
            assert json.loads(output)["cached"] == options.stages
            times["zephyr"].append(taken)
            if make:
                times["make"].append(seconds(make)[0])
        for tool, taken in times.items():
            if taken:
                figures[tool + "_seconds"] = {"median": statistics.median(taken), "minimum": min(taken), "maximum": max(taken)}
    text = json.dumps(figures, indent=2)
    print(text)
    if options.json:
        pathlib.Path(options.json).write_text(text + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
