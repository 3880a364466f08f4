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


def test_train_is_what_the_others_leave():
    assert SplitOptions(dev=0.01, test=0.01).shares(has_test=False) == {"train": 0.98, "dev": 0.01, "test": 0.01}
    assert SplitOptions(train=1.0).shares(has_test=False) == {"train": 1.0, "dev": 0.0, "test": 0.0}


@pytest.mark.parametrize(
    ("options", "key", "message"),
    [
        ({"train": 0.6, "dev": 0.2, "test": 0.3}, None, "sum to 1.1"),
        ({"train": 0.6, "dev": 0.2}, None, "sum to 0.8"),
        ({"dev": 1.2}, "dev", "between 0 and 1"),
        ({"train": -0.1, "dev": 1.1}, "train", "between 0 and 1"),
        ({"train": 0.0, "dev": 1.0}, "train", "nothing to train on"),
    ],
)
def test_shares_that_are_wrong(options: dict[str, float], key: str | None, message: str):
    with pytest.raises(ConfigError, match=message) as caught:
        SplitOptions(**options).shares(has_test=False)
    assert caught.value.key == key


def test_a_given_test_set_has_no_share():
    with pytest.raises(ConfigError, match="brings its own test set") as caught:
        SplitOptions(train=0.8, dev=0.1, test=0.1).shares(has_test=True)
    assert caught.value.key == "test"


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
def test_options_that_contradict_each_other(options: dict[str, Any], key: str):
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
def test_what_is_drawn_from_which_file(options: dict[str, Any], drawn: dict[str, dict[str, float]]):
    assert SplitOptions(**options).shares_of_files() == drawn


def test_the_dev_file_is_not_used_up_by_test():
    with pytest.raises(ConfigError, match="of which dev needs a share") as caught:
        SplitOptions(files={"train": "a", "dev": "b"}, train=0.8, test=0.2).shares_of_files()
    assert caught.value.key == "dev"


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
    options = SplitOptions(**given)
    assert (options.train, options.dev, options.test) == shares
    assert options.shares(has_test=False) == dict(zip(("train", "dev", "test"), shares, strict=True))


def test_completed_shares_are_checked_to_the_same() -> None:
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


def test_the_draw_has_a_seed_of_its_own_or_that_of_the_experiment():
    assert SplitOptions(seed=0).draw_seed(7) == 0
    assert SplitOptions().draw_seed(7) == 7
