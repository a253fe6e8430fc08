#!/usr/bin/env python3
"""Shows that memory stays flat however large the data: writes conversations of a given size, then counts them with `zephyr data stats`.

    benchmarks/stream_data.py --gigabytes 5 [--formats parquet,jsonl] [--folder /tmp]

Prints a Markdown row for each file: size, rows, seconds and the peak memory of the largest process. The files are removed at the end.
"""

import argparse
import ctypes
import json
import os
import pathlib
import subprocess
import sys
import tempfile
import time

ROOT = pathlib.Path(__file__).resolve().parent.parent
PROGRAM = ROOT / "artifacts/bin/Zephyr.Experiments/release/zephyr"
LIBRARY = pathlib.Path(os.environ.get("ZEPHYR_DUCKDB") or ROOT / "artifacts/native/duckdb/libduckdb.so")

# Two turns of about 1,250 characters each; md5 keeps compression from making the file small.
ROWS = """
SELECT [{'role': 'user', 'content': 'Question ' || n || ' ' || q}, {'role': 'assistant', 'content': 'Answer ' || n || ' ' || reverse(q)}] AS messages
FROM (SELECT n, md5(n::VARCHAR) || repeat(md5((n * 7)::VARCHAR) || ' ' || md5((n * 13)::VARCHAR) || ' ', 19) AS q FROM range(%d) t(n))
"""
CHARACTERS_A_ROW = 2600


class Result(ctypes.Structure):
    """DuckDB's duckdb_result."""

    _fields_ = [("counts", ctypes.c_uint64 * 3), ("columns", ctypes.c_void_p), ("error", ctypes.c_char_p), ("data", ctypes.c_void_p)]


def run_sql(statements):
    """Runs statements in a database in memory."""
    duckdb = ctypes.CDLL(str(LIBRARY))
    duckdb.duckdb_result_error.restype = ctypes.c_char_p
    database, connection = ctypes.c_void_p(), ctypes.c_void_p()
    if duckdb.duckdb_open(b":memory:", ctypes.byref(database)) or duckdb.duckdb_connect(database, ctypes.byref(connection)):
        sys.exit("DuckDB cannot start")
    for statement in statements:
        result = Result()
        if duckdb.duckdb_query(connection, statement.encode(), ctypes.byref(result)):
            sys.exit(duckdb.duckdb_result_error(ctypes.byref(result)).decode())
        duckdb.duckdb_destroy_result(ctypes.byref(result))
    duckdb.duckdb_disconnect(ctypes.byref(connection))
    duckdb.duckdb_close(ctypes.byref(database))


def measure(program, path):
    """Counts a file; returns the figures of the program, the seconds and the peak memory in MiB."""
    reader, writer = os.pipe()
    start = time.monotonic()
    child = subprocess.Popen([program, "data", "stats", path, "--json"], stdout=writer)
    os.close(writer)
    with os.fdopen(reader) as output:
        text = output.read()
    _, status, usage = os.wait4(child.pid, 0)
    if status != 0:
        sys.exit(f"zephyr data stats {path} failed")
    return json.loads(text), time.monotonic() - start, usage.ru_maxrss / 1024


def main():
    """Writes, measures and removes each file."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--gigabytes", type=float, default=5)
    parser.add_argument("--formats", default="parquet,jsonl")
    parser.add_argument("--folder", default=None, help="where the files are written; a temporary folder when left out")
    parser.add_argument("--program", default=PROGRAM, help="the zephyr to measure; the built one when left out")
    options = parser.parse_args()
    rows = int(options.gigabytes * 1e9 / CHARACTERS_A_ROW)
    print("| file | size, GB | rows | characters, GB | seconds | MB/s | peak memory, MiB |\n| :-- | --: | --: | --: | --: | --: | --: |")
    with tempfile.TemporaryDirectory(dir=options.folder) as folder:
        for kind in options.formats.split(","):
            path = os.path.join(folder, f"conversations.{kind}")
            how = {"parquet": "FORMAT parquet, COMPRESSION uncompressed, ROW_GROUP_SIZE 10000", "jsonl": "FORMAT json"}[kind]
            run_sql(["SET threads = 2", "SET memory_limit = '2GB'", f"COPY ({ROWS % rows}) TO '{path}' ({how})"])
            size = os.path.getsize(path)
            stats, seconds, peak = measure(options.program, path)
            if stats["rows"] != rows:
                sys.exit(f"{path}: {stats['rows']} rows were counted, {rows} written")
            print(f"| {kind} | {size / 1e9:.2f} | {rows:,} | {stats['characters'] / 1e9:.2f} | {seconds:.1f} | {size / seconds / 1e6:.0f} | {peak:.0f} |", flush=True)
            os.remove(path)


if __name__ == "__main__":
    main()
