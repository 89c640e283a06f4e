#!/usr/bin/env bash
# From a fresh machine to results: installs what is missing, builds, starts a local cluster with the built-in pair,
# submits the example batch, shows progress and results, and stops the cluster. Can be run again, from any folder.
. "$(dirname "${BASH_SOURCE[0]}")/common.sh"

set_up
build
export A1_CONFIGS="$ROOT/configs"
export A1_CLUSTER="$STATE/quickstart"

# Commands without A1_CLUSTER speak to the cluster started last. One that someone else started stays that.
last="$(readlink "$STATE/last" 2>/dev/null || true)"
is_kept "$A1_CLUSTER/pids/coordinator.pid" && was_running=1 || was_running=
run=
finish() {
  trap '' INT TERM
  # An interrupted run would go on at the next start and be in the way there.
  [ -z "$run" ] || "$A1" cancel "$run" >/dev/null || true
  [ -n "$was_running" ] || "$ROOT/cluster/down.sh" "$A1_CLUSTER"
  [ "$last" = "$A1_CLUSTER" ] || ! is_kept "$last/pids/coordinator.pid" || ln -sfn "$last" "$STATE/last"
}
trap finish EXIT
"$ROOT/cluster/up.sh" "$ROOT/configs/builtin.yaml"
# The rule that the project is about; without flags a run takes the faster of two ways (decision 34).
run="$("$A1" submit "$ROOT/configs/batches/stories.jsonl" --strategy async --rejection-rate 0.4)"
"$A1" watch "$run"
say
"$A1" results "$run"
run=
say
say "The logs are in $A1_CLUSTER/logs. To look at logs and results again:"
say "  export A1_CLUSTER=$(quoted "$A1_CLUSTER")"
say "  $(quoted "$A1") logs"
say "  $(quoted "$ROOT/cluster/up.sh") && $(quoted "$A1") results"
