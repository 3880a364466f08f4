from __future__ import annotations

from typing import Any

import pytest

from dlcli.core import ConfigError, SplitOptions


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
        ({"train": 0.6, "dev": 0.2, "test": 0.3}, "data.split", "sum to 1.1"),
        ({"train": 0.6, "dev": 0.2}, "data.split", "sum to 0.8"),
        ({"dev": 1.2}, "data.split.dev", "between 0 and 1"),
        ({"train": -0.1, "dev": 1.1}, "data.split.train", "between 0 and 1"),
        ({"train": 0.0, "dev": 1.0}, "data.split.train", "nothing to train on"),
    ],
)
def test_shares_that_are_wrong(options: dict[str, float], key: str, message: str):
    with pytest.raises(ConfigError, match=message) as caught:
        SplitOptions(**options).shares(has_test=False)
    assert caught.value.key == key


def test_a_given_test_set_has_no_share():
    with pytest.raises(ConfigError, match="brings its own test set") as caught:
        SplitOptions(train=0.8, dev=0.1, test=0.1).shares(has_test=True)
    assert caught.value.key == "data.split.test"


@pytest.mark.parametrize(
    ("options", "key"),
    [
        ({"stratify": True, "group_by": "a"}, "data.split.group_by"),
        ({"group_by": "a", "order_by": "b"}, "data.split.order_by"),
        ({"files": {"train": "a"}, "indices": "b"}, "data.split.indices"),
        ({"files": {"trian": "a"}}, "data.split.files"),
        ({"files": {"dev": "a"}}, "data.split.files"),
        ({"train_dev": 1.0}, "data.split.train_dev"),
        ({"train_dev": 0.1, "files": {"train": "a", "train_dev": "b"}}, "data.split.train_dev"),
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
    assert caught.value.key == "data.split.dev"
