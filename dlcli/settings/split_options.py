"""The section `data.split`: which examples are for training, for model selection (dev) and for the final test."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from dlcli.core import SPLITS, ConfigError, Fraction, NonNegativeInt, PositiveInt, Rate, unknown_name

SplitName = Literal["train", "train_dev", "dev", "test"]
OverlapAction = Literal["warn", "error", "ignore"]

#: Splits whose shares sum to 1; train_dev is taken from train.
_SHARED = ("train", "dev", "test")


@dataclass(frozen=True, kw_only=True)
class SplitOptions:
    """Division of the examples into splits. The shares of train, dev and test sum to 1.

    When all shares are None they are 60/20/20, or 80/20 if there is a test set or a file per split. When one is set,
    the others are completed: dev and test are 0, and train is the rest.

    Args:
        train: Share for training; omitted = the rest after dev and test.
        dev: Share for model selection.
        test: Share for the final test; 0 = none, also for a data set with its own test set.
        train_dev: Share of the training part that is held out, to tell variance from data mismatch.
        train_limit: Number of examples of the training part to train on, drawn at random; null = all.
        stratify: Whether every class has the same share in every split.
        group_by: Column whose equal values stay in one split, such as a patient.
        order_by: Column of numbers, timestamps or ISO 8601 dates (YYYY-MM-DD, with or without a time of day) to sort
            by; the latest examples become test, those before them dev, and equal times stay in one split.
        in_order: Whether to keep the order of the data, the first examples for train and the last for test, as is usual
            for continuous text.
        files: File for each split instead of shares, such as {train: train.csv, dev: dev.csv}. A split with a share and
            without a file is drawn from another file: dev from the training file, test from the dev file.
        indices: File (.npz) with an array of row numbers for each split, such as the splits.npz of a run.
        overlap: Reaction to examples with identical inputs, or of one group, in two splits: warn; error, which refuses
            the data; or ignore, which does not search for them.
        seed: Seed of the random split; null = that of the experiment. With a fixed seed, runs of different seeds have
            the same splits.

    Raises:
        ConfigError: A share is out of range, the shares do not sum to 1 or leave nothing to train on, or two options
            conflict.
    """

    train: Fraction | None = None
    dev: Fraction | None = None
    test: Fraction | None = None
    train_dev: Rate = 0.0
    train_limit: PositiveInt | None = None
    stratify: bool = False
    group_by: str | None = None
    order_by: str | None = None
    in_order: bool = False
    files: dict[SplitName, str] | None = None
    indices: str | None = None
    overlap: OverlapAction = "warn"
    seed: NonNegativeInt | None = None

    def __post_init__(self) -> None:
        shares = self._set_shares()
        self._check_shares(shares)
        if shares:
            for name, share in _complete(shares).items():
                object.__setattr__(self, name, share)
        for alternatives in (("stratify", "group_by", "order_by", "in_order"), ("files", "indices")):
            options = [name for name in alternatives if getattr(self, name)]
            if len(options) > 1:
                raise ConfigError(
                    f"{options[0]} and {options[1]} exclude each other",
                    code="conflicting_options",
                    key=options[1],
                )
        for name in self.files or {}:
            if name not in SPLITS:
                raise ConfigError(f"{name!r}: {unknown_name('split', name, SPLITS)}", code="unknown_name", key="files")
        if self.files is not None and "train" not in self.files:
            raise ConfigError("missing key train; expected a file", code="missing_key", key="files.train")
        if self.files is not None and "train_dev" in self.files and self.train_dev > 0:
            raise ConfigError(
                "train_dev has both a file and a share; expected one of them",
                code="conflicting_options",
                key="train_dev",
            )

    def _check_shares(self, set_shares: Mapping[str, float]) -> None:
        for name, share in set_shares.items():
            if not 0 <= share <= 1:
                raise ConfigError(f"expected a share between 0 and 1, got {share:g}", code="out_of_range", key=name)
        if not 0 <= self.train_dev < 1:
            raise ConfigError(
                f"expected a share of the training part in [0, 1), got {self.train_dev:g}",
                code="out_of_range",
                key="train_dev",
            )
        shares = _complete(set_shares)
        if set_shares and abs(sum(shares.values()) - 1) > 1e-6:
            summands = ", ".join(f"{name} {share:g}" for name, share in shares.items())
            raise ConfigError(f"expected shares that sum to 1, got {sum(shares.values()):.6g} ({summands})")
        if shares["train"] == 0:
            raise ConfigError(
                "expected a share greater than 0, got 0: nothing to train on",
                code="out_of_range",
                key="train",
            )

    def _set_shares(self) -> dict[str, float]:
        """Return the shares that are not None."""
        return {name: share for name in _SHARED if (share := getattr(self, name)) is not None}

    def possible_splits(self) -> set[str]:
        """Return all possible splits: the data set may have a test set, and a file of indices any split."""
        if self.indices is not None:
            return set(SPLITS)
        absent = set() if self.train_dev > 0 else {"train_dev"}
        if self.dev == 0:
            absent.add("dev")
        return set(SPLITS) - absent | set(self.files or ())

    def draw_seed(self, experiment_seed: int) -> int:
        """Return the seed of the random split."""
        return experiment_seed if self.seed is None else self.seed

    def shares(self, *, has_test: bool) -> dict[str, float]:
        """Return the shares of train, dev and test.

        Args:
            has_test: Whether the data has its own test set.

        Raises:
            ConfigError: The split test has a share although the data has its own test set.
        """
        shares = self._set_shares()
        if not shares and (has_test or self.files):
            return {"train": 0.8, "dev": 0.2, "test": 0.0}
        if not shares:
            return {"train": 0.6, "dev": 0.2, "test": 0.2}
        if has_test and shares["test"] > 0:
            message = "the data has its own test set; remove the share of test"
            raise ConfigError(message, code="conflicting_options", key="test")
        return shares

    def shares_of_files(self) -> dict[str, dict[str, float]]:
        """Return the splits that are drawn from each file as split of the file → split → positive share.

        Raises:
            ConfigError: A file is divided, but its own split has no share of it.
        """
        files = self.files or {}
        shares = self.shares(has_test=False)
        origin = {"dev": "train", "test": "dev" if "dev" in files else "train"}
        drawn: dict[str, dict[str, float]] = {name: {name: shares.get(name, 1.0)} for name in SPLITS if name in files}
        for name, file in origin.items():
            if name not in files and shares[name] > 0:
                drawn[file][name] = shares[name]
                if shares[file] == 0:
                    message = f"{name} is drawn from the file of {file}; {file} needs a share, too"
                    raise ConfigError(message, code="conflicting_options", key=file)
        return {name: splits if len(splits) > 1 else {name: 1.0} for name, splits in drawn.items()}


def _complete(shares: Mapping[str, float]) -> dict[str, float]:
    """Complete the shares of train, dev and test when some are set: dev and test are 0, and train is the rest."""
    rest = max(0.0, round(1 - sum(shares.values()), 12))
    return {name: shares.get(name, rest if name == "train" else 0.0) for name in _SHARED}
