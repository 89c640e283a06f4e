"""Trains one of the two models on problems made on the fly; writes a checkpoint and a log.

    python3 train.py target --minutes 32
    python3 train.py draft --steps 900
"""

import argparse
import os
import random
import time

import torch
from torch.nn import functional as F

from arithmetic import HELD_OUT_SEED, EXAMPLE_SEED, MEASUREMENT_SEED, TRAINING_SEED, draw_problem, equation, problems
from mistakes import MaskedText, correct_solution, solution_with_mistakes
from model import Model, Shape, generated
from vocabulary import Vocabulary, chat_prompt, learned_merges

SHAPES = {
    "target": dict(layers=4, width=128, heads=4, key_heads=2, inner=384, tied=True),
    "draft": dict(layers=3, width=128, heads=4, key_heads=2, inner=128, tied=True),
}
# The target's layers that the draft begins with, see prune.py.
DRAFT_LAYERS = [0, 1, 3]
HELD_OUT_COUNT = 1000
# First many bare equations, then stories, then also several chats in a row: (share of drills, share of long rows).
PHASES = [(0.5, 0.0), (0.25, 0.03), (0.08, 0.3)]
PHASE_ENDS = [0.3, 0.8]


def vocabulary(path):
    """The shared vocabulary, learned from the training seed's first problems if it is not there yet."""
    if not os.path.exists(path):
        rng = random.Random(TRAINING_SEED)
        texts = []
        for problem in problems(TRAINING_SEED, 20000):
            texts += [problem.text, solution_with_mistakes(rng, problem).text, "user\n", "assistant\n"]
        Vocabulary(learned_merges(texts, 400)).save(path)
    return Vocabulary.load(path)


def held_out_texts():
    seeds = (EXAMPLE_SEED, HELD_OUT_SEED, MEASUREMENT_SEED)
    return {problem.text for seed in seeds for problem in problems(seed, HELD_OUT_COUNT)}


class Samples:
    """An endless stream of training sequences: ids and, for each, whether it is taught."""

    def __init__(self, vocabulary, seed, flawed):
        self.vocabulary, self.rng, self.flawed = vocabulary, random.Random(seed), flawed
        self.excluded = held_out_texts()
        self.drawn = self.skipped = 0

    def chat(self):
        """One problem with its solution; only the solution and the end of the turn are taught."""
        while True:
            problem = draw_problem(self.rng)
            self.drawn += 1
            if problem.text not in self.excluded:
                break
            self.skipped += 1
        if self.rng.random() < self.flawed:
            masked = solution_with_mistakes(self.rng, problem)
        else:
            masked = correct_solution(problem)
        prompt = self.vocabulary.encode(chat_prompt(problem.text))
        ids, taught = self.vocabulary.encode_masked(masked)
        return prompt + ids + [self.vocabulary.end], [False] * len(prompt) + taught + [True]

    def chats(self, turns):
        """Several chats in a row, so that the model also knows long distances."""
        ids, taught = [], []
        line_break = self.vocabulary.encode("\n")
        for _ in range(turns):
            more, more_taught = self.chat()
            if ids:
                ids, taught = ids + line_break, taught + [False]
            ids, taught = ids + more, taught + more_taught
        return ids, taught

    def drill(self):
        """Equations without a story, of which only the results are taught: many sums in few tokens."""
        masked = MaskedText()
        for _ in range(16):
            line = equation(self.rng).equation
            masked.add_line(line, (0, line.index("=") + 2))
        ids, taught = self.vocabulary.encode_masked(masked)
        return [self.vocabulary.padding] + ids, [False] + taught

    def batches(self, tokens, drill_share, long_share):
        """Batches of about `tokens` tokens, rows of like length together, in random order."""
        while True:
            draw = self.rng.random()
            if draw < long_share:
                rows = [self.chats(self.rng.choice([2, 3, 4])) for _ in range(64)]
            else:
                rows = [self.drill() if self.rng.random() < drill_share else self.chat() for _ in range(512)]
            rows.sort(key=lambda row: len(row[0]))
            groups, group = [], []
            for row in rows:
                if group and (len(group) + 1) * len(row[0]) > tokens:
                    groups.append(group)
                    group = []
                group.append(row)
            groups.append(group)
            self.rng.shuffle(groups)
            for group in groups:
                yield tensors(group, self.vocabulary.padding)


def tensors(rows, padding):
    length = max(len(ids) for ids, _ in rows)
    ids = torch.full((len(rows), length), padding)
    taught = torch.zeros(len(rows), length, dtype=torch.bool)
    for i, (row, marks) in enumerate(rows):
        ids[i, :len(row)] = torch.tensor(row)
        taught[i, :len(row)] = torch.tensor(marks)
    return ids, taught


