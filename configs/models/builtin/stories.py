"""Longer word problems than `arithmetic.py`'s: numbers to 199, four to six steps of 15 to 60 tokens.

A solution tells every event again, works it out, and says what there is now, so most of its tokens follow from what
stands before them and only the results are hard.

    python3 stories.py --seed 12 --count 24 --name stories --out ../../batches/stories.jsonl
"""

from dataclasses import dataclass

from arithmetic import ITEMS, MEN, PLANTS, VEHICLES, WOMEN, Problem, Step, Unsuitable, batch_command, in_range

LARGEST = 199
TRAINING_SEED, EXAMPLE_SEED, HELD_OUT_SEED, MEASUREMENT_SEED = 11, 12, 13, 14


@dataclass(frozen=True)
class Setting:
    """A story's words. `{name}`, `{he}`, `{friend}` and `{things}` are the same all through it; numbers are named."""

    things: tuple
    opening: str
    more: tuple
    fewer: tuple
    state: str
    question: str
    groups_come: str
    groups_go: str


SETTINGS = [
    Setting(ITEMS, "{name} has {n} {things} in a big album",
            ("{he} buys {n} more {things}", "{he} finds {n} {things} in the attic",
             "{he} gets {n} {things} from {friend}"),
            ("{he} gives {n} {things} to {friend}", "{he} loses {n} {things} on the way", "{he} sells {n} {things}"),
            "Now {name} has {n} {things}.", "How many {things} does {name} have now?",
            "{he} buys {k} boxes with {m} {things} in each box", "{he} sells {k} boxes with {m} {things} in each box"),
    Setting(VEHICLES, "a {things} leaves the first station with {n} people on board",
            ("{n} people get on the {things}", "a group of {n} people gets on the {things}"),
            ("{n} people get off the {things}", "a group of {n} people gets off the {things}"),
            "Now there are {n} people on the {things}.", "How many people are on the {things} now?",
            "{k} groups of {m} people get on the {things}", "{k} groups of {m} people get off the {things}"),
    Setting(PLANTS, "{name} has a garden with {n} {things}",
            ("{he} plants {n} more {things}", "{friend} plants {n} {things} for {name}"),
            ("a rabbit eats {n} {things}", "{n} {things} die in the frost", "{he} sells {n} {things} at the market"),
            "Now there are {n} {things} in the garden.", "How many {things} are in the garden now?",
            "{he} plants {k} rows of {m} {things}", "{he} digs out {k} rows of {m} {things}"),
    Setting(("coins",), "{name} has saved {n} coins",
            ("{he} earns {n} coins for washing cars", "{he} gets {n} coins from {friend}"),
            ("{he} spends {n} coins on a new bicycle", "{he} lends {n} coins to {friend}",
             "{he} pays {n} coins for a ticket"),
            "Now {name} has {n} coins.", "How many coins does {name} have now?",
            "for {k} weeks {he} saves {m} coins a week", "for {k} weeks {he} spends {m} coins a week"),
    Setting(("loaves", "rolls", "cakes", "pies"), "a bakery begins the day with {n} {things}",
            ("the baker brings {n} fresh {things} from the oven", "another shop sends {n} {things}"),
            ("a school takes {n} {things}", "{n} {things} are sold before noon",
             "{name} buys {n} {things} for a party"),
            "Now there are {n} {things} in the bakery.", "How many {things} are left in the bakery?",
            "the baker brings {k} trays with {m} {things} on each tray",
            "a hotel takes {k} trays with {m} {things} on each tray"),
    Setting(("books", "maps", "games", "films"), "a library has {n} {things} on its shelves",
            ("{friend} returns {n} {things}", "the library buys {n} new {things}"),
            ("{name} borrows {n} {things}", "{n} {things} are too old and are given away"),
            "Now there are {n} {things} on the shelves.", "How many {things} are on the shelves now?",
            "workers fill {k} new shelves with {m} {things} each", "workers empty {k} shelves with {m} {things} each"),
    Setting(("sheep", "goats", "hens", "ducks"), "{name} keeps {n} {things} on a farm",
            ("{n} {things} are born in spring", "{he} buys {n} {things} from {friend}"),
            ("{he} sells {n} {things} to {friend}", "{n} {things} run away in the night"),
            "Now there are {n} {things} on the farm.", "How many {things} are on the farm now?",
            "{he} buys {k} pens with {m} {things} in each pen", "{he} sells {k} pens with {m} {things} in each pen"),
]
LINKS = ["", "", "Then ", "Later ", "After that ", "The next day "]
PARTS = {2: "half", 3: "a third", 4: "a quarter", 5: "a fifth"}
SEVERAL = {2: "doubles", 3: "triples"}


def capital(text):
    return text[:1].upper() + text[1:]


