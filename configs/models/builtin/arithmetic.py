"""Generated arithmetic word problems, their solutions, and solutions with mistakes that are noticed.

Everything is drawn from one `random.Random`, so a seed gives the same problems on every machine. Numbers stay
between 1 and 99. A solution is a list of lines; lines are joined by a blank line.

    python3 arithmetic.py --seed 2 --count 24 --name arithmetic --out ../../batches/arithmetic.jsonl
"""

import argparse
import json
import random
from dataclasses import dataclass

LARGEST = 99
SEPARATOR = "\n\n"
TRAINING_SEED, EXAMPLE_SEED, HELD_OUT_SEED, MEASUREMENT_SEED = 1, 2, 3, 4

MEN = ["Tom", "Ben", "Max", "Sam", "Leo", "Paul", "Nick", "Omar", "Ivan", "Luis"]
WOMEN = ["Ann", "Mia", "Eva", "Lily", "Nora", "Rosa", "Sara", "Kate", "Yuki", "Zoe"]
ITEMS = ["marbles", "apples", "cards", "stamps", "shells", "pencils", "books", "stickers", "coins", "eggs",
         "buttons", "balloons"]
VEHICLES = ["bus", "train", "tram", "ship"]
PLANTS = ["tulips", "roses", "beans", "lettuces", "carrots", "trees"]
GOODS = ["pen", "cup", "hat", "ball", "book", "plate"]
CONNECTORS = ["", "", "Then ", "Later ", "After that "]


@dataclass(frozen=True)
class Step:
    """One operation of a solution: what it is for, `left operator right = result`, and what `tail` says of `{}`."""

    purpose: str
    left: int
    operator: str
    right: int
    tail: str = ""

    @property
    def result(self):
        return calculate(self.left, self.operator, self.right)

    @property
    def equation(self):
        return self.equation_stating(self.result)

    def equation_stating(self, value):
        return f"{self.left} {self.operator} {self.right} = {value}."

    @property
    def line(self):
        return self.stating(self.result)

    def stating(self, value):
        """The line with `value` as its result."""
        return f"{self.purpose}: {self.equation_stating(value)}{self.tail.format(value)}"


@dataclass(frozen=True)
class Problem:
    """A question, the opening line of its solution (or None), the steps, and what the last line says before the answer.

    No number exceeds `largest`.
    """

    text: str
    opening: str | None
    steps: tuple
    closing: str = ""
    largest: int = LARGEST

    @property
    def answer(self):
        return self.steps[-1].result

    @property
    def solution(self):
        lines = [self.opening] if self.opening else []
        return SEPARATOR.join(lines + [step.line for step in self.steps] + [self.last_line])

    @property
    def last_line(self):
        return self.closing + answer_line(self.answer)


def answer_line(value):
    return f"The answer is \\boxed{{{value}}}."


def calculate(left, operator, right):
    """The result, or None if it is not a whole number."""
    if operator == "+":
        return left + right
    if operator == "-":
        return left - right
    if operator == "*":
        return left * right
    return left // right if right and left % right == 0 else None


def in_range(value, largest=LARGEST):
    return value is not None and 1 <= value <= largest


class Unsuitable(Exception):
    """The drawn numbers leave the range; draw again."""


class Writer:
    """Collects sentences and steps of one problem while a value is carried from event to event."""

    def __init__(self, rng):
        self.rng = rng
        self.sentences = []
        self.steps = []
        self.opening = None
        self.value = None

    def say(self, sentence):
        self.sentences.append(sentence[0].upper() + sentence[1:])

    def then(self, event):
        """Tells an event, perhaps with a connecting word before it."""
        connector = self.rng.choice(CONNECTORS)
        if connector and not event.split()[0] in MEN + WOMEN:
            event = event[0].lower() + event[1:]
        self.say(connector + event + ".")

    def work(self, purpose, left, operator, right):
        step = Step(purpose[:1].upper() + purpose[1:], left, operator, right)
        if not in_range(step.result):
            raise Unsuitable
        self.steps.append(step)
        self.value = step.result
        return step.result

    def change(self, event, operator, number):
        """An event that is told and worked out in the same words."""
        self.then(event)
        self.work(event, self.value, operator, number)

    def amount(self, largest):
        """A number of things that come or go: often small, at most `largest`."""
        if largest < 2:
            raise Unsuitable
        return self.rng.randint(2, min(9 if self.rng.random() < 0.4 else 40, largest))

    def addend(self):
        return self.amount(LARGEST - self.value)

    def subtrahend(self):
        return self.amount(self.value - 1)

    def problem(self, question):
        return Problem(" ".join(self.sentences + [question]), self.opening, tuple(self.steps))


def person(rng, taken=()):
    """A name with its pronoun, other than the names in `taken`."""
    name = rng.choice([n for n in MEN + WOMEN if n not in taken])
    return name, "He" if name in MEN else "She"