class Muon:
    """Momentum whose update of a matrix is made nearly orthogonal (Jordan et al., 2024; Newton-Schulz, 5 rounds)."""

    def __init__(self, weights, momentum=0.95):
        self.groups, self.momentum = {}, momentum
        for weight in weights:
            self.groups.setdefault(tuple(weight.shape), []).append(weight)
        self.speeds = {shape: torch.zeros(len(group), *shape) for shape, group in self.groups.items()}

    @torch.no_grad()
    def step(self, rate, decay):
        for shape, group in self.groups.items():
            slopes, speed = torch.stack([weight.grad for weight in group]), self.speeds[shape]
            speed.lerp_(slopes, 1 - self.momentum)
            x = slopes.lerp(speed, self.momentum)
            tall = shape[0] > shape[1]
            x = x.mT if tall else x
            x = x / (x.norm(dim=(-2, -1), keepdim=True) + 1e-7)
            for _ in range(5):
                square = x @ x.mT
                x = 3.4445 * x + (-4.7750 * square + 2.0315 * square @ square) @ x
            x = x.mT if tall else x
            for weight, update in zip(group, x):
                weight.mul_(1 - rate * decay).add_(update, alpha=-rate * max(1.0, shape[0] / shape[1]) ** 0.5)


def quick_accuracy(model, vocabulary, tests):
    model.eval()
    prompts = [vocabulary.encode(chat_prompt(problem.text)) for problem in tests]
    outputs = generated(model, prompts, vocabulary.end, 200)
    model.train()
    right = sum(f"\\boxed{{{p.answer}}}" == "\\boxed" + vocabulary.decode(o).split("\\boxed")[-1].rstrip(".")
                for p, o in zip(tests, outputs))
    return right / len(tests)


def progress(step, begun, arguments):
    """How much of the training is done, 0 to 1, by steps or by time."""
    if arguments.steps:
        return step / arguments.steps
    return (time.time() - begun) / (arguments.minutes * 60)


def train(arguments):
    torch.set_num_threads(1)
    words = vocabulary(os.path.join(arguments.folder, "vocabulary.json"))
    shape = Shape(vocabulary=len(words), **SHAPES[arguments.model])
    model = Model(shape)
    if arguments.start:
        model.load_state_dict(torch.load(arguments.start, weights_only=True)["weights"])
    else:
        model.start(torch.Generator().manual_seed(arguments.seed))
    named = list(model.named_parameters())
    hidden = [w for n, w in named if w.dim() == 2 and n.startswith("blk")]
    rest = [w for n, w in named if not (w.dim() == 2 and n.startswith("blk"))]
    muon = Muon(hidden)
    adam = torch.optim.Adam(rest, betas=(0.9, 0.95), eps=1e-10)
    samples = Samples(words, arguments.seed, arguments.flawed)
    tests = problems(arguments.seed + 1000, 48)
    samples.excluded |= {problem.text for problem in tests}
    log = open(os.path.join(arguments.folder, f"training-{arguments.model}.txt"), "w", buffering=1, encoding="utf-8")
    log.write(f"{vars(arguments) | {'folder': None, 'start': bool(arguments.start)}}\n{shape}\n"
              f"parameters {sum(w.numel() for _, w in named)}, torch {torch.__version__}, one thread\n")
    begun = last_test = time.time()
    batches = {phase: samples.batches(arguments.tokens, drill, long)
               for phase, (drill, long) in enumerate(PHASES)}
    step = seen = 0
    total = count = 0.0
    while (done := progress(step, begun, arguments)) < 1:
        ids, taught = next(batches[max(arguments.first_phase, sum(done >= end for end in PHASE_ENDS))])
        factor = min(1.0, (step + 1) / 100) * min(1.0, (1 - done) / 0.4 + 0.01)
        marks = taught[:, 1:]
        loss = F.cross_entropy(model(ids[:, :-1], marks=marks), ids[:, 1:][marks])
        loss.backward()
        muon.step(arguments.rate * factor, 0.05)
        for group in adam.param_groups:
            group["lr"] = arguments.adam_rate * factor
        adam.step()
        model.zero_grad()
        step, seen = step + 1, seen + ids.numel()
        total, count = total + loss.item(), count + 1
        if time.time() - last_test > arguments.every or progress(step, begun, arguments) >= 1:
            accuracy = quick_accuracy(model, words, tests)
            log.write(f"step {step} tokens {seen} minutes {(time.time() - begun) / 60:.1f} "
                      f"loss {total / count:.4f} solved {accuracy:.3f}\n")
            total = count = 0.0
            saved = {"shape": shape.as_dict(), "weights": model.state_dict()}
            torch.save(saved, os.path.join(arguments.folder, f"{arguments.model}.pt"))
            last_test = time.time()
    log.write(f"problems drawn {samples.drawn}, of them left out because held out {samples.skipped}\n")


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("model", choices=sorted(SHAPES))
    parser.add_argument("--folder", default=".", help="for the vocabulary, the checkpoint and the log")
    parser.add_argument("--seed", type=int, default=TRAINING_SEED)
    parser.add_argument("--start", default="", help="a checkpoint to go on from (take another seed)")
    parser.add_argument("--first-phase", type=int, default=0, help="0: drills, 1: stories, 2: long rows as well")
    parser.add_argument("--steps", type=int, default=0, help="train for so many steps")
    parser.add_argument("--minutes", type=float, default=30, help="train for so long, if --steps is not given")
    parser.add_argument("--tokens", type=int, default=4096, help="tokens a batch")
    parser.add_argument("--rate", type=float, default=0.02, help="learning rate of the matrices (Muon)")
    parser.add_argument("--adam-rate", type=float, default=0.004, help="learning rate of everything else (Adam)")
    parser.add_argument("--flawed", type=float, default=0.4, help="share of solutions with mistakes")
    parser.add_argument("--every", type=float, default=200, help="seconds between tests")
    train(parser.parse_args())


if __name__ == "__main__":
    main()
