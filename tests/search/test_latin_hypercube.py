"""Latin hypercube sampling."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from dlcli.search.latin_hypercube import latin_hypercube


@given(points=st.integers(1, 40), sides=st.integers(1, 6), seed=st.integers(0, 2**32 - 1))
def test_latin_hypercube_has_one_point_per_slice(points: int, sides: int, seed: int) -> None:
    cube = latin_hypercube(points, sides, np.random.default_rng(seed))
    assert cube.shape == (points, sides)
    assert (np.sort(np.floor(cube * points), axis=0) == np.arange(points)[:, None]).all()


def test_latin_hypercube_dimensions_are_independent() -> None:
    cube = latin_hypercube(1000, 2, np.random.default_rng(0))
    assert abs(np.corrcoef(cube.T)[0, 1]) < 0.1  # 1/√1000 is 0.03
