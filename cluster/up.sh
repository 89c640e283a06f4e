#!/usr/bin/env bash
# Starts a cluster: cluster/up.sh [CONFIGURATION] [--host NAME] [--no-wait]     (default: configs/builtin.yaml)
# One coordinator and the configuration's workers, each a process of its own that is started again when it dies. With
# --host only the workers that the configuration gives to that machine: their coordinator runs on another.
# Returns when this machine's workers are ready: a token has been drafted and one scored. --no-wait returns before that.
# Running it again starts what is not running. cluster/down.sh stops the cluster.
. "$(dirname "${BASH_SOURCE[0]}")/common.sh"

wanted="$ROOT/configs/builtin.yaml"
host=()
wait=1
while [ $# -gt 0 ]; do
  case "$1" in
  --host) host=(--host "${2:?--host needs the name of a machine}"); shift 2 ;;
  --host=?*) host=("$1"); shift ;;
  --wait) wait=1; shift ;;
  --no-wait) wait=; shift ;;
  -*) die "unknown option $1: cluster/up.sh [CONFIGURATION] [--host NAME] [--no-wait]" ;;
  *) wanted="$1"; shift ;;
  esac
done
configuration="$(realpath -e "$wanted" 2>/dev/null)" || die "there is no configuration $wanted"
need_a1
plan="$("$A1" config check --plain "${host[@]}" "$configuration")" || exit $?
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

start_coordinator() {
  local out="$folder/logs/coordinator.out" known
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
}

[ ${#host[@]} -gt 0 ] || start_coordinator
mapfile -t workers < <(sed -n 's/^worker //p' <<<"$plan")
for name in "${workers[@]}"; do
  start "$name" "$A1" worker --config "$configuration" --name "$name"
done
heed_interrupt
# Another machine's coordinator may not be there yet; only its own machine can ask it.
if [ -n "$wait" ] && [ ${#host[@]} -eq 0 ] && [ ${#workers[@]} -gt 0 ]; then
  trap - INT TERM
  "$A1" workers --wait --cluster "$folder" "${workers[@]}" >/dev/null ||
    die "the coordinator is up, but not all workers are; cluster/down.sh stops what runs in $folder"
fi
if [ ${#host[@]} -gt 0 ]; then
  say "this machine's workers are up in $folder"
else
  say "the cluster is up in $folder"
  while read -r other; do
    say "  on $other:  cluster/up.sh $(quoted "$wanted") --host $other"
  done < <(sed -n 's/^host //p' <<<"$plan")
  say "  submit:  $(quoted "$A1") submit $(quoted "$ROOT/configs/batches/stories.jsonl") --wait"
fi
say "  logs:    $(quoted "$A1") logs -f"
say "  stop:    $(quoted "$ROOT/cluster/down.sh")"
