"""How a user says which examples are for training, for choosing (dev) and for the final figure (test)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from dlcli.core.errors import ConfigError, unknown_name

#: in the order in which a model meets them
SPLITS = ("train", "train_dev", "dev", "test")
#: those that a model is not trained on
UNSEEN_SPLITS = SPLITS[1:]
#: those that share the examples; train_dev is taken from train
SHARED = ("train", "dev", "test")


@dataclass(frozen=True, kw_only=True)
class SplitOptions:
    """How the data is divided.

    The shares of train, dev and test sum to 1. When all are None they are 60/20/20, or 80/20 where a test set or the
    files of the splits are given; once one is given, the others are 0 and train is the rest.

    Args:
        train: share of the examples for training.
        dev: share for choosing between models.
        test: share for the final figure; 0 where the data brings its own test set, or for none.
        train_dev: share of the training part that is kept from training, to tell variance from data mismatch.
        train_limit: how many examples are left for training, drawn at random from the training part; None = all.
        stratify: keep each class's share in every split.
        group_by: a column whose equal values stay in one split, such as a patient.
        order_by: a column of numbers, timestamps or ISO 8601 dates (YYYY-MM-DD, with or without a time of day), by
            which the latest examples become test, those before them dev; equal times stay in one split. train_dev is
            drawn at random from the training part.
        in_order: the first examples of the data are train, those after them dev, the last ones test.
        files: split → file with its rows. A split with a share but no file is drawn from another's: dev from the
            training file, test from the dev file, so that dev and test come from one distribution.
        indices: an .npz file with an array of row numbers (from 0) for each split, such as a run's splits.npz.

    Raises:
        ConfigError: the shares are no shares, do not sum to 1 or leave nothing to train on, or two options contradict
            each other.
    """

    train: float | None = None
    dev: float | None = None
    test: float | None = None
    train_dev: float = 0.0
    train_limit: int | None = None
    stratify: bool = False
    group_by: str | None = None
    order_by: str | None = None
    in_order: bool = False
    files: Mapping[str, str] | None = None
    indices: str | None = None

    def __post_init__(self) -> None:
        self._check_shares()
        for ways in (("stratify", "group_by", "order_by", "in_order"), ("files", "indices")):
            chosen = [way for way in ways if getattr(self, way)]
            if len(chosen) > 1:
                raise ConfigError(f"{chosen[0]} and {chosen[1]} exclude each other", key=f"data.split.{chosen[1]}")
        for name in self.files or {}:
            if name not in SPLITS:
                raise ConfigError(f"{name!r}: {unknown_name('split', name, SPLITS)}", key="data.split.files")
        if self.files is not None and "train" not in self.files:
            raise ConfigError("missing key train; expected a file", key="data.split.files")
        if self.files is not None and "train_dev" in self.files and self.train_dev > 0:
            raise ConfigError("train_dev has a file and a share; give one of them", key="data.split.train_dev")

    def _check_shares(self) -> None:
        given = self._given_shares()
        for name, share in given.items():
            if not 0 <= share <= 1:
                raise ConfigError(f"a share is between 0 and 1, not {share:g}", key=f"data.split.{name}")
        if not 0 <= self.train_dev < 1:
            raise ConfigError(
                f"a share of the training part is at least 0 and less than 1, not {self.train_dev:g}",
                key="data.split.train_dev",
            )
        shares = complete_shares(given)
        if given and abs(sum(shares.values()) - 1) > 1e-6:
            written = ", ".join(f"{name} {share:g}" for name, share in shares.items())
            raise ConfigError(f"the shares sum to {sum(shares.values()):.6g}, expected 1 ({written})", key="data.split")
        if shares["train"] == 0:
            raise ConfigError("expected a share greater than 0, found 0: nothing to train on", key="data.split.train")

    def _given_shares(self) -> dict[str, float]:
        return {name: share for name in SHARED if (share := getattr(self, name)) is not None}

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
        shares = complete_shares(given)
        if has_test and shares["test"] > 0:
            raise ConfigError("the data brings its own test set; leave the share of test out", key="data.split.test")
        return shares

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
                    found = f"{name} is drawn from the file of {file}, of which {file} needs a share, too"
                    raise ConfigError(found, key=f"data.split.{file}")
        return {name: splits if len(splits) > 1 else {name: 1.0} for name, splits in drawn.items()}


def complete_shares(given: Mapping[str, float]) -> dict[str, float]:
    """The shares of train, dev and test when some are given: the others are 0, and train is the rest."""
    rest = max(0.0, round(1 - sum(given.values()), 12))
    return {name: given.get(name, rest if name == "train" else 0.0) for name in SHARED}
