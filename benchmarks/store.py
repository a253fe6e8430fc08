#!/usr/bin/env python3
"""The store's speed: hashing beside sha256sum, a cached plan and run over large inputs, publishing many small files.

Run it from the repository root after a build. Large inputs are sparse files in a temporary folder; --gigabytes says how many. GNU make
and Snakemake (Debian: apt-get install snakemake) are measured beside it where they are installed.
"""
import argparse
import json
import os
import pathlib
import shutil
import statistics
import subprocess
import sys
import tempfile
import time

ZEPHYR = os.path.abspath("artifacts/bin/Zephyr.Experiments/release/zephyr")


def seconds(command, **options):
    start = time.perf_counter()
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL, **options)
    return time.perf_counter() - start


def two_at_once(commands):
    start = time.perf_counter()
    running = [subprocess.Popen(command, stdout=subprocess.DEVNULL) for command in commands]
    assert [process.wait() for process in running] == [0, 0]
    return time.perf_counter() - start


def bench(*arguments, prefix=()):
    return json.loads(subprocess.run([*prefix, ZEPHYR, "bench", *arguments, "--json"], check=True, capture_output=True).stdout)


def hashing(folder, rounds):
    """GB/s on one core beside sha256sum and openssl, alternated, and of two files on two cores beside one: ours and two of theirs."""
    size = 512 << 20
    files = [folder / "one.bin", folder / "two.bin"]
    for file in files:
        file.write_bytes(bytes(size))
    core = ["taskset", "-c", "0"]
    rows = []
    for _ in range(rounds):
        rows.append({
            "sha256sum": size / seconds([*core, "sha256sum", str(files[0])]) / 1e9,
            "openssl": size / seconds([*core, "openssl", "dgst", "-sha256", str(files[0])]) / 1e9,
            "sha256sum_two_cores": 2 * size / two_at_once([["taskset", "-c", str(i), "sha256sum", str(file)] for i, file in enumerate(files)]) / 1e9,
            "openssl_two_cores": 2 * size / two_at_once([["taskset", "-c", str(i), "openssl", "dgst", "-sha256", str(file)] for i, file in enumerate(files)]) / 1e9,
            "zephyr_one_core": bench("hash", "--file", str(files[0]), prefix=core)["gigabytes_per_second"],
            "zephyr_one_core_two_files": bench("hash", "--file", str(files[0]), "--file", str(files[1]), prefix=core)["gigabytes_per_second"],
            "zephyr_all_cores_two_files": bench("hash", "--file", str(files[0]), "--file", str(files[1]))["gigabytes_per_second"],
        })
    medians = {name: statistics.median(row[name] for row in rows) for name in rows[0]}
    medians["ratio_to_sha256sum"] = statistics.median(row["zephyr_one_core"] / row["sha256sum"] for row in rows)
    medians["ratio_to_openssl"] = statistics.median(row["zephyr_one_core"] / row["openssl"] for row in rows)
    medians["scaling"] = statistics.median(row["zephyr_all_cores_two_files"] / row["zephyr_one_core_two_files"] for row in rows)
    medians["scaling_of_sha256sum"] = statistics.median(row["sha256sum_two_cores"] / row["sha256sum"] for row in rows)
    medians["scaling_of_openssl"] = statistics.median(row["openssl_two_cores"] / row["openssl"] for row in rows)
    return medians


RECIPE = """
seed: 7
tokenizer: {source: %s, vocab_size: 320}
data: {source: world, world: {prompts: 100, held_out_prompts: 10, pairs: 100}}
tokenize: {max_length: 192, max_preference_length: 192, max_prompt_length: 128}
dsft: {learning_rate: 3.0e-3, epochs: 1, batch_size: 2, sequence_length: 192}
ddpo: {learning_rate: 1.0e-3, max_steps: 6, batch_size: 4}
evaluate: {judge: rubric, max_new_tokens: 4}
model: {dtype: bfloat16, threads: 1, source: %s}
"""
SHAPE = "{hidden_size: 32, intermediate_size: 64, num_hidden_layers: 1, num_attention_heads: 4, num_key_value_heads: 2, max_position_embeddings: 256}"


