"""Which examples are for training, for choosing (dev) and for the final figure (test)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

import numpy as np

from dlcli.core import SPLITS, ConfigError, DataError, formatting, rng, unknown_name
from dlcli.data.examples import Examples
from dlcli.data.formats.npz import open_npz
from dlcli.data.labels import TargetKind, plain_labels
from dlcli.data.times import times_of
from dlcli.settings import SplitOptions


def split_examples(
    examples: Examples,
    shares: Mapping[str, float],
    options: SplitOptions,
    *,
    seed: int,
    target_kind: TargetKind,
    rows: np.ndarray | None = None,
) -> dict[str, np.ndarray]:
    """Divide examples by shares.

    Args:
        examples: where groups, times and classes are looked up.
        shares: split → share; splits without one are left out.
        options: what must stay together, and train_dev.
        seed: of the experiment.
        target_kind: what the targets are.
        rows: (n,) which of the examples are divided; None = all.

    Returns:
        split → ascending row numbers.

    Raises:
        ConfigError: stratify without classes.
        DataError: a split would be empty, a class or the groups cannot be divided, or a column is missing.
    """
    present = {name: share for name, share in shares.items() if share > 0}
    rows = np.arange(len(examples)) if rows is None else rows
    divided = divide(examples, rows, present, options, target_kind, rng.generator(seed, "split"))
    return with_train_dev(examples, divided, options, seed=seed, target_kind=target_kind)


def with_train_dev(
    examples: Examples, rows: Mapping[str, np.ndarray], options: SplitOptions, *, seed: int, target_kind: TargetKind
) -> dict[str, np.ndarray]:
    """The splits with train_dev carved out of train, at random so that both have the same distribution."""
    if options.train_dev == 0 or "train" not in rows:
        return dict(rows)
    shares = {"train": 1 - options.train_dev, "train_dev": options.train_dev}
    unordered = replace(options, order_by=None, in_order=False)
    # Drawn from train, never from dev: the gap between train_dev and dev is then the shift of the distribution alone. A
    # generator of its own, so that the other splits do not depend on it.
    carved = divide(examples, rows["train"], shares, unordered, target_kind, rng.generator(seed, "split", 1))
    return {name: carved[name] if name in carved else rows[name] for name in SPLITS if name in {**carved, **rows}}


def limited(
    examples: Examples, rows: np.ndarray, options: SplitOptions, *, seed: int, target_kind: TargetKind
) -> np.ndarray:
    """As many rows of the training set as `train_limit` says, drawn at random, stratified where splits are.

    Raises:
        DataError: there are not as many.
    """
    limit = options.train_limit
    if limit is None or limit == len(rows):
        return rows
    if limit > len(rows):
        found = f"there are {len(rows)} examples to train on, fewer than {limit}"
        raise DataError(found, code="too_few_examples", key="train_limit")
    shares = {"train": float(limit), "unused": float(len(rows) - limit)}
    drawn = replace(options, group_by=None, order_by=None, in_order=False)
    return divide(examples, rows, shares, drawn, target_kind, rng.generator(seed, "split", 2))["train"]


def divide(
    examples: Examples,
    rows: np.ndarray,
    shares: Mapping[str, float],
    options: SplitOptions,
    target_kind: TargetKind,
    generator: np.random.Generator,
) -> dict[str, np.ndarray]:
    """Divide some rows of `examples` in proportion to the shares, as `options` says.

    Args:
        examples: where groups, times and classes are looked up.
        rows: (n,) the rows to divide.
        shares: split → share, above 0.
        options: stratify, group_by, order_by, in_order.
        target_kind: what the targets are.
        generator: for the draw.
    """
    total = sum(shares.values())
    shares = {name: share / total for name, share in shares.items()}
    # The order is that of importance: what belongs together must not be torn apart, not even for equal class shares.
    if options.group_by is not None:
        parts = _by_group(examples.field_values(options.group_by, "group_by")[rows], shares, generator)
    elif options.order_by is not None:
        parts = _by_time(times_of(examples, options.order_by)[rows], shares)
    elif options.in_order:
        parts = _by_time(rows, shares)
    elif options.stratify:
        classes = _classes(examples, target_kind)[rows]
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
    """Whole numbers that sum to `count`, by the method of largest remainders; the earlier split wins a tie."""
    exact = np.array([count * share for share in shares.values()])
    return dict(zip(shares, _rounded(exact, exact, count), strict=True))


def _rounded(exact: np.ndarray, wish: np.ndarray, count: int) -> list[int]:
    """Round `exact` up or down so that it sums to `count`, up where `wish` is furthest above the floor."""
    # 0.57 · 100 is 56.99999999999999 in floating point: the small constant keeps integers
    floor = np.floor(exact + 1e-9)
    has_remainder = exact - floor > 1e-9
    order = np.lexsort((np.arange(len(exact)), -(wish - floor).round(9), ~has_remainder))
    floor[order[: count - int(floor.sum())]] += 1
    return [int(size) for size in floor]


def _by_class(
    classes: np.ndarray, shares: Mapping[str, float], generator: np.random.Generator
) -> dict[str, np.ndarray]:
    """Every class by the same shares, each within one example; rounding errors are carried on, so that totals fit."""
    ratios = np.array([*shares.values()])
    carried = np.zeros(len(shares))
    parts: list[list[np.ndarray]] = [[] for _ in shares]
    for label in np.unique(classes):
        # Class by class, each with its own draw: the classes of a split do not depend on the order of the file.
        members = generator.permutation(np.flatnonzero(classes == label))
        exact = ratios * len(members)
        sizes = _rounded(exact, exact + carried, len(members))
        # Without this, the rounding errors of many small classes would all favor the same split.
        carried += exact - sizes
        for part, piece in zip(parts, np.split(members, np.cumsum(sizes)[:-1]), strict=True):
            part.append(piece)
    return {name: np.concatenate(part) for name, part in zip(shares, parts, strict=True)}


def _by_group(groups: np.ndarray, shares: Mapping[str, float], generator: np.random.Generator) -> dict[str, np.ndarray]:
    """Whole groups, in random order, each to the split that lacks most."""
    values, group_of, sizes = np.unique(groups, return_inverse=True, return_counts=True)
    lacking = {name: float(size) for name, size in shares_to_sizes(len(groups), shares).items()}
    if len(values) < len(shares):
        raise DataError(
            f"{len(values)} groups cannot fill {len(shares)} splits", code="too_few_examples", key="group_by"
        )
    if sizes.max() > max(lacking.values()):
        name = max(lacking, key=lambda split: lacking[split])
        raise DataError(
            f"group {values[sizes.argmax()]!s} has {sizes.max()} of {len(groups)} examples, "
            f"more than {name} is to have ({lacking[name]:.0f})",
            code="too_few_examples",
            key="group_by",
        )
    chosen: dict[str, list[int]] = {name: [] for name in shares}
    order = generator.permutation(len(values))
    for done, group in enumerate(order.tolist()):
        empty = [name for name in shares if not chosen[name]]
        # As many groups left as empty splits: each of them gets one, however much others lack.
        open_splits = empty if len(empty) == len(values) - done else list(shares)
        name = max(open_splits, key=lambda split: lacking[split])
        chosen[name].append(group)
        lacking[name] -= sizes[group]
    return {name: np.flatnonzero(np.isin(group_of, members)) for name, members in chosen.items()}


def _by_time(times: np.ndarray, shares: Mapping[str, float]) -> dict[str, np.ndarray]:
    """The earliest rows to the first split; those of one time stay together, so sizes may differ from the shares."""
    order = np.argsort(times, kind="stable")
    sizes = shares_to_sizes(len(times), shares)
    if 0 in sizes.values():
        return dict(zip(sizes, np.split(order, np.cumsum([*sizes.values()])[:-1]), strict=True))
    # Cutting within one time would put the future into the training set.
    steps = 1 + np.flatnonzero(np.diff(times[order]) != 0)  # where a later time begins
    if len(steps) + 1 < len(shares):
        raise DataError(
            f"{len(steps) + 1} different times cannot fill {len(shares)} splits",
            code="too_few_examples",
            key="order_by",
        )
    cuts: list[int] = []
    for number, wish in enumerate(np.cumsum([*sizes.values()])[:-1].tolist()):
        later = steps[np.searchsorted(steps, cuts[-1], side="right") :] if cuts else steps
        usable = later[: len(later) - (len(shares) - 2 - number)]  # each of the splits after it needs a time, too
        # the possible cut that is nearest to the wanted size
        cuts.append(int(usable[np.argmin(np.abs(usable - wish))]))
    return dict(zip(sizes, np.split(order, cuts), strict=True))


def sizes_moved_by_ties(rows: Mapping[str, np.ndarray], shares: Mapping[str, float], column: str) -> tuple[str, ...]:
    """What the user should hear about splits that are not as large as their shares say.

    Args:
        rows: split → its row numbers, ordered by time.
        shares: split → share.
        column: that the examples are ordered by.
    """
    whole = sum(shares[name] for name in rows)
    wished = shares_to_sizes(sum(map(len, rows.values())), {name: shares[name] / whole for name in rows})
    if all(len(chosen) == wished[name] for name, chosen in rows.items()):
        return ()
    sizes = ", ".join(f"{name} {len(chosen)} instead of {wished[name]}" for name, chosen in rows.items())
    return (f"examples with the same {column} stay in one split: {sizes}",)


def _classes(examples: Examples, target_kind: TargetKind) -> np.ndarray:
    if target_kind != "classes" or examples.targets is None:
        found = target_kind.replace("_", " ")
        raise ConfigError(f"stratify needs classes; the targets are {found}", code="not_applicable", key="stratify")
    return plain_labels(examples.labels)


def _check_classes(classes: np.ndarray, num_splits: int) -> None:
    labels, counts = np.unique(classes, return_counts=True)
    if counts.min() < num_splits:
        raise DataError(
            f"class {labels[counts.argmin()]!s} has "
            f"{formatting.count(counts.min(), 'example')}, too few to be in {num_splits} splits",
            code="too_few_examples",
            key="stratify",
        )


def read_indices(path: Path, count: int, *, has_test: bool) -> dict[str, np.ndarray]:
    """The row numbers of each split from an .npz file.

    Args:
        path: of the file.
        count: number of examples.
        has_test: whether the data brings its own test set; then `test` is not read.

    Raises:
        DataError: the file is not such a file, or its numbers do not fit the data.
    """
    found: dict[str, np.ndarray] = {}
    with open_npz(path) as arrays:
        for name in arrays.names:
            if name not in SPLITS:
                raise DataError(f"{name!r}: {unknown_name('split', name, SPLITS)}", code="unknown_name", file=str(path))
            if has_test and name == "test":
                continue
            rows = arrays.read(name)
            if rows.ndim != 1 or rows.dtype.kind not in "iu" or len(rows) == 0:
                raise DataError(
                    f"{name} has {rows.dtype} of shape {rows.shape}; row numbers are expected",
                    code="wrong_shape",
                    file=str(path),
                )
            if rows.min() < 0 or rows.max() >= count:
                wrong = rows.min() if rows.min() < 0 else rows.max()
                raise DataError(f"{name} has the row number {wrong}; the data has {count} rows, from 0", file=str(path))
            found[name] = rows.astype(np.int64)
    if "train" not in found:
        raise DataError("there are no row numbers for train", code="too_few_examples", file=str(path))
    return {name: found[name] for name in SPLITS if name in found}
