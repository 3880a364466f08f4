"""Fixtures for every test."""

from __future__ import annotations

import os
import random
import re
from collections.abc import Callable

import pytest
from hypothesis import settings

from dlcli import registry

if os.environ.get("CI"):  # the same examples every time: a red run is about the change
    settings.register_profile("ci", derandomize=True)
    settings.load_profile("ci")

#: what a hand on a keyboard, a merge or a template engine leaves behind
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


@pytest.fixture(scope="session")
def mutated() -> Callable[[str, int], str]:
    """`mutated(text, seed)`: a config after one to three accidents."""

    def mutate(text: str, seed: int) -> str:
        chance = random.Random(seed)
        for _ in range(chance.choice([1, 1, 2, 3])):
            accident = chance.choice([_in_lines, _in_lines, _in_tokens, _in_tokens, _in_characters])
            text = accident(text, chance)
        return text

    return mutate


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


@pytest.fixture
def empty_registry(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing is registered, and what the test registers is gone after it.

    Do not import a package of components for the first time under this fixture: its registrations would be gone, too.
    """
    monkeypatch.setattr(registry, "_components", {})
