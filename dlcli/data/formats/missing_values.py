"""Words for missing values."""

from __future__ import annotations

from dataclasses import dataclass

#: missing in every column: an empty cell, and the question mark of the UCI repository
ALWAYS = ("", "?")

#: missing in every column unless `default_missing_values` is false, as in pandas
DEFAULTS = (
    *("NA", "N/A", "n/a", "<NA>", "#N/A", "#N/A N/A", "#NA", "NULL", "null", "None"),
    *("NaN", "nan", "-NaN", "-nan", "1.#IND", "-1.#IND", "1.#QNAN", "-1.#QNAN"),
)

#: missing if all other values of a column are numbers, in upper or lower case
PLACEHOLDERS = (
    *("-", "--", "---", "–", "—", ".", "..", "...", "na", "n/a", "n.a.", "n.a", "nan", "nat", "null", "nil", "none"),
    *("missing", "unknown", "#n/a", "#value!", "#div/0!", "#ref!", "#num!", "#null!", "#name?"),
)


@dataclass(frozen=True)
class MissingValues:
    """The words for missing values.

    Args:
        additional: Words for missing values that the user adds to the usual ones.
        use_defaults: Whether `DEFAULTS` are missing values in columns of words and in labels; in columns of numbers
            they always are.
    """

    additional: tuple[str, ...] = ()
    use_defaults: bool = True

    @property
    def in_words(self) -> tuple[str, ...]:
        """Words that are missing values in columns of words."""
        return (*ALWAYS, *self.additional, *(DEFAULTS if self.use_defaults else ()))

    @property
    def expected(self) -> tuple[str, ...]:
        """Words that are missing values without a remark."""
        return (*ALWAYS, *self.additional)
