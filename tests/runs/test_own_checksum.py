from __future__ import annotations

import json
from typing import Any

import pytest

from dlcli.core import dumps
from dlcli.runs import add_checksum, verify_checksum

DOCUMENT = {
    "id": "r",
    "value": 0.1,
    "big": 10**30,
    "none": float("nan"),
    "text": "é\n\udcff",
    "nested": {"a": [1.0, {}]},
}


@pytest.mark.parametrize("indent", [None, 2])
def test_the_layout_does_not_change_the_checksum(indent: int | None) -> None:
    read = json.loads(dumps(add_checksum(DOCUMENT), indent=indent))
    assert verify_checksum(read) == json.loads(dumps(DOCUMENT))


@pytest.mark.parametrize("change", [{"value": 0.2}, {"id": "s"}, {"more": 1}, {"sha256": "0" * 64}, {"sha256": None}])
def test_a_changed_object_is_refused(change: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match="SHA-256"):
        verify_checksum(json.loads(dumps(add_checksum(DOCUMENT))) | change)


@pytest.mark.parametrize("value", [{"id": "r"}, {}, [], 1, None])
def test_values_without_a_checksum_are_accepted(value: object) -> None:
    assert verify_checksum(value) == value
