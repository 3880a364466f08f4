"""Spaces: order, activity, sampling; and everything that cannot be searched."""

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


#: every kind of parameter: a list whose length is drawn, a condition on a choice, a condition on that
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


def units_of(space: Space, **others: float) -> dict[str, float]:
    return {parameter.name: 0.5 for parameter in space.drawn} | others


def test_what_is_needed_comes_first_and_the_rest_stays_in_order(network: Space) -> None:
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


def test_a_point_has_what_is_active(network: Space) -> None:
    normalized = units_of(network, depth=0.9, width=0.0)
    values = network.point(normalized | {"optimizer.name": 0.1, "optimizer.beta1": 1.0})
    assert values["optimizer.beta1"] == 0.99
    assert values["optimizer.beta2"] == pytest.approx(0.945)
    assert values["model.hidden_units"] == [16, 16, 16]
    assert "optimizer.beta2" not in network.point(normalized | {"optimizer.name": 0.1, "optimizer.beta1": 0.0})
    without = network.point(normalized | {"optimizer.name": 0.9, "optimizer.beta1": 1.0})
    assert not {"optimizer.beta1", "optimizer.beta2"} & without.keys()


def test_a_config_gets_no_auxiliary_values_and_the_outer_ones_first(network: Space) -> None:
    values = network.point(units_of(network, depth=0.9))
    config = network.config_values(values)
    assert not {"depth", "width"} & config.keys()
    assert list(config).index("model.hidden_units") < list(config).index("model.hidden_units[0]")


@settings(deadline=None)
@given(st.lists(st.floats(0, 1), min_size=7, max_size=7))
def test_units_undo_point(normalized: list[float]) -> None:
    space = SPACE
    given_units = dict(zip((parameter.name for parameter in space.drawn), normalized, strict=True))
    values = space.point(given_units)
    found = space.normalized(values)
    assert found.keys() == values.keys() - {"model.hidden_units"}
    again = space.point(given_units | found)
    for name, value in values.items():
        assert again[name] == (pytest.approx(value) if isinstance(value, float) else value)


def test_a_sample_costs_one_number_for_every_drawn_parameter(network: Space) -> None:
    generator, other = np.random.default_rng(0), np.random.default_rng(0)
    for _ in range(20):
        values = network.sample(generator)
        numbers = other.random(7).tolist()
        names = [parameter.name for parameter in network.drawn]
        assert values == network.point(dict(zip(names, numbers, strict=True)))


def test_a_region_is_all_that_is_drawn_from(network: Space) -> None:
    region = Region({"optimizer.learning_rate": (0.25, 0.5), "depth": (0.7, 1.0)}, {"optimizer.name": (1,)})
    generator = np.random.default_rng(0)
    for _ in range(50):
        values = network.sample(generator, region)
        normalized = network.normalized(values)
        assert 0.25 <= normalized["optimizer.learning_rate"] < 0.5
        assert values["depth"] == 3
        assert values["optimizer.name"] == "momentum"


def test_the_whole_region_changes_nothing(network: Space) -> None:
    one, other = np.random.default_rng(3), np.random.default_rng(3)
    without_choices = Space([parameter for parameter in NETWORK if parameter.name == "optimizer.learning_rate"])
    assert without_choices.sample(one) == without_choices.sample(other, Region.whole())
    assert network.sample(one) == network.sample(other, Region.whole())


def test_a_sample_takes_little_time(network: Space) -> None:
    generator = np.random.default_rng(0)
    times = []
    for _ in range(20):
        started = time.perf_counter()
        for _ in range(50):
            network.sample(generator)
        times.append((time.perf_counter() - started) / 50)
    assert min(times) < 50e-6


def test_a_space_can_be_sent_to_another_process(network: Space) -> None:
    again = pickle.loads(pickle.dumps(network))
    assert again.sample(np.random.default_rng(5)) == network.sample(np.random.default_rng(5))


def test_a_parameter_is_either_drawn_or_computed() -> None:
    with pytest.raises(ValueError, match="either drawn or computed"):
        Parameter("a")
    with pytest.raises(ValueError, match="either drawn or computed"):
        Parameter("a", Uniform(low=0, high=1), Expression.parse("1"))


