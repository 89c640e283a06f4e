#!/usr/bin/env bash
# Fuzzes the readers of foreign bytes: cluster/fuzz.sh [SECONDS] [model-files|tokenizers|batches]
# SECONDS (60 if not given) for each of them, guided by coverage, with address sanitiser. What has been learnt stays in
# .build-fuzz/corpus and is gone on with; an input that breaks something is put into .build-fuzz/findings and ends the
# run with an error.
. "$(dirname "${BASH_SOURCE[0]}")/common.sh"

seconds="${1:-60}"
only="${2:-}"
folder="$ROOT/.build-fuzz"
need_swift
mkdir -p "$folder/findings"
export SWIFT_BACKTRACE=enable=no

# compile ARGUMENTS...: with everything that the fuzzer needs. Its warnings about symbols of the sanitiser are none.
compile() {
  swiftc -sanitize=fuzzer,address -O -wmo -parse-as-library -swift-version 6 -I "$folder" "$@" \
    2>"$folder/compiler.log" || { cat "$folder/compiler.log" >&2; die "the fuzz target does not build"; }
}

# fuzz NAME MODULE FILES...: builds the module, and the target from the files with it, and runs it.
fuzz() {
  local name="$1" module="$2"
  shift 2
  [ -z "$only" ] || [ "$only" = "$name" ] || return 0
  say "building the fuzz target $name"
  compile -module-name "$module" -enable-testing -emit-module -emit-module-path "$folder/$module.swiftmodule" \
    -emit-object -o "$folder/$module.o" "$ROOT/Sources/$module"/*.swift
  compile -module-name Fuzzing -o "$folder/$name" "$ROOT/Tests/Fuzzing/Seeds.swift" "$@" "$folder/$module.o"
  mkdir -p "$folder/corpus/$name" "$folder/seeds/$name"
  say "fuzzing $name for $seconds s"
  A1_FUZZ_SEEDS="$folder/seeds/$name" "$folder/$name" -runs=0 "$folder/seeds/$name" 2>/dev/null
  "$folder/$name" -max_total_time="$seconds" -timeout=5 -rss_limit_mb=1024 -malloc_limit_mb=512 -max_len=16384 \
    -use_value_profile=1 -print_final_stats=1 -artifact_prefix="$folder/findings/$name-" \
    -dict="$ROOT/Tests/Fuzzing/$name.dict" "$folder/corpus/$name" "$folder/seeds/$name" >"$folder/$name.log" 2>&1 || {
    tail -n 40 "$folder/$name.log" >&2
    die "fuzzing $name found something; see $folder/findings and $folder/$name.log"
  }
  grep -E '^stat::(number_of_executed_units|average_exec_per_sec|peak_rss_mb)|DONE' "$folder/$name.log" >&2
}

fuzz model-files ModelFiles "$ROOT/Tests/Fuzzing/ModelFileFuzzing.swift" "$ROOT/Tests/TestSupport/TinyModel.swift" \
  "$ROOT/Tests/TestSupport/SeededGenerator.swift"
fuzz tokenizers Tokenizers "$ROOT/Tests/Fuzzing/TokenizerFuzzing.swift" \
  "$ROOT/Tests/TokenizersTests/Support/SmallVocabularies.swift" \
  "$ROOT/Tests/TokenizersTests/Support/SeededGenerator.swift"
fuzz batches Evaluation "$ROOT/Tests/Fuzzing/BatchFuzzing.swift"
