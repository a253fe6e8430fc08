#!/usr/bin/env bash
# Measures training and generation of zephyr beside plain PyTorch loops of the same shape, in turn, and writes every figure to
# results.json:
#   ./measure.sh [--device cuda] [--rounds 3] [--small] [--out results.json]
# --small takes a shape for a CPU. Without it: 1.1 billion weights (hidden 2048, 22 layers), 8 x 2048 tokens a step.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")"
device=cuda rounds=3 small=0 out=results.json python=${PYTHON:-python3}
while (($#)); do
  case $1 in
    --device) device=$2; shift 2 ;;
    --rounds) rounds=$2; shift 2 ;;
    --out) out=$2; shift 2 ;;
    --small) small=1; shift ;;
    *) echo "measure.sh: unknown option $1; see its first lines" >&2; exit 2 ;;
  esac
done

if ((small)); then
  shape=(--hidden 256 --layers 4 --heads 8 --kv-heads 4 --intermediate 768 --vocab 2048 --threads 2)
  train=(--batch 4 --sequence 256 --steps 4) generate=(--batch 8 --prompt-length 64 --new-tokens 32)
else
  shape=(--hidden 2048 --layers 22 --heads 32 --kv-heads 4 --intermediate 5632 --vocab 32000 --threads 0)
  train=(--batch 8 --sequence 2048 --steps 10) generate=(--batch 32 --prompt-length 512 --new-tokens 128)
fi

# One JSON document a line; a failure is kept as such and does not end the rounds that follow.
measure() {
  local name=$1
  shift
  echo "$name ..." >&2
  local answer
  if answer=$("$@" 2>measure-error.log); then
    "$python" -c 'import json, sys; print(json.dumps({"what": sys.argv[1], **json.loads(sys.stdin.read())}))' "$name" <<<"$answer"
  else
    "$python" -c 'import json, sys; print(json.dumps({"what": sys.argv[1], "error": open("measure-error.log").read()[-2000:]}))' "$name"
  fi
}

lines=$(mktemp)
trap 'rm -f "$lines"' EXIT
for ((round = 0; round < rounds; round++)); do
  measure train/zephyr bin/zephyr bench train "${shape[@]}" "${train[@]}" --device "$device" --json >>"$lines"
  measure train/pytorch "$python" train_loop.py "${shape[@]}" "${train[@]}" --device "$device" >>"$lines"
  measure generate/zephyr bin/zephyr bench generate "${shape[@]}" "${generate[@]}" --device "$device" --json >>"$lines"
  measure generate/pytorch "$python" generate_loop.py "${shape[@]}" "${generate[@]}" --device "$device" >>"$lines"
done
measure train-checkpointing/zephyr bin/zephyr bench train "${shape[@]}" "${train[@]}" --device "$device" --activation-checkpointing --json >>"$lines"
measure train-int8-states/zephyr bin/zephyr bench train "${shape[@]}" "${train[@]}" --device "$device" --optimizer-states int8 --json >>"$lines"

"$python" - "$lines" "$out" "$device" <<'PYTHON'
import json, statistics, subprocess, sys
rows = [json.loads(line) for line in open(sys.argv[1])]
def median(name):
    values = [row["tokens_per_second"] for row in rows if row["what"] == name and "tokens_per_second" in row]
    return statistics.median(values) if values else None
names = sorted({row["what"] for row in rows})
summary = {name: median(name) for name in names}
for kind in ("train", "generate"):
    ours, theirs = summary.get(kind + "/zephyr"), summary.get(kind + "/pytorch")
    summary[kind + "/ratio"] = ours / theirs if ours and theirs else None
def told(*command):
    try:
        return subprocess.run(command, capture_output=True, text=True, check=True).stdout.strip()
    except (OSError, subprocess.CalledProcessError):
        return None
document = {"device": sys.argv[3], "gpu": told("nvidia-smi", "--query-gpu=name,driver_version", "--format=csv,noheader"),
            "summary": summary, "measurements": rows}
open(sys.argv[2], "w").write(json.dumps(document, indent=2) + "\n")
for name, value in summary.items():
    print(f"{name}: " + ("failed" if value is None else f"{value:,.2f}" if name.endswith("ratio") else f"{value:,.0f} tokens/s"))
failed = {row["what"]: row["error"].strip().split("\n")[-1] for row in rows if "error" in row}
for name, error in failed.items():
    print(f"{name}: {error}", file=sys.stderr)
sys.exit(bool(failed))
PYTHON
