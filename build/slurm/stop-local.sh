#!/usr/bin/env bash
# Stops what start-local.sh started in FOLDER and removes the folder. Jobs that still run are ended.
set -euo pipefail
if (($# != 1)) || [[ ! -e $1/slurm.conf ]]; then
  echo "usage: stop-local.sh FOLDER, the folder given to start-local.sh" >&2
  exit 2
fi

folder=$(cd "$1" && pwd)
export SLURM_CONF=$folder/slurm.conf
timeout 10 scancel --quiet --state=PENDING --user="$(id -un)" 2>/dev/null || true
timeout 10 scancel --quiet --signal=KILL --full --user="$(id -un)" 2>/dev/null || true
for daemon in slurmd slurmctld munged; do
  if [[ -e $folder/$daemon.pid ]] && pid=$(<"$folder/$daemon.pid") && [[ $(cat "/proc/$pid/comm" 2>/dev/null) == "$daemon" ]]; then
    kill "$pid"
    for _ in {1..50}; do
      kill -0 "$pid" 2>/dev/null || break
      sleep 0.1
    done
    kill -KILL "$pid" 2>/dev/null || true
  fi
done
rm -rf "$folder"
