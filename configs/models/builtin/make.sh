#!/bin/sh
# Makes a pair anew: make.sh builtin | small. Vocabulary (if it is not there), both models, their batches, for the small
# pair also the test fixtures. Needs: pip install torch numpy gguf regex. README.md says how long it takes.
# WORK is a folder for checkpoints; with WORK set, a training that was broken off goes on.
set -eu
cd "$(dirname "$0")"
WORK=${WORK:-$(mktemp -d)}
THREADS=${THREADS:-2}
export PYTHONDONTWRITEBYTECODE=1
# Keeps the C library from returning large blocks to the system after every operation: a seventh of the time.
export MALLOC_MMAP_THRESHOLD_=1000000000 MALLOC_TRIM_THRESHOLD_=4000000000 MALLOC_TOP_PAD_=200000000
mkdir -p "$WORK"

# train MODEL CHECKPOINT ARGUMENTS: trains into CHECKPOINT.pt, from where it stopped if that is there.
train() {
    model=$1 checkpoint=$WORK/$2.pt
    shift 2
    folder=$checkpoint.work
    mkdir -p "$folder"
    [ -f "$checkpoint" ] && return
    [ ! -f "$VOCABULARY" ] || cp "$VOCABULARY" "$folder/vocabulary.json"
    resume=
    [ ! -f "$folder/$model.pt" ] || resume=--resume
    python3 train.py "$model" --folder "$folder" --threads "$THREADS" $resume "$@"
    cp "$folder/vocabulary.json" "$VOCABULARY"
    cp "$folder/$model.pt" "$checkpoint"
}

make_builtin() {
    VOCABULARY=vocabulary.json
    train target target --seed 1 --steps 2720 --tokens 6144 --flawed 0.25 --rate 0.02 --adam-rate 0.003
    train target target-tuned --start "$WORK/target.pt" --seed 2 --steps 800 --rate 0.006 --first-phase 1 \
        --tokens 6144 --flawed 0.15 --adam-rate 0.002
    # A draft that learned all it could would be right as often as its target, and show nothing.
    train draft draft-whole --seed 6 --steps 2200 --tokens 6144 --flawed 0.1
    train draft draft --start "$WORK/draft-whole.pt" --seed 8 --steps 4000 --until 150 --rate 0.014 --first-phase 1 \
        --tokens 6144 --flawed 0.1
    cat "$WORK"/target.pt.work/training-target.txt "$WORK"/target-tuned.pt.work/training-target.txt \
        > training-target.txt
    cat "$WORK"/draft-whole.pt.work/training-draft.txt "$WORK"/draft.pt.work/training-draft.txt > training-draft.txt
    python3 gguf_file.py "$WORK/draft.pt" vocabulary.json a1-draft.gguf --type Q8_0 --title "A1 built-in draft"
    python3 gguf_file.py "$WORK/target-tuned.pt" vocabulary.json a1-target.gguf --type Q8_0 \
        --title "A1 built-in target"
    python3 stories.py --seed 12 --count 24 --name stories --out ../../batches/stories.jsonl
    python3 stories.py --seed 13 --count 200 --name stories-held-out --out ../../batches/stories-200.jsonl
    python3 evaluate.py a1-draft.gguf a1-target.gguf
}

make_small() {
    SMALL=../small
    VOCABULARY=$SMALL/vocabulary.json
    # The draft is cut out of the target and trained on for a short time.
    train small-target small-target --steps 2600 --tokens 3072
    python3 prune.py "$WORK/small-target.pt" "$WORK/pruned.pt"
    train small-draft small-draft --start "$WORK/pruned.pt" --seed 5 --first-phase 1 --steps 180 --tokens 3072
    cp "$WORK/small-target.pt.work/training-small-target.txt" $SMALL/training-target.txt
    cp "$WORK/small-draft.pt.work/training-small-draft.txt" $SMALL/training-draft.txt
    python3 gguf_file.py "$WORK/small-draft.pt" $VOCABULARY $SMALL/small-draft.gguf --type Q8_0 --title "A1 small draft"
    python3 gguf_file.py "$WORK/small-target.pt" $VOCABULARY $SMALL/small-target.gguf --type F16 \
        --title "A1 small target"
    python3 arithmetic.py --seed 2 --count 24 --name arithmetic --out ../../batches/arithmetic.jsonl
    python3 arithmetic.py --seed 3 --count 200 --name held-out --out ../../batches/arithmetic-200.jsonl
    python3 evaluate.py --small $SMALL/small-draft.gguf $SMALL/small-target.gguf
    python3 fixtures.py $SMALL/small-draft.gguf $SMALL/small-target.gguf ../../../Tests/Fixtures
}

case ${1:-} in
builtin | small) "make_$1" ;;
*) echo "usage: make.sh builtin | small" >&2; exit 64 ;;
esac
