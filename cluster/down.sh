#!/usr/bin/env bash
# Stops a cluster: cluster/down.sh [FOLDER]     (default: A1_CLUSTER, else the cluster started last)
# Work in flight comes home first, then the workers end. What has been submitted goes on at the next start.
. "$(dirname "${BASH_SOURCE[0]}")/common.sh"

wanted="${1:-${A1_CLUSTER:-$STATE/last}}"
folder="$(realpath "$wanted" 2>/dev/null)" && [ -d "$folder/pids" ] || die "no cluster has been started in $wanted"

# stop PID_FILE...: asks each keeper to end and waits until it has.
stop() {
  local file pid waiting=()
  for file in "$@"; do
    is_kept "$file" || { rm -f "$file"; continue; }
    pid="$(cat "$file")"
    kill -TERM "$pid" && waiting+=("$pid")
  done
  for pid in "${waiting[@]}"; do
    timeout 40 tail -s 0.1 --pid="$pid" -f /dev/null || {
      say "process $pid does not end; killing it"
      # A keeper and what it keeps are a process group of their own.
      kill -KILL -- "-$pid" 2>/dev/null || true
    }
  done
}

shopt -s nullglob
stop "$folder/pids/coordinator.pid"
stop "$folder"/pids/*.pid
say "the cluster in $folder is down"
