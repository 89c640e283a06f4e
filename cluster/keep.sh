#!/usr/bin/env bash
# Keeps one process of a cluster alive: keep.sh PID_FILE COMMAND...
# A process that fails is started again after 1, 2, 4, ... 32 seconds; one that ends well, or says that its
# configuration or model cannot be used, is not. On SIGTERM the process is told to end, and waited for.
set -u
pid_file="$1"
shift
echo $$ >"$pid_file"

child=0
is_stopping=0
stop() {
  is_stopping=1
  [ "$child" -ne 0 ] && kill -TERM "$child" 2>/dev/null
}
trap stop TERM INT

pause=1
while [ "$is_stopping" -eq 0 ]; do
  started=$SECONDS
  "$@" &
  child=$!
  wait "$child"
  code=$?
  # A signal ends `wait` early; the process is waited for all the same.
  while kill -0 "$child" 2>/dev/null; do
    wait "$child"
    code=$?
  done
  child=0
  [ "$is_stopping" -eq 1 ] && break
  case "$code" in
  0) break ;;
  64 | 65 | 66 | 73 | 77 | 78)
    echo "ended with code $code, which a restart does not mend" >&2
    break
    ;;
  esac
  [ $((SECONDS - started)) -gt 60 ] && pause=1
  echo "ended with code $code; starting again in $pause s" >&2
  sleep "$pause" &
  child=$!
  wait "$child"
  child=0
  [ "$pause" -lt 32 ] && pause=$((pause * 2))
done
rm -f "$pid_file"
