from __future__ import annotations

import numpy as np
import pytest

from dlcli.core import ConfigError
from dlcli.nn import Arena, Parameter
from dlcli.optim import SGD


def test_nesterov_needs_momentum() -> None:
    with pytest.raises(ConfigError) as caught:
        SGD(nesterov=True)
    assert (caught.value.key, caught.value.code) == ("nesterov", "not_applicable")


def test_plain_descent_keeps_no_memory() -> None:
    optimizer = SGD()
    optimizer.setup(Arena({"weight": Parameter(np.ones(2))}))
    assert list(optimizer.state()) == ["steps"]
