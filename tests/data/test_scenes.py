"""Scenes: boxes agree with the pixels, and digits stay in one split."""

from __future__ import annotations

import numpy as np
import pytest

from dlcli.data import DataPaths, Objects, load_data
from dlcli.data.scenes import Scenes, resized
from dlcli.settings import SplitOptions


def test_a_box_has_all_pixels_of_its_digit_and_empty_images_have_none() -> None:
    raw = Scenes(images=60, size=24, empty=0.25, noise=0.0).read(DataPaths())
    images, fields = raw.examples.inputs, raw.examples.fields
    assert isinstance(images, np.ndarray)
    assert images.shape == (60, 24, 24, 1)
    is_empty = fields["digit"].missing
    assert is_empty.sum() == 15
    assert (images[is_empty] == 0).all()
    boxes = np.stack([fields[name].values() for name in ("x", "y", "height", "width")], axis=1) * 24
    for image, (x, y, height, width) in zip(images[~is_empty], boxes[~is_empty], strict=True):
        rows, columns = np.nonzero(image[:, :, 0] > 255 * 2 / 16 / 2)
        top, left = round(y - height / 2), round(x - width / 2)
        assert top <= rows.min() and rows.max() < top + height
        assert left <= columns.min() and columns.max() < left + width
        assert rows.max() - rows.min() >= 0.7 * height - 2


def test_equal_seeds_give_equal_bits() -> None:
    first, second, other = (Scenes(images=20, seed=seed).read(DataPaths()).examples for seed in (1, 1, 2))
    assert first.inputs.tobytes() == second.inputs.tobytes() != other.inputs.tobytes()
    assert first.fields["x"].hashes().tolist() == second.fields["x"].hashes().tolist()


def test_grouped_by_source_no_digit_is_in_two_splits() -> None:
    split = SplitOptions(train=0.6, dev=0.2, test=0.2, group_by="source")
    data = load_data(Scenes(images=300), DataPaths(), split=split, seed=0)
    groups = {name: set(part.groups.tolist()) for name, part in data.splits.items() if part.groups is not None}
    assert sum(map(len, groups.values())) == len(set.union(*groups.values()))
    assert not data.overlaps
    targets = data.splits["train"].targets
    assert isinstance(targets, Objects)
    assert 0.7 < targets.present.mean() < 0.9


@pytest.mark.parametrize(("height", "width"), [(4, 6), (12, 3)])
def test_resizing_keeps_constants_and_the_range(height: int, width: int) -> None:
    assert resized(np.full((8, 5), 7.0), height, width) == pytest.approx(np.full((height, width), 7.0))
    image = np.random.default_rng(0).random((8, 5))
    assert image.min() <= resized(image, height, width).min() <= resized(image, height, width).max() <= image.max()
    np.testing.assert_array_equal(resized(image, 8, 5), image)
