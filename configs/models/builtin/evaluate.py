"""Measures the two model files: accuracy, how well scores tell wrong steps from right ones, recovery, a whole path.

    python3 evaluate.py a1-draft.gguf a1-target.gguf
"""

import argparse
import random

import torch

import arithmetic
import stories
from arithmetic import SEPARATOR
from gguf_file import read
from model import generated
from vocabulary import chat_prompt

LONGEST_SOLUTION = 500
TEMPERATURE = 0.7
BLOCK_TOKENS = 64


def answer(text):
    """What stands in the last `\\boxed{...}`, or None."""
    _, found, tail = text.rpartition("\\boxed{")
    return tail.split("}")[0] if found and "}" in tail else None


def accuracy(model, vocabulary, tests, temperature=0.0, generator=None):
    prompts = [vocabulary.encode(chat_prompt(problem.text)) for problem in tests]
    outputs = generated(model, prompts, vocabulary.end, LONGEST_SOLUTION, temperature, generator)
    texts = [vocabulary.decode(ids) for ids in outputs]
    return [answer(text) == str(problem.answer) for problem, text in zip(tests, texts)], texts


@torch.no_grad()
def mean_nll(model, contexts, blocks):
    """Mean negative log-likelihood of each block (ids) after its context (ids), in nats a token."""
    scores = []
    for context, block in zip(contexts, blocks):
        logprobs = model(torch.tensor([context + block]))[0].log_softmax(-1)
        places = torch.arange(len(context) - 1, len(context) + len(block) - 1)
        scores.append(float(-logprobs[places, torch.tensor(block)].mean()))
    return scores


def area_under_curve(wrong, right):
    """The chance that a wrong step scores higher than a right one; ties count half."""
    wins = sum((w > r) + 0.5 * (w == r) for w in wrong for r in right)
    return wins / (len(wrong) * len(right))


def judged_steps(problem, text):
    """The draft's lines up to its first wrong one: (text before, line with separator, right).

    A solution has one form, so a line is right if it is the line of the reference solution.
    """
    expected, before = problem.solution.split(SEPARATOR), ""
    lines = text.split(SEPARATOR)
    for i, line in enumerate(lines):
        right = i < len(expected) and line == expected[i]
        block = line + (SEPARATOR if i + 1 < len(lines) else "")
        yield before, block, right
        before += block
        if not right:
            return


def recovered(model, vocabulary, cases):
    """How many of (problem, text so far) the target brings to the right answer, greedy."""
    prompts = [vocabulary.encode(chat_prompt(p.text)) + vocabulary.encode(text, special=False) for p, text in cases]
    outputs = generated(model, prompts, vocabulary.end, LONGEST_SOLUTION)
    answers = [answer(text + vocabulary.decode(ids)) for (_, text), ids in zip(cases, outputs)]
    right = sum(got == str(problem.answer) for got, (problem, _) in zip(answers, cases))
    return f"right answer {right / max(1, len(cases)):.3f} of {len(cases)}"


def cut_after_mistake(vocabulary, rng, problem, before, block):
    """The text cut at a random token after the first wrong one, as a block of K tokens would be."""
    expected = problem.solution[len(before):]
    same = next((i for i, pair in enumerate(zip(block, expected)) if pair[0] != pair[1]), len(block) - 1)
    rest = vocabulary.encode(block[same:], special=False)
    return before + block[:same] + vocabulary.decode(rest[:rng.randint(1, len(rest))])


def block_of(vocabulary, ids):
    """The ids up to the first end of a step."""
    line_break = vocabulary.encode(SEPARATOR)[0]
    return ids[:ids.index(line_break) + 1] if line_break in ids else ids


