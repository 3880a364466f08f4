"""Mutations of a config, as by typing errors, merge conflicts, template engines or attackers."""

from __future__ import annotations

import random
import re

#: fragments that typing errors, merge conflicts and template engines leave behind
_DEBRIS = [
    *(
        "\t",
        "\n",
        " ",
        "  ",
        ":",
        ": ",
        "- ",
        "-",
        ",",
        "#",
        "'",
        '"',
        "[",
        "]",
        "{",
        "}",
        "&a",
        "*a",
        "!",
        "|",
        ">",
        "%",
        "@",
        "`",
    ),
    *(
        "?",
        "<<: ",
        "---",
        "...",
        "null",
        "~",
        "yes",
        "true",
        "-1",
        "0",
        "1e999",
        ".nan",
        ".inf",
        "1_000",
        "0x1F",
        "9" * 500,
    ),
    *(
        "\0",
        "\x07",
        "\ufeff",
        "\u2028",
        "é",
        "𝛼",
        "name",
        "name: ",
        "{name: adam}",
        "[[]]",
        "''",
        "!!python/name:os.system",
    ),
]
#: values that fit their type and nothing else
_EXTREMES = [
    *("0", "-1", "1e308", "-1e308", "1e-308", "5e-324", "true", "1.5", "1000000000", "1000000000000"),
    *("9223372036854775807", "9223372036854775808", "1" + "0" * 30, "-9223372036854775809", "1:30", "0o777"),
]


def mutate(text: str, seed: int) -> str:
    """The text after one to three accidents."""
    chance = random.Random(seed)
    for _ in range(chance.choice([1, 1, 2, 3])):
        accident = chance.choice([_in_lines, _in_lines, _in_tokens, _in_tokens, _in_characters])
        text = accident(text, chance)
    return text


def mutate_numbers(text: str, seed: int) -> str:
    """The text with one or two of its numbers replaced by extreme ones."""
    chance = random.Random(seed)
    for _ in range(chance.choice([1, 1, 2])):
        numbers = list(re.finditer(r"(?<![\w.])-?\d[\w.+-]*", text))
        if numbers:
            found = chance.choice(numbers)
            text = text[: found.start()] + chance.choice(_EXTREMES) + text[found.end() :]
    return text


def _in_lines(text: str, chance: random.Random) -> str:
    lines = text.split("\n")
    one, other = chance.randrange(len(lines)), chance.randrange(len(lines))
    match chance.randrange(7):
        case 0:
            del lines[one]
        case 1:
            lines.insert(other, lines[one])
        case 2:
            lines[one], lines[other] = lines[other], lines[one]
        case 3:
            lines[one] = " " * chance.randrange(1, 5) + lines[one]
        case 4:
            lines[one] = lines[one][chance.randrange(1, 4) :]
        case 5:
            lines = lines[:one]
        case 6:
            del lines[min(one, other) : max(one, other)]
    return "\n".join(lines)


def _in_tokens(text: str, chance: random.Random) -> str:
    tokens = re.findall(r"\w+|\s+|[^\w\s]", text) or [""]
    one, other = chance.randrange(len(tokens)), chance.randrange(len(tokens))
    match chance.randrange(4):
        case 0:
            tokens[one] = ""
        case 1:
            tokens[one] = tokens[other]
        case 2:
            tokens[one] = chance.choice(_DEBRIS)
        case 3:
            tokens[one] += tokens[one]
    return "".join(tokens)


def _in_characters(text: str, chance: random.Random) -> str:
    place = chance.randrange(len(text) + 1)
    match chance.randrange(3):
        case 0:
            return text[:place] + text[place + 1 :]
        case 1:
            return text[:place] + chance.choice(_DEBRIS) + text[place:]
        case _:
            return text[:place] + chr(chance.randrange(1, 0x250)) + text[place + 1 :]
