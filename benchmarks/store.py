#!/usr/bin/env python3
"""The store's speed: hashing beside sha256sum, a plan over large unchanged inputs, publishing many small files.

Run it from the repository root after a build. Inputs are sparse files in a temporary folder; --gigabytes says how many.
"""
import argparse
import json
import os
import pathlib
import statistics
import subprocess
import tempfile
import time

ZEPHYR = os.path.abspath("artifacts/bin/Zephyr.Experiments/release/zephyr")


def seconds(command, **options):
    start = time.perf_counter()
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL, **options)
    return time.perf_counter() - start


def bench(*arguments, prefix=()):
    return json.loads(subprocess.run([*prefix, ZEPHYR, "bench", *arguments, "--json"], check=True, capture_output=True).stdout)


def hashing(folder, rounds):
    """GB/s on one core beside sha256sum and openssl, alternated, and of two files on two cores beside one."""
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
            "zephyr_one_core": bench("hash", "--file", str(files[0]), prefix=core)["gigabytes_per_second"],
            "zephyr_one_core_two_files": bench("hash", "--file", str(files[0]), "--file", str(files[1]), prefix=core)["gigabytes_per_second"],
            "zephyr_all_cores_two_files": bench("hash", "--file", str(files[0]), "--file", str(files[1]))["gigabytes_per_second"],
        })
    medians = {name: statistics.median(row[name] for row in rows) for name in rows[0]}
    medians["ratio_to_sha256sum"] = statistics.median(row["zephyr_one_core"] / row["sha256sum"] for row in rows)
    medians["ratio_to_openssl"] = statistics.median(row["zephyr_one_core"] / row["openssl"] for row in rows)
    medians["scaling"] = statistics.median(row["zephyr_all_cores_two_files"] / row["zephyr_one_core_two_files"] for row in rows)
    return medians


def nothing_changed(folder, gigabytes, rounds):
    """First and later `zephyr plan` of an experiment whose model folder holds large files."""
    model = folder / "model"
    model.mkdir()
    (model / "config.json").write_text("{}")
    for i in range(4):
        with open(model / f"model-{i}.safetensors", "wb") as file:
            file.truncate(int(gigabytes * 1e9 / 4))
    (folder / "experiments").mkdir()
    (folder / "Zephyr.slnx").write_text("")
    (folder / "experiments" / "large.yaml").write_text("model:\n  source: ../model\n")
    plan = [ZEPHYR, "plan", "--experiment", "large"]
    time.sleep(2.5)  # what was changed within two seconds is not remembered
    first = seconds(plan, cwd=folder)
    later = [seconds(plan, cwd=folder) for _ in range(rounds)]
    return {"gigabytes": gigabytes, "first_seconds": first, "later_median": statistics.median(later), "later_minimum": min(later), "later_maximum": max(later)}


def publishing(rounds):
    times = [bench("publish", "--files", "10000")["seconds"] for _ in range(rounds)]
    return {"files": 10000, "median": statistics.median(times), "minimum": min(times), "maximum": max(times)}


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--gigabytes", type=float, default=50)
    parser.add_argument("--json", help="file to write the figures to")
    options = parser.parse_args()
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
