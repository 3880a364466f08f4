"""Divide examples into training, dev and test sets."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

import numpy as np

from dlcli.core import SPLITS, DataError, formatting, rng, unknown_name
from dlcli.data.examples import Examples
from dlcli.data.formats.npz import open_npz
from dlcli.data.targets import Targets
from dlcli.data.times import times_of
from dlcli.settings import SplitOptions


def split_examples(
    examples: Examples,
    shares: Mapping[str, float],
    options: SplitOptions,
    *,
    seed: int,
    targets: type[Targets],
    rows: np.ndarray | None = None,
) -> dict[str, np.ndarray]:
    """Divide examples by shares.

    Args:
        examples: Examples with the groups, times and classes.
        shares: Split → share; a split with share 0 is omitted.
        options: Options of the division, such as groups and train_dev.
        seed: Seed of the experiment.
        targets: Kind of the targets.
        rows: (n,) row numbers of the examples to divide; None = all.

    Returns:
        Split → ascending row numbers.

    Raises:
        ConfigError: `stratify` is set and the targets are not classes.
        DataError: A split would be empty, classes or groups cannot be divided, or a column is missing.
    """
    present = {name: share for name, share in shares.items() if share > 0}
    rows = np.arange(len(examples)) if rows is None else rows
    parts = divide(examples, rows, present, options, targets, rng.generator(seed, "split"))
    return with_train_dev(examples, parts, options, seed=seed, targets=targets)


def with_train_dev(
    examples: Examples, rows: Mapping[str, np.ndarray], options: SplitOptions, *, seed: int, targets: type[Targets]
) -> dict[str, np.ndarray]:
    """Split train_dev off train, at random so that both have the same distribution."""
    if options.train_dev == 0 or "train" not in rows:
        return dict(rows)
    shares = {"train": 1 - options.train_dev, "train_dev": options.train_dev}
    unordered = replace(options, order_by=None, in_order=False)
    # Drawn from train, never from dev, so that the gap between train_dev and dev measures only the distribution shift.
    # A separate generator keeps the other splits independent of it.
    parts = divide(examples, rows["train"], shares, unordered, targets, rng.generator(seed, "split", 1))
    merged = {**rows, **parts}
    return {name: merged[name] for name in SPLITS if name in merged}


def limit_training_set(
    examples: Examples, rows: np.ndarray, options: SplitOptions, *, seed: int, targets: type[Targets]
) -> np.ndarray:
    """Draw `train_limit` rows of the training set at random, stratified if the splits are.

    Raises:
        DataError: The training set is smaller.
    """
    limit = options.train_limit
    if limit is None or limit == len(rows):
        return rows
    if limit > len(rows):
        message = f"expected at most the {len(rows)} training examples, got {limit}"
        raise DataError(message, code="too_few_examples", key="train_limit")
    shares = {"train": float(limit), "unused": float(len(rows) - limit)}
    unordered = replace(options, group_by=None, order_by=None, in_order=False)
    return divide(examples, rows, shares, unordered, targets, rng.generator(seed, "split", 2))["train"]


def divide(
    examples: Examples,
    rows: np.ndarray,
    shares: Mapping[str, float],
    options: SplitOptions,
    targets: type[Targets],
    generator: np.random.Generator,
) -> dict[str, np.ndarray]:
    """Divide some rows of `examples` in proportion to the shares.

    Args:
        examples: Examples with the groups, times and classes.
        rows: (n,) row numbers of the examples to divide.
        shares: Split → share, above 0.
        options: Options of the division: stratify, group_by, order_by, in_order.
        targets: Kind of the targets.
        generator: Random generator.
    """
    total = sum(shares.values())
    shares = {name: share / total for name, share in shares.items()}
    # In order of importance: groups must not be divided, not even for equal shares of classes.
    if options.group_by is not None:
        parts = _by_group(examples.field_values(options.group_by, "group_by")[rows], shares, generator)
    elif options.order_by is not None:
        parts = _by_time(times_of(examples, options.order_by)[rows], shares)
    elif options.in_order:
        parts = _by_time(rows, shares)
    elif options.stratify:
        classes = targets.strata(examples)[rows]
        _check_classes(classes, len(shares))
        parts = _by_class(classes, shares, generator)
    else:
        parts = _by_class(np.zeros(len(rows), dtype=np.int64), shares, generator)
    for name, part in parts.items():
        if len(part) == 0:
            raise DataError(
                f"the {name} split would be empty: {shares[name]:.3g} of {len(rows)} examples",
                code="too_few_examples",
                key=name,
            )
    return {name: rows[np.sort(part)] for name, part in parts.items()}


def shares_to_sizes(count: int, shares: Mapping[str, float]) -> dict[str, int]:
    """Return sizes that sum to `count`, by the largest remainder method; the earlier split wins a tie."""
    exact = np.array([count * share for share in shares.values()])
    return dict(zip(shares, _round_to_sum(exact, exact, count), strict=True))


def _round_to_sum(exact: np.ndarray, priority: np.ndarray, count: int) -> list[int]:
    """Round `exact` up or down to the sum `count`, up where `priority` exceeds the floor most."""
    # 0.57 · 100 is 56.99999999999999 in floating point: the small constant keeps integers
    floor = np.floor(exact + 1e-9)
    has_remainder = exact - floor > 1e-9
    order = np.lexsort((np.arange(len(exact)), -(priority - floor).round(9), ~has_remainder))
    floor[order[: count - int(floor.sum())]] += 1
    return [int(size) for size in floor]


def _by_class(
    classes: np.ndarray, shares: Mapping[str, float], generator: np.random.Generator
) -> dict[str, np.ndarray]:
    """Divide every class by the same shares up to one example; rounding errors add up to at most one in total."""
    ratios = np.array([*shares.values()])
    errors = np.zeros(len(shares))
    parts: list[list[np.ndarray]] = [[] for _ in shares]
    for label in np.unique(classes):
        # One permutation per class: the number of its examples in a split does not depend on the order of the file.
        members = generator.permutation(np.flatnonzero(classes == label))
        exact = ratios * len(members)
        sizes = _round_to_sum(exact, exact + errors, len(members))
        # Without this, the rounding errors of many small classes would all favor the same split.
        errors += exact - sizes
        for part, piece in zip(parts, np.split(members, np.cumsum(sizes)[:-1]), strict=True):
            part.append(piece)
    return {name: np.concatenate(part) for name, part in zip(shares, parts, strict=True)}


def _by_group(groups: np.ndarray, shares: Mapping[str, float], generator: np.random.Generator) -> dict[str, np.ndarray]:
    """Assign whole groups in random order, each to the split that lacks most examples."""
    values, group_of, sizes = np.unique(groups, return_inverse=True, return_counts=True)
    lacking = {name: float(size) for name, size in shares_to_sizes(len(groups), shares).items()}
    if len(values) < len(shares):
        raise DataError(
            f"{formatting.count(len(values), 'group')} cannot fill {len(shares)} splits",
            code="too_few_examples",
            key="group_by",
        )
    if sizes.max() > max(lacking.values()):
        name = max(lacking, key=lambda split: lacking[split])
        raise DataError(
            f"group {values[sizes.argmax()]!s} has {sizes.max()} of {len(groups)} examples, "
            f"more than the {lacking[name]:.0f} of {name}",
            code="too_few_examples",
            key="group_by",
        )
    groups_of: dict[str, list[int]] = {name: [] for name in shares}
    order = generator.permutation(len(values))
    for done, group in enumerate(order.tolist()):
        empty = [name for name in shares if not groups_of[name]]
        # If only as many groups as empty splits are left, each empty split gets one.
        open_splits = empty if len(empty) == len(values) - done else list(shares)
        name = max(open_splits, key=lambda split: lacking[split])
        groups_of[name].append(group)
        lacking[name] -= sizes[group]
    return {name: np.flatnonzero(np.isin(group_of, members)) for name, members in groups_of.items()}


def _by_time(times: np.ndarray, shares: Mapping[str, float]) -> dict[str, np.ndarray]:
    """Assign the earliest rows to the first split; rows of the same time stay together, so sizes may deviate."""
    order = np.argsort(times, kind="stable")
    sizes = shares_to_sizes(len(times), shares)
    if 0 in sizes.values():
        return dict(zip(sizes, np.split(order, np.cumsum([*sizes.values()])[:-1]), strict=True))
    # A cut within one time would leak the future into the training set.
    steps = 1 + np.flatnonzero(np.diff(times[order]) != 0)  # first rows of later times
    if len(steps) + 1 < len(shares):
        raise DataError(
            f"{formatting.count(len(steps) + 1, 'distinct time')} cannot fill {len(shares)} splits",
            code="too_few_examples",
            key="order_by",
        )
    cuts: list[int] = []
    for number, target in enumerate(np.cumsum([*sizes.values()])[:-1].tolist()):
        later = steps[np.searchsorted(steps, cuts[-1], side="right") :] if cuts else steps
        usable = later[: len(later) - (len(shares) - 2 - number)]  # each later split needs a time, too
        cuts.append(int(usable[np.argmin(np.abs(usable - target))]))  # the nearest possible cut
    return dict(zip(sizes, np.split(order, cuts), strict=True))


def sizes_moved_by_ties(rows: Mapping[str, np.ndarray], shares: Mapping[str, float], column: str) -> tuple[str, ...]:
    """Return a remark on splits whose sizes deviate from their shares, if there are any.

    Args:
        rows: Split → its row numbers, ordered by time.
        shares: Split → share.
        column: Name of the column that orders the examples.
    """
    total = sum(shares[name] for name in rows)
    expected = shares_to_sizes(sum(map(len, rows.values())), {name: shares[name] / total for name in rows})
    if all(len(members) == expected[name] for name, members in rows.items()):
        return ()
    sizes = ", ".join(f"{name} {len(members)} instead of {expected[name]}" for name, members in rows.items())
    return (f"examples with the same {column} stay in one split: {sizes}",)


def _check_classes(classes: np.ndarray, num_splits: int) -> None:
    labels, counts = np.unique(classes, return_counts=True)
    if counts.min() < num_splits:
        raise DataError(
            f"class {labels[counts.argmin()]!s} has "
            f"{formatting.count(counts.min(), 'example')}, too few for {num_splits} splits",
            code="too_few_examples",
            key="stratify",
        )


def read_indices(path: Path, count: int, *, has_test: bool) -> dict[str, np.ndarray]:
    """Read the row numbers of each split from an .npz file.

    Args:
        path: Path of the file.
        count: Number of examples.
        has_test: Whether the data has a separate test set; then `test` is not read.

    Raises:
        DataError: The file has other arrays, or its row numbers do not fit the data.
    """
    rows_of: dict[str, np.ndarray] = {}
    with open_npz(path) as arrays:
        for name in arrays.names:
            if name not in SPLITS:
                raise DataError(f"{name!r}: {unknown_name('split', name, SPLITS)}", code="unknown_name", file=str(path))
            if has_test and name == "test":
                continue
            rows = arrays.read(name)
            if rows.ndim != 1 or rows.dtype.kind not in "iu" or len(rows) == 0:
                raise DataError(
                    f"expected (n,) integer row numbers, got {rows.dtype} of shape {rows.shape} for {name}",
                    code="wrong_shape",
                    file=str(path),
                )
            if rows.min() < 0 or rows.max() >= count:
                wrong = rows.min() if rows.min() < 0 else rows.max()
                message = f"expected row numbers from 0 to {count - 1}, got {wrong} for {name}"
                raise DataError(message, code="out_of_range", file=str(path))
            rows_of[name] = rows.astype(np.int64)
    if "train" not in rows_of:
        raise DataError("there are no row numbers for train", code="too_few_examples", file=str(path))
    return {name: rows_of[name] for name in SPLITS if name in rows_of}
