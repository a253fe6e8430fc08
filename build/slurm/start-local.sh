#!/usr/bin/env bash
# Starts a Slurm of one node on this machine, bound to loopback, for tests and for trying `executor.kind: slurm`:
#   sudo bash build/slurm/start-local.sh FOLDER     then: export SLURM_CONF=FOLDER/slurm.conf
#   sudo bash build/slurm/stop-local.sh FOLDER
# Everything it writes is in FOLDER. It installs nothing: Debian's packages are slurm-wlm and munge. There is no accounting, so no
# sacct. No cgroups are needed, so memory limits are not enforced.
set -euo pipefail

fail() {
  echo "start-local.sh: $1" >&2
  exit 1
}

(($# == 1)) || fail "usage: start-local.sh FOLDER"
((EUID == 0)) || fail "slurmd has to run as root; run this with sudo"
for program in munged slurmctld slurmd scontrol; do
  command -v "$program" >/dev/null || [[ -x /usr/sbin/$program ]] || fail "$program is missing; apt-get install slurm-wlm"
done
PATH=$PATH:/usr/sbin

mkdir -p "$1"
folder=$(cd "$1" && pwd)
[[ ! -e $folder/slurm.conf ]] || fail "$folder has a slurm.conf already; stop that one first, or name another folder"
mkdir -p "$folder"/{munge,state,spool,log}
chmod 755 "$folder" "$folder"/*/

# Two ports that nobody uses now.
free_port() {
  local port
  while port=$((20000 + RANDOM % 12000)); (exec 3<>"/dev/tcp/127.0.0.1/$port") 2>/dev/null; do :; done
  echo "$port"
}

head --bytes=1024 /dev/urandom >"$folder/munge/key"
chmod 400 "$folder/munge/key"
host=$(hostname -s)
cat >"$folder/slurm.conf" <<CONF
ClusterName=zephyr-local
SlurmctldHost=$host(127.0.0.1)
SlurmctldPort=$(free_port)
SlurmdPort=$(free_port)
CommunicationParameters=NoCtldInAddrAny,NoInAddrAny
SlurmUser=root
SlurmdUser=root
AuthType=auth/munge
AuthInfo=socket=$folder/munge/socket
CredType=cred/munge
StateSaveLocation=$folder/state
SlurmdSpoolDir=$folder/spool
SlurmctldPidFile=$folder/slurmctld.pid
SlurmdPidFile=$folder/slurmd.pid
SlurmctldLogFile=$folder/log/slurmctld.log
SlurmdLogFile=$folder/log/slurmd.log
ProctrackType=proctrack/linuxproc
TaskPlugin=task/none
JobAcctGatherType=jobacct_gather/none
AccountingStorageType=accounting_storage/none
MpiDefault=none
ReturnToService=2
SelectType=select/cons_tres
SelectTypeParameters=CR_Core
# Short waits: this cluster is for tests.
KillWait=5
SchedulerParameters=batch_sched_delay=0,sched_interval=2
NodeName=local NodeHostname=$host NodeAddr=127.0.0.1 CPUs=$(nproc) State=UNKNOWN
PartitionName=main Nodes=local Default=YES MaxTime=INFINITE State=UP
CONF
export SLURM_CONF=$folder/slurm.conf

# slurmd loads its cgroup plugin although nothing here asks for cgroups; this one starts where none are mounted, as in containers.
cat >"$folder/cgroup.conf" <<CONF
CgroupPlugin=cgroup/v1
CgroupMountpoint=$folder/cgroup
CONF

munged --force --key-file="$folder/munge/key" --socket="$folder/munge/socket" --pid-file="$folder/munged.pid" \
  --log-file="$folder/log/munged.log" --seed-file="$folder/munge/seed" --num-threads=2
slurmctld -f "$SLURM_CONF" -c || fail "slurmctld did not start: slurmctld -D -c -f $SLURM_CONF tells why"
slurmd -f "$SLURM_CONF" -N local || fail "slurmd did not start: slurmd -D -N local -f $SLURM_CONF tells why"

for _ in {1..100}; do
  if [[ $(scontrol --oneliner show node local 2>/dev/null) == *" State=IDLE "* ]]; then
    echo "export SLURM_CONF=$SLURM_CONF"
    exit 0
  fi
  sleep 0.2
done
echo "start-local.sh: the node did not come up; the ends of the logs:" >&2
tail -n 20 "$folder"/log/*.log >&2
bash "$(dirname "${BASH_SOURCE[0]}")/stop-local.sh" "$folder" || true
exit 1
