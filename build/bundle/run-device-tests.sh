#!/usr/bin/env bash
# Runs the tests of the binding and those of models, training and generation on this host's libtorch. On a host with a GPU the tests
# that need one run too; without one they are skipped by name. Ends with 0 when nothing failed.
#   ./run-device-tests.sh              all of them
#   ./run-device-tests.sh --cuda       only those that need a GPU; fails when there is none
set -uo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")"
logs=test-logs
mkdir -p "$logs"

core=(-namespace "Zephyr.Core.Tests.Models*" -namespace "Zephyr.Core.Tests.Training*" -namespace "Zephyr.Core.Tests.Generation*"
  # The recorded losses lie in the repository, and belong to the machine they were recorded on.
  -class- "*LossSnapshotTests")
torch=()
if [[ "${1:-}" == --cuda ]]; then
  bin/zephyr bench train --device cuda --hidden 32 --layers 1 --intermediate 32 --vocab 64 --sequence 16 --steps 1 >/dev/null || exit 1
  core=(-trait Device=cuda)
  torch=(-trait Device=cuda)
fi

failed=0
run() {
  local name=$1
  shift
  "bin/$name" -noColor "$@" >"$logs/$name.log" 2>&1 || failed=1
  grep -E "\[FAIL\]" "$logs/$name.log"
  grep -E "Total: " "$logs/$name.log" || tail -20 "$logs/$name.log"
}
run Zephyr.Torch.Tests "${torch[@]}"
run Zephyr.Core.Tests "${core[@]}"
echo "logs: $PWD/$logs"
exit "$failed"
