"""The section `data.split`: which examples are for training, for choosing (dev) and for the final figure (test)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from dlcli.core import SPLITS, ConfigError, Fraction, NonNegativeInt, PositiveInt, Rate, unknown_name

SplitName = Literal["train", "train_dev", "dev", "test"]

#: those that share the examples; train_dev is taken from train
_SHARED = ("train", "dev", "test")


@dataclass(frozen=True, kw_only=True)
class SplitOptions:
    """How the examples are divided. The shares of train, dev and test sum to 1.

    When all shares are None they are 60/20/20, or 80/20 where a test set or the files of the splits are given. Once one
    is given, the others are completed: dev and test are 0 and train is the rest.

    Args:
        train: share for training; left out = what dev and test leave.
        dev: share for choosing between models.
        test: share for the final figure; 0 for none, or when the data set brings its own test set.
        train_dev: share of the training part that is kept from training, to tell variance from data mismatch.
        train_limit: number of examples of the training part that are trained on, drawn at random; null = all.
        stratify: keep every class's share in every split.
        group_by: column whose equal values stay in one split, such as a patient.
        order_by: column of numbers, timestamps or ISO 8601 dates (YYYY-MM-DD, with or without a time of day) to sort
            by; the latest examples become test, those before them dev, and equal times stay in one split.
        in_order: keep the order of the data, first examples for train and last ones for test, as a running text does.
        files: a file for each split in place of shares, such as {train: train.csv, dev: dev.csv}. A split with a share
            and no file is drawn from another's: dev from the training file, test from the dev file.
        indices: an .npz file with an array of row numbers for each split, such as a run's splits.npz.
        seed: seed of the draw; null = that of the experiment. Given, runs with different seeds have the same splits.

    Raises:
        ConfigError: The shares are no shares, do not sum to 1 or leave nothing to train on, or two options contradict
            each other.
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
    seed: NonNegativeInt | None = None

    def __post_init__(self) -> None:
        given = self._given_shares()
        self._check_shares(given)
        if given:
            for name, share in _completed(given).items():
                object.__setattr__(self, name, share)
        for ways in (("stratify", "group_by", "order_by", "in_order"), ("files", "indices")):
            chosen = [way for way in ways if getattr(self, way)]
            if len(chosen) > 1:
                raise ConfigError(
                    f"{chosen[0]} and {chosen[1]} exclude each other",
                    code="conflicting_options",
                    key=chosen[1],
                )
        for name in self.files or {}:
            if name not in SPLITS:
                raise ConfigError(f"{name!r}: {unknown_name('split', name, SPLITS)}", code="unknown_name", key="files")
        if self.files is not None and "train" not in self.files:
            raise ConfigError("missing key train; expected a file", code="missing_key", key="files.train")
        if self.files is not None and "train_dev" in self.files and self.train_dev > 0:
            raise ConfigError(
                "train_dev has a file and a share; give one of them",
                code="conflicting_options",
                key="train_dev",
            )

    def _check_shares(self, given: Mapping[str, float]) -> None:
        for name, share in given.items():
            if not 0 <= share <= 1:
                raise ConfigError(f"a share is between 0 and 1, not {share:g}", code="out_of_range", key=name)
        if not 0 <= self.train_dev < 1:
            raise ConfigError(
                f"a share of the training part is at least 0 and less than 1, not {self.train_dev:g}",
                code="out_of_range",
                key="train_dev",
            )
        shares = _completed(given)
        if given and abs(sum(shares.values()) - 1) > 1e-6:
            written = ", ".join(f"{name} {share:g}" for name, share in shares.items())
            raise ConfigError(f"the shares sum to {sum(shares.values()):.6g}, expected 1 ({written})")
        if shares["train"] == 0:
            raise ConfigError(
                "expected a share greater than 0, got 0: nothing to train on",
                code="out_of_range",
                key="train",
            )

    def _given_shares(self) -> dict[str, float]:
        return {name: share for name in _SHARED if (share := getattr(self, name)) is not None}

    def possible_splits(self) -> set[str]:
        """The splits there may be: a test set may come with the data set, and any split from a file of indices."""
        if self.indices is not None:
            return set(SPLITS)
        absent = set() if self.train_dev > 0 else {"train_dev"}
        if self.dev == 0:
            absent.add("dev")
        return set(SPLITS) - absent | set(self.files or ())

    def draw_seed(self, experiment_seed: int) -> int:
        """The seed of the draw in an experiment."""
        return experiment_seed if self.seed is None else self.seed

    def shares(self, *, has_test: bool) -> dict[str, float]:
        """The shares of train, dev and test.

        Args:
            has_test: whether the data brings its own test set.

        Raises:
            ConfigError: test has a share although the data brings its own.
        """
        given = self._given_shares()
        if not given and (has_test or self.files):
            return {"train": 0.8, "dev": 0.2, "test": 0.0}
        if not given:
            return {"train": 0.6, "dev": 0.2, "test": 0.2}
        if has_test and given["test"] > 0:
            message = "the data brings its own test set; leave the share of test out"
            raise ConfigError(message, code="conflicting_options", key="test")
        return given

    def shares_of_files(self) -> dict[str, dict[str, float]]:
        """Which splits are drawn from which split's file: file's split → split → share, above 0.

        Raises:
            ConfigError: a file is divided, and the split it is named for has no share of it.
        """
        files = self.files or {}
        shares = self.shares(has_test=False)
        origin = {"dev": "train", "test": "dev" if "dev" in files else "train"}
        drawn: dict[str, dict[str, float]] = {name: {name: shares.get(name, 1.0)} for name in SPLITS if name in files}
        for name, file in origin.items():
            if name not in files and shares[name] > 0:
                drawn[file][name] = shares[name]
                if shares[file] == 0:
                    message = f"{name} is drawn from the file of {file}, of which {file} needs a share, too"
                    raise ConfigError(message, code="conflicting_options", key=f"{file}")
        return {name: splits if len(splits) > 1 else {name: 1.0} for name, splits in drawn.items()}


def _completed(given: Mapping[str, float]) -> dict[str, float]:
    """The shares of train, dev and test when some are given: the others are 0, and train is the rest."""
    rest = max(0.0, round(1 - sum(given.values()), 12))
    return {name: given.get(name, rest if name == "train" else 0.0) for name in _SHARED}
