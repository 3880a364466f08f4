from __future__ import annotations

from collections.abc import Callable

import numpy as np

from dlcli.assembly import Experiment

Build = Callable[..., Experiment]


def test_the_weights_depend_on_the_seed_only(build: Build, iris: str) -> None:
    first, again, other = build(iris), build(iris), build(iris, "seed=1")
    weights = [each.model.parameters()["linear_1.weight"].data for each in (first, again, other)]
    np.testing.assert_array_equal(weights[0], weights[1])
    assert not np.array_equal(weights[0], weights[2])
