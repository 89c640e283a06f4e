#!/usr/bin/env bash
# Stops a cluster: cluster/down.sh [FOLDER] [--now]     (default: A1_CLUSTER, else the cluster started last)
# Work in flight comes home first, as long as it makes progress (drain_ms, drain_maximum_ms), then the workers end.
# --now, or an interrupt, does not wait for it: it is done again at the next start, when all that was submitted goes on.
. "$(dirname "${BASH_SOURCE[0]}")/common.sh"

now=
wanted="${A1_CLUSTER:-$STATE/last}"
while [ $# -gt 0 ]; do
  case "$1" in
  --now) now=1; shift ;;
  -*) die "unknown option $1: cluster/down.sh [FOLDER] [--now]" ;;
  *) wanted="$1"; shift ;;
  esac
done
folder="$(realpath "$wanted" 2>/dev/null)" && [ -d "$folder/pids" ] || die "no cluster has been started in $wanted"

pids=()
# A second signal ends a process at once, still in order.
trap 'now=1; [ ${#pids[@]} -eq 0 ] || kill -TERM "${pids[@]}" 2>/dev/null' INT TERM
# Above every drain_maximum_ms that is of use; a process that is still there then does not listen.
LONGEST_S=600

# stop PID_FILE...: asks each keeper to end and waits until it has.
stop() {
  local file pid began=$SECONDS said=
  pids=()
  for file in "$@"; do
    is_kept "$file" || { rm -f "$file"; continue; }
    pid="$(cat "$file")"
    kill -TERM "$pid" && pids+=("$pid")
  done
  [ -z "$now" ] || [ ${#pids[@]} -eq 0 ] || { sleep 0.2; kill -TERM "${pids[@]}" 2>/dev/null || true; }
  for pid in "${pids[@]}"; do
    while is_alive "$pid"; do
      if [ -z "$said$now" ] && [ $((SECONDS - began)) -ge 3 ]; then
        say "work in flight comes home first; interrupt, or cluster/down.sh --now, does not wait for it"
        said=1
      fi
      if [ $((SECONDS - began)) -ge $LONGEST_S ]; then
        say "process $pid does not end; killing it"
        # A keeper and what it keeps are a process group of their own.
        kill -KILL -- "-$pid" 2>/dev/null || true
      fi
      sleep 0.05
    done
  done
}

began=$SECONDS
shopt -s nullglob
stop "$folder/pids/coordinator.pid"
stop "$folder"/pids/*.pid
say "the cluster in $folder is down ($((SECONDS - began)) s)"
