"""What is wrong in a text that stands for a parameter."""

from __future__ import annotations


class NotationError(ValueError):
    """A text that is neither a distribution nor an expression.

    Args:
        message: what is wrong.
        offset: the character it is at, from 0.
    """

    def __init__(self, message: str, offset: int = 0) -> None:
        super().__init__(message)
        self.offset = offset
