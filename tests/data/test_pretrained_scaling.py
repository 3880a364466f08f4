"""New data scaled as that of a run."""

from __future__ import annotations

import numpy as np
import pytest

from dlcli.data import Places, Preprocessor, load_data
from dlcli.data.embedded import Digits
from dlcli.data.normalization import Scaling
from dlcli.data.pretrained_scaling import Pretrained, scaling_of
from dlcli.errors import ConfigError
from dlcli.split_options import SplitOptions


def test_the_numbers_are_those_of_the_run() -> None:
    normalization = Pretrained()
    normalization.scaling = Scaling(np.array(2.0), np.array(4.0))
    data = load_data(Digits(), Places(), split=SplitOptions(), seed=0, normalization=normalization)
    assert data.splits["train"].inputs.max() == (16 - 2) / 4  # pixels are 0 … 16
    again = Preprocessor.from_json(data.preprocessor.to_json())
    assert scaling_of(again).shift == 2


def test_it_needs_a_run() -> None:
    with pytest.raises(ConfigError, match="this model does not start from a run") as caught:
        load_data(Digits(), Places(), split=SplitOptions(), seed=0, normalization=Pretrained())
    assert caught.value.key == "data.normalize"


def test_a_scaling_of_every_pixel_needs_as_many_pixels() -> None:
    normalization = Pretrained()
    normalization.scaling = Scaling(np.zeros((28, 28, 1)), np.ones((28, 28, 1)))
    with pytest.raises(ConfigError, match=r"the run scales inputs of the shape \(28, 28, 1\), these have \(8, 8, 1\)"):
        load_data(Digits(), Places(), split=SplitOptions(), seed=0, normalization=normalization)
