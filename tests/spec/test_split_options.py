from __future__ import annotations

from typing import Any

import pytest

from dlcli.spec.split_options import SplitSection


def split(**options: Any) -> SplitSection:
    return SplitSection.model_validate(options)


def test_by_default_the_test_set_comes_out_of_the_examples() -> None:
    assert split().options().shares(has_test=False) == {"train": 0.6, "dev": 0.2, "test": 0.2}


def test_by_default_a_test_set_that_is_there_is_used() -> None:
    assert split().options().shares(has_test=True) == {"train": 0.8, "dev": 0.2, "test": 0.0}


def test_files_leave_nothing_to_share() -> None:
    assert split(files={"train": "a.csv"}).options().shares(has_test=False)["test"] == 0.0


@pytest.mark.parametrize(
    ("given", "shares"),
    [
        ({"train": 0.98, "dev": 0.01, "test": 0.01}, (0.98, 0.01, 0.01)),
        ({"train": 0.8, "dev": 0.2}, (0.8, 0.2, 0.0)),
        ({"train": 1.0}, (1.0, 0.0, 0.0)),
        ({"train": 1}, (1.0, 0.0, 0.0)),
        ({"dev": 0.1, "test": 0.2}, (0.7, 0.1, 0.2)),
        ({"train": None, "dev": 0.2}, (0.8, 0.2, 0.0)),
        ({"train": 1 / 3, "dev": 1 / 3, "test": 1 / 3}, (1 / 3, 1 / 3, 1 / 3)),
    ],
)
def test_given_shares_are_completed(given: dict[str, float | None], shares: tuple[float, float, float]) -> None:
    options = split(**given)
    assert (options.train, options.dev, options.test) == shares
    assert options.options().shares(has_test=False) == dict(zip(("train", "dev", "test"), shares, strict=True))


def test_completed_shares_are_checked_to_the_same() -> None:
    options = split(dev=0.1, test=0.2, train_dev=0.05)
    assert split(**options.plain()) == options


@pytest.mark.parametrize(
    ("options", "splits"),
    [
        ({}, {"train", "dev", "test"}),
        ({"train": 0.8, "test": 0.2}, {"train", "test"}),
        ({"train": 0.8, "dev": 0.2}, {"train", "dev", "test"}),
        ({"train_dev": 0.1}, {"train", "train_dev", "dev", "test"}),
        ({"files": {"train": "a", "train_dev": "b"}}, {"train", "train_dev", "dev", "test"}),
        ({"indices": "splits.npz"}, {"train", "train_dev", "dev", "test"}),
    ],
)
def test_possible_splits(options: dict[str, Any], splits: set[str]) -> None:
    assert split(**options).possible() == splits
