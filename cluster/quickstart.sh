#!/usr/bin/env bash
# From a fresh machine to results: installs what is missing, builds, starts a local cluster with the built-in pair,
# submits the example batch, shows progress and results, and stops the cluster. Can be run again, from any folder.
. "$(dirname "${BASH_SOURCE[0]}")/common.sh"

set_up
build
export A1_CONFIGS="$ROOT/configs"
export A1_CLUSTER="$STATE/quickstart"
trap '"$ROOT/cluster/down.sh" "$A1_CLUSTER"' EXIT
"$ROOT/cluster/up.sh" "$ROOT/configs/builtin.yaml"
"$A1" submit --wait "$ROOT/configs/batches/arithmetic.jsonl"
say
say "results again:  A1_CLUSTER=$A1_CLUSTER $A1 results   (while the cluster is up: cluster/up.sh)"
say "logs:           $A1_CLUSTER/logs   (or: A1_CLUSTER=$A1_CLUSTER $A1 logs)"
