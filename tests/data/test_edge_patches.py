"""Patches of a photograph and an edge filter's answers."""

from __future__ import annotations

import numpy as np
import pytest

from dlcli.core.edge_filters import edge_filter
from dlcli.data import DataPaths, Values
from dlcli.data.edge_patches import EdgePatches
from dlcli.kernels import conv2d


@pytest.mark.parametrize("image", ["china", "flower"])
@pytest.mark.parametrize(("direction", "kind"), [("vertical", "sobel"), ("horizontal", "scharr")])
@pytest.mark.parametrize("size", [3, 12])
def test_the_targets_are_the_filter_s_answers(image, direction, kind, size) -> None:
    examples = EdgePatches(image=image, size=size, direction=direction, kind=kind).read(DataPaths()).examples
    assert examples.inputs.shape == ((640 // size) * (427 // size), size, size, 1)
    assert examples.inputs.dtype == np.uint8
    assert examples.targets is not None
    answers = conv2d(
        examples.inputs.astype(np.float64), edge_filter(direction, kind)[:, :, np.newaxis, np.newaxis], None
    )
    np.testing.assert_array_equal(answers.reshape(len(answers), -1), examples.targets)


def test_description_and_fingerprint() -> None:
    raw = EdgePatches().read(DataPaths())
    assert all(part in raw.description for part in ("1,855", "china.jpg", "12 × 12", "vertical Sobel"))
    assert raw.targets is Values
    assert list(raw.fingerprint) == ["china.jpg"]
