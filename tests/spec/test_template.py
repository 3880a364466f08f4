from __future__ import annotations

import re
from typing import Any

import pytest

from dlcli.core import ConfigError
from dlcli.spec import Spec, commented_template, spec_from_text


def keys(value: Any) -> int:
    return sum(1 + keys(inner) for inner in value.values()) if isinstance(value, dict) else 0


def test_the_template_is_a_valid_config() -> None:
    spec = spec_from_text(commented_template("mine", "iris"), file="mine.yaml")
    assert (spec.name, spec.data.dataset.name) == ("mine", "iris")


def test_the_template_is_complete() -> None:
    text = commented_template()
    spec = spec_from_text(text, file="config.yaml")
    written = {path[0] for path in spec._document.key_places if len(path) == 1}
    assert written == set(Spec.model_fields)
    assert spec == spec_from_text(spec.to_yaml(), file="config.yaml")
    # model.from is explained, but is not a key of a model with random weights
    assert keys(spec.resolved()) + 1 == len(spec._document.key_places)


def test_every_key_has_a_comment_after_or_above_it() -> None:
    above = ""
    for line in commented_template().splitlines():
        if re.match(r"\s*\w+:", line):
            assert "  # " in line or above.lstrip().startswith("# "), line
        assert len(line) <= 120
        above = line


def test_the_comment_of_a_null_section_has_its_defaults() -> None:
    assert "or {decay: 0.999}" in commented_template()


def test_an_unknown_data_set_is_refused() -> None:
    with pytest.raises(ConfigError, match=r"digits\?") as caught:
        commented_template(dataset="digit")
    assert caught.value.code == "unknown_name"
