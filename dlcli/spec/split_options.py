"""The section `data.split`: how the examples are divided."""

from __future__ import annotations

from typing import Any, Literal, Self

from pydantic import model_validator

from dlcli.core import (
    SHARED,
    SPLITS,
    ConfigError,
    Fraction,
    NonNegativeInt,
    PositiveInt,
    Rate,
    SplitOptions,
    complete_shares,
)
from dlcli.spec.key_paths import parse_path
from dlcli.spec.mistake import Mistake, mistaken
from dlcli.spec.section import Section

SplitName = Literal["train", "train_dev", "dev", "test"]


class SplitSection(Section):
    """How the examples are divided. The shares of train, dev and test sum to 1.

    Args:
        train: share for training; left out = what dev and test leave.
        dev: share for choosing between models.
        test: share for the final figure; 0 for none, or when the data set brings its own test set.
        train_dev: share of the training part that is kept from training, to tell variance from data mismatch.
        train_limit: train on so many examples of the training part only, drawn at random; null = on all.
        stratify: keep every class's share in every split.
        group_by: column whose equal values stay in one split, such as a patient.
        order_by: column of numbers, timestamps or ISO 8601 dates (YYYY-MM-DD, with or without a time of day) to sort
            by; the latest examples become test, those before them dev, and equal times stay in one split.
        in_order: keep the order of the data, first examples for train and last ones for test, as a running text does.
        files: a file for each split in place of shares, such as {train: train.csv, dev: dev.csv}.
        indices: an .npz file with an array of row numbers for each split, such as a run's splits.npz.
        seed: of the draw; null = that of the experiment. Given, runs with different seeds have the same splits.
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

    @model_validator(mode="before")
    @classmethod
    def _fill_shares(cls, written: Any) -> Any:
        """Once one share is given, those left out are filled in, so that the resolved config has them all."""
        given = {split: written.get(split) for split in SHARED} if isinstance(written, dict) else {}
        if all(share is None for share in given.values()):
            return written
        shares = {split: share for split, share in given.items() if isinstance(share, int | float) and 0 <= share <= 1}
        return written | {split: share for split, share in complete_shares(shares).items() if given[split] is None}

    @model_validator(mode="after")
    def _check_options(self) -> Self:
        try:
            self.options()
        except ConfigError as error:
            raise mistaken([Mistake(parse_path(error.key or "")[2:], error.message)]) from None
        return self

    def options(self) -> SplitOptions:
        """The options as the data takes them, which is given the seed beside them."""
        return SplitOptions(**{name: getattr(self, name) for name in type(self).model_fields if name != "seed"})

    def possible(self) -> set[str]:
        """The splits there may be: a test set may come with the data set, and any split from a file of indices."""
        if self.indices is not None:
            return set(SPLITS)
        absent = set() if self.train_dev > 0 else {"train_dev"}
        if self.dev == 0:
            absent.add("dev")
        return set(SPLITS) - absent | set(self.files or ())