def holdings(rng, length):
    """Somebody has things, gets more of them, gives some away."""
    w = Writer(rng)
    (name, pronoun), item = person(rng), rng.choice(ITEMS)
    friend, _ = person(rng, (name,))
    w.value = rng.randint(5, 80)
    w.say(f"{name} has {w.value} {item}.")
    w.opening = f"{name} starts with {w.value} {item}."
    while len(w.steps) < length:
        kind = rng.choice(["more", "more", "fewer", "fewer", "boxes", "half", "double"])
        if kind == "more":
            n = w.addend()
            w.change(rng.choice([f"{pronoun} buys {n} more", f"{pronoun} finds {n} more",
                                 f"{pronoun} gets {n} from {friend}"]), "+", n)
        elif kind == "fewer":
            n = w.subtrahend()
            w.change(rng.choice([f"{pronoun} gives {n} to {friend}", f"{pronoun} loses {n}",
                                 f"{pronoun} sells {n}"]), "-", n)
        elif kind == "boxes" and len(w.steps) + 2 <= length:
            k, m, before = rng.randint(2, 9), rng.randint(2, 9), w.value
            w.then(f"{pronoun} buys {k} boxes of {m}")
            inside = w.work("The boxes hold", k, "*", m)
            w.work(f"With them {pronoun.lower()} has", before, "+", inside)
        elif kind == "half" and w.value % 2 == 0:
            w.change(f"{pronoun} gives half of them to {friend}", "/", 2)
        elif kind == "double" and w.value <= 45:
            w.change(f"{friend} doubles what {pronoun.lower()} has", "*", 2)
    return w.problem(f"How many {item} does {name} have now?")


def journey(rng, length):
    """People get on and off."""
    w = Writer(rng)
    vehicle = rng.choice(VEHICLES)
    w.value = rng.randint(5, 80)
    w.say(f"A {vehicle} leaves with {w.value} people.")
    w.opening = f"The {vehicle} starts with {w.value} people."
    for _ in range(length):
        if rng.random() < 0.5:
            n = w.addend()
            w.change(f"{n} people get on", "+", n)
        else:
            n = w.subtrahend()
            w.change(f"{n} people get off", "-", n)
    return w.problem(f"How many people are on the {vehicle} now?")


def garden(rng, length):
    """Rows of plants that grow or die."""
    w = Writer(rng)
    (name, pronoun), plant = person(rng), rng.choice(PLANTS)
    rows, each = rng.randint(2, 9), rng.randint(2, 12)
    w.say(f"{name} plants {rows} rows of {each} {plant}.")
    w.work("The rows hold", rows, "*", each)
    while len(w.steps) < length:
        if rng.random() < 0.45:
            n = w.addend()
            w.change(f"{pronoun} plants {n} more", "+", n)
        else:
            n = w.subtrahend()
            w.change(rng.choice([f"A rabbit eats {n}", f"{n} of them die", f"{pronoun} sells {n}"]), "-", n)
    return w.problem(f"How many {plant} are left?")


def savings(rng, length):
    """So much a week for some weeks, then spending and earning."""
    w = Writer(rng)
    name, pronoun = person(rng)
    friend, _ = person(rng, (name,))
    weekly, weeks = rng.randint(2, 12), rng.randint(2, 9)
    w.say(f"{name} saves {weekly} coins a week for {weeks} weeks.")
    w.work(f"In {weeks} weeks {pronoun.lower()} saves", weekly, "*", weeks)
    while len(w.steps) < length:
        draw = rng.random()
        if draw < 0.4:
            n = w.addend()
            w.change(rng.choice([f"{pronoun} earns {n} coins", f"{pronoun} gets {n} coins from {friend}"]), "+", n)
        elif draw < 0.85:
            n = w.subtrahend()
            w.change(f"{pronoun} spends {n} coins on a {rng.choice(GOODS)}", "-", n)
        elif w.value % 2 == 0:
            w.change(f"{pronoun} gives half of them to {friend}", "/", 2)
    return w.problem(f"How many coins does {name} have now?")


def shop(rng, length):
    """Prices, quantities, and the change."""
    w = Writer(rng)
    name, _ = person(rng)
    first, second = rng.sample(GOODS, 2)
    price, other_price, count, other_count = (rng.randint(2, 9) for _ in range(4))
    if length <= 3:
        w.say(f"A {first} costs {price} coins and a {second} costs {other_price} coins.")
        w.say(f"{name} buys {count} {first}s and a {second}.")
        total = w.work(f"The {first}s cost", count, "*", price)
        total = w.work(f"With the {second}", total, "+", other_price)
    else:
        w.say(f"A {first} costs {price} coins and a {second} costs {other_price} coins.")
        w.say(f"{name} buys {count} {first}s and {other_count} {second}s.")
        one = w.work(f"The {first}s cost", count, "*", price)
        two = w.work(f"The {second}s cost", other_count, "*", other_price)
        total = w.work("Together they cost", one, "+", two)
    if length == 2:
        return w.problem(f"How many coins does {name} pay?")
    if total >= LARGEST:
        raise Unsuitable
    paid = rng.randint(total + 1, LARGEST)
    w.say(f"{name} pays with {paid} coins.")
    w.work("The change is", paid, "-", total)
    return w.problem(f"How many coins does {name} get back?")


