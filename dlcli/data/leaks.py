"""Columns that determine the target: they may not be known when a prediction is needed."""

from __future__ import annotations

from collections.abc import Collection, Mapping

import numpy as np

from dlcli.data.examples import Examples, Inputs
from dlcli.data.labels import TargetKind, abbreviated, plain_labels
from dlcli.data.table import CategoricalColumn, Column, NumericColumn, Table
from dlcli.data.text.stream import TextInputs

#: with fewer training examples a column may determine the target by chance
FEWEST_EXAMPLES = 30

#: each value of a column must occur this often on average, for that it goes with one class only to say anything
FEWEST_PER_VALUE = 5

#: columns of numbers of which a sum is looked for
MOST_COLUMNS = 256

#: a column that does not determine the target of this many examples is not looked at further
SAMPLE_SIZE = 2000

#: what may remain of the target's variance, as numbers in files are rounded
ROUNDING = 1e-4


def find_leaks(examples: Examples, rows: np.ndarray, kind: TargetKind, *, explained: Collection[str] = ()) -> list[str]:
    """A warning for the columns of a table that determine the target of all training examples.

    Args:
        examples: the examples that the training set is part of.
        rows: (n,) which of them are the training set.
        kind: what the targets are.
        explained: columns that another warning already tells to leave out.
    """
    targets = examples.targets
    if targets is None or targets.ndim > 1 or len(rows) < FEWEST_EXAMPLES or kind not in ("classes", "values"):
        return []
    if kind == "classes":
        encoded = np.unique(plain_labels(targets[rows]), return_inverse=True)[1]
    elif targets.dtype.kind in "biuf":
        encoded = targets[rows].astype(np.float64)
    else:
        return []
    tells = _tells_classes if kind == "classes" else _tells_values
    columns = _columns(examples.inputs, rows)
    if len(columns) < 2:  # nothing would be left to learn from
        return []
    first = slice(SAMPLE_SIZE)
    found = [
        name
        for name, column in columns.items()
        if name not in explained
        and tells(column.take(first), encoded[first])
        and (len(rows) <= SAMPLE_SIZE or tells(column, encoded))
    ]
    target = examples.target_names[0] if examples.target_names else "the target"
    remarks = _about_columns(found, target)
    if kind == "values" and not found:
        numbers = {name: column.numbers for name, column in columns.items() if isinstance(column, NumericColumn)}
        remarks += _about_combinations(numbers, encoded, target)
    return remarks


def _columns(inputs: Inputs | TextInputs, rows: np.ndarray) -> Mapping[str, Column]:
    """The columns of the training set; none where the inputs are images or texts, or stay in a file."""
    if isinstance(inputs, Table):
        return inputs.take(rows).columns
    if not isinstance(inputs, np.ndarray) or isinstance(inputs, np.memmap) or inputs.ndim != 2:
        return {}
    if inputs.shape[1] > MOST_COLUMNS:
        return {}
    return {f"input {place}": NumericColumn(inputs[rows, place].astype(np.float64)) for place in range(inputs.shape[1])}


def _about_columns(names: list[str], target: str) -> list[str]:
    if not names:
        return []
    is_one = len(names) == 1
    subject = (
        f"the column {names[0]} alone determines" if is_one else f"the columns {abbreviated(names)} each determine"
    )
    return [
        f"suspected leak: {subject} {target} in all training examples; "
        "list under exclude what is not known when a prediction is needed"
    ]


def _tells_classes(column: Column, labels: np.ndarray) -> bool:
    """Whether every value of a column goes with one class only, often enough not to be chance.

    Args:
        column: (n,) of the training set.
        labels: (n,) classes from 0.
    """
    present = ~column.missing
    if present.mean() < 0.5 or len(np.unique(labels[present])) < 2:
        return False
    given = labels[present]
    if isinstance(column, CategoricalColumn):
        return _goes_with_one(column.codes[present].astype(np.int64), given)
    numbers = column.numbers[present]
    if _goes_with_one(np.unique(numbers, return_inverse=True)[1], given):
        return True
    # a threshold between all classes: in the order of the numbers, each class is one stretch
    order = np.argsort(numbers, kind="stable")
    bounds = np.flatnonzero(np.diff(given[order]))
    return (
        len(numbers) >= FEWEST_EXAMPLES * len(np.unique(given))
        and len(bounds) == len(np.unique(given)) - 1
        and bool((np.diff(numbers[order])[bounds] > 0).all())
    )


def _goes_with_one(values: np.ndarray, labels: np.ndarray) -> bool:
    """Whether equal values always have equal labels.

    Args:
        values: (n,) codes from 0.
        labels: (n,) classes from 0.
    """
    pairs = np.unique(values * (int(labels.max()) + 1) + labels)
    distinct = len(np.unique(values))
    return len(pairs) == distinct and len(values) >= FEWEST_PER_VALUE * distinct


def _tells_values(column: Column, values: np.ndarray) -> bool:
    """Whether a column is the target: in other words, or as a multiple of it plus a constant."""
    if isinstance(column, CategoricalColumn):
        if column.missing.any() or len(np.unique(values)) < 3:
            return False
        return _goes_with_one(column.codes.astype(np.int64), np.unique(values, return_inverse=True)[1])
    present = ~column.missing
    if present.sum() < FEWEST_EXAMPLES or present.mean() < 0.5:
        return False
    x, y = column.numbers[present], values[present]
    x, y = x - x.mean(), y - y.mean()
    squares = float(x @ x) * float(y @ y)
    return squares > 0 and 1 - float(x @ y) ** 2 / squares < ROUNDING


def _about_combinations(numbers: Mapping[str, np.ndarray], values: np.ndarray, target: str) -> list[str]:
    """A warning where the target is a sum, difference or mean of columns, or a product or ratio of them."""
    complete = {name: of_column for name, of_column in numbers.items() if np.isfinite(of_column).all()}
    if not 2 <= len(complete) <= min(MOST_COLUMNS, len(values) // FEWEST_PER_VALUE):
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
        f"suspected leak: {target} is {operation} of the columns {abbreviated([names[place] for place in terms])} "
        "in all training examples; list under exclude what is not known when a prediction is needed"
    ]


def _terms(matrix: np.ndarray, values: np.ndarray) -> np.ndarray:
    """The columns of which the values are a sum, each with the same weight or its negative; none if they are not.

    Args:
        matrix: (n, D).
        values: (n,).
    """
    none = np.empty(0, np.int64)
    centered, wanted = matrix - matrix.mean(axis=0), values - values.mean()
    if not matrix.shape[1] or not wanted.any():
        return none
    weights = np.linalg.lstsq(centered[:SAMPLE_SIZE], wanted[:SAMPLE_SIZE], rcond=None)[0]
    sizes = np.abs(weights)
    terms = np.flatnonzero(sizes > 1e-3 * sizes.max())
    rest = wanted - centered[:, terms] @ weights[terms]
    is_exact = float(rest @ rest) < ROUNDING * float(wanted @ wanted)
    return terms if is_exact and len(terms) > 1 and np.ptp(sizes[terms]) < 1e-2 * sizes.max() else none
