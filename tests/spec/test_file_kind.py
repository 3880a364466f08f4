from __future__ import annotations

from typing import Any

import pytest

from dlcli.spec import is_config, is_sweep


@pytest.mark.parametrize(
    ("data", "config", "sweep"),
    [
        ({"data": {}, "model": {}}, True, False),
        ({"model": None}, True, False),
        ({"base": "a.yaml", "space": {}}, False, True),
        ({"space": {}, "budget": {}}, False, True),
        ({"data": {}, "space": {}}, False, False),  # neither: the check of the kind that was expected says more
        ({"name": "a"}, False, False),
        (["data"], False, False),
    ],
)
def test_the_kind_shows_in_the_keys(data: Any, config: bool, sweep: bool) -> None:
    assert (is_config(data), is_sweep(data)) == (config, sweep)
