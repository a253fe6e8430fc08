#!/usr/bin/env python3
"""Wall time of planning a pipeline of 1,000 stages with nothing to do, whole process, beside GNU make and Snakemake on as many.

All graphs are the same: each stage reads the one before it and one from half way back. Run it from the repository root. A peer that is
not installed is left out, and told; Snakemake is Debian's package snakemake.
"""
import argparse
import json
import pathlib
import shutil
import statistics
import subprocess
import sys
import tempfile
import time

ZEPHYR = "artifacts/bin/Zephyr.Experiments/release/zephyr"


def makefile(folder, count):
    lines = ["all: s%05d" % (count - 1)]
    for i in range(count):
        read = sorted({i - 1, i // 2}) if i else []
        lines.append("s%05d: %s\n\techo $@ > $@" % (i, " ".join("s%05d" % j for j in read)))
    (folder / "Makefile").write_text("\n".join(lines) + "\n")


def snakefile(folder, count):
    lines = [f"rule all:\n    input: 's{count - 1:05d}'\n"]
    for i in range(count):
        read = [f"s{j:05d}" for j in sorted({i - 1, i // 2})] if i else []
        lines.append(f"rule r{i:05d}:\n    input: {read!r}\n    output: 's{i:05d}'\n    shell: 'echo {{output}} > {{output}}'\n")
        (folder / f"s{i:05d}").write_text(f"s{i:05d}\n")
    (folder / "Snakefile").write_text("".join(lines))


def seconds(command):
    start = time.perf_counter()
    done = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    taken = time.perf_counter() - start
    if done.returncode:
        sys.exit(f"plan.py: {' '.join(command)} ended with {done.returncode}:\n{done.stderr}")
    return taken, done.stdout + done.stderr


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
        commands = {"zephyr": zephyr}
        if shutil.which("make"):
            commands["make"] = ["make", "-C", str(folder / "make"), "-s"]
        if shutil.which("snakemake"):
            (folder / "snakemake").mkdir()
            snakefile(folder / "snakemake", options.stages)
            directory = ["--directory", str(folder / "snakemake"), "--snakefile", str(folder / "snakemake" / "Snakefile"), "--cores", "1"]
            seconds(["snakemake", *directory, "--touch", "--quiet"])  # notes every output as made by its rule
            commands["snakemake"] = ["snakemake", *directory, "--dry-run"]
        for peer in ("make", "snakemake"):
            if peer not in commands:
                print(f"plan.py: without {peer}, which is not installed; on Debian: apt-get install {peer}", file=sys.stderr)
        for tool in ("zephyr", "make"):
            if tool in commands:
                seconds(commands[tool])  # runs the stages
        times = {tool: [] for tool in commands}
        for _ in range(options.runs):  # alternated, so that a busy machine is busy for all
            for tool, command in commands.items():
                taken, output = seconds(command)
                times[tool].append(taken)
                assert tool != "zephyr" or json.loads(output)["cached"] == options.stages
                assert tool != "snakemake" or "Nothing to be done" in output, output
        for tool, taken in times.items():
            figures[tool + "_seconds"] = {"median": statistics.median(taken), "minimum": min(taken), "maximum": max(taken)}
    text = json.dumps(figures, indent=2)
    print(text)
    if options.json:
        pathlib.Path(options.json).write_text(text + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
