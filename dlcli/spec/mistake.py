"""A mistake in a config on its way from the validator that saw it to the place in the file where it stands."""

from __future__ import annotations

from collections.abc import Iterable
from typing import cast

from pydantic import ValidationError
from pydantic_core import InitErrorDetails, PydanticCustomError

from dlcli.core import ErrorCode
from dlcli.spec.key_paths import KeyPath

#: codes of mistakes that are not about a value: a key that should not be there, one that should, and the number of
#: further mistakes that are not described
UNKNOWN_KEY: ErrorCode = "unknown_key"
MISSING_KEY: ErrorCode = "missing_key"
FURTHER: ErrorCode = "further_mistakes"
#: mistakes of one section that are described; more come from a file that is no config
MAX_MISTAKES = 100


class Mistake:
    """One problem of a config: what kind, where (relative to the section that says it), and in which words.

    Args:
        path: Path of the value or the key.
        message: Text for the user.
        code: Stable name of the kind of mistake; it is the type of pydantic's error on the way.
        offset: Index of the character of the value, a text, that the mistake is about.
    """

    def __init__(self, path: KeyPath, message: str, code: ErrorCode = "invalid_value", *, offset: int = 0) -> None:
        self.path = path
        self.message = message
        self.code = code
        self.offset = offset

    def below(self, *path: str | int) -> Mistake:
        """The same mistake, seen from the section that holds this one at `path`."""
        return Mistake((*path, *self.path), self.message, self.code, offset=self.offset)

    def for_pydantic(self) -> InitErrorDetails:
        error = PydanticCustomError(self.code, "{message}", {"message": self.message, "offset": self.offset})
        return InitErrorDetails(type=error, loc=self.path, input=None)


def mistaken(mistakes: Iterable[Mistake]) -> ValidationError:
    """The exception that a validator raises for `mistakes`."""
    return ValidationError.from_exception_data("config", [mistake.for_pydantic() for mistake in mistakes])


def mistakes_of(error: ValidationError) -> list[Mistake]:
    """The mistakes in an exception raised by a section."""
    return [
        Mistake(
            details["loc"], details["ctx"]["message"], cast(ErrorCode, details["type"]), offset=details["ctx"]["offset"]
        )
        for details in error.errors(include_url=False, include_input=False)
    ]
