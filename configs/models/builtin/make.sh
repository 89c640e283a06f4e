#!/bin/sh
# Makes the vocabulary (if it is not there), both models, the batches and the test fixtures anew.
# Needs: pip install torch numpy gguf regex. One thread; README.md says how long it took.
# WORK is a scratch folder for checkpoints.
set -eu
cd "$(dirname "$0")"
WORK=${WORK:-$(mktemp -d)}
# Keeps the C library from returning large blocks to the system after every operation: a seventh of the time.
export MALLOC_MMAP_THRESHOLD_=1000000000 MALLOC_TRIM_THRESHOLD_=4000000000 MALLOC_TOP_PAD_=200000000
mkdir -p "$WORK/first" "$WORK/draft"
if [ -f vocabulary.json ]; then
    cp vocabulary.json "$WORK/first/"
fi

# 1. A target of four layers that solves problems.
python3 train.py small-target --steps 2600 --tokens 3072 --folder "$WORK/first"
cp "$WORK/first/vocabulary.json" .
cp vocabulary.json "$WORK/draft/"

# 2. The draft: cut out of that target and trained on for a short time.
python3 prune.py "$WORK/first/small-target.pt" "$WORK/pruned.pt"
python3 train.py small-draft --start "$WORK/pruned.pt" --seed 5 --first-phase 1 --steps 180 --tokens 3072 \
    --folder "$WORK/draft"

cp "$WORK/first/training-small-target.txt" training-target.txt
cp "$WORK/draft/training-small-draft.txt" training-draft.txt
python3 gguf_file.py "$WORK/draft/small-draft.pt" vocabulary.json a1-draft.gguf --type Q8_0 --title "A1 built-in draft"
python3 gguf_file.py "$WORK/first/small-target.pt" vocabulary.json a1-target.gguf \
    --type F16 --title "A1 built-in target"
python3 arithmetic.py --seed 2 --count 24 --name arithmetic --out ../../batches/arithmetic.jsonl
python3 arithmetic.py --seed 3 --count 200 --name held-out --out ../../batches/arithmetic-200.jsonl
python3 evaluate.py --small a1-draft.gguf a1-target.gguf | tee measurements.txt
python3 fixtures.py a1-draft.gguf a1-target.gguf ../../../Tests/Fixtures
