"""Trains one model on problems made on the fly; writes a checkpoint, from which it can go on, and a log.

    python3 train.py target --steps 1800 --folder work
    python3 train.py draft --steps 1500 --folder work --teacher work/target.pt
    python3 train.py small-target --steps 2600 --tokens 3072 --folder work
"""

import argparse
import os
import random
import time

import torch
from torch.nn import functional as F

import arithmetic
import stories
from gguf_file import load_checkpoint, read
from mistakes import MaskedText, correct_solution, solution_with_mistakes
from model import Model, Shape, generated
from vocabulary import Vocabulary, chat_prompt, learned_merges

# `small-` are the two models of the tests.
SHAPES = {
    "target": dict(layers=4, width=384, heads=6, key_heads=2, inner=896, tied=True),
    "draft": dict(layers=3, width=128, heads=4, key_heads=2, inner=192, tied=True),
    "small-target": dict(layers=4, width=128, heads=4, key_heads=2, inner=384, tied=True),
    "small-draft": dict(layers=3, width=128, heads=4, key_heads=2, inner=128, tied=True),
}
# The small target's layers that the small draft begins with, see prune.py.
DRAFT_LAYERS = [0, 1, 3]
HELD_OUT_COUNT = 1000
LONGEST_ROW = 1000
# First many bare equations, then stories, then also several chats in a row: (share of drills, share of long rows).
PHASES = [(0.5, 0.0), (0.25, 0.03), (0.08, 0.3)]
PHASE_ENDS = [0.3, 0.8]


def vocabulary(path, kind):
    """The shared vocabulary, learned from the training seed's first problems if it is not there yet."""
    if not os.path.exists(path):
        rng = random.Random(kind.TRAINING_SEED)
        texts = []
        for problem in arithmetic.problems(kind.TRAINING_SEED, 20000, kind.draw_problem):
            texts += [problem.text, solution_with_mistakes(rng, problem).text, "user\n", "assistant\n"]
        Vocabulary(learned_merges(texts, 400)).save(path)
    return Vocabulary.load(path)


def held_out_texts(kind):
    seeds = (kind.EXAMPLE_SEED, kind.HELD_OUT_SEED, kind.MEASUREMENT_SEED)
    return {problem.text for seed in seeds for problem in arithmetic.problems(seed, HELD_OUT_COUNT, kind.draw_problem)}


class Samples:
    """An endless stream of training sequences: ids and, for each, whether it is taught."""

    def __init__(self, kind, vocabulary, seed, flawed):
        self.kind, self.vocabulary, self.rng, self.flawed = kind, vocabulary, random.Random(seed), flawed
        self.excluded = held_out_texts(kind)
        self.drawn = self.skipped = 0

    def chat(self):
        """One problem with its solution; only the solution and the end of the turn are taught."""
        while True:
            problem = self.kind.draw_problem(self.rng)
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
            if ids and len(ids) + len(more) >= LONGEST_ROW:
                break
            if ids:
                ids, taught = ids + line_break, taught + [False]
            ids, taught = ids + more, taught + more_taught
        return ids, taught

    def drill(self):
        """Equations without a story, of which only the results are taught: many sums in few tokens."""
        masked = MaskedText()
        for _ in range(16):
            line = self.kind.equation(self.rng).equation
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
            x = slopes.lerp(speed, self.momentum).bfloat16()
            tall = shape[0] > shape[1]
            x = x.mT if tall else x
            x = x / (x.norm(dim=(-2, -1), keepdim=True) + 1e-7)
            for _ in range(5):
                square = x @ x.mT
                x = 3.4445 * x + (-4.7750 * square + 2.0315 * square @ square) @ x
            x = (x.mT if tall else x).float()
            for weight, update in zip(group, x):
                weight.mul_(1 - rate * decay).add_(update, alpha=-rate * max(1.0, shape[0] / shape[1]) ** 0.5)


def quick_accuracy(model, vocabulary, tests):
    model.eval()
    prompts = [vocabulary.encode(chat_prompt(problem.text)) for problem in tests]
    outputs = generated(model, prompts, vocabulary.end, 450)
    model.train()
    right = sum(f"\\boxed{{{p.answer}}}" == "\\boxed" + vocabulary.decode(o).split("\\boxed")[-1].rstrip(".")
                for p, o in zip(tests, outputs))
    return right / len(tests)


def taught_loss(model, teacher, ids, taught):
    """Mean loss in nats of the taught tokens; with a teacher, against its distributions instead of the text."""
    marks = taught[:, 1:]
    logits = model(ids[:, :-1], marks=marks).float()
    if teacher is None:
        return F.cross_entropy(logits, ids[:, 1:][marks])
    with torch.no_grad():
        wanted = teacher(ids[:, :-1], marks=marks).float().softmax(-1)
    return F.cross_entropy(logits, wanted)


