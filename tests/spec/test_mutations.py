"""Fuzzing of configs: the check of any text ends in a spec or in a `DlcliError`."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import dlcli.components  # noqa: F401  # fills the registry, before any test replaces it
from dlcli.core import DlcliError
from dlcli.spec import Spec, load_spec, spec_from_text

CONFIGS = sorted((Path(__file__).parents[2] / "configs").glob("*.yaml"))
Mutate = Callable[[str, int], str]


@pytest.fixture(autouse=True)
def _components() -> None:
    """The real components instead of those of the other tests."""


def survive(file: Path, seed: int, mutated: Mutate, folder: Path) -> bool:
    """Return whether a mutation of `file` is still a config. Anything but a DlcliError fails the test."""
    text = mutated(file.read_text(encoding="utf-8"), seed)
    broken = folder / "broken.yaml"
    broken.write_bytes(text.encode(errors="surrogatepass"))
    try:
        spec = load_spec(broken)
    except DlcliError as error:
        assert error.exit_code == 2
        assert all(line.startswith(f"{broken}:") for line in str(error).splitlines())
        assert "Traceback" not in str(error)
        assert error.to_json()["message"]
        return False
    assert spec_from_text(spec.to_yaml(), file="again.yaml") == spec
    return True


@pytest.mark.parametrize("file", CONFIGS, ids=lambda file: file.stem)
def test_mutated_configs(file: Path, mutated: Mutate, tmp_path: Path) -> None:
    survived = [survive(file, seed, mutated, tmp_path) for seed in range(30)]
    assert 0 < sum(survived) < len(survived)


@pytest.mark.slow
@pytest.mark.parametrize("file", CONFIGS, ids=lambda file: file.stem)
def test_many_mutated_configs(file: Path, mutated: Mutate, tmp_path: Path) -> None:
    for seed in range(1000, 1000 + 2000 // len(CONFIGS) + 1):
        survive(file, seed, mutated, tmp_path)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(
    st.lists(
        st.text(max_size=12)
        | st.builds(
            "{}{}={}".format,
            st.sampled_from(
                ["optimizer", "optimizer.name", "model.hidden_units", "data.split.files", "model.layers[0].relu"]
            ),
            st.sampled_from(["", ".x", "[0]", "[-1]", "+", "[0].name", ".x.y"]),
            st.sampled_from(["", "1", "sgd", "[1, x]", "{name: adam}", "null", "{", "'"]) | st.text(max_size=5),
        ),
        max_size=3,
    )
)
def test_any_overrides(overrides: list[str]) -> None:
    try:
        spec = spec_from_text(CONFIGS[0].read_text(encoding="utf-8"), file="config.yaml", overrides=overrides)
    except DlcliError as error:
        assert str(error)
    else:
        assert isinstance(spec, Spec)
