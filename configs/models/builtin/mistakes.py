"""Solutions in which something goes wrong and is then noticed and put right.

A target that takes over writes on after the draft's block, so it must have seen contexts that hold a mistake. It must
not learn to make mistakes: the characters that would teach it (the first wrong ones of a line) carry no loss, see
`MaskedText`. What follows a wrong character is taught, because a block may end in the middle of a step.
"""

from arithmetic import SEPARATOR, Step, answer_line, in_range

NOTICED = "Wait, that is wrong: "
OPENING = -1


class MaskedText:
    """A text and, for each character, whether the model is trained to write it."""

    def __init__(self):
        self.text = ""
        self.taught = []

    def add(self, text, untaught=(0, 0)):
        self.text += text
        self.taught += [not untaught[0] <= i < untaught[1] for i in range(len(text))]

    def add_line(self, line, untaught=(0, 0)):
        if self.text:
            self.add(SEPARATOR)
        self.add(line, untaught)


def correct_solution(problem):
    written = MaskedText()
    written.add(problem.solution)
    return written


def solution_with_mistakes(rng, problem):
    """The solution with one to three mistakes, each noticed at once, some steps later, or after the answer."""
    count = rng.choice([1, 1, 1, 1, 2, 2, 3])
    first = OPENING if problem.opening else 0
    places = [first if rng.random() < 0.15 else rng.randrange(len(problem.steps) + 1) for _ in range(count)]
    written = MaskedText()
    for place in range(first, len(problem.steps) + 1):
        if place in places:
            write_mistake(rng, problem, place, written)
            while rng.random() < 0.12:
                wrong = spoilt_number(rng, value_at(problem, place), problem.largest)
                write_wrong(written, correction(problem, place), correction(problem, place, wrong))
            written.add_line(correction(problem, place))
        else:
            written.add_line(right_line(problem, place))
            if place < len(problem.steps) and rng.random() < 0.06:
                write_needless_correction(rng, problem, place, written)
    return written


def value_at(problem, place):
    if place == OPENING:
        return int(next(word for word in problem.opening.split() if word.isdigit()))
    return problem.steps[place].result if place < len(problem.steps) else problem.answer


def right_line(problem, place):
    if place == OPENING:
        return problem.opening
    return problem.steps[place].line if place < len(problem.steps) else problem.last_line


def line_with(problem, place, value):
    """The line with another number as its result."""
    if place != OPENING and place < len(problem.steps):
        return problem.steps[place].stating(value)
    return right_line(problem, place).replace(str(value_at(problem, place)), str(value))


def correction(problem, place, value=None):
    value = value_at(problem, place) if value is None else value
    if place == OPENING:
        return NOTICED + line_with(problem, place, value)
    if place < len(problem.steps):
        return NOTICED + problem.steps[place].equation_stating(value)
    return NOTICED + answer_line(value).replace("The", "the")


def write_wrong(written, right, wrong):
    """Adds a wrong line; no loss from its first wrong character to the end of that number."""
    start = next((i for i, pair in enumerate(zip(right, wrong)) if pair[0] != pair[1]), min(len(right), len(wrong)))
    end = start + 1
    while end < len(wrong) and wrong[start].isdigit() and wrong[end].isdigit():
        end += 1
    written.add_line(wrong, (start, end))


def write_needless_correction(rng, problem, place, written):
    """A right line is called wrong: said again, or replaced by a wrong one, which is then put right."""
    if rng.random() < 0.5:
        written.add_line(correction(problem, place), (0, len("Wait")))
        return
    spoilt = None
    if place != OPENING:
        spoilt = misread(rng, problem.steps[place], problem.largest)
    line = correction(problem, place, spoilt_number(rng, value_at(problem, place), problem.largest))
    line = NOTICED + spoilt.equation if spoilt else line
    written.add_line(line, (0, len(line) - 1))
    written.add_line(correction(problem, place))


