"""Writes what the two model files must give, from PyTorch in float32 and this folder's own BPE, for the tests.

    python3 fixtures.py ../small/small-draft.gguf ../small/small-target.gguf ../../../Tests/Fixtures
"""

import argparse
import json
import os

import torch

from arithmetic import MEASUREMENT_SEED, problems
from gguf_file import read
from mistakes import NOTICED
from vocabulary import chat_prompt

GREEDY_COUNT = 40
OTHER_TEXTS = [
    "", " ", "  ", "\n", "\n\n", "\n\n\n", "\r\n", "\t", " \n ", "a", "A", "0", "7", "42", "1234567890", "3.14", "-5",
    "x = y + 1;",
    "for i in range(10):\n    print(i)\n", "It's Tom's; they're late, I'll go, we've won, he'd say I'm in.",
    "IT'S TOM'S", "The answer is \\boxed{26}.", "\\boxed{\\frac{1}{2}}", "$x^2 + y^2 = z^2$", "100% of $5.00",
    "two  spaces and   three", "trailing space ", " leading space", "tab\tbetween", "line one\nline two\n\nline four",
    "end of step.\n\nNext step", "end.\n", "end. \n", "end.\r\n\r\nnext",
    "naïve café, Zürich", "Straße, Ørsted, Łódź",
    "Привет, мир", "日本語のテキスト", "你好,世界", "한국어", "مرحبا", "שלום", "हिन्दी", "ไทย", "🙂",
    "👩‍👩‍👧", "½ ² ٣ Ⅳ",
    "\u00a0nbsp\u00a0", "\u200bzero width", "\u3000ideographic", "\ufeffmark", "a\u0301 combining", "\x00\x01\x7f",
    "<|im_start|>user\nHow many?<|im_end|>\n", "<|im_start|>", "<|im_end|><|endoftext|>", "<|im_end", "a<|im_end|>b",
    "<|unknown|>", "supercalifragilistic", "CamelCaseAndsnake_case", "Tom has 23 marbles. He buys 15 more.",
]


def prompts():
    """Problems with and without a begun solution, a mistake, and text unlike anything trained on."""
    a, b, c, d = problems(MEASUREMENT_SEED, 4)
    steps = c.solution.split("\n\n")
    wrong = d.steps[0].line.replace(f"= {d.steps[0].result}.", f"= {d.steps[0].result % 90 + 9}.")
    opening = d.opening + "\n\n" if d.opening else ""
    return [
        chat_prompt(a.text),
        chat_prompt(b.text) + b.solution,
        chat_prompt(c.text) + steps[0] + "\n\n" + steps[1][:len(steps[1]) // 2],
        chat_prompt(d.text) + opening + wrong + "\n\n",
        chat_prompt(d.text) + opening + wrong + "\n\n" + NOTICED,
        "Grüße! Ein Bus fährt um 7:45 ab.\n\tprint('x = %d' % 3)  # 日本",
    ]


@torch.no_grad()
def measured(model, vocabulary, text):
    ids = vocabulary.encode(text)
    logprobs = model(torch.tensor([ids]))[0].log_softmax(-1)
    given = [float(logprobs[i, token]) for i, token in enumerate(ids[1:])]
    top = logprobs[-1].topk(5)
    more, margins = list(ids), []
    for _ in range(GREEDY_COUNT):
        best = model(torch.tensor([more]))[0, -1].topk(2)
        margins.append(round(float(best.values[0] - best.values[1]), 4))
        more.append(int(best.indices[0]))
    return {
        "text": text, "ids": ids, "logprobs": [round(x, 5) for x in given],
        "mean_nll": round(-sum(given) / len(given), 6),
        "top5": [[int(i), round(float(x), 5)] for i, x in zip(top.indices, top.values)],
        "greedy": more[len(ids):], "greedy_margin": margins,
    }


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("draft")
    parser.add_argument("target")
    parser.add_argument("folder")
    arguments = parser.parse_args()
    torch.set_num_threads(1)
    lines = []
    for path in (arguments.draft, arguments.target):
        model, vocabulary = read(path)
        name = os.path.basename(path).removesuffix(".gguf")
        lines += [json.dumps({"model": name} | measured(model, vocabulary, text)) for text in prompts()]
    with open(os.path.join(arguments.folder, "small-logits.json"), "w", encoding="utf-8") as file:
        file.write("[\n" + ",\n".join(lines) + "\n]\n")
    with open(os.path.join(arguments.folder, "small-tokens.jsonl"), "w", encoding="utf-8") as file:
        for text in OTHER_TEXTS + prompts():
            line = {"text": text, "ids": vocabulary.encode(text, special=False), "ids_special": vocabulary.encode(text)}
            file.write(json.dumps(line) + "\n")


if __name__ == "__main__":
    main()
