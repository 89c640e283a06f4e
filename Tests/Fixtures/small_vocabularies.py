"""Writes small-vocabularies.json: vocabularies trained on a few lines by other programs, and the ids they give.

    pip install tokenizers sentencepiece protobuf
    python3 small_vocabularies.py small-vocabularies.json

Byte-level BPE by `tokenizers`, with the published normalizers and cuts of each family; SentencePiece in the manner of
Llama 2 (byte fallback, a space in front) by `sentencepiece`.
"""

import io
import json
import sys

import sentencepiece
from sentencepiece import sentencepiece_model_pb2 as proto
from tokenizers import Regex, Tokenizer, models, normalizers, pre_tokenizers, trainers

TEXT = """The draft writes many paths at once, and the target reads each of them; it doesn't wait for anybody.
In 2024 there were 1234567 readers, 12 of whom said: "It's good, we'll see, they've won." IT'S NOT. I'D SAY SO.
for i in range(10):\n    if i % 2 == 0:\n        print(i, end="")\n\n\nreturn x += 1; // done\r\n
Straße, naïve café, Łódź, Ørsted. Привет, мир, это просто текст. Ελληνικά γράμματα είναι εδώ.
日本語のテキストです。私は学生です。你好,世界。今天天气很好。한국어 텍스트입니다.
The answer is \\boxed{26}. $x^2 + y^2 = z^2$. 100% of $5.00, and 3.14159 is near pi.
She had 23 marbles and gave 15 away, so there are 23 - 15 = 8 left. Then she took them, then they came there.
"""
CASES = [
    "", "a", " ", "  ", "   a", "\n", "\n\n\n", "\r\n", " \n ", "\t\t", "The target reads", " the  target   reads  ",
    "It's they'll WE'VE I'd 'tis", "IT'S", "1", "12", "123", "1234567", "3.14159", "a1b22c333",
    "x += 1; // done\r\n\r\n",
    "for i in range(10):\n    print(i)\n", "!!! ??? ...", "(a)[b]{c}", "$x^2 + y^2$", "\\boxed{26}.",
    "end.\n", "end. \n\n b",
    "Straße, naïve café", "Łódź Ørsted", "Привет, мир", "Ελληνικά", "日本語のテキスト", "你好,世界。", "한국어 텍스트",
    "日本 語", "١٢٣ ½ Ⅳ", "ա Ա ა Ა ʔ ª", "Ａ！～", "a\u0301 e\u0301", "🙂👩‍👩‍👧", "\u00a0x\u3000y\u200bz",
    "\x00\x01\x7f", "Zürich!!!\n\n",
    # Texts that are not in composed form: accents, Hangul letters, characters that decompose for good, many marks.
    "cafe\u0301 nai\u0308ve", "Stra\u00dfe u\u0308\u0323o\u0302\u0301", "\u1112\u1161\u11ab\u1100\u116e\u11a8\uac00\u11a8",
    "\u212b \u2126 \uf900 \u0958 \u2adc", "\u0344\u0323a\u0344", "\u0f71\u0f72 \u0f73\u0f74\u0f81",
    "a\u0315\u0300\u05ae\u0300\u0062", "\u0301", " \u0301", "\n\u0308", "1\u0338=\u0338", "\u0438\u0306\u0439",
    "\u304b\u3099 \u30cf\u309a", "e\u0301" * 9, "a" + "\u0323\u0301" * 20, "q\u0307\u0323q\u0323\u0307", "x\u0301y\u0301\u0301",
    "He\u017f it'\u017f IT'\u017fX '\u017f ll'\u212a",
    "▁", "a▁b", "trailing   ", "<s> </s> <unk>", "thethethethe", "The answer is 26.\n\nThen they came there.",
]

LLAMA3 = (r"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+"
          r"|\s+(?!\S)|\s+")
QWEN2 = LLAMA3.replace("{1,3}", "")
HAN_HANGUL = "[一-龥ࠀ-一가-퟿]+"
# The letters of DeepSeek-LLM's published tokenizer.
CASED = ("[A-Za-zµÀ-ÖØ-öø-ƺƼ-ƿǄ-ʓʕ-ʯͰ-ͳͶͷͻ-ͽͿΆΈ-ΊΌΎ-ΡΣ-ϵϷ-ҁҊ-ԯԱ-ՖႠ-ჅᎠ-Ᏽᏸ-ᏽᲐ-ᲺᲽ-Ჿᴀ-ᴫᵫ-ᵷᵹ-ᶚḀ-ἕἘ-Ἕἠ-ὅὈ-Ὅὐ-ὗὙὛὝ"
         "Ὗ-\u1f7dᾀ-ᾴᾶ-ᾼ\u1fbeῂ-ῄῆ-ῌῐ-\u1fd3ῖ-\u1fdbῠ-Ῥῲ-ῴῶ-ῼℂℇℊ-ℓℕℙ-ℝℤ\u2126ℨ\u212a-ℭℯ-ℴℹℼ-ℿⅅ-ⅉⅎↃↄⰀ-ⱻⱾ-ⳤⳫ-ⳮⳲⳳꙀ-ꙭꚀ-ꚛꜢ-ꝯ"
         "ꝱ-ꞇꞋ-ꞎꭰ-ꮿﬀ-ﬆﬓ-ﬗＡ-Ｚａ-ｚ𐐀-𐑏𐒰-𐓓𐓘-𐓻𐲀-𐲲𐳀-𐳲𑢠-𑣟𞤀-𞥃]")