def paths(draft, target, vocabulary, tests, rate, generator, rounds=16):
    """Draft and target together: blocks of one step, takeovers of the worst-scored share `rate` of past blocks."""
    ids = [vocabulary.encode(chat_prompt(problem.text)) for problem in tests]
    texts, open_paths, bank, taken = ["" for _ in tests], list(range(len(tests))), [], 0
    rng = random.Random(5)
    for _ in range(rounds):
        outputs = generated(draft, [ids[i] for i in open_paths], vocabulary.end, BLOCK_TOKENS, TEMPERATURE, generator)
        outputs = [block_of(vocabulary, out) for out in outputs]
        scored = [out + ([] if out and len(out) < BLOCK_TOKENS and vocabulary.decode(out).endswith(SEPARATOR)
                         else [vocabulary.end]) for out in outputs]
        scores = mean_nll(target, [ids[i] for i in open_paths], scored)
        takeovers = []
        for i, out, score in zip(open_paths, outputs, scores):
            p = (sum(s > score for s in bank) + rng.random() * (1 + sum(s == score for s in bank))) / (len(bank) + 1)
            bank.append(score)
            ids[i] += out
            texts[i] += vocabulary.decode(out)
            if p <= rate:
                takeovers.append(i)
        taken += len(takeovers)
        if takeovers:
            outputs = generated(
                target, [ids[i] for i in takeovers], vocabulary.end, BLOCK_TOKENS, TEMPERATURE, generator)
            for i, out in zip(takeovers, [block_of(vocabulary, out) for out in outputs]):
                ids[i] += out
                texts[i] += vocabulary.decode(out)
        # A block that was taken over ends no path, but what the target wrote after it does.
        open_paths = [i for i in open_paths if answer(texts[i]) is None or i in takeovers and not ended(texts[i])]
        if not open_paths:
            break
    right = sum(answer(text) == str(problem.answer) for problem, text in zip(tests, texts))
    return right / len(tests), taken / len(bank)


def ended(text):
    return answer(text) is not None and text.rstrip().endswith("}.")


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("draft")
    parser.add_argument("target")
    parser.add_argument("--count", type=int, default=200)
    parser.add_argument("--small", action="store_true", help="they are the pair of the tests")
    arguments = parser.parse_args()
    torch.set_num_threads(1)
    (draft, vocabulary), (target, _) = read(arguments.draft), read(arguments.target)
    generator, rng = torch.Generator().manual_seed(7), random.Random(7)

    kind = arithmetic if arguments.small else stories
    held_out = arithmetic.problems(kind.HELD_OUT_SEED, arguments.count, kind.draw_problem)
    for name, model in ("draft", draft), ("target", target):
        right, texts = accuracy(model, vocabulary, held_out)
        lengths = sorted({len(p.steps) for p in held_out})
        by_length = {n: [r for r, p in zip(right, held_out) if len(p.steps) == n] for n in lengths}
        print(f"{name}: greedy right {sum(right) / len(right):.3f} of {len(right)}; by number of operations "
              + ", ".join(f"{n}: {sum(r) / max(1, len(r)):.2f}" for n, r in by_length.items())
              + f"; longest {max(len(vocabulary.encode(t)) for t in texts)} tokens")
        sampled, _ = accuracy(model, vocabulary, held_out, TEMPERATURE, generator)
        print(f"{name}: at temperature {TEMPERATURE} right {sum(sampled) / len(sampled):.3f}")

    tests = arithmetic.problems(kind.MEASUREMENT_SEED, arguments.count, kind.draw_problem)
    _, texts = accuracy(draft, vocabulary, tests, TEMPERATURE, generator)
    contexts, blocks, marks, cases, cuts, ends = [], [], [], [], [], []
    for problem, text in zip(tests, texts):
        prompt = vocabulary.encode(chat_prompt(problem.text))
        for before, block, right in judged_steps(problem, text):
            contexts.append(prompt + vocabulary.encode(before, special=False))
            blocks.append(vocabulary.encode(block, special=False))
            marks.append(right)
            if not right:
                cases.append((problem, before + block))
                cuts.append((problem, cut_after_mistake(vocabulary, rng, problem, before, block)))
                if answer(text) not in (None, str(problem.answer)):
                    ends.append((problem, text))
    scores = mean_nll(target, contexts, blocks)
    wrong = [s for s, right in zip(scores, marks) if not right]
    right = [s for s, right in zip(scores, marks) if right]
    print(f"steps drafted at temperature {TEMPERATURE}: {len(right)} right, {len(wrong)} wrong; mean NLL under the "
          f"target {sum(right) / len(right):.3f} and {sum(wrong) / len(wrong):.3f}, "
          f"AUC {area_under_curve(wrong, right):.4f}")
    print(f"target, greedy, after a wrong draft step: {recovered(target, vocabulary, cases)}")
    print(f"the same, cut in the middle of the wrong step: {recovered(target, vocabulary, cuts)}")
    print(f"the same, after a whole draft solution with a wrong answer: {recovered(target, vocabulary, ends)}")
    for rate in (0.0, 0.2, 0.4, 0.6):
        share, got = paths(draft, target, vocabulary, tests, rate, generator)
        print(f"both together, rejection rate {rate} (got {got:.3f}): paths with the right answer {share:.3f}")


if __name__ == "__main__":
    main()
