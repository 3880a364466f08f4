"""Search spaces, searches and pruning rules built from sweep files."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from dlcli.core import ConfigError, InvalidConfigError
from dlcli.search import CoarseToFine, LogUniform, MedianPruning
from dlcli.sweeps import SweepSpec
from dlcli.sweeps.assembly import build_pruning, build_search, build_space

Sweep = Callable[[str], SweepSpec]


def build_failure(spec: SweepSpec) -> list[ConfigError]:
    with pytest.raises(ConfigError) as caught:
        build_space(spec)
    return caught.value.problems if isinstance(caught.value, InvalidConfigError) else [caught.value]


def test_build_space(sweep: Sweep) -> None:
    space = build_space(
        sweep("""\
space:
  model.hidden_units: "[width] * depth"
  optimizer.learning_rate: log_uniform(1e-4, 1e-1)
  optimizer.name: choice(adam, momentum)
  optimizer.beta1: uniform(0.5, 0.9) when optimizer.name == adam
  depth: int_uniform(1, 3)
  width: [8, 16]
""")
    )
    rate, *_ = space.drawn
    assert isinstance(rate.distribution, LogUniform)
    assert [one.name for one in space.parameters if one.is_auxiliary] == ["depth", "width"]
    values = space.point({parameter.name: 0.0 for parameter in space.drawn})
    assert space.config_values(values) == {
        "model.hidden_units": [8],
        "optimizer.learning_rate": 1e-4,
        "optimizer.name": "adam",
        "optimizer.beta1": 0.5,
    }


def test_build_search_and_pruning(sweep: Sweep) -> None:
    space = "space: {training.batch_size: [32, 64]}\n"
    spec = sweep(f"{space}search: {{name: coarse_to_fine, keep: 3}}\nexecution: {{pruning: {{name: median}}}}")
    search, pruning = build_search(spec), build_pruning(spec)
    assert isinstance(search, CoarseToFine)
    assert search.keep == 3
    assert isinstance(pruning, MedianPruning)
    assert build_pruning(sweep(space)) is None


def test_all_invalid_distributions_are_reported(sweep: Sweep) -> None:
    spec = sweep("""\
space:
  optimizer.learning_rate: log_uniform(1e-1, 1e-4)
  optimizer.beta1: uniform(0.5, 0.5)
  training.batch_size: choice()
  model.hidden_units: [[8], [8]]
""")
    assert [(error.file, error.line, error.column, error.key, error.code) for error in build_failure(spec)] == [
        ("sweep.yaml", 3, 40, "space.optimizer.learning_rate", "out_of_range"),
        ("sweep.yaml", 4, 33, "space.optimizer.beta1", "out_of_range"),
        ("sweep.yaml", 5, 31, "space.training.batch_size", "invalid_value"),
        ("sweep.yaml", 6, 3, "space.model.hidden_units", "duplicate_name"),
    ]


@pytest.mark.parametrize(
    ("space", "place", "key", "words"),
    [
        (
            "  optimizer.name: choice(adam, sgd)\n  optimizer.beta1: uniform(0.5, 0.9) when optimizer.name == adma",
            (4, 20),
            "space.optimizer.beta1",
            "optimizer.name == adma",
        ),
        (
            "  depth: int_uniform(1, 3)\n  optimizer.beta1: uniform(0.5, 0.9) when depth > 3",
            (4, 20),
            "space.optimizer.beta1",
            "depth is from 1 to 3",
        ),
        ("  a: int_uniform(1, 3)\n  seed: a + b\n  b: 2 * seed", (4, 9), "space.seed", "seed → b → seed"),
        ("  depth: int_uniform(0, 3)\n  training.epochs: 12 // depth", (4, 20), "space.training.epochs", "12 // depth"),
        ("  training.epochs: 3 * 4", (2, 1), "space", "distribution"),
    ],
)
def test_inconsistent_parameters(sweep: Sweep, space: str, place: tuple[int, int], key: str, words: str) -> None:
    spec = sweep(f"space:\n{space}\n")
    [error] = build_failure(spec)
    assert (error.file, error.line, error.column, error.key) == ("sweep.yaml", *place, key)
    assert words in error.message