V3 = (r"[!\"#$%&'()*+,\-./:;<=>?@\[\\\]^_`{|}~][A-Za-z]+|[^\r\n\p{L}\p{P}\p{S}]?[\p{L}\p{M}]+"
      r"| ?[\p{P}\p{S}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+")
DIGITS = pre_tokenizers.Digits(individual_digits=True)
# Cuts by regular expressions or by other parts; those of GPT-2 are in the byte-level part itself.
CUTS = {
    "gpt-2": ["gpt-2"],
    "smollm": [DIGITS, "gpt-2"],
    "command-r": [DIGITS, "gpt-2"],
    "qwen2": [QWEN2],
    "llama-bpe": [LLAMA3],
    "dbrx": [LLAMA3],
    "deepseek-llm": [r"[\r\n]", r"\s?" + CASED + "+", r"\s?[!-/:-~！-／：-～‘-‟　-。]+", r"\s+$", HAN_HANGUL, DIGITS],
    "deepseek-coder": [r"[\r\n]", r"\s?\p{L}+", r"\s?\p{P}+", HAN_HANGUL, DIGITS],
    "deepseek-v3": [r"\p{N}{1,3}", "[一-龥぀-ゟ゠-ヿ]+", V3],
}
COMPOSES = {"command-r", "qwen2"}


def byte_level(name):
    tokenizer = Tokenizer(models.BPE(ignore_merges=name == "llama-bpe"))
    if name in COMPOSES:
        tokenizer.normalizer = normalizers.NFC()
    takes_gpt2 = "gpt-2" in CUTS[name]
    cuts = [cut if cut is DIGITS else pre_tokenizers.Split(Regex(cut), "isolated")
            for cut in CUTS[name] if cut != "gpt-2"]
    cuts.append(pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=takes_gpt2))
    tokenizer.pre_tokenizer = pre_tokenizers.Sequence(cuts)
    tokenizer.train_from_iterator([TEXT], trainers.BpeTrainer(
        vocab_size=440, initial_alphabet=pre_tokenizers.ByteLevel.alphabet(), show_progress=False))
    model = json.loads(tokenizer.to_str())["model"]
    tokens = sorted(model["vocab"], key=model["vocab"].get)
    merges = [" ".join(merge) if isinstance(merge, list) else merge for merge in model["merges"]]
    return {
        "model": "gpt2", "pre": name, "tokens": tokens, "merges": merges,
        "ids": [tokenizer.encode(text, add_special_tokens=False).ids for text in CASES],
    }


def sentence_piece():
    written = io.BytesIO()
    sentencepiece.SentencePieceTrainer.train(
        sentence_iterator=iter(TEXT.splitlines()), model_writer=written, model_type="bpe", vocab_size=520,
        byte_fallback=True, normalization_rule_name="identity", remove_extra_whitespaces=False, split_digits=True,
        allow_whitespace_only_pieces=True, character_coverage=0.99, hard_vocab_limit=False, minloglevel=2)
    model = proto.ModelProto.FromString(written.getvalue())
    processor = sentencepiece.SentencePieceProcessor(model_proto=written.getvalue())
    return {
        "model": "llama", "pre": "default", "tokens": [piece.piece for piece in model.pieces],
        "scores": [piece.score for piece in model.pieces], "kinds": [piece.type for piece in model.pieces],
        "ids": [processor.encode(text) for text in CASES],
    }


def main():
    vocabularies = [byte_level(name) for name in CUTS] + [sentence_piece()]
    lines = [json.dumps(vocabulary, ensure_ascii=False) for vocabulary in vocabularies]
    with open(sys.argv[1], "w", encoding="utf-8") as file:
        file.write('{"texts": ' + json.dumps(CASES) + ',\n"vocabularies": [\n' + ",\n".join(lines) + "\n]}\n")


if __name__ == "__main__":
    main()
