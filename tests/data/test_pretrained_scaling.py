"""Normalization of new data by the scaling of a run."""

from __future__ import annotations

import numpy as np
import pytest

from dlcli.core import ConfigError
from dlcli.data import DataPaths, Preprocessor, Pretrained, load_data, scaling_of
from dlcli.data.embedded import Digits
from dlcli.data.normalization import Scaling
from dlcli.data.published_statistics import Library
from dlcli.settings import SplitOptions


def test_the_scaling_is_that_of_the_run() -> None:
    normalization = Pretrained()
    normalization.scaling = Scaling(np.array(2.0), np.array(4.0))
    data = load_data(Digits(), DataPaths(), split=SplitOptions(), seed=0, normalization=normalization)
    assert data.splits["train"].inputs.max() == (16 - 2) / 4  # pixels are 0 … 16
    again = Preprocessor.from_json(data.preprocessor.to_json())
    assert scaling_of(again).shift == 2


def test_a_run_is_required() -> None:
    with pytest.raises(ConfigError) as caught:
        load_data(Digits(), DataPaths(), split=SplitOptions(), seed=0, normalization=Pretrained())
    assert (caught.value.code, caught.value.key) == ("not_applicable", "normalization")


def test_a_scaling_of_every_pixel_needs_as_many_pixels() -> None:
    normalization = Pretrained()
    normalization.scaling = Scaling(np.zeros((28, 28, 1)), np.ones((28, 28, 1)))
    with pytest.raises(ConfigError, match=r"\(28, 28, 1\).*\(8, 8, 1\)"):
        load_data(Digits(), DataPaths(), split=SplitOptions(), seed=0, normalization=normalization)


IMAGES = np.random.default_rng(0).integers(0, 256, (3, 6, 6, 3)).astype(np.uint8)
MEAN, STD = np.array([0.485, 0.456, 0.406]), np.array([0.229, 0.224, 0.225])


def published(library: Library, architecture: str | None) -> np.ndarray:
    normalization = Pretrained(weights=library)
    normalization.architecture = architecture
    return normalization.fit([IMAGES]).apply(IMAGES)


@pytest.mark.parametrize("library", ["torchvision", "timm"])
@pytest.mark.parametrize("architecture", ["resnet18", "resnet50", "vgg16", "alexnet", None])
def test_published_weights_expect_the_statistics_of_imagenet(library: Library, architecture: str | None) -> None:
    np.testing.assert_allclose(published(library, architecture), (IMAGES / 255 - MEAN) / STD, atol=1e-12)


def test_the_googlenet_of_torchvision_transforms_its_input() -> None:
    x = (IMAGES / 255 - MEAN) / STD  # its transforms, followed by `transform_input`
    expected = x * (STD / 0.5) + (MEAN - 0.5) / 0.5
    np.testing.assert_allclose(published("torchvision", "googlenet"), expected, atol=1e-12)


def test_timms_mobilenet_expects_pixels_between_minus_one_and_one() -> None:
    np.testing.assert_allclose(published("timm", "mobilenet"), IMAGES / 127.5 - 1, atol=1e-12)
    np.testing.assert_allclose(published("torchvision", "mobilenet"), (IMAGES / 255 - MEAN) / STD, atol=1e-12)


@pytest.mark.parametrize("shape", [(2, 3), (2, 5, 5, 1), (2, 5, 3)])
def test_published_weights_are_for_color_images(shape: tuple[int, ...]) -> None:
    with pytest.raises(ConfigError) as caught:
        Pretrained(weights="timm").fit([np.zeros(shape, np.uint8)])
    assert caught.value.key == "weights"
