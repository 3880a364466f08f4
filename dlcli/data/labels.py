"""Labels of classes in data: their spellings, their order, and their names."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal, InvalidOperation
from typing import TypeAlias

import numpy as np

from dlcli.core import DataError, formatting

#: label of a class in the data
Label: TypeAlias = str | int
#: names of the labels 0 … K−1 or of the sorted labels, or label → name
ClassNames: TypeAlias = Sequence[str] | Mapping[str, str] | Mapping[Label, str]

#: integers with more distinct values than this are quantities, not classes
MAX_INTEGER_CLASSES = 100

#: maximum number of items that a message lists
MAX_LISTED = 10


class LabelError(DataError):
    """A label that is not one of the classes."""


def are_labels(targets: np.ndarray) -> bool:
    """Return whether targets look like classes rather than values.

    Words are classes, and so are integers with at most 100 distinct values and at most half as many as examples. All
    other targets are values.
    """
    if targets.ndim > 1:
        return False
    if targets.dtype.kind in "USOb":
        return True
    if targets.dtype.kind == "f" and not np.array_equal(targets, np.round(targets)):
        return False
    return len(np.unique(targets)) <= min(MAX_INTEGER_CLASSES, len(targets) // 2)


def plain_labels(targets: np.ndarray, key: str | None = None) -> np.ndarray:
    """Return (N,) labels as words or integers.

    Args:
        targets: (N,) or (N, 1) raw targets.
        key: Key of an error.

    Raises:
        DataError: There are several columns, or numbers that are not integers.
    """
    if targets.ndim == 2 and targets.shape[1] == 1:
        targets = targets[:, 0]
    if targets.ndim != 1:
        raise DataError(
            f"expected one class label for each example, got targets of shape {targets.shape} "
            "(for one-hot rows, save the argmax)",
            code="wrong_shape",
        )
    if targets.dtype.kind == "b":
        return np.where(targets, "true", "false")
    if targets.dtype.kind == "f":
        whole = np.isfinite(targets) & (targets == np.round(targets)) & (np.abs(targets) < 2.0**63)
        if not whole.all():
            row = int(np.argmin(whole))
            raise LabelError(
                f"expected words or integers as classes, got {targets[row]} for example {row}",
                code="wrong_type",
                key=key,
            )
        return targets.astype(np.int64)
    return targets.astype(str) if targets.dtype.kind in "SO" else targets


def distinct_labels(targets: np.ndarray, spellings: np.ndarray | None = None) -> list[Label]:
    """Return the distinct labels, numbers in ascending and words in alphabetical order.

    Args:
        targets: (N,) words or numbers.
        spellings: (N,) spellings of the numbers in the data if they say more; None = the numbers say all.
    """
    if spellings is None:
        plain: list[Label] = np.unique(plain_labels(targets)).tolist()
        return plain
    unique, first = np.unique(spellings, return_index=True)
    ordered: list[Label] = unique[np.argsort(targets[first], kind="stable")].tolist()
    return ordered


def canonical_label(label: object) -> object:
    """Return a value that is equal for all spellings of a label: 1, 01, 1.0 and true are the same number."""
    text = str(label).strip()
    if text.casefold() in ("true", "false"):
        return Decimal(text.casefold() == "true")
    if not text.isascii() or "_" in text:
        return text
    try:
        number = Decimal(text)
    except InvalidOperation:
        return text
    return number if number.is_finite() else text


def label_position(label: object, labels: Sequence[Label]) -> int | None:
    """Return the index of the label with this spelling, else of the only label with another spelling of it."""
    texts = [str(known) for known in labels]
    if str(label) in texts:
        return texts.index(str(label))
    same = [position for position, known in enumerate(labels) if canonical_label(known) == canonical_label(label)]
    return same[0] if len(same) == 1 else None


def named_labels(labels: Sequence[Label], names: ClassNames | None) -> dict[Label, str]:
    """Return label → name of its class, in the order of the classes.

    Args:
        labels: Labels of the data, in order.
        names: Names of the labels 0 … K−1 or of all labels in order, or label → name; None = the labels themselves.

    Raises:
        DataError: The names cannot be assigned to the labels.
    """
    if names is None:
        return {label: str(label) for label in labels}
    if isinstance(names, Mapping):
        return _mapped_names(labels, names)
    if len(names) == len(labels):
        return dict(zip(labels, names, strict=True))
    numbered = all(isinstance(label, int) and 0 <= label < len(names) for label in labels)
    if numbered and 0 in labels:
        return dict(enumerate(names))
    first = ", ".join(f"{label}: …" for label in labels[:2])
    message = (
        f"{formatting.count(len(names), 'class name')} for "
        f"{formatting.count(len(labels), 'label')}, {abbreviated(labels)}"
    )
    raise DataError(f"{message}; give a mapping from labels to names: {{{first}, …}}", key="class_names")


def _mapped_names(labels: Sequence[Label], names: Mapping[str, str] | Mapping[Label, str]) -> dict[Label, str]:
    named: dict[Label, str] = {}
    for key, name in names.items():
        position = label_position(key, labels)
        label = key if position is None else labels[position]
        if label in named:
            raise DataError(
                f"the label {label} has two names, {named[label]} and {name}",
                code="duplicate_name",
                key="class_names",
            )
        named[label] = name
    numbers = {label: canonical_label(label) for label in named}
    if all(isinstance(number, Decimal) for number in numbers.values()):
        return dict(sorted(named.items(), key=lambda item: (numbers[item[0]], str(item[0]))))
    return dict(sorted(named.items(), key=lambda item: str(item[0])))


def abbreviated(items: Sequence[object], most: int = 5) -> str:
    """Join the first few items of a list for a message."""
    listed = ", ".join(map(str, items[:most]))
    return f"{listed}, …" if len(items) > most else listed
