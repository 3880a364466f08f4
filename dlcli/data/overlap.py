"""Detect examples that two splits share, which bias the evaluation."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations

import numpy as np

from dlcli.core import DataError, formatting
from dlcli.data.examples import Inputs, row_chunks
from dlcli.data.rows import Rows
from dlcli.data.rows import hashes as hashes_of
from dlcli.data.table import Table
from dlcli.data.text.texts import Sentences, Texts


@dataclass(frozen=True)
class Overlap:
    """Examples of `second` whose inputs are also in `first`.

    Args:
        first: Name of a split.
        second: Name of another split.
        count: Number of shared examples of `second`.
        conflicting: Number of shared examples with a target that differs from those of all their duplicates in `first`.
        size: Number of examples of `second`.
        rows: Position in `first`, and position in `second`, of the first shared example.
    """

    first: str
    second: str
    count: int
    conflicting: int
    size: int
    rows: tuple[int, int]

    def __str__(self) -> str:
        conflict = f", {self.conflicting} of them with another target" if self.conflicting else ""
        share = formatting.without_zeros(formatting.percent(self.count / self.size, 1))
        return f"{self.count} of {self.size} {self.second} examples ({share} %) are also in {self.first}{conflict}"


def check_disjoint(indices: Mapping[str, np.ndarray]) -> None:
    """Check that splits of the same data share no index.

    Raises:
        DataError: Two splits share an index, or a split has one twice; the message names the first one.
    """
    for name, rows in indices.items():
        values, counts = np.unique(rows, return_counts=True)
        if (counts > 1).any():
            raise DataError(
                f"{name} has example {values[np.argmax(counts > 1)]} more than once",
                code="duplicate_examples",
                key="",
            )
    for (first, a), (second, b) in combinations(indices.items(), 2):
        shared = np.intersect1d(a, b)
        if len(shared):
            raise DataError(
                f"{first} and {second} share "
                f"{formatting.count(len(shared), 'example')}, the first is example {shared[0]}",
                code="duplicate_examples",
                key="",
            )


def row_hashes(inputs: Inputs | Texts | Sentences, rows: np.ndarray | None = None) -> np.ndarray:
    """Hash each example, (n,) int64: equal examples have equal hashes, others collide with probability 2⁻⁶⁴."""
    if isinstance(inputs, Texts | Sentences):
        return (inputs if rows is None else inputs.take(rows)).hashes()
    hashes = np.empty(len(inputs) if rows is None else len(rows), dtype=np.int64)
    for place, chunk in row_chunks(inputs, rows):
        if isinstance(chunk, Table):
            matrix = np.stack([column.hashes() for column in chunk.columns.values()], axis=1)
        else:
            matrix = chunk.reshape(len(chunk), -1)
        hashes[place] = [hash(row.tobytes()) for row in matrix]
    return hashes


def find_overlaps(hashes: Mapping[str, np.ndarray], targets: Mapping[str, np.ndarray | Rows]) -> list[Overlap]:
    """Return the pairs of splits that share identical inputs.

    Args:
        hashes: Split → (N,) hash of each example's inputs.
        targets: Split → encoded targets of its examples, for splits with targets.
    """
    with_target = {
        name: hashes[name] ^ hashes_of(targets[name]) if name in targets else hashes[name] for name in hashes
    }
    overlaps = []
    for first, second in combinations(hashes, 2):
        shared = np.isin(hashes[second], hashes[first])
        if shared.any():
            conflicting = shared & ~np.isin(with_target[second], with_target[first])
            row = int(shared.argmax())
            rows = int(np.argmax(hashes[first] == hashes[second][row])), row
            overlaps.append(Overlap(first, second, int(shared.sum()), int(conflicting.sum()), len(shared), rows))
    return overlaps


def check_no_overlap(overlaps: Sequence[Overlap], shared: Sequence[str], ids: Mapping[str, np.ndarray]) -> None:
    """Check that splits share no inputs and no groups.

    Args:
        overlaps: Pairs of splits that share inputs.
        shared: Sentences about groups that splits share, from `shared_groups`.
        ids: Split → (N,) ids of its examples.

    Raises:
        DataError: They do; the message has the numbers of shared examples, and the first pair of each two splits.
    """
    problems = [f"{overlap}: {_first_pair(overlap, ids)}" for overlap in overlaps] + [*shared]
    if problems:
        raise DataError("; ".join(problems), code="duplicate_examples", key="overlap")


def _first_pair(overlap: Overlap, ids: Mapping[str, np.ndarray]) -> str:
    first, second = (ids[name][row] for name, row in zip((overlap.first, overlap.second), overlap.rows, strict=True))
    return f"the inputs of {overlap.second} example {second} equal those of {overlap.first} example {first}"


def shared_groups(groups: Mapping[str, np.ndarray]) -> list[str]:
    """Return a sentence about each pair of splits that share a group.

    Args:
        groups: Split → (N,) group of each example.
    """
    sentences = []
    for (first, a), (second, b) in combinations(groups.items(), 2):
        shared = np.intersect1d(a, b)
        if len(shared):
            more = f" and {len(shared) - 1} more are" if len(shared) > 1 else " is"
            sentences.append(f"group {shared[0]}{more} in {first} and in {second}")
    return sentences
