"""Writes exact-answers.jsonl: pairs of answers in TeX, and whether they are equal by Python's integers and fractions.

Usage: python3 exact_answers.py > exact-answers.jsonl
"""

import json
import math
import random
from fractions import Fraction

RANDOM = random.Random(41)


def power():
    base, exponent = RANDOM.randint(2, 12), RANDOM.randint(40, 400)
    return f"{base}^{{{exponent}}}", Fraction(base) ** exponent


def inverse_power():
    base, exponent = RANDOM.randint(2, 12), RANDOM.randint(40, 400)
    return f"{base}^{{-{exponent}}}", Fraction(1, base**exponent)


def factorial():
    number = RANDOM.randint(20, 200)
    return f"{number}!", Fraction(math.factorial(number))


def binomial():
    upper = RANDOM.randint(30, 300)
    lower = RANDOM.randint(0, upper)
    return f"\\binom{{{upper}}}{{{lower}}}", Fraction(math.comb(upper, lower))


def whole():
    digits = RANDOM.randint(1, 60)
    number = RANDOM.randint(10 ** (digits - 1), 10**digits)
    return str(number), Fraction(number)


def scientific():
    digits, exponent = RANDOM.randint(100, 999), RANDOM.randint(-300, 300)
    value = Fraction(digits, 100) * Fraction(10) ** exponent
    return f"{digits // 100}.{digits % 100:02}\\times10^{{{exponent}}}", value


ATOMS = [power, inverse_power, factorial, binomial, whole, scientific]


def expression(depth):
    if depth == 0:
        return RANDOM.choice(ATOMS)()
    (left, first), (right, second) = expression(depth - 1), expression(0)
    kind = RANDOM.choice("+-*/")
    if kind == "+":
        return f"({left}+{right})", first + second
    if kind == "-":
        return f"({left}-{right})", first - second
    if kind == "*":
        return f"({left})\\cdot({right})", first * second
    return f"\\frac{{{left}}}{{{right}}}", first / second


def written(value):
    """The number itself, if it is short enough to be written."""
    if value.denominator == 1:
        return str(value.numerator)
    return f"\\frac{{{value.numerator}}}{{{value.denominator}}}"


def main():
    count = 0
    while count < 400:
        text, value = expression(RANDOM.randint(0, 2))
        digits = written(value)
        if len(digits) > 1500 or len(text) > 1500:
            continue
        step = Fraction(1, value.denominator) * RANDOM.choice([-1, 1])
        print(json.dumps({"gold": text, "predicted": digits, "equal": True}))
        print(json.dumps({"gold": text, "predicted": written(value + step), "equal": False}))
        count += 2


main()
