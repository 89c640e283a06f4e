"""Measures `a1 model tokenize --rate` beside other tokenizers, which get the same vocabulary from the same GGUF file.

    pip install gguf tokenizers tiktoken sentencepiece protobuf
    taskset -c 1 python3 tokenizer_rates.py A1 TEXT MODEL.gguf...

Each encodes the whole text as one, special tokens read as text, over and over for two seconds; the median counts, the
first run is shown beside it. One thread each. Says as well whether the ids are those of A1.
"""

import json
import os
import statistics
import subprocess
import sys
import time

os.environ["TOKENIZERS_PARALLELISM"] = "false"

import gguf
import sentencepiece
import tiktoken
from sentencepiece import sentencepiece_model_pb2 as proto
from tokenizers import Regex, Tokenizer, models, pre_tokenizers

NORMAL = 1
WORDS = r"[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+"
CONTRACTIONS = r"(?i:'s|'t|'re|'ve|'m|'ll|'d)|"


def byte_of_character():
    """The printable alphabet of byte-level vocabularies, from character to byte."""
    own = [*range(0x21, 0x7F), *range(0xA1, 0xAD), *range(0xAE, 0x100)]
    others = [byte for byte in range(256) if byte not in own]
    return {chr(byte): byte for byte in own} | {chr(256 + place): byte for place, byte in enumerate(others)}


class Vocabulary:
    def __init__(self, path):
        fields = gguf.GGUFReader(path).fields

        def get(name):
            field = fields.get("tokenizer.ggml." + name)
            return field.contents() if field else None

        self.tokens, self.kinds, self.merges = get("tokens"), get("token_type"), get("merges")
        self.scores, self.model, self.pre = get("scores"), get("model"), get("pre")
        self.ids = {name: get(name + "_token_id") for name in ("bos", "eos", "unknown", "padding")}


def peers(vocabulary):
    """Name and function from text to ids."""
    if vocabulary.model == "llama":
        yield "sentencepiece", with_sentencepiece(vocabulary)
        return
    yield "tokenizers", with_tokenizers(vocabulary)
    if vocabulary.pre == "qwen2":
        yield "tiktoken", with_tiktoken(vocabulary)


def with_tokenizers(vocabulary):
    ids = {token: number for number, token in enumerate(vocabulary.tokens)}
    tokenizer = Tokenizer(models.BPE(ids, [tuple(merge.split(" ")) for merge in vocabulary.merges]))
    if vocabulary.pre == "qwen2":
        cuts = [pre_tokenizers.Split(Regex(CONTRACTIONS + WORDS), "isolated"),
                pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=False)]
    else:
        cuts = [pre_tokenizers.Digits(individual_digits=True), pre_tokenizers.ByteLevel(add_prefix_space=False)]
    tokenizer.pre_tokenizer = pre_tokenizers.Sequence(cuts)
    return lambda text: tokenizer.encode(text, add_special_tokens=False).ids


def with_tiktoken(vocabulary):
    byte = byte_of_character()
    ranks = {bytes(byte[character] for character in token): number
             for number, token in enumerate(vocabulary.tokens) if vocabulary.kinds[number] == NORMAL}
    return tiktoken.Encoding(
        "own", pat_str=CONTRACTIONS + WORDS, mergeable_ranks=ranks, special_tokens={}).encode_ordinary


def with_sentencepiece(vocabulary):
    model = proto.ModelProto()
    for token, score, kind in zip(vocabulary.tokens, vocabulary.scores, vocabulary.kinds):
        model.pieces.add(piece=token.replace(" ", "▁"), score=score, type=int(kind))
    model.trainer_spec.model_type = proto.TrainerSpec.BPE
    model.trainer_spec.byte_fallback = True
    for name, ours in (("bos", "bos"), ("eos", "eos"), ("unk", "unknown"), ("pad", "padding")):
        number = vocabulary.ids[ours]
        setattr(model.trainer_spec, name + "_id", -1 if number is None else number)
        if number is not None:
            setattr(model.trainer_spec, name + "_piece", vocabulary.tokens[number])
    model.normalizer_spec.name = "identity"
    model.normalizer_spec.add_dummy_prefix = False
    model.normalizer_spec.remove_extra_whitespaces = False
    processor = sentencepiece.SentencePieceProcessor(model_proto=model.SerializeToString())
    return lambda text: processor.encode(text, num_threads=1)


def measured(encode, text):
    durations = []
    start = time.perf_counter()
    while not durations or time.perf_counter() - start < 2:
        before = time.perf_counter()
        encode(text)
        durations.append(time.perf_counter() - before)
    return durations[0], statistics.median(durations)


def row(path, name, byte_count, first, median, note):
    rates = [f"{byte_count / 1e6 / seconds:.1f}" for seconds in (median, first)]
    print("| " + " | ".join([os.path.basename(path), name, *rates, note]) + " |", flush=True)


def main():
    a1, text_path, *paths = sys.argv[1:]
    with open(text_path, encoding="utf-8", newline="") as file:
        text = file.read()
    byte_count = len(text.encode())
    print("| vocabulary of | tokenizer | MB/s, median | MB/s, first run | ids |\n|---|---|---|---|---|")
    for path in paths:
        command = [a1, "model", "tokenize", "--model", path]
        own = subprocess.run([*command, "--rate"], input=text.encode(), capture_output=True, check=True).stdout
        rate = json.loads(own)
        line = subprocess.run(command, input=json.dumps(text).encode(), capture_output=True, check=True).stdout
        ids = json.loads(line)["ids"]
        row(path, "a1", byte_count, rate["first_seconds"], rate["seconds"], f"{len(ids)}")
        for name, encode in peers(Vocabulary(path)):
            same = "equal" if list(encode(text)) == ids else "differ"
            row(path, name, byte_count, *measured(encode, text), same)


if __name__ == "__main__":
    main()
