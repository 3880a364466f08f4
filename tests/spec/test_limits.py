"""Limits for generated and malicious configs: linear time, and messages of bounded length."""

from __future__ import annotations

import time
from collections.abc import Callable

import pytest

from dlcli.cli import components
from dlcli.core import ConfigError, InvalidConfigError
from dlcli.spec import Document, Place, apply_override, parse_overrides, spec_from_text
from dlcli.spec.key_paths import MAX_DEPTH, parse_path
from dlcli.spec.mistake import MAX_MISTAKES
from dlcli.spec.yaml_loader import MAX_KEY, MAX_VALUES, parse_value, read_yaml

BASE = "data: {dataset: digits}\nmodel: {architecture: mlp, hidden_units: [4]}\noptimizer: adam\n"


@pytest.fixture(autouse=True, scope="module")
def _components() -> None:
    components.load()


def problems(text: str, *overrides: str) -> list[ConfigError]:
    with pytest.raises(InvalidConfigError) as caught:
        spec_from_text(text, file="c.yaml", overrides=overrides)
    return list(caught.value.problems)


def seconds(call: Callable[[], object]) -> float:
    start = time.process_time()
    call()
    return time.process_time() - start


def appended(count: int) -> Document:
    document = read_yaml(BASE, "c.yaml")
    for override in parse_overrides([f"model.hidden_units+=[{'1,' * (count - 1)}1]"]):
        assert not isinstance(override, ConfigError)
        apply_override(document, override)
    return document


def test_appending_a_list_takes_linear_time() -> None:
    assert len(appended(3).data["model"]["hidden_units"]) == 4
    short, long = (min(seconds(lambda count=count: appended(count)) for _ in range(3)) for count in (2_000, 16_000))
    assert long < 24 * short  # 64 times if it is quadratic


def test_many_overrides_take_linear_time() -> None:
    def apply(count: int) -> None:
        spec_from_text(BASE, file="c.yaml", overrides=[f"model.hidden_units+={number + 1}" for number in range(count)])

    short, long = (min(seconds(lambda count=count: apply(count)) for _ in range(2)) for count in (200, 1_600))
    assert long < 24 * short


def test_the_places_of_a_replaced_value_are_removed() -> None:
    document = read_yaml("a: {b: {c: 1}, d: [1, {e: 2}]}\nf: 1\n", "c.yaml")
    for override in parse_overrides(["a={x: 1}"]):
        assert not isinstance(override, ConfigError)
        apply_override(document, override)
    assert document.data == {"a": {"x": 1}, "f": 1}
    assert document.value_places.keys() == {(), ("a",), ("f",)}
    assert document.key_places.keys() == {("a",), ("f",)}
    assert document.place(("a", "b", "c")) == Place("--set a={x: 1}")


def test_paths_have_a_limited_number_of_steps() -> None:
    assert len(parse_path(".".join("a" * MAX_DEPTH))) == MAX_DEPTH
    with pytest.raises(ValueError, match=str(MAX_DEPTH)):
        parse_path(".".join("a" * (MAX_DEPTH + 1)))
    (problem,) = problems(BASE, f"{'a.' * 100_000}a=1")
    assert len(str(problem)) < 400


def test_the_depth_of_python_values_is_limited() -> None:
    deep: object = 1
    for _ in range(5_000):
        deep = [deep]
    circular: list[object] = []
    circular.append(circular)
    for value in (deep, circular):
        (error,) = parse_overrides({"model.hidden_units": value})
        assert isinstance(error, ConfigError)


def test_the_first_mistakes_are_described_and_the_others_counted() -> None:
    first, *_, last = errors = problems(BASE + "".join(f"k{number}: 1\n" for number in range(60_000)))
    assert len(errors) == MAX_MISTAKES + 1
    assert f"{60_000 - MAX_MISTAKES:,}" in last.message
    assert (first.line, first.column, first.key) == (4, 1, "k0")


def test_a_few_mistakes_are_all_described() -> None:
    assert len(problems(BASE + "".join(f"k{number}: 1\n" for number in range(MAX_MISTAKES)))) == MAX_MISTAKES


@pytest.mark.parametrize(
    "text",
    [
        "evaluation: {metrics: [" + ", ".join(f"m{number}" for number in range(2_000)) + "]}\n",
        "".join(f"k{number}: !x 1\n" for number in range(5_000)),
        "seed: 1\n" * 5_000,
        f"? {'k' * 500_000}\n: 1\n",
        f"name: {'-x' * 400_000}!\n",
        f"seed: {'9' * 900_000}\n",
        f"seed: [{'1, ' * MAX_VALUES}]\n",
    ],
    ids=["metrics", "tags", "duplicates", "long key", "long text", "long number", "values"],
)
def test_a_message_is_bounded(text: str) -> None:
    errors = problems(BASE + text)
    assert len(errors) <= MAX_MISTAKES + 2
    assert max(len(str(error)) for error in errors) < 2 * MAX_KEY


def test_layers_after_a_hundred_mistakes_are_not_checked() -> None:
    layers = "".join(f"  - lin{number}: {{}}\n" for number in range(5_000))
    errors = problems(f"data: {{dataset: digits}}\noptimizer: adam\nmodel:\n  layers:\n{layers}")
    assert MAX_MISTAKES < len(errors) < MAX_MISTAKES + 5


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ("a: &a [1]\nb: &b [*a, *a, *a, *a, *a, *a, *a, *a, *a]\n" + "".join(
            f"{chr(99 + n)}: &{chr(99 + n)} [{', '.join(['*' + chr(98 + n)] * 9)}]\n" for n in range(8)
        ), 6),
        ("a: &a [*a]\n", 1),
        (f"a: {'[' * 60}{']' * 60}\n", 1),
        (f"a:{' {b:' * 60} 1{'}' * 60}\n", 1),
        ("a: 1\na: 2\n", 2),
        ("a: 1\n\tb: 2\n", 2),
        ("a: 1\nb: \0\n", 2),
        ("a: 1\r\nb: \x1b[31m\r\n", 2),
        ("a: 1\nb: !!python/object/apply:os.system [id]\n", 2),
        ("a: 1\n--- \nb: 2\n", 2),
        ("a: 1\n<<: {b: 2}\n", 2),
    ],
    ids=["bomb", "itself", "deep list", "deep map", "twice", "tab", "NUL", "escape", "tag", "two", "merge"],
)  # fmt: skip
def test_hostile_yaml_is_refused_at_its_line(text: str, place: int) -> None:
    with pytest.raises(InvalidConfigError) as caught:
        spec_from_text(text, file="c.yaml")
    assert place in {problem.line for problem in caught.value.problems}


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("1:30", "1:30"),
        ("010", 10),
        ("0o10", 8),
        ("0x1F", 31),
        ("1_000", "1_000"),
        ("2020-01-01", "2020-01-01"),
        ("no", "no"),
        ("1e3", 1000.0),
        ("1e999", float("inf")),
        ("=", "="),
    ],
)
def test_scalars_follow_yaml_1_2(text: str, value: object) -> None:
    result = parse_value(text)
    assert result == value
    assert type(result) is type(value)
