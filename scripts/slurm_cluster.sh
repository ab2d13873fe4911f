#!/usr/bin/env bash
# A SLURM cluster of this machine alone, for `make test-slurm`: no systemd, no cgroups, no accounting, loopback only.
#   scripts/slurm_cluster.sh install      Debian's packages, where they are missing and can be had
#   scripts/slurm_cluster.sh start DIR    then: export SLURM_CONF=DIR/slurm.conf
#   scripts/slurm_cluster.sh stop DIR
set -euo pipefail
export PATH="$PATH:/usr/sbin:/sbin"
action=${1:?install, start or stop} dir=${2:-}

install_packages() {
  if command -v slurmctld >/dev/null && command -v munged >/dev/null; then return; fi
  if [ "$(id -u)" != 0 ] || ! command -v apt-get >/dev/null; then
    echo "slurm-wlm and munge are not installed, and only root of a Debian can install them here" >&2
    return
  fi
  local get="apt-get install -y -qq --no-install-recommends slurm-wlm munge"
  $get >/dev/null 2>&1 || { apt-get update -qq && $get; } >/dev/null 2>&1 ||
    echo "slurm-wlm and munge could not be installed" >&2
}

start() {
  : "${dir:?a folder}"
  mkdir -p "$dir"/{state,spool,log}
  install -d -o munge -g munge -m 0755 /run/munge
  [ -e /etc/munge/munge.key ] || mungekey --create
  if ! munge -n >/dev/null 2>&1; then
    runuser -u munge -- munged
    touch "$dir/munged_is_ours"
  fi
  local host cores memory
  host=$(hostname -s) cores=$(nproc --all)
  memory=$(slurmd -C | grep -o 'RealMemory=[0-9]*' | cut -d= -f2)
  cat >"$dir/slurm.conf" <<CONF
ClusterName=petlab
SlurmctldHost=$host(127.0.0.1)
SlurmUser=root
SlurmdUser=root
AuthType=auth/munge
CommunicationParameters=NoCtldInAddrAny,NoInAddrAny
StateSaveLocation=$dir/state
SlurmdSpoolDir=$dir/spool
SlurmctldPidFile=$dir/slurmctld.pid
SlurmdPidFile=$dir/slurmd.pid
SlurmctldLogFile=$dir/log/slurmctld.log
SlurmdLogFile=$dir/log/slurmd.log
ProctrackType=proctrack/linuxproc
TaskPlugin=task/none
JobAcctGatherType=jobacct_gather/none
AccountingStorageType=accounting_storage/none
SelectType=select/cons_tres
SelectTypeParameters=CR_Core
MpiDefault=none
ReturnToService=2
NodeName=$host NodeAddr=127.0.0.1 CPUs=$cores RealMemory=$memory State=UNKNOWN
PartitionName=debug Nodes=$host Default=YES MaxTime=INFINITE State=UP
CONF
  export SLURM_CONF="$dir/slurm.conf"
  slurmctld -f "$SLURM_CONF"
  slurmd -f "$SLURM_CONF"
  for _ in $(seq 120); do
    if timeout 5 sinfo -h -o %T 2>/dev/null | grep -q idle; then return; fi
    sleep 0.25
  done
  tail -n 20 "$dir"/log/*.log >&2
  stop
  exit 1
}

# Waits until all are gone: a cluster that is started at once after this one must not take a dying munged for its own.
stop() {
  local daemons="slurm(ctl)?d -f $dir/slurm.conf"
  SLURM_CONF="$dir/slurm.conf" timeout 20 scontrol shutdown || pkill -f "$daemons" || true
  for _ in $(seq 80); do
    if ! pgrep -f "$daemons" >/dev/null; then break; fi
    sleep 0.25
  done
  if [ -e "$dir/munged_is_ours" ]; then
    kill "$(cat /run/munge/munged.pid)" || true
    for _ in $(seq 80); do
      if ! munge -n >/dev/null 2>&1; then break; fi
      sleep 0.25
    done
  fi
}

case $action in
install) install_packages ;;
start | stop) "$action" ;;
*) echo "$action: install, start or stop" >&2; exit 2 ;;
esac
