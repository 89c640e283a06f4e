"""A byte-level BPE vocabulary: learning it, writing it down, and encoding with it.

Bytes are written as the 256 printable characters GPT-2 uses, text is cut by the pre-tokenizer that GGUF calls `qwen2`
(composed form, each digit alone), and merges are learned inside the pieces. No merge joins two punctuation marks or a mark and a
line break, so that a token never straddles the end of a step.
"""

import json
import unicodedata
from collections import Counter

import regex

PIECE = regex.compile(
    r"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}| ?[^\s\p{L}\p{N}]+[\r\n]*"
    r"|\s*[\r\n]+|\s+(?!\S)|\s+")
END_OF_TEXT, TURN_START, TURN_END = SPECIALS = ["<|endoftext|>", "<|im_start|>", "<|im_end|>"]
SPECIAL = regex.compile("(" + "|".join(regex.escape(s) for s in SPECIALS) + ")")
CHAT_TEMPLATE = (
    "{% for message in messages %}{{'<|im_start|>' + message['role'] + '\n' + message['content'] + '<|im_end|>' + "
    "'\n'}}{% endfor %}{% if add_generation_prompt %}{{ '<|im_start|>assistant\n' }}{% endif %}")


def chat_prompt(problem):
    """What CHAT_TEMPLATE makes of one user message and a generation prompt."""
    return f"{TURN_START}user\n{problem}{TURN_END}\n{TURN_START}assistant\n"


def byte_characters():
    """GPT-2's map from byte to printable character."""
    printable = [*range(ord("!"), ord("~") + 1), *range(0xA1, 0xAD), *range(0xAE, 0x100)]
    characters, extra = {byte: chr(byte) for byte in printable}, 0
    for byte in range(256):
        if byte not in characters:
            characters[byte] = chr(256 + extra)
            extra += 1
    return characters


BYTES = byte_characters()
CHARACTERS = {character: byte for byte, character in BYTES.items()}


def spelled(text):
    return "".join(BYTES[byte] for byte in text.encode("utf-8"))


def may_join(left, right):
    text = left + right
    letters = text.replace(BYTES[32], "")
    line_breaks = text.replace(BYTES[10], "") == ""
    return line_breaks or letters.isalpha() and BYTES[10] not in text or len(letters) <= 1


def learned_merges(texts, count):
    """The `count` most frequent merges, one after another; ties go to the pair that sorts first."""
    words = Counter()
    for text in texts:
        words.update(PIECE.findall(text))
    spellings = {word: list(spelled(word)) for word in words}
    merges = []
    while len(merges) < count:
        pairs = Counter()
        for word, symbols in spellings.items():
            for pair in zip(symbols, symbols[1:]):
                if may_join(*pair):
                    pairs[pair] += words[word]
        if not pairs:
            break
        best = min(pairs, key=lambda pair: (-pairs[pair], pair))
        merges.append(best)
        for word, symbols in spellings.items():
            spellings[word] = joined(symbols, best)
    return merges


def joined(symbols, pair):
    out, i = [], 0
    while i < len(symbols):
        if i + 1 < len(symbols) and (symbols[i], symbols[i + 1]) == pair:
            out.append(symbols[i] + symbols[i + 1])
            i += 2
        else:
            out.append(symbols[i])
            i += 1
    return out


class Vocabulary:
    """Tokens in the order of their ids: 256 bytes, the merged tokens, the special ones."""

    def __init__(self, merges):
        self.merges = [tuple(merge) for merge in merges]
        self.rank = {merge: rank for rank, merge in enumerate(self.merges)}
        self.tokens = [BYTES[byte] for byte in range(256)]
        self.tokens += list(dict.fromkeys(left + right for left, right in self.merges))
        self.tokens += SPECIALS
        self.ids = {token: i for i, token in enumerate(self.tokens)}
        self.end = self.ids[TURN_END]
        self.padding = self.ids[END_OF_TEXT]
        self.known = {}

    def __len__(self):
        return len(self.tokens)

    @staticmethod
    def load(path):
        with open(path, encoding="utf-8") as file:
            return Vocabulary(json.load(file))

    def save(self, path):
        with open(path, "w", encoding="utf-8") as file:
            json.dump(self.merges, file, ensure_ascii=True)

    def piece_ids(self, piece):
        """The ids of one pre-token: join the pair of the lowest rank until none is left."""
        if piece not in self.known:
            symbols = list(spelled(piece))
            while True:
                pairs = [pair for pair in zip(symbols, symbols[1:]) if pair in self.rank]
                if not pairs:
                    break
                symbols = joined(symbols, min(pairs, key=self.rank.__getitem__))
            self.known[piece] = [self.ids[symbol] for symbol in symbols]
        return self.known[piece]

    def encode(self, text, special=True):
        """Ids of a text; with `special`, the special tokens in it are read as such."""
        ids = []
        for part in SPECIAL.split(text) if special else [text]:
            if special and part in SPECIALS:
                ids.append(self.ids[part])
            else:
                for piece in PIECE.findall(unicodedata.normalize("NFC", part)):
                    ids += self.piece_ids(piece)
        return ids

    def encode_masked(self, masked):
        """Ids of a `MaskedText` without special tokens, and for each whether all its characters are taught."""
        ids, taught, position = [], [], 0
        for piece in PIECE.findall(masked.text):
            for token in self.piece_ids(piece):
                length = len(self.tokens[token])
                ids.append(token)
                taught.append(all(masked.taught[position:position + length]))
                position += length
        assert position == len(masked.text), "generated text is plain ASCII"
        return ids, taught

    def decode(self, ids):
        out = bytearray()
        for i in ids:
            token = self.tokens[i]
            out += token.encode() if token in SPECIALS else bytes(CHARACTERS[c] for c in token)
        return out.decode("utf-8", errors="replace")
