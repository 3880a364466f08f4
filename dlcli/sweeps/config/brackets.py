"""Which brackets are open at each character of a text."""

from __future__ import annotations

from dlcli.sweeps.config.notation_error import NotationError

_OPENED_BY = {")": "(", "]": "[", "}": "{"}


def depths(text: str) -> list[int]:
    """For each character, how many brackets are open after it; those in quotes are none.

    Raises:
        NotationError: a bracket has no counterpart.
    """
    found: list[int] = []
    opened: list[tuple[str, int]] = []
    quote = before = ""
    for position, character in enumerate(text):
        if quote:
            quote = "" if character == quote else quote
        elif character in "'\"" and not before.isalnum():  # no quote in `don't`
            quote = character
        elif character in _OPENED_BY.values():
            opened.append((character, position))
        elif character in _OPENED_BY:
            if not opened:
                raise NotationError(f"there is no {_OPENED_BY[character]} before this {character}", position)
            if opened[-1][0] != _OPENED_BY[character]:
                break
            opened.pop()
        found.append(len(opened))
        before = character
    if opened:
        bracket, position = opened[-1]
        raise NotationError(f"this {bracket} is not closed", position)
    return found
