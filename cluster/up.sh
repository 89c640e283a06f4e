#!/usr/bin/env bash
# Starts a cluster: cluster/up.sh [CONFIGURATION]     (default: configs/builtin.yaml)
# One coordinator and the configuration's workers, each a process of its own that is started again when it dies.
# Running it again starts what is not running. cluster/down.sh stops the cluster.
. "$(dirname "${BASH_SOURCE[0]}")/common.sh"

configuration="$(realpath -e "${1:-$ROOT/configs/builtin.yaml}" 2>/dev/null)" || die "there is no configuration ${1:-}"
need_a1
plan="$("$A1" config check --plain "$configuration")" || exit $?
folder="$(sed -n 's/^folder //p' <<<"$plan")"
mkdir -p "$folder/logs" "$folder/pids" "$STATE"
chmod 700 "$folder"
ln -sfn "$configuration" "$folder/cluster.yaml"
ln -sfn "$folder" "$STATE/last"

# An interrupt is dealt with between two starts, so that no process is left that nobody knows of.
interrupted=
trap 'interrupted=1' INT TERM
heed_interrupt() {
  [ -z "$interrupted" ] || die "interrupted; cluster/down.sh stops what has been started in $folder"
}

# start NAME COMMAND...
start() {
  local name="$1" pid_file="$folder/pids/$1.pid" keeper
  shift
  heed_interrupt
  if is_kept "$pid_file"; then
    say "$name is running"
    return
  fi
  A1_CLUSTER="$folder" setsid "$ROOT/cluster/keep.sh" "$pid_file" "$@" \
    >>"$folder/logs/$name.out" 2>&1 </dev/null &
  keeper=$!
  until is_kept "$pid_file" || ! kill -0 "$keeper" 2>/dev/null; do sleep 0.02; done
}

out="$folder/logs/coordinator.out"
touch "$out"
known=$(($(wc -c <"$out") + 1))
start coordinator "$A1" coordinator --config "$configuration"
# A coordinator with much to restore may take a while; one that has ended will hardly come.
until "$A1" status --cluster "$folder" >/dev/null 2>&1; do
  heed_interrupt
  if ! is_kept "$folder/pids/coordinator.pid" || tail -c "+$known" "$out" | grep -q '^ended with code'; then
    tail -c "+$known" "$out" >&2
    "$ROOT/cluster/down.sh" "$folder" 2>/dev/null
    die "the coordinator did not come up; see $folder/logs"
  fi
  sleep 0.1
done
while read -r name; do
  start "$name" "$A1" worker --config "$configuration" --name "$name"
done < <(sed -n 's/^worker //p' <<<"$plan")
heed_interrupt
say "the cluster is up in $folder"
say "  submit:  $(quoted "$A1") submit $(quoted "$ROOT/configs/batches/arithmetic.jsonl") --wait"
say "  logs:    $(quoted "$A1") logs -f"
say "  stop:    $(quoted "$ROOT/cluster/down.sh")"