NAME = drawn("o.name", Choice(values=["adam", "momentum"]))
COUNT = drawn("n", IntUniform(low=1, high=10_000))
UNIT = Uniform(low=0, high=1)


@pytest.mark.parametrize(
    ("parameters", "key", "message"),
    [
        ([], "space", "there is nothing to search; expected a parameter with a distribution"),
        ([computed("a", "1")], "space", "there is nothing to search; expected a parameter with a distribution"),
        ([COUNT, COUNT], "space.n", "is there twice"),
        (
            [NAME, drawn("b", UNIT, "o.nam == adam")],  # codespell:ignore nam
            "space.b",
            "o.nam == adam: o.nam: unknown parameter; did you mean o.name? (o.name)",
        ),
        (
            [COUNT, computed("b", "2 * m")],
            "space.b",
            "2 * m: m: unknown parameter; expected one of these: (n)",
        ),
        (
            [COUNT, computed("d", "a"), computed("a", "b + n"), computed("b", "c"), computed("c", "a")],
            "space.a",
            "depends on itself: a → b → c → a",
        ),
        ([COUNT, computed("a", "a + n")], "space.a", "depends on itself: a → a"),
        (
            [COUNT, drawn("depth", UNIT, auxiliary=True)],
            "space.depth",
            "is no key of a config, and no expression or condition uses it",
        ),
        (
            [NAME, drawn("b", UNIT, "o.name == adm")],
            "space.b",
            'the condition o.name == adm never holds: o.name is "adam", "momentum"',
        ),
        (
            [COUNT, drawn("b", UNIT, "n > 10000")],
            "space.b",
            "the condition n > 10000 never holds: n is from 1 to 10000",
        ),
        (
            [drawn("n", IntUniform(low=1, high=2)), computed("m", "n * 2"), drawn("b", UNIT, "m == 3 or n > 2")],
            "space.b",
            "the condition m == 3 or n > 2 never holds: m is 2, 4; n is from 1 to 2",
        ),
        (  # the first one is the cause
            [drawn("c", UNIT, "b > 0"), COUNT, drawn("b", UNIT, "n == 0")],
            "space.b",
            "the condition n == 0 never holds: n is from 1 to 10000",
        ),
        ([COUNT, drawn("b", UNIT, "n < adam")], "space.b", "n < adam: expected a number, got 'adam'"),
        (
            [NAME, drawn("b", UNIT, "o.name == adam"), computed("c", "b * 2")],
            "space.c",
            "b * 2: b is there only when o.name == adam; write: b * 2 when o.name == adam",
        ),
        ([COUNT, computed("c", "1 / (n - 1)")], "space.c", "1 / (n - 1): division by zero, where n is 1"),
        ([COUNT, computed("c", "1 / (n - 10000)")], "space.c", "1 / (n - 10000): division by zero, where n is 10000"),
        ([COUNT, computed("c", "[n] * n")], "space.c", "[n] * n: a list of more than 1000 items, where n is 10000"),
        ([COUNT, computed("c", "10.0 ** n")], "space.c", "10.0 ** n: the result is too large, where n is 10000"),
        ([COUNT, computed("c", "1 / 0")], "space.c", "1 / 0: division by zero"),
    ],
)
def test_what_cannot_be_searched(parameters: list[Parameter], key: str, message: str) -> None:
    with pytest.raises(ConfigError) as refused:
        Space(parameters)
    assert (refused.value.key, refused.value.message) == (key, message)


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
def test_a_condition_that_seldom_holds_is_no_mistake(when: str) -> None:
    others = [drawn("m", IntLogUniform(low=1, high=10_000)), drawn("x", UNIT)]
    name = drawn("o.name", Choice(values=[f"v{number}" for number in range(90)]))
    assert Space([COUNT, *others, name, drawn("b", UNIT, when)]).parameters[-1].name == "b"


def test_an_expression_may_use_what_is_active_wherever_it_is() -> None:
    beta = drawn("beta", UNIT, "o.name == adam")
    space = Space([NAME, beta, computed("other", "1 - beta", "o.name == adam")])
    values: dict[str, Any] = space.point({"o.name": 0.0, "beta": 0.25})
    assert values["other"] == 0.75
    assert space.point({"o.name": 1.0, "beta": 0.25}) == {"o.name": "momentum"}
