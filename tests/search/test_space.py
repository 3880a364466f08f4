"""Search spaces: order, activity and sampling of parameters, and invalid spaces."""

from __future__ import annotations

import pickle
import time
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dlcli.core import Condition, ConfigError, Expression
from dlcli.search import (
    Choice,
    Distribution,
    IntLogUniform,
    IntUniform,
    LogUniform,
    OneMinusLogUniform,
    Parameter,
    Region,
    Space,
    Uniform,
)


def drawn(name: str, distribution: Distribution, when: str | None = None, *, auxiliary: bool = False) -> Parameter:
    return Parameter(name, distribution, condition=when and Condition.parse(when), is_auxiliary=auxiliary)  # type: ignore[arg-type]


def computed(name: str, text: str, when: str | None = None, *, auxiliary: bool = False) -> Parameter:
    condition = Condition.parse(when) if when else None
    return Parameter(name, expression=Expression.parse(text), condition=condition, is_auxiliary=auxiliary)


#: Every kind of parameter: a list of sampled length, a condition on a choice, and a condition on that parameter.
NETWORK = (
    computed("model.hidden_units", "[width] * depth"),
    drawn("model.hidden_units[0]", IntUniform(low=1, high=9), "depth > 2"),
    drawn("optimizer.beta2", Uniform(low=0.9, high=0.99), "optimizer.beta1 > 0.9"),
    drawn("optimizer.beta1", OneMinusLogUniform(low=0.8, high=0.99), "optimizer.name == adam"),
    drawn("optimizer.name", Choice(values=["adam", "momentum"])),
    drawn("optimizer.learning_rate", LogUniform(low=1e-4, high=1e-1)),
    drawn("depth", IntUniform(low=1, high=3), auxiliary=True),
    drawn("width", IntLogUniform(low=16, high=256), auxiliary=True),
)


SPACE = Space(NETWORK)


@pytest.fixture
def network() -> Space:
    return SPACE


def coordinates(space: Space, **others: float) -> dict[str, float]:
    return {parameter.name: 0.5 for parameter in space.drawn} | others


def test_parameters_are_sorted_by_dependency(network: Space) -> None:
    assert [parameter.name for parameter in network.parameters] == [
        "optimizer.name",
        "optimizer.beta1",
        "optimizer.beta2",
        "optimizer.learning_rate",
        "depth",
        "model.hidden_units[0]",
        "width",
        "model.hidden_units",
    ]
    assert [parameter.name for parameter in network.drawn] == [
        parameter.name for parameter in network.parameters if parameter.name != "model.hidden_units"
    ]


def test_point_has_only_active_parameters(network: Space) -> None:
    normalized = coordinates(network, depth=0.9, width=0.0)
    values = network.point(normalized | {"optimizer.name": 0.1, "optimizer.beta1": 1.0})
    assert values["optimizer.beta1"] == 0.99
    assert values["optimizer.beta2"] == pytest.approx(0.945)
    assert values["model.hidden_units"] == [16, 16, 16]
    assert "optimizer.beta2" not in network.point(normalized | {"optimizer.name": 0.1, "optimizer.beta1": 0.0})
    without = network.point(normalized | {"optimizer.name": 0.9, "optimizer.beta1": 1.0})
    assert not {"optimizer.beta1", "optimizer.beta2"} & without.keys()


def test_config_values_omit_auxiliary_and_sort_containers_first(network: Space) -> None:
    values = network.point(coordinates(network, depth=0.9))
    config = network.config_values(values)
    assert not {"depth", "width"} & config.keys()
    assert list(config).index("model.hidden_units") < list(config).index("model.hidden_units[0]")


@settings(deadline=None)
@given(st.lists(st.floats(0, 1), min_size=7, max_size=7))
def test_normalized_inverts_point(normalized: list[float]) -> None:
    space = SPACE
    point = dict(zip((parameter.name for parameter in space.drawn), normalized, strict=True))
    values = space.point(point)
    normalized_again = space.normalized(values)
    assert normalized_again.keys() == values.keys() - {"model.hidden_units"}
    again = space.point(point | normalized_again)
    for name, value in values.items():
        assert again[name] == (pytest.approx(value) if isinstance(value, float) else value)


def test_sample_uses_one_random_number_per_parameter(network: Space) -> None:
    generator, other = np.random.default_rng(0), np.random.default_rng(0)
    for _ in range(20):
        values = network.sample(generator)
        numbers = other.random(7).tolist()
        names = [parameter.name for parameter in network.drawn]
        assert values == network.point(dict(zip(names, numbers, strict=True)))


def test_sample_stays_in_region(network: Space) -> None:
    region = Region({"optimizer.learning_rate": (0.25, 0.5), "depth": (0.7, 1.0)}, {"optimizer.name": (1,)})
    generator = np.random.default_rng(0)
    for _ in range(50):
        values = network.sample(generator, region)
        normalized = network.normalized(values)
        assert 0.25 <= normalized["optimizer.learning_rate"] < 0.5
        assert values["depth"] == 3
        assert values["optimizer.name"] == "momentum"


def test_sample_of_whole_region_equals_sample_of_space(network: Space) -> None:
    one, other = np.random.default_rng(3), np.random.default_rng(3)
    without_choices = Space([parameter for parameter in NETWORK if parameter.name == "optimizer.learning_rate"])
    assert without_choices.sample(one) == without_choices.sample(other, Region.whole())
    assert network.sample(one) == network.sample(other, Region.whole())