class Story:
    """Collects the sentences of a question and the steps of its solution while a quantity changes."""

    def __init__(self, rng, setting):
        self.rng, self.setting, self.sentences, self.steps = rng, setting, [], []
        self.name = rng.choice(MEN + WOMEN)
        self.words = {"name": self.name, "he": "he" if self.name in MEN else "she",
                      "friend": rng.choice([n for n in MEN + WOMEN if n != self.name]),
                      "things": rng.choice(setting.things)}
        self.value = rng.randint(20, 120)
        opening = self.text(setting.opening, n=self.value)
        self.sentences.append(capital(opening) + ".")
        self.opening = f"At first {opening}."

    def text(self, template, **numbers):
        return template.format(**self.words, **numbers)

    def state(self, value="{}"):
        return self.text(self.setting.state, n=value)

    def tell(self, event):
        self.sentences.append(capital(self.rng.choice(LINKS) + event) + ".")

    def work(self, purpose, left, operator, right, tail):
        step = Step(capital(purpose), left, operator, right, " " + tail)
        if not in_range(step.result, LARGEST):
            raise Unsuitable
        self.steps.append(step)
        return step.result

    def change(self, event, operator, number):
        word = "add" if operator == "+" else "subtract"
        self.value = self.work(f"{event}, so we {word}", self.value, operator, number, self.state())

    def amount(self, largest):
        """A number of things that come or go: small, middling or large, at most `largest`."""
        if largest < 2:
            raise Unsuitable
        return self.rng.randint(2, min(self.rng.choice([9, 30, 60, 90]), largest))

    def one_change(self):
        """So many come, or so many go."""
        if self.rng.random() < 0.5:
            number, templates, operator = self.amount(LARGEST - self.value), self.setting.more, "+"
        else:
            number, templates, operator = self.amount(self.value - 1), self.setting.fewer, "-"
        event = self.text(self.rng.choice(templates), n=number)
        self.tell(event)
        self.change(event, operator, number)

    def groups(self):
        """Several groups of as many come or go: a product, then a sum."""
        count, each = self.rng.randint(2, 9), self.rng.randint(3, 12)
        comes = self.rng.random() < 0.6
        event = self.text(self.setting.groups_come if comes else self.setting.groups_go, k=count, m=each)
        self.tell(event)
        number = self.work(f"{event}, so we multiply", count, "*", each, f"That makes {{}} for {count} of them.")
        self.change(f"{number} {'come' if comes else 'go'} in all", "+" if comes else "-", number)

    def part(self):
        """A part of them goes: a quotient, then a difference."""
        fitting = [n for n in PARTS if self.value % n == 0]
        if not fitting:
            raise Unsuitable
        divisor = self.rng.choice(fitting)
        event = f"{PARTS[divisor]} of it is taken away"
        self.tell(event)
        number = self.work(f"{event}, so we divide", self.value, "/", divisor, "So much is taken away: {}.")
        self.change(f"{number} go in all", "-", number)

    def several(self):
        """They become twice or three times as many."""
        factor = self.rng.choice(list(SEVERAL))
        event = f"the number {SEVERAL[factor]}"
        self.tell(event)
        self.value = self.work(f"{event}, so we multiply", self.value, "*", factor, self.state())

    def sharing(self):
        """At the end all is divided equally."""
        fitting = [n for n in range(2, 10) if self.value % n == 0]
        if not fitting:
            raise Unsuitable
        count = self.rng.choice(fitting)
        self.tell(f"all of it is put in {count} equal parts")
        result = self.work(f"all of it is put in {count} equal parts, so we divide", self.value, "/", count,
                           "There are {} in each part.")
        return "How many are in each part?", f"In the end there are {result} in each part."

    def comparing(self):
        """At the end another one's quantity is added."""
        other = self.words["friend"]
        number = self.amount(min(LARGEST - self.value, self.value) - 1)
        operator = "+" if self.rng.random() < 0.5 else "-"
        word, verb = ("more", "add") if operator == "+" else ("fewer", "subtract")
        self.tell(f"{other} counts {number} {word} than that")
        theirs = self.work(f"{other} counts {number} {word}, so we {verb}", self.value, operator, number,
                           f"So {other} counts {{}}.")
        self.value = self.work("we add the two numbers to have the sum", self.value, "+", theirs,
                               "Both numbers make {} together.")
        return "What is the sum of the two numbers?", f"In the end the sum is {self.value}."


def drawn_story(rng, length):
    """One problem of `length` steps."""
    story = Story(rng, rng.choice(SETTINGS))
    ending = rng.choice([None, None, story.sharing, story.comparing])
    last = {None: 0, story.sharing: 1, story.comparing: 2}[ending]
    while len(story.steps) < length - last:
        kinds = [story.one_change, story.one_change, story.several]
        if len(story.steps) + 2 <= length - last:
            kinds += [story.groups, story.groups, story.part]
        rng.choice(kinds)()
    question = story.text(story.setting.question)
    closing = capital(story.state(story.value).replace("Now", "In the end", 1))
    if ending:
        question, closing = ending()
    return Problem(" ".join(story.sentences + [question]), story.opening, tuple(story.steps), closing + " ", LARGEST)


def draw_problem(rng, lengths=(4, 4, 5, 5, 6, 6)):
    """One problem of a random setting with a random number of steps."""
    length = rng.choice(lengths)
    while True:
        try:
            return drawn_story(rng, length)
        except Unsuitable:
            continue


def equation(rng):
    """A single operation, without a story, of the sizes that stories have."""
    while True:
        operator = rng.choice("+++----*/")
        if operator in "+-":
            left, right = rng.randint(2, LARGEST - 2), rng.randint(2, rng.choice([9, 30, 60, 90, 120]))
            # What is left of nearly all is seldom drawn, and is learned late.
            if operator == "-" and rng.random() < 0.4:
                right = max(1, left - rng.randint(1, 15))
        elif operator == "*":
            pairs = [(rng.randint(2, 9), rng.randint(3, 12)), (rng.randint(2, 99), rng.choice([2, 3]))]
            left, right = rng.choice(pairs)
        else:
            right = rng.randint(2, 9)
            left = right * rng.randint(2, LARGEST // right)
        step = Step("", left, operator, right)
        if in_range(step.result, LARGEST):
            return step


if __name__ == "__main__":
    batch_command(draw_problem, TRAINING_SEED, "stories")
