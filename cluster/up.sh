#!/usr/bin/env bash
# Starts a cluster: cluster/up.sh [CONFIGURATION]     (default: configs/builtin.yaml)
# One coordinator and the configuration's workers, each a process of its own that is started again when it dies.
# Running it again starts what is not running. cluster/down.sh stops the cluster.
. "$(dirname "${BASH_SOURCE[0]}")/common.sh"

configuration="$(realpath "${1:-$ROOT/configs/builtin.yaml}")" || die "there is no configuration ${1:-}"
need_a1
plan="$("$A1" config check --plain "$configuration")" || exit $?
folder="$(sed -n 's/^folder //p' <<<"$plan")"
mkdir -p "$folder/logs" "$folder/pids" "$STATE"
chmod 700 "$folder"
ln -sfn "$configuration" "$folder/cluster.yaml"
ln -sfn "$folder" "$STATE/last"

# start NAME COMMAND...
start() {
  local name="$1" pid_file="$folder/pids/$1.pid"
  shift
  if is_kept "$pid_file"; then
    say "$name is running"
    return
  fi
  A1_CLUSTER="$folder" setsid "$ROOT/cluster/keep.sh" "$pid_file" "$@" \
    >>"$folder/logs/$name.out" 2>&1 </dev/null &
}

start coordinator "$A1" coordinator --config "$configuration"
# A coordinator with much to restore may take a while; one that has ended will not come.
until "$A1" status --cluster "$folder" >/dev/null 2>&1; do
  is_kept "$folder/pids/coordinator.pid" || sleep 0.3
  is_kept "$folder/pids/coordinator.pid" || {
    tail -n 5 "$folder/logs/coordinator.out" >&2
    die "the coordinator did not come up; see $folder/logs"
  }
  sleep 0.1
done
sed -n 's/^worker //p' <<<"$plan" | while read -r name; do
  start "$name" "$A1" worker --config "$configuration" --name "$name"
done
say "the cluster is up in $folder"
say "  submit:  $A1 submit configs/batches/arithmetic.jsonl --wait"
say "  logs:    $A1 logs -f      stop: cluster/down.sh"