def nothing_changed(folder, gigabytes, rounds):
    """`zephyr plan`, `zephyr run` and the peers, when everything is made and the model's folder holds many gigabytes."""
    experiments, model = folder / "experiments", folder / "model"
    experiments.mkdir()
    (folder / "Zephyr.slnx").write_text("")
    (experiments / "small.yaml").write_text((RECIPE % ("train", "random, architecture: " + SHAPE)).replace("max_steps: 6", "max_steps: 1"))
    (experiments / "large.yaml").write_text(RECIPE % ("../model", "../model"))
    zephyr = [ZEPHYR, "run", "--experiment"]
    seconds([*zephyr, "small", "dsft"], cwd=folder)
    shutil.copytree(folder / "artifacts/experiments/small/dsft/model", model)
    for file in model.iterdir():
        file.chmod(0o644)
    large = [model / f"optimizer-{i}.bin" for i in range(4)]
    for name in large:
        with open(name, "wb") as file:
            file.truncate(int(gigabytes * 1e9 / len(large)))
    time.sleep(2.5)  # what was changed within two seconds is not remembered
    first = seconds([*zephyr, "large"], cwd=folder)
    commands = {"plan": [ZEPHYR, "plan", "--experiment", "large"], "run": [*zephyr, "large"]}
    names = [f"model/{name.name}" for name in large]
    (folder / "Makefile").write_text(f"all: out\nout: {' '.join(names)}\n\ttouch out\n")
    (folder / "Snakefile").write_text(f"rule all:\n    input: 'made'\nrule one:\n    input: {names!r}\n    output: 'made'\n    shell: 'touch made'\n")
    if shutil.which("make"):
        commands["make"] = ["make", "-s"]
    if shutil.which("snakemake"):
        commands["snakemake"] = ["snakemake", "--cores", "1", "--quiet"]
    for peer in ("make", "snakemake"):
        if peer in commands:
            seconds(commands[peer], cwd=folder, stderr=subprocess.DEVNULL)
    taken = {name: [] for name in commands}
    for _ in range(rounds):  # alternated, so that a busy machine is busy for all
        for name, command in commands.items():
            taken[name].append(seconds(command, cwd=folder, stderr=subprocess.DEVNULL))
    statuses = json.loads(subprocess.run([*zephyr, "large", "--json"], check=True, capture_output=True, cwd=folder).stdout)["stages"]
    assert all(stage["status"] == "cached" for stage in statuses)
    return {"gigabytes": gigabytes, "first_run_seconds": first} | {
        name: {"median": statistics.median(times), "minimum": min(times), "maximum": max(times)} for name, times in taken.items()
    }


def publishing(rounds):
    times = [bench("publish", "--files", "10000")["seconds"] for _ in range(rounds)]
    return {"files": 10000, "median": statistics.median(times), "minimum": min(times), "maximum": max(times)}


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--gigabytes", type=float, default=50)
    parser.add_argument("--json", help="file to write the figures to")
    options = parser.parse_args()
    for peer in ("make", "snakemake"):
        if not shutil.which(peer):
            print(f"store.py: without {peer}, which is not installed; on Debian: apt-get install {peer}", file=sys.stderr)
    with tempfile.TemporaryDirectory() as folder:
        figures = {
            "hashing": hashing(pathlib.Path(folder), options.rounds),
            "publishing": publishing(options.rounds),
            "nothing_changed": nothing_changed(pathlib.Path(folder), options.gigabytes, options.rounds),
            "load_average": os.getloadavg(),
        }
    text = json.dumps(figures, indent=2)
    print(text)
    if options.json:
        pathlib.Path(options.json).write_text(text + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
