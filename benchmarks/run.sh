#!/usr/bin/env bash
# Runs the committed benchmarks on this machine and writes their figures to artifacts/benchmarks.
# Figures worth keeping are copied to benchmarks/results with machine, date and command.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
zephyr=artifacts/bin/Zephyr.Experiments/release/zephyr
out=artifacts/benchmarks
mkdir -p "$out"

echo "== start-up and a run with nothing to do"
"$zephyr" run >"$out/zephyr-tiny.log"
python3 benchmarks/startup.py --json "$out/startup.json"

echo "== tokenizer, the text of the default experiment"
view=artifacts/experiments/zephyr-tiny
"$zephyr" bench tokenize --tokenizer "$view/tokenize/tokenizer" --file "$view/download/data/sft.jsonl" --json | tee "$out/tokenize.json"

echo "== SHA-256"
"$zephyr" bench hash --json | tee "$out/hash.json"

echo "== the store: hashing beside sha256sum, 50 GB of unchanged inputs, 10,000 small files"
python3 benchmarks/store.py --json "$out/store.json"

echo "== planning 1,000 stages"
python3 benchmarks/plan.py --json "$out/plan.json"

echo "== generation"
"$zephyr" bench generate --threads 1 --json | tee "$out/generate.json"

# Debian's python3-torch sits on the same libtorch as the shim.
if /usr/bin/python3 -c 'import torch' 2>/dev/null; then
  echo "== training beside a plain PyTorch loop, alternated"
  /usr/bin/python3 benchmarks/compare_training.py --rounds 3 --threads 1 --json "$out/training-1-thread.json"
  echo "== generation beside a plain PyTorch loop, alternated"
  /usr/bin/python3 benchmarks/compare_generation.py --rounds 3 --threads 1 --batch 32 --json "$out/generation-1-thread.json"
else
  echo "== training beside PyTorch: skipped, install python3-torch"
fi
