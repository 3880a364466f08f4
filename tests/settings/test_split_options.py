from __future__ import annotations

from dataclasses import asdict
from typing import Any

import pytest

from dlcli.core import ConfigError
from dlcli.settings import SplitOptions


def test_defaults():
    assert SplitOptions().shares(has_test=False) == {"train": 0.6, "dev": 0.2, "test": 0.2}
    assert SplitOptions().shares(has_test=True) == {"train": 0.8, "dev": 0.2, "test": 0.0}
    assert SplitOptions(files={"train": "a"}).shares(has_test=False) == {"train": 0.8, "dev": 0.2, "test": 0.0}


def test_train_is_the_rest():
    assert SplitOptions(dev=0.01, test=0.01).shares(has_test=False) == {"train": 0.98, "dev": 0.01, "test": 0.01}
    assert SplitOptions(train=1.0).shares(has_test=False) == {"train": 1.0, "dev": 0.0, "test": 0.0}


@pytest.mark.parametrize(
    ("options", "key", "code", "number"),
    [
        ({"train": 0.6, "dev": 0.2, "test": 0.3}, None, "invalid_value", "1.1"),
        ({"train": 0.6, "dev": 0.2}, None, "invalid_value", "0.8"),
        ({"dev": 1.2}, "dev", "out_of_range", "1.2"),
        ({"train": -0.1, "dev": 1.1}, "train", "out_of_range", "-0.1"),
        ({"train": 0.0, "dev": 1.0}, "train", "out_of_range", "0"),
    ],
)
def test_wrong_shares(options: dict[str, float], key: str | None, code: str, number: str):
    with pytest.raises(ConfigError, match=f"got {number}") as caught:
        SplitOptions(**options).shares(has_test=False)
    assert (caught.value.key, caught.value.code) == (key, code)


def test_no_share_for_test_if_the_data_has_a_test_set():
    with pytest.raises(ConfigError) as caught:
        SplitOptions(train=0.8, dev=0.1, test=0.1).shares(has_test=True)
    assert (caught.value.key, caught.value.code) == ("test", "conflicting_options")


@pytest.mark.parametrize(
    ("options", "key"),
    [
        ({"stratify": True, "group_by": "a"}, "group_by"),
        ({"group_by": "a", "order_by": "b"}, "order_by"),
        ({"files": {"train": "a"}, "indices": "b"}, "indices"),
        ({"files": {"trian": "a"}}, "files"),
        ({"files": {"dev": "a"}}, "files.train"),
        ({"train_dev": 1.0}, "train_dev"),
        ({"train_dev": 0.1, "files": {"train": "a", "train_dev": "b"}}, "train_dev"),
    ],
)
def test_conflicting_options(options: dict[str, Any], key: str):
    with pytest.raises(ConfigError) as caught:
        SplitOptions(**options)
    assert caught.value.key == key


@pytest.mark.parametrize(
    ("options", "drawn"),
    [
        ({"files": {"train": "a"}}, {"train": {"train": 0.8, "dev": 0.2}}),
        ({"files": {"train": "a", "dev": "b"}}, {"train": {"train": 1.0}, "dev": {"dev": 1.0}}),
        (
            {"files": {"train": "a", "dev": "b"}, "train": 0.8, "dev": 0.1, "test": 0.1},
            {"train": {"train": 1.0}, "dev": {"dev": 0.1, "test": 0.1}},
        ),
        ({"files": {"train": "a", "test": "b"}}, {"train": {"train": 0.8, "dev": 0.2}, "test": {"test": 1.0}}),
        (
            {"files": {"train": "a", "train_dev": "b", "dev": "c", "test": "d"}},
            {name: {name: 1.0} for name in ("train", "train_dev", "dev", "test")},
        ),
    ],
)
def test_shares_of_files(options: dict[str, Any], drawn: dict[str, dict[str, float]]):
    assert SplitOptions(**options).shares_of_files() == drawn


def test_dev_needs_a_share_of_its_file():
    with pytest.raises(ConfigError) as caught:
        SplitOptions(files={"train": "a", "dev": "b"}, train=0.8, test=0.2).shares_of_files()
    assert (caught.value.key, caught.value.code) == ("dev", "conflicting_options")


@pytest.mark.parametrize(
    ("options", "shares"),
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
def test_shares_are_completed(options: dict[str, float | None], shares: tuple[float, float, float]) -> None:
    split = SplitOptions(**options)
    assert (split.train, split.dev, split.test) == shares
    assert split.shares(has_test=False) == dict(zip(("train", "dev", "test"), shares, strict=True))


def test_completion_is_idempotent() -> None:
    options = SplitOptions(dev=0.1, test=0.2, train_dev=0.05)
    assert SplitOptions(**asdict(options)) == options


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
    assert SplitOptions(**options).possible_splits() == splits


def test_the_seed_of_the_split_is_its_own_or_that_of_the_experiment():
    assert SplitOptions(seed=0).draw_seed(7) == 0
    assert SplitOptions().draw_seed(7) == 7