def spoilt_number(rng, value, largest):
    """A number near enough to be mistaken for `value`, never the same."""
    while True:
        kind = rng.randrange(6)
        if kind == 0:
            wrong = value + rng.choice([-2, -1, 1, 2])
        elif kind == 1:
            wrong = value + rng.choice([-20, -10, 10, 20])
        elif kind == 2:
            wrong = int(str(value)[::-1])
        elif kind == 3:
            wrong = value // 10 * 10 + rng.randrange(10)
        elif kind == 4:
            wrong = value % 10 + 10 * rng.randrange(10)
        else:
            wrong = rng.randint(1, largest)
        if wrong != value and in_range(wrong, largest):
            return wrong


def write_mistake(rng, problem, place, written):
    """One wrong line in the place of the right one, and perhaps more lines that build on it."""
    steps = problem.steps
    if place == OPENING or place == len(steps):
        value = value_at(problem, place)
        wrong = spoilt_number(rng, value, problem.largest)
        write_wrong(written, right_line(problem, place), line_with(problem, place, wrong))
        if place == OPENING:
            write_consequences(rng, problem, 0, {value: wrong}, written)
        return
    step, kind = steps[place], rng.random()
    if kind < 0.25:
        # The step is left out and the next one works with the value before it.
        before = {step.result: step.left}
        if place + 1 == len(steps):
            write_wrong(written, step.line, line_with(problem, len(steps), step.left))
            return
        spoilt = substituted(steps[place + 1], before, problem.largest)
        if spoilt and spoilt.line != step.line:
            write_wrong(written, step.line, spoilt.line)
            write_consequences(rng, problem, place + 2, before | {steps[place + 1].result: spoilt.result}, written)
            return
    elif kind < 0.32 and place > 0:
        # The step before is done twice.
        before = steps[place - 1]
        spoilt = Step(before.purpose, before.result, before.operator, before.right, before.tail)
        if in_range(spoilt.result, problem.largest):
            write_wrong(written, step.line, spoilt.line)
            write_consequences(rng, problem, place, {before.result: spoilt.result}, written)
            return
    elif kind < 0.5:
        spoilt = misread(rng, step, problem.largest)
        if spoilt:
            write_wrong(written, step.line, spoilt.line)
            write_consequences(rng, problem, place + 1, {step.result: spoilt.result}, written)
            return
    wrong = spoilt_number(rng, step.result, problem.largest)
    write_wrong(written, step.line, step.stating(wrong))
    write_consequences(rng, problem, place + 1, {step.result: wrong}, written)


def misread(rng, step, largest):
    """The step with a number or the operator misread, worked out rightly; None if that leaves the range."""
    left, operator, right = step.left, step.operator, step.right
    kind = rng.randrange(3)
    if kind == 0:
        left = spoilt_number(rng, left, largest)
    elif kind == 1:
        right = spoilt_number(rng, right, largest)
    else:
        operator = rng.choice([o for o in "+-*/" if o != operator])
    spoilt = Step(step.purpose, left, operator, right, step.tail)
    return spoilt if in_range(spoilt.result, largest) else None


def substituted(step, values, largest):
    """The step with wrong values in the place of right ones; None if its result leaves the range."""
    left, right = values.get(step.left, step.left), values.get(step.right, step.right)
    spoilt = Step(step.purpose, left, step.operator, right, step.tail)
    return spoilt if in_range(spoilt.result, largest) else None


def write_consequences(rng, problem, place, values, written):
    """With some probability: further steps, and perhaps the answer, that use the wrong values.

    Only the first character's token of such a line is untaught: at that point the mistake should be noticed.
    """
    if rng.random() < 0.65:
        return
    values = dict(values)
    last = rng.randint(place, len(problem.steps))
    for step in problem.steps[place:last + 1]:
        spoilt = substituted(step, values, problem.largest)
        if spoilt is None:
            return
        written.add_line(spoilt.line, (0, 1))
        values[step.result] = spoilt.result
    if last == len(problem.steps):
        written.add_line(line_with(problem, last, values.get(problem.answer, problem.answer)), (0, 1))
