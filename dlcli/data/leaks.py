"""Detect target leakage: columns that determine the target may be unknown at prediction time."""

from __future__ import annotations

from collections.abc import Collection, Mapping

import numpy as np

from dlcli.data.examples import Examples, Inputs
from dlcli.data.labels import abbreviated
from dlcli.data.table import CategoricalColumn, Column, NumericColumn, Table
from dlcli.data.targets import Targets
from dlcli.data.text.stream import TextInputs

#: minimum number of training examples; with fewer a column may determine the target by chance
MIN_EXAMPLES = 30

#: minimum average frequency of the values of a column; rare values determine the class by chance
MIN_PER_VALUE = 5

#: maximum number of numeric columns to search for a sum
MAX_COLUMNS = 256

#: number of examples to test a column on first; most columns fail on them
SAMPLE_SIZE = 2000

#: maximum share of the target's variance that remains, since numbers in files are rounded
ROUNDING = 1e-4


def find_leaks(
    examples: Examples, rows: np.ndarray, targets: type[Targets], *, explained: Collection[str] = ()
) -> list[str]:
    """Return warnings about columns that determine the target of all training examples.

    Args:
        examples: Examples that include the training set.
        rows: (n,) row numbers of the training set.
        targets: Kind of the targets.
        explained: Columns that another warning already recommends to drop.
    """
    encoded = targets.comparable(examples, rows) if len(rows) >= MIN_EXAMPLES else None
    if encoded is None:
        return []
    are_values = encoded.dtype.kind == "f"
    determines = _determines_values if are_values else _determines_classes
    columns = _columns(examples.inputs, rows)
    if len(columns) < 2:  # without the column there would be no inputs
        return []
    first = slice(SAMPLE_SIZE)
    leaking = [
        name
        for name, column in columns.items()
        if name not in explained
        and determines(column.take(first), encoded[first])
        and (len(rows) <= SAMPLE_SIZE or determines(column, encoded))
    ]
    target = examples.target_names[0] if examples.target_names else "the target"
    remarks = _column_remarks(leaking, target)
    if are_values and not leaking:
        numbers = {name: column.numbers for name, column in columns.items() if isinstance(column, NumericColumn)}
        remarks += _combination_remarks(numbers, encoded, target)
    return remarks


def _columns(inputs: Inputs | TextInputs, rows: np.ndarray) -> Mapping[str, Column]:
    """Return the columns of the training set; none if the inputs are images, texts or memory-mapped."""
    if isinstance(inputs, Table):
        return inputs.take(rows).columns
    if not isinstance(inputs, np.ndarray) or isinstance(inputs, np.memmap) or inputs.ndim != 2:
        return {}
    if inputs.shape[1] > MAX_COLUMNS:
        return {}
    return {f"input {index}": NumericColumn(inputs[rows, index].astype(np.float64)) for index in range(inputs.shape[1])}


def _column_remarks(names: list[str], target: str) -> list[str]:
    if not names:
        return []
    is_one = len(names) == 1
    subject = (
        f"the column {names[0]} alone determines" if is_one else f"the columns {abbreviated(names)} each determine"
    )
    return [
        f"suspected leak: {subject} {target} in all training examples; "
        "exclude columns that are not known at prediction time"
    ]


def _determines_classes(column: Column, labels: np.ndarray) -> bool:
    """Return whether every value of a column has only one class, with enough examples to exclude chance.

    Args:
        column: (n,) column of the training set.
        labels: (n,) 0-based classes.
    """
    present = ~column.missing
    if present.mean() < 0.5 or len(np.unique(labels[present])) < 2:
        return False
    labels = labels[present]
    if isinstance(column, CategoricalColumn):
        return _maps_to_one_class(column.codes[present].astype(np.int64), labels)
    numbers = column.numbers[present]
    if _maps_to_one_class(np.unique(numbers, return_inverse=True)[1], labels):
        return True
    # thresholds separate the classes if each class is one interval of the sorted numbers
    order = np.argsort(numbers, kind="stable")
    bounds = np.flatnonzero(np.diff(labels[order]))
    return (
        len(numbers) >= MIN_EXAMPLES * len(np.unique(labels))
        and len(bounds) == len(np.unique(labels)) - 1
        and bool((np.diff(numbers[order])[bounds] > 0).all())
    )


def _maps_to_one_class(values: np.ndarray, labels: np.ndarray) -> bool:
    """Return whether equal values always have equal labels.

    Args:
        values: (n,) 0-based codes.
        labels: (n,) 0-based classes.
    """
    pairs = np.unique(values * (int(labels.max()) + 1) + labels)
    distinct = len(np.unique(values))
    return len(pairs) == distinct and len(values) >= MIN_PER_VALUE * distinct


def _determines_values(column: Column, values: np.ndarray) -> bool:
    """Return whether a column is the target with other names, or a linear function of it."""
    if isinstance(column, CategoricalColumn):
        if column.missing.any() or len(np.unique(values)) < 3:
            return False
        return _maps_to_one_class(column.codes.astype(np.int64), np.unique(values, return_inverse=True)[1])
    present = ~column.missing
    if present.sum() < MIN_EXAMPLES or present.mean() < 0.5:
        return False
    x, y = column.numbers[present], values[present]
    x, y = x - x.mean(), y - y.mean()
    squares = float(x @ x) * float(y @ y)
    return squares > 0 and 1 - float(x @ y) ** 2 / squares < ROUNDING


def _combination_remarks(numbers: Mapping[str, np.ndarray], values: np.ndarray, target: str) -> list[str]:
    """Return a warning if the target is a sum, difference or mean of columns, or a product or ratio of them."""
    complete = {name: column for name, column in numbers.items() if np.isfinite(column).all()}
    if not 2 <= len(complete) <= min(MAX_COLUMNS, len(values) // MIN_PER_VALUE):
        return []
    matrix = np.stack([*complete.values()], axis=1)  # (n, D)
    terms, operation = _terms(matrix, values), "a sum or difference"
    if not len(terms) and (values > 0).all():
        positive = np.flatnonzero((matrix > 0).all(axis=0))
        terms, operation = positive[_terms(np.log(matrix[:, positive]), np.log(values))], "a product or ratio"
    if not len(terms):
        return []
    names = [*complete]
    return [
        f"suspected leak: {target} is {operation} of the columns {abbreviated([names[index] for index in terms])} "
        "in all training examples; exclude columns that are not known at prediction time"
    ]


def _terms(matrix: np.ndarray, values: np.ndarray) -> np.ndarray:
    """Return the columns that sum to the values with weights of equal absolute value; empty if there are none.

    Args:
        matrix: (n, D) columns.
        values: (n,) targets.
    """
    none = np.empty(0, np.int64)
    centered, target = matrix - matrix.mean(axis=0), values - values.mean()
    if not matrix.shape[1] or not target.any():
        return none
    weights = np.linalg.lstsq(centered[:SAMPLE_SIZE], target[:SAMPLE_SIZE], rcond=None)[0]
    sizes = np.abs(weights)
    terms = np.flatnonzero(sizes > 1e-3 * sizes.max())
    rest = target - centered[:, terms] @ weights[terms]
    is_exact = float(rest @ rest) < ROUNDING * float(target @ target)
    return terms if is_exact and len(terms) > 1 and np.ptp(sizes[terms]) < 1e-2 * sizes.max() else none