def test_sample_is_fast(network: Space) -> None:
    generator = np.random.default_rng(0)
    times = []
    for _ in range(20):
        started = time.perf_counter()
        for _ in range(50):
            network.sample(generator)
        times.append((time.perf_counter() - started) / 50)
    assert min(times) < 50e-6


def test_space_is_picklable(network: Space) -> None:
    again = pickle.loads(pickle.dumps(network))
    assert again.sample(np.random.default_rng(5)) == network.sample(np.random.default_rng(5))


def test_parameter_needs_distribution_or_expression() -> None:
    with pytest.raises(ValueError, match="distribution"):
        Parameter("a")
    with pytest.raises(ValueError, match="distribution"):
        Parameter("a", Uniform(low=0, high=1), Expression.parse("1"))


NAME = drawn("o.name", Choice(values=["adam", "momentum"]))
COUNT = drawn("n", IntUniform(low=1, high=10_000))
UNIT = Uniform(low=0, high=1)


@pytest.mark.parametrize(
    ("parameters", "key", "code", "words"),
    [
        ([], "space", "invalid_value", ["distribution"]),
        ([computed("a", "1")], "space", "invalid_value", ["distribution"]),
        ([COUNT, COUNT], "space.n", "duplicate_name", []),
        (
            [NAME, drawn("b", UNIT, "o.nam == adam")],  # codespell:ignore nam
            "space.b",
            "unknown_name",
            ["o.nam == adam", "did you mean o.name?"],
        ),
        ([COUNT, computed("b", "2 * m")], "space.b", "unknown_name", ["2 * m", "(n)"]),
        (
            [COUNT, computed("d", "a"), computed("a", "b + n"), computed("b", "c"), computed("c", "a")],
            "space.a",
            "invalid_value",
            ["a → b → c → a"],
        ),
        ([COUNT, computed("a", "a + n")], "space.a", "invalid_value", ["a → a"]),
        ([COUNT, drawn("depth", UNIT, auxiliary=True)], "space.depth", "unknown_key", []),
        (
            [NAME, drawn("b", UNIT, "o.name == adm")],
            "space.b",
            "invalid_value",
            ["o.name == adm", 'o.name is "adam", "momentum"'],
        ),
        ([COUNT, drawn("b", UNIT, "n > 10000")], "space.b", "invalid_value", ["n > 10000", "n is from 1 to 10000"]),
        (
            [drawn("n", IntUniform(low=1, high=2)), computed("m", "n * 2"), drawn("b", UNIT, "m == 3 or n > 2")],
            "space.b",
            "invalid_value",
            ["m == 3 or n > 2", "m is 2, 4", "n is from 1 to 2"],
        ),
        (  # the first condition that never holds is the cause
            [drawn("c", UNIT, "b > 0"), COUNT, drawn("b", UNIT, "n == 0")],
            "space.b",
            "invalid_value",
            ["n == 0", "n is from 1 to 10000"],
        ),
        ([COUNT, drawn("b", UNIT, "n < adam")], "space.b", "invalid_value", ["n < adam", "'adam'"]),
        (
            [NAME, drawn("b", UNIT, "o.name == adam"), computed("c", "b * 2")],
            "space.c",
            "invalid_value",
            ["b * 2 when o.name == adam"],
        ),
        ([COUNT, computed("c", "1 / (n - 1)")], "space.c", "invalid_value", ["1 / (n - 1)", "n is 1"]),
        ([COUNT, computed("c", "1 / (n - 10000)")], "space.c", "invalid_value", ["1 / (n - 10000)", "n is 10000"]),
        ([COUNT, computed("c", "[n] * n")], "space.c", "invalid_value", ["[n] * n", "1000", "n is 10000"]),
        ([COUNT, computed("c", "10.0 ** n")], "space.c", "invalid_value", ["10.0 ** n", "n is 10000"]),
        ([COUNT, computed("c", "1 / 0")], "space.c", "invalid_value", ["1 / 0"]),
    ],
)
def test_invalid_spaces(parameters: list[Parameter], key: str, code: str, words: list[str]) -> None:
    with pytest.raises(ConfigError) as refused:
        Space(parameters)
    assert (refused.value.key, refused.value.code) == (key, code)
    assert [word for word in words if word not in refused.value.message] == []


@pytest.mark.parametrize(
    "when",
    [
        "n == 77 and m == 5001 and x > 0.99999",
        "n >= 10000 and m < 2",
        "n in [3, 5] and not m != 4",
        "o.name == v89 and n == 500",
        "x > 0.3 and x < 0.300001",
    ],
)
def test_rarely_satisfied_condition_is_valid(when: str) -> None:
    others = [drawn("m", IntLogUniform(low=1, high=10_000)), drawn("x", UNIT)]
    name = drawn("o.name", Choice(values=[f"v{number}" for number in range(90)]))
    assert Space([COUNT, *others, name, drawn("b", UNIT, when)]).parameters[-1].name == "b"


def test_expression_may_use_parameter_of_equal_condition() -> None:
    beta = drawn("beta", UNIT, "o.name == adam")
    space = Space([NAME, beta, computed("other", "1 - beta", "o.name == adam")])
    values: dict[str, Any] = space.point({"o.name": 0.0, "beta": 0.25})
    assert values["other"] == 0.75
    assert space.point({"o.name": 1.0, "beta": 0.25}) == {"o.name": "momentum"}
