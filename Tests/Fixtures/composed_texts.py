"""Writes composed-texts.json: texts, and each in composed form (NFC), from Python's unicodedata.

    python3 composed_texts.py composed-texts.json

Texts are random, of the characters that compose, decompose or change places, and of some that do none of it. Characters
newer than Unicode 9 are left out, since programs differ in the versions they know.
"""

import json
import random
import sys
import unicodedata

OLD = unicodedata.ucd_3_2_0
LETTERS = "aeiouAEOnczqKx1 .<"


def characters():
    """Marks, what they compose to, what decomposes for good, and the letters of Hangul syllables."""
    old = [chr(code) for code in range(0x30000) if OLD.category(chr(code)) not in ("Cn", "Cs")]
    marks = [character for character in old if unicodedata.combining(character)]
    changed = [character for character in old if unicodedata.normalize("NFD", character) != character]
    joined = [part for character in changed for part in unicodedata.normalize("NFD", character)]
    return marks, changed, joined, [chr(code) for code in range(0x1100, 0x1200)]


def main():
    generator = random.Random(1)
    groups = [*characters(), list(LETTERS)]
    texts = []
    for _ in range(500):
        text = ""
        for _ in range(generator.randint(1, 12)):
            text += generator.choice(generator.choice(groups))
        texts.append({"text": text, "composed": unicodedata.normalize("NFC", text)})
    with open(sys.argv[1], "w", encoding="utf-8") as file:
        file.write("[\n" + ",\n".join(json.dumps(text) for text in texts) + "\n]\n")


if __name__ == "__main__":
    main()
