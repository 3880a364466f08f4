"""Words that stand for a missing value."""

from __future__ import annotations

from dataclasses import dataclass

#: missing in every column: an empty cell, and the question mark of the UCI repository
ALWAYS = ("", "?")

#: missing in every column unless `default_missing_values` is off: what pandas reads so
DEFAULTS = (
    *("NA", "N/A", "n/a", "<NA>", "#N/A", "#N/A N/A", "#NA", "NULL", "null", "None"),
    *("NaN", "nan", "-NaN", "-nan", "1.#IND", "-1.#IND", "1.#QNAN", "-1.#QNAN"),
)

#: missing where everything else in a column is a number, in any case
PLACEHOLDERS = (
    *("-", "--", "---", "–", "—", ".", "..", "...", "na", "n/a", "n.a.", "n.a", "nan", "nat", "null", "nil", "none"),
    *("missing", "unknown", "#n/a", "#value!", "#div/0!", "#ref!", "#num!", "#null!", "#name?"),
)


@dataclass(frozen=True)
class MissingValues:
    """Which words are missing values.

    Args:
        given: Words for missing values that the user adds to the usual ones.
        use_defaults: whether `DEFAULTS` count in columns of words and in labels. In columns of numbers they always do.
    """

    given: tuple[str, ...] = ()
    use_defaults: bool = True

    @property
    def in_words(self) -> tuple[str, ...]:
        """The words that are missing whatever the column holds."""
        return (*ALWAYS, *self.given, *(DEFAULTS if self.use_defaults else ()))

    @property
    def expected(self) -> tuple[str, ...]:
        """The words about which nothing need be said where they are missing values."""
        return (*ALWAYS, *self.given)
