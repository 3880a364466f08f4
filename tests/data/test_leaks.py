from __future__ import annotations

import re
from collections.abc import Mapping

import numpy as np
import pytest

from dlcli.data import ClassLabels, Targets, Values
from dlcli.data.examples import Examples, row_numbers
from dlcli.data.leaks import find_leaks
from dlcli.data.table import Table, column_of

COUNT = 200
DRAW = np.random.default_rng(0)
A, B, C = DRAW.normal(size=(3, COUNT)).round(3)
LABELS = np.where(DRAW.random(COUNT) < 0.4, "yes", "no")


def leaks(columns: Mapping[str, np.ndarray], targets: np.ndarray, kind: type[Targets]) -> list[str]:
    table = Table({name: column_of(values) for name, values in columns.items()})
    rows = row_numbers(COUNT)
    return find_leaks(Examples(table, targets, rows, target_names=("y",)), rows[::2], kind)


@pytest.mark.parametrize(
    "column",
    [
        np.where(LABELS == "yes", "alive", "dead"),
        np.where(LABELS == "yes", np.where(A > 0, "a1", "a2"), "dead"),
        np.where(LABELS == "yes", 1, 0),
        np.where(LABELS == "yes", A**2 + 1, -(A**2)),  # a threshold between the classes
    ],
)
def test_a_column_that_determines_the_class_is_a_leak(column: np.ndarray):
    (warning,) = leaks({"a": A, "leak_column": column}, LABELS, ClassLabels)
    assert "leak_column" in warning
    assert leaks({"a": A, "leak_column": np.roll(column, 1)}, LABELS, ClassLabels) == []


def test_informative_columns_are_not_leaks():
    noisy = np.where(DRAW.random(COUNT) < 0.3, "other", LABELS)
    different = np.array([f"u{number}" for number in range(COUNT)])
    assert leaks({"noisy": noisy, "a": A, "id": different}, LABELS, ClassLabels) == []
    assert leaks({"a": A, "b": B}, 3 * A - 2 * B + 0.1 * C, Values) == []


@pytest.mark.parametrize(
    ("values", "named"),
    [
        (2.54 * A + 1, ["u1"]),
        ((A + B).round(3), ["u1", "u2"]),
        (A - B + C, ["u1", "u2", "u3"]),
        ((A + C) / 2, ["u1", "u3"]),
        (np.abs(A) * (B**2 + 1), ["u4", "u5"]),
        ((B**2 + 1) / (np.abs(A) + 1e-9), ["u4", "u5"]),
    ],
)
def test_combinations_that_equal_the_target_are_leaks(values: np.ndarray, named: list[str]):
    columns = {"u1": A, "u2": B, "u3": C, "u4": np.abs(A) + 1e-9, "u5": B**2 + 1}
    (warning,) = leaks(columns, values, Values)
    assert re.findall(r"u\d", warning) == named


def test_inputs_of_arrays_are_numbered():
    rows = row_numbers(COUNT)
    examples = Examples(np.stack([A, B], axis=1), (B > 0).astype(int), rows)
    (warning,) = find_leaks(examples, rows, ClassLabels)
    assert "input 1" in warning


def test_few_examples_are_not_tested():
    rows = row_numbers(COUNT)
    examples = Examples(Table({"a": column_of(A)}), A, rows)
    assert find_leaks(examples, rows[:20], Values) == []


@pytest.mark.parametrize(("targets", "kind"), [(2 * A + 1, Values), ((A > 0).astype(int), ClassLabels)])
def test_the_only_column_is_not_a_leak(targets: np.ndarray, kind: type[Targets]):
    assert leaks({"a": A}, targets, kind) == []
    assert len(leaks({"a": A, "b": B}, targets, kind)) == 1
