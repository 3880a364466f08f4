"""Nesting depth of brackets in a text."""

from __future__ import annotations

from dlcli.sweeps.config.notation_error import NotationError

_OPENED_BY = {")": "(", "]": "[", "}": "{"}


def bracket_depths(text: str) -> list[int]:
    """Return the number of open brackets after each character, ignoring brackets in quotes.

    Raises:
        NotationError: A bracket is not matched.
    """
    depths: list[int] = []
    opened: list[tuple[str, int]] = []
    quote = previous = ""
    for position, character in enumerate(text):
        if quote:
            quote = "" if character == quote else quote
        elif character in "'\"" and not previous.isalnum():  # an apostrophe, as in `don't`, opens no quote
            quote = character
        elif character in _OPENED_BY.values():
            opened.append((character, position))
        elif character in _OPENED_BY:
            if not opened:
                raise NotationError(f"this {character} has no matching {_OPENED_BY[character]}", position)
            if opened[-1][0] != _OPENED_BY[character]:
                break
            opened.pop()
        depths.append(len(opened))
        previous = character
    if opened:
        bracket, position = opened[-1]
        raise NotationError(f"this {bracket} is not closed", position)
    return depths