class Run:
    """A training run: model, optimizers, how far it is; saved and loaded as one."""

    def __init__(self, arguments, shape):
        self.model, self.arguments = Model(shape), arguments
        named = list(self.model.named_parameters())
        self.muon = Muon([w for n, w in named if w.dim() == 2 and n.startswith("blk")])
        rest = [w for n, w in named if not (w.dim() == 2 and n.startswith("blk"))]
        self.adam = torch.optim.Adam(rest, betas=(0.9, 0.95), eps=1e-10)
        self.step = self.seen = 0
        self.seconds = 0.0
        self.path = os.path.join(arguments.folder, f"{arguments.model}.pt")

    def save(self):
        saved = {"shape": self.model.shape.as_dict(), "weights": self.model.state_dict(),
                 "speeds": list(self.muon.speeds.values()), "adam": self.adam.state_dict(),
                 "step": self.step, "seen": self.seen, "seconds": self.seconds}
        torch.save(saved, self.path + ".new")
        os.replace(self.path + ".new", self.path)

    def resume(self):
        saved = torch.load(self.path, weights_only=True)
        self.model.load_state_dict(saved["weights"])
        self.muon.speeds = dict(zip(self.muon.speeds, saved["speeds"]))
        self.adam.load_state_dict(saved["adam"])
        self.step, self.seen, self.seconds = saved["step"], saved["seen"], saved["seconds"]

    def learn(self, loss):
        """One step of both optimizers. The rate rises, stays and falls to a hundredth."""
        done, rates = self.step / self.arguments.steps, self.arguments
        factor = min(1.0, (self.step + 1) / 100) * min(1.0, (1 - done) / 0.4 + 0.01)
        loss.backward()
        self.muon.step(rates.rate * factor, 0.05)
        for group in self.adam.param_groups:
            group["lr"] = rates.adam_rate * factor
        self.adam.step()
        self.model.zero_grad()
        self.step += 1


def train(arguments):
    torch.set_num_threads(arguments.threads)
    kind = arithmetic if arguments.model.startswith("small-") else stories
    words = vocabulary(os.path.join(arguments.folder, "vocabulary.json"), kind)
    shape = Shape(vocabulary=len(words), **SHAPES[arguments.model])
    run = Run(arguments, shape)
    if arguments.resume:
        run.resume()
    elif arguments.start:
        is_file = arguments.start.endswith(".gguf")
        begun = read(arguments.start)[0] if is_file else load_checkpoint(arguments.start)
        run.model.load_state_dict(begun.state_dict())
    else:
        run.model.start(torch.Generator().manual_seed(arguments.seed))
    teacher = load_checkpoint(arguments.teacher) if arguments.teacher else None
    samples = Samples(kind, words, arguments.seed + 7919 * run.step, arguments.flawed)
    tests = arithmetic.problems(arguments.seed + 1000, 48, kind.draw_problem)
    samples.excluded |= {problem.text for problem in tests}
    log_path = os.path.join(arguments.folder, f"training-{arguments.model}.txt")
    log = open(log_path, "a" if arguments.resume else "w", buffering=1, encoding="utf-8")
    hidden = {"folder": None, "start": bool(arguments.start), "teacher": bool(arguments.teacher)}
    log.write(f"{vars(arguments) | hidden}\n{shape}\n"
              f"parameters {sum(w.numel() for w in run.model.parameters())}, torch {torch.__version__}\n")
    batches = {phase: samples.batches(arguments.tokens, drill, long)
               for phase, (drill, long) in enumerate(PHASES)}
    total = count = 0.0
    last_time = last_test = time.time()
    end = min(arguments.steps, arguments.until or arguments.steps)
    while run.step < end:
        phase = max(arguments.first_phase, sum(run.step / arguments.steps >= end for end in PHASE_ENDS))
        ids, taught = next(batches[phase])
        with torch.autocast("cpu", torch.bfloat16, enabled=arguments.bfloat16):
            loss = taught_loss(run.model, teacher, ids, taught)
        run.learn(loss)
        now = time.time()
        run.seen, run.seconds, last_time = run.seen + ids.numel(), run.seconds + now - last_time, now
        total, count = total + loss.item(), count + 1
        if now - last_test > arguments.every or run.step == end:
            run.save()
            accuracy = quick_accuracy(run.model, words, tests)
            log.write(f"step {run.step} tokens {run.seen} minutes {run.seconds / 60:.1f} "
                      f"loss {total / count:.4f} solved {accuracy:.3f}\n")
            total = count = 0.0
            last_time = last_test = time.time()
    log.write(f"problems drawn {samples.drawn}, of them left out because held out {samples.skipped}\n")


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("model", choices=sorted(SHAPES))
    parser.add_argument("--folder", default=".", help="for the vocabulary, the checkpoint and the log")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--start", default="", help="a checkpoint or GGUF file to go on from (take another seed)")
    parser.add_argument("--resume", action="store_true", help="go on from the checkpoint in the folder")
    parser.add_argument("--teacher", default="", help="a checkpoint whose distributions are learned")
    parser.add_argument("--bfloat16", action="store_true", help="multiply in bfloat16")
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--first-phase", type=int, default=0, help="0: drills, 1: stories, 2: long rows as well")
    parser.add_argument("--steps", type=int, required=True, help="train for so many steps")
    parser.add_argument("--until", type=int, help="stop at this step, before the rate has fallen as --steps says")
    parser.add_argument("--tokens", type=int, default=4096, help="tokens a batch")
    parser.add_argument("--rate", type=float, default=0.02, help="learning rate of the matrices (Muon)")
    parser.add_argument("--adam-rate", type=float, default=0.004, help="learning rate of everything else (Adam)")
    parser.add_argument("--flawed", type=float, default=0.4, help="share of solutions with mistakes")
    parser.add_argument("--every", type=float, default=200, help="seconds between tests")
    train(parser.parse_args())


if __name__ == "__main__":
    main()