def comparison(rng, length):
    """Several people, each told by the one before, and all together."""
    w = Writer(rng)
    names, item = [], rng.choice(ITEMS)
    while len(names) < (3 if length >= 4 else 2):
        names.append(person(rng, names)[0])
    values = [rng.randint(4, 40)]
    w.value = values[0]
    w.say(f"{names[0]} has {values[0]} {item}.")
    for before, name in zip(names, names[1:]):
        kind = rng.choice(["more", "fewer", "twice"])
        if kind == "more":
            n = rng.randint(2, 30)
            w.say(f"{name} has {n} more than {before}.")
            values.append(w.work(f"{name} has", values[-1], "+", n))
        elif kind == "fewer":
            n = w.subtrahend()
            w.say(f"{name} has {n} fewer than {before}.")
            values.append(w.work(f"{name} has", values[-1], "-", n))
        else:
            w.say(f"{name} has twice as many as {before}.")
            values.append(w.work(f"{name} has", values[-1], "*", 2))
    total = w.work(f"{names[0]} and {names[1]} have", values[0], "+", values[1])
    if len(names) == 3:
        w.work(f"With {names[2]} they have", total, "+", values[2])
    return w.problem(f"How many {item} do they have together?")


def sharing(rng, length):
    """Bags are opened and what is left is shared."""
    w = Writer(rng)
    (name, pronoun), item = person(rng), rng.choice(ITEMS)
    bags, each, friends = rng.randint(2, 9), rng.randint(2, 12), rng.randint(2, 9)
    w.say(f"{name} has {bags} bags with {each} {item} in each.")
    w.work("The bags hold", bags, "*", each)
    for _ in range(max(0, length - 2)):
        if rng.random() < 0.5:
            n = w.addend()
            w.change(f"{pronoun} buys {n} more", "+", n)
        else:
            n = w.subtrahend()
            w.change(f"{pronoun} loses {n}", "-", n)
    w.then(f"{pronoun} shares them equally among {friends} friends")
    w.work("Each friend gets", w.value, "/", friends)
    return w.problem(f"How many {item} does each friend get?")


def puzzle(rng, length):
    """A number and what is done to it."""
    w = Writer(rng)
    w.value = rng.randint(2, 90)
    w.say(f"Start with {w.value}.")
    for _ in range(length):
        operator = rng.choice(["+", "+", "-", "-", "*", "/"])
        if operator == "+":
            n = w.addend()
            w.change(f"Add {n}", "+", n)
        elif operator == "-":
            n = w.subtrahend()
            w.change(f"Take away {n}", "-", n)
        elif operator == "*":
            n = rng.randint(2, 9)
            w.change(f"Multiply by {n}", "*", n)
        else:
            n = rng.randint(2, 9)
            w.change(f"Divide by {n}", "/", n)
    return w.problem("What is the result?")


def equation(rng):
    """A single operation, without a story."""
    w = Writer(rng)
    while True:
        w.value, operator = rng.randint(2, LARGEST - 2), rng.choice("+++---*/")
        try:
            if operator == "+":
                w.work("", w.value, "+", w.addend()) if rng.random() < 0.7 else w.work("", w.addend(), "+", w.value)
            elif operator == "-":
                w.work("", w.value, "-", w.subtrahend())
            elif operator == "*":
                w.work("", rng.randint(2, 45), "*", rng.randint(2, 12))
            else:
                w.work("", w.value, "/", rng.choice([2, 2, 3, 4, 5, 6, 7, 8, 9]))
            return w.steps[0]
        except Unsuitable:
            continue


STORIES = [holdings, holdings, journey, garden, savings, shop, comparison, sharing, puzzle]


def draw_problem(rng, stories=tuple(STORIES), lengths=(2, 3, 3, 4, 4, 5)):
    """One problem of a random story with a random number of operations."""
    story, length = rng.choice(stories), rng.choice(lengths)
    while True:
        try:
            return story(rng, length)
        except Unsuitable:
            continue


def problems(seed, count, draw=draw_problem):
    """`count` different problems of a seed."""
    rng, seen, drawn = random.Random(seed), set(), []
    while len(drawn) < count:
        problem = draw(rng)
        if problem.text not in seen:
            seen.add(problem.text)
            drawn.append(problem)
    return drawn


def batch_command(draw, training_seed, name):
    """The command line of a module of problems: writes a batch."""
    parser = argparse.ArgumentParser(description="Write a batch of problems as JSON lines.")
    parser.add_argument("--seed", type=int, required=True)
    parser.add_argument("--count", type=int, required=True)
    parser.add_argument("--name", default=name, help="what the ids begin with")
    parser.add_argument("--out", required=True)
    arguments = parser.parse_args()
    if arguments.seed == training_seed:
        parser.error(f"seed {training_seed} is the training seed; take another")
    with open(arguments.out, "w", encoding="utf-8") as file:
        for number, problem in enumerate(problems(arguments.seed, arguments.count, draw), 1):
            line = {"id": f"{arguments.name}-{number:03d}", "problem": problem.text, "answer": str(problem.answer)}
            file.write(json.dumps(line) + "\n")


if __name__ == "__main__":
    batch_command(draw_problem, TRAINING_SEED, "arithmetic")
