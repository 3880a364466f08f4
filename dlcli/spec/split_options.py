"""The section `data.split`: how the examples are divided."""

from __future__ import annotations

from typing import Any, Literal, Self

from pydantic import field_validator, model_validator

from dlcli.constraints import Fraction, Rate
from dlcli.spec.metric_names import SPLITS
from dlcli.spec.mistake import MISSING_KEY, Mistake, mistaken
from dlcli.spec.section import Section

SplitName = Literal["train", "train_dev", "dev", "test"]
#: the splits that share the examples; train_dev is taken from train
SHARED = ("train", "dev", "test")


class SplitOptions(Section):
    """How the examples are divided. The shares of train, dev and test sum to 1.

    Args:
        train: share for training; left out = what dev and test leave.
        dev: share for choosing between models.
        test: share for the final figure; 0 for none, or when the data set brings its own test set.
        train_dev: share of the training part that is kept from training, to tell variance from data mismatch.
        stratify: keep every class's share in every split.
        group_by: column whose equal values stay in one split, such as a patient.
        order_by: column to sort by; the latest examples become test, those before them dev.
        files: a file for each split in place of shares, such as {train: train.csv, dev: dev.csv}.
        indices: an .npz file with an array of row numbers for each split, such as a run's splits.npz.
    """

    train: Fraction | None = None
    dev: Fraction | None = None
    test: Fraction | None = None
    train_dev: Rate = 0.0
    stratify: bool = False
    group_by: str | None = None
    order_by: str | None = None
    files: dict[SplitName, str] | None = None
    indices: str | None = None

    @model_validator(mode="before")
    @classmethod
    def _fill_shares(cls, written: Any) -> Any:
        """Once one share is given, those left out are 0, and `train` is the rest."""
        given = {split: written.get(split) for split in SHARED} if isinstance(written, dict) else {}
        if all(share is None for share in given.values()):
            return written
        shares = [share for share in given.values() if isinstance(share, int | float) and 0 <= share <= 1]
        default = {"train": max(0.0, round(1 - sum(shares), 12)), "dev": 0.0, "test": 0.0}
        return written | {split: default[split] if share is None else share for split, share in given.items()}

    @model_validator(mode="after")
    def _check_shares(self) -> Self:
        shares = {split: share for split in SHARED if (share := getattr(self, split)) is not None}
        total = sum(shares.values())
        if shares and abs(total - 1) > 1e-6:
            written = ", ".join(f"{split} {share:g}" for split, share in shares.items())
            raise ValueError(f"the shares sum to {total:.6g}, expected 1 ({written})")
        if self.train == 0:
            raise mistaken([Mistake(("train",), "expected a share greater than 0, found 0")])
        return self

    @model_validator(mode="after")
    def _check_ways(self) -> Self:
        for ways in (("stratify", "group_by", "order_by"), ("files", "indices")):
            chosen = [way for way in ways if getattr(self, way)]
            if len(chosen) > 1:
                raise mistaken([Mistake((chosen[1],), f"{chosen[0]} and {chosen[1]} exclude each other")])
        return self

    @field_validator("files")
    @classmethod
    def _check_files(cls, files: dict[str, str] | None) -> dict[str, str] | None:
        if files is not None and "train" not in files:
            raise mistaken([Mistake(("train",), "missing key train; expected a file", MISSING_KEY)])
        return files

    def shares(self, *, own_test: bool) -> dict[str, float]:
        """The shares of train, dev and test.

        Args:
            own_test: the data set brings its own test set, and the shares divide the rest.
        """
        if self.train is None or self.dev is None or self.test is None:
            given = own_test or self.files is not None
            return {"train": 0.8, "dev": 0.2, "test": 0.0} if given else {"train": 0.6, "dev": 0.2, "test": 0.2}
        return {"train": self.train, "dev": self.dev, "test": self.test}

    def possible(self) -> set[str]:
        """The splits there may be: a test set may come with the data set, and any split from a file of indices."""
        if self.indices is not None:
            return set(SPLITS)
        absent = set() if self.train_dev > 0 else {"train_dev"}
        if self.dev == 0:
            absent.add("dev")
        return set(SPLITS) - absent | set(self.files or ())
