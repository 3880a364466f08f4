"""Shifts of the targets between two splits: planted ones are found, and without one hardly any is claimed."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from dlcli.data import TextSizes
from dlcli.diagnosis import SplitOutcome
from dlcli.diagnosis.shift import target_shift
from dlcli.tasks import ClassPredictions, TextPredictions, ValuePredictions

Array = np.ndarray[Any, Any]
#: Draw the splits dev and test from the same distribution.
Draw = Callable[[np.random.Generator], tuple[SplitOutcome, SplitOutcome]]


def classified(split: str, classes: Array, units: Array | None = None) -> SplitOutcome:
    return SplitOutcome(split, ClassPredictions(classes, np.ones((len(classes), 1))), classes, units)


def valued(split: str, values: Array, units: Array | None = None) -> SplitOutcome:
    return SplitOutcome(split, ValuePredictions(values), values, units)


def text(split: str, nats: Array, tokens: Array, *, stretches: int | None = None) -> SplitOutcome:
    """Texts with their nats by token frequency; windows of one text if it has stretches."""
    units = None if stretches is None else np.arange(len(nats)) * stretches // len(nats)
    sizes = TextSizes(tokens, tokens * 4, nats)
    return SplitOutcome(split, TextPredictions(nats, tokens), sizes, units, stretches is not None)


def shift(
    first: SplitOutcome, second: SplitOutcome, *, classes: tuple[str, ...] = (), names: tuple[str, ...] = ()
) -> str:
    return target_shift(first, second, class_names=classes, target_names=names)


def percentages(clause: str) -> list[float]:
    return [float(number) for number in re.findall(r"([\d.]+) %", clause)]


def test_the_evidence_has_the_shares_of_the_class_that_differs_most() -> None:
    dev, test = np.repeat([0, 1, 2], [276, 124, 0]), np.repeat([0, 1, 2], [352, 48, 0])
    clause = shift(classified("dev", dev), classified("test", test), classes=("no", "yes", "unused"))
    assert all(part in clause for part in ("class yes", "31 % in dev", "12 % in test"))
    assert "class 1 " in shift(classified("train_dev", dev), classified("dev", test))


def test_shares_that_are_equal_in_percent_have_decimals() -> None:
    dev, test = np.repeat([0, 1], [400_000 - 800, 800]), np.repeat([0, 1], [400_000 - 1_200, 1_200])
    assert percentages(shift(classified("dev", dev), classified("test", test))) == [0.2, 0.3]


def test_equal_shares_are_no_shift() -> None:
    classes = np.arange(600) % 3
    assert shift(classified("dev", classes), classified("test", classes[::-1])) == ""


def test_one_class_is_no_shift() -> None:
    assert shift(classified("dev", np.zeros(50, int)), classified("test", np.zeros(40, int))) == ""


@pytest.mark.parametrize(("dev", "test"), [(1, 1), (1, 5000), (3, 4), (2, 100_000)])
def test_few_examples_show_no_shift(dev: int, test: int) -> None:
    assert shift(classified("dev", np.zeros(dev, int)), classified("test", np.ones(test, int))) == ""


@pytest.mark.parametrize(("dev", "test"), [(60, 50_000), (50_000, 60)])
def test_a_small_split_is_compared_with_a_large_one(dev: int, test: int) -> None:
    random = np.random.default_rng(0)
    splits = [
        classified(name, (random.random(n) < rate).astype(int))
        for name, n, rate in (("dev", dev, 0.6), ("test", test, 0.1))
    ]
    assert shift(*splits) != ""


def test_the_result_is_reproducible() -> None:
    random = np.random.default_rng(3)
    splits = classified("dev", random.integers(0, 3, 900)), classified("test", random.integers(0, 2, 900))
    assert len({shift(*splits) for _ in range(3)}) == 1


def planted(random: np.random.Generator) -> bool:
    dev, test = ((random.random(400) < rate).astype(int) for rate in (0.31, 0.12))
    return shift(classified("dev", dev), classified("test", test)) != ""


def test_a_planted_shift_of_labels_is_found() -> None:
    random = np.random.default_rng(0)
    assert np.mean([planted(random) for _ in range(20)]) >= 0.95


def sentences(random: np.random.Generator, name: str, count: int, rate: float) -> SplitOutcome:
    """Draw sentences of 5 to 40 words whose labels are nearly all equal."""
    lengths = random.integers(5, 40, count)
    units = np.repeat(np.arange(count), lengths)
    own = (random.random(count) < rate)[units]
    return classified(name, np.where(random.random(len(units)) < 0.9, own, ~own).astype(int), units)


def test_words_of_a_sentence_are_not_independent() -> None:
    """Dev and test differ by 6 points on average; that is much for 1,000 words, but not for 40 sentences."""
    random = np.random.default_rng(0)
    pairs = [(sentences(random, "dev", 40, 0.3), sentences(random, "test", 40, 0.3)) for _ in range(20)]
    assert not any(shift(dev, test) for dev, test in pairs)
    independent = [shift(classified("dev", dev.truth), classified("test", test.truth)) for dev, test in pairs]
    assert sum(map(bool, independent)) >= 4


def test_a_shift_of_clustered_labels_is_found() -> None:
    random = np.random.default_rng(0)
    assert shift(sentences(random, "dev", 150, 0.6), sentences(random, "test", 150, 0.2)) != ""


def test_units_may_have_names() -> None:
    classes, units = np.repeat([0, 1], 200), np.array([f"patient {k // 4}" for k in range(400)])
    dev, test = classified("dev", classes, units), classified("test", np.zeros(400, int), units)
    assert percentages(shift(dev, test)) == [50, 0]


def test_the_evidence_names_the_target_and_the_value() -> None:
    random = np.random.default_rng(0)
    dev, test = random.normal(0, 1, (500, 3)), random.normal([0, 0, 1], 1, (500, 3))
    clause = shift(valued("dev", dev), valued("test", test), names=("height", "weight", "price"))
    found = re.fullmatch(r"the share of examples with price ≤ (\S+) is (\d+) % in dev and (\d+) % in test", clause)
    assert found is not None
    limit, *shares = (float(number) for number in found.groups())
    assert abs(limit - 0.5) < 0.5  # where the distributions N(0, 1) and N(1, 1) differ most
    assert shares == [round(100 * np.mean(values[:, 2] <= limit)) for values in (dev, test)]


@pytest.mark.parametrize(("shape", "name"), [((300,), "value"), ((300, 2), "value_0")])
def test_values_without_names(shape: tuple[int, ...], name: str) -> None:
    values = np.linspace(0, 1, int(np.prod(shape))).reshape(shape)
    other = values.copy()
    other.reshape(300, -1)[:, 0] += 5
    assert f" {name} ≤ " in shift(valued("dev", values), valued("test", other))


def test_a_shift_of_the_spread_is_found() -> None:
    random = np.random.default_rng(0)
    assert shift(valued("dev", random.normal(0, 1, 800)), valued("test", random.normal(0, 3, 800))) != ""


def test_constant_values_are_no_shift() -> None:
    assert shift(valued("dev", np.ones(100)), valued("test", np.ones(80))) == ""


@pytest.mark.parametrize("stretches", [None, 40], ids=["lines", "one text"])
def test_texts_are_compared_by_the_frequencies_of_their_tokens(stretches: int | None) -> None:
    random = np.random.default_rng(0)
    tokens = np.full(400, 30)
    dev, same, other = (random.gamma(100, level / 100, 400) * 30 for level in (5.0, 5.0, 5.6))
    splits = [text(name, nats, tokens, stretches=stretches) for name, nats in (("dev", dev), ("test", same))]
    assert shift(*splits) == ""
    clause = shift(splits[0], text("test", other, tokens, stretches=stretches))
    assert f"{dev.sum() / 12_000:.3f} in dev and {other.sum() / 12_000:.3f} in test" in clause
    assert shift(text("train", dev, tokens), text("dev", other, tokens)) == ""  # train determined the frequencies


def iid_classes(num_classes: int) -> Draw:
    """Draw classes of unequal shares; the rarest has 1 % of them or less."""

    def draw(random: np.random.Generator) -> tuple[SplitOutcome, SplitOutcome]:
        shares = 0.5 ** np.arange(num_classes) / np.sum(0.5 ** np.arange(num_classes))
        dev, test = (random.choice(num_classes, size, p=shares) for size in (300, 200))
        return classified("dev", dev), classified("test", test)

    return draw


def iid_sentences(count: int) -> Draw:
    return lambda random: (sentences(random, "dev", count, 0.2), sentences(random, "test", count, 0.2))


def heavy_tailed(random: np.random.Generator) -> tuple[SplitOutcome, SplitOutcome]:
    dev, test = (np.exp(2 * random.standard_t(2, (size, 3)).clip(-100, 100)) for size in (250, 250))
    return valued("dev", dev), valued("test", test)


def groups_of_values(random: np.random.Generator) -> tuple[SplitOutcome, SplitOutcome]:
    units = np.repeat(np.arange(40), 8)
    dev, test = (random.standard_t(3, 40)[units] + 0.1 * random.normal(size=320) for _ in range(2))
    return valued("dev", dev, units), valued("test", test, units)


def lines(random: np.random.Generator) -> tuple[SplitOutcome, SplitOutcome]:
    tokens = random.integers(3, 60, (2, 300))
    nats = tokens * random.gamma(30, 5 / 30, (2, 300))
    return text("dev", nats[0], tokens[0]), text("test", nats[1], tokens[1])


def parts_of_a_text(random: np.random.Generator) -> tuple[SplitOutcome, SplitOutcome]:
    """Draw stretches whose neighbors have the correlation 0.5."""
    tokens, levels = np.full(400, 30), np.zeros((2, 40))
    for k in range(40):
        levels[:, k] = 0.5 * levels[:, k - 1] + random.normal(0, 0.3, 2)
    nats = 30 * (5 + np.repeat(levels, 10, axis=1) + random.normal(0, 0.1, (2, 400)))
    return text("dev", nats[0], tokens, stretches=40), text("test", nats[1], tokens, stretches=40)


CONTROLS: dict[str, Draw] = {
    **{f"{count} classes": iid_classes(count) for count in (2, 3, 5, 10)},
    **{f"{count} sentences": iid_sentences(count) for count in (8, 30, 100)},
    "heavy tails": heavy_tailed,
    "groups of values": groups_of_values,
    "lines": lines,
    "parts of a text": parts_of_a_text,
}


def claimed(draw: Draw, repeats: int) -> float:
    random = np.random.default_rng(1)
    return float(np.mean([bool(shift(*draw(random))) for _ in range(repeats)]))


@pytest.mark.parametrize("name", CONTROLS)
def test_no_shift_is_claimed_in_a_few_controls(name: str) -> None:
    assert claimed(CONTROLS[name], 10) == 0


@pytest.mark.slow
@pytest.mark.parametrize("name", CONTROLS)
def test_a_shift_is_claimed_in_less_than_one_percent_of_the_controls(name: str) -> None:
    assert claimed(CONTROLS[name], 1_000) < 0.01


@pytest.mark.slow
def test_planted_shifts_of_labels_are_found_in_95_percent() -> None:
    random = np.random.default_rng(0)
    assert np.mean([planted(random) for _ in range(300)]) >= 0.95
