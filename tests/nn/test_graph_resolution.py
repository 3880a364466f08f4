"""The order of nodes, and errors in a graph."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dlcli.core import InvalidConfigError
from dlcli.nn import Node
from dlcli.nn.graph_resolution import ResolvedGraph, resolve_graph

KEY_OF = "layers[{}]".format


def node(name: str, *inputs: str) -> Node:
    return Node(name, "add" if len(inputs) > 1 else "relu", inputs=inputs or ("previous",))


def problems(*nodes: Node, output: str | None = None) -> list[tuple[str | None, str, str]]:
    """Return the key, code and message of every error."""
    with pytest.raises(InvalidConfigError) as caught:
        resolve_graph(nodes, {"output": output or nodes[-1].name}, KEY_OF)
    return [(problem.key, problem.code, problem.message) for problem in caught.value.problems]


def test_a_chain_takes_the_previous_node() -> None:
    ordered = resolve_graph([node("a"), node("b"), node("c")], {"output": "c"}, KEY_OF).nodes
    assert [(n.name, n.inputs) for n in ordered] == [("a", ("input",)), ("b", ("a",)), ("c", ("b",))]


def test_an_input_may_be_listed_later() -> None:
    ordered = resolve_graph([node("sum", "input", "late"), node("late", "input")], {"output": "sum"}, KEY_OF).nodes
    assert [n.name for n in ordered] == ["late", "sum"]


def test_duplicate_names() -> None:
    ((key, code, message),) = problems(node("a"), node("a"))
    assert (key, code) == ("layers[1]", "duplicate_name")
    assert "layer 1" in message


@pytest.mark.parametrize("name", ["input", "previous", "a.b", "1st", "a b"])
def test_invalid_name(name: str) -> None:
    ((key, code, message),) = problems(node(name))
    assert (key, code) == ("layers[0]", "invalid_value")
    assert f'"{name}"' in message


def test_unknown_inputs_are_reported_together_with_the_nearest_match() -> None:
    errors = problems(node("trunk"), node("b", "trnk"), node("c", "nowhere"))
    assert [(key, code) for key, code, _ in errors] == [("layers[1]", "unknown_name"), ("layers[2]", "unknown_name")]
    assert "trunk?" in errors[0][2]
    assert "'nowhere'" in errors[1][2]


def test_an_unknown_output() -> None:
    ((key, code, message),) = problems(node("first"), output="frist")
    assert (key, code) == ("output", "unknown_name")
    assert "first?" in message


def test_no_input() -> None:
    ((key, _, message),) = problems(Node("a", "relu", inputs=()))
    assert key == "layers[0]"
    assert "input" in message


def test_a_cycle_is_named() -> None:
    ((key, _, message),) = problems(node("a"), node("b", "a", "d"), node("c"), node("d"), node("e"))
    assert key == "layers[1]"
    assert message.startswith('node "b"')
    assert message.endswith("b <- d <- c <- b")


def test_a_node_with_itself_as_input() -> None:
    ((_, _, message),) = problems(node("a"), node("b", "b"))
    assert message.endswith("b <- b")


def test_every_unused_node_is_named() -> None:
    errors = problems(node("a"), node("unused_1", "a"), node("unused_2"), node("c", "a"))
    assert [key for key, _, _ in errors] == ["layers[1]", "layers[2]"]
    for name, (_, _, message) in zip(("unused_1", "unused_2"), errors, strict=True):
        assert message.startswith(f'node "{name}"')
        assert 'output "c"' in message


@given(st.permutations(range(8)), st.data())
def test_every_node_comes_after_its_inputs(order: list[int], data: st.DataObject) -> None:
    """A random acyclic graph, listed in a random order."""
    nodes = [
        node(f"n{i}", *[f"n{j}" for j in data.draw(st.sets(st.integers(0, i - 1), min_size=1))] if i else ["input"])
        for i in range(8)
    ]
    read = {name for n in nodes for name in n.inputs}
    ends = [n.name for n in nodes if n.name not in read]
    nodes.append(node("end", *ends))
    listed = [nodes[i] for i in order] + [nodes[8]]
    ordered = resolve_graph(listed, {"output": "end"}, KEY_OF).nodes
    done = {"input"}
    for n in ordered:
        assert done.issuperset(n.inputs)
        done.add(n.name)
    assert len(ordered) == 9


# ---- several inputs, outputs and states ----

STATES = {"encoder": ("hidden", "cell"), "reader": ("hidden",)}
ENCODERS = [Node("encoder", "lstm", inputs=("source",)), Node("reader", "gru", inputs=("target",))]


def resolve(*nodes: Node, outputs: dict[str, str], inputs: tuple[str, ...] = ("source", "target")) -> ResolvedGraph:
    output_key = "output.{}".format
    return resolve_graph([*ENCODERS, *nodes], outputs, KEY_OF, inputs=inputs, states=STATES, output_key=output_key)


def failures(*nodes: Node, outputs: dict[str, str], **options: Any) -> list[tuple[str | None, str, str]]:
    with pytest.raises(InvalidConfigError) as caught:
        resolve(*nodes, outputs=outputs, **options)
    return [(problem.key, problem.code, problem.message) for problem in caught.value.problems]


@pytest.mark.parametrize(
    ("name", "values"),
    [
        ("encoder", ("encoder",)),
        ("encoder.cell", ("encoder.cell",)),
        ("encoder.state", ("encoder.hidden", "encoder.cell")),
        ("reader.state", ("reader.hidden",)),
        ("previous.state", ("reader.hidden",)),
        ("previous", ("reader",)),
    ],
)
def test_inputs_are_values(name: str, values: tuple[str, ...]) -> None:
    resolved = resolve(node("end", name, "encoder", "reader"), outputs={"output": "end"})
    assert resolved.nodes[-1].inputs == (*values, "encoder", "reader")


def test_outputs_are_values() -> None:
    outputs = {"steps": "encoder", "final": "reader.state", "cell": "encoder.cell"}
    expected = {"steps": "encoder", "final": "reader.hidden", "cell": "encoder.cell"}
    assert resolve(outputs=outputs).outputs == expected


@pytest.mark.parametrize(
    ("name", "hint"),
    [
        ("encoder.hiden", "encoder.hidden?"),
        ("encodr.state", "encoder.state?"),
        ("reader.cell", "reader.hidden"),
        ("plain.state", "plain has no states"),
        ("source.state", "reader.state"),
        ("sourc", "source?"),
    ],
)
def test_unknown_states_are_reported_with_the_nearest_match(name: str, hint: str) -> None:
    nodes = [node("plain", "encoder"), node("end", name, "plain", "reader")]
    ((key, code, message),) = failures(*nodes, outputs={"output": "end"})
    assert (key, code) == ("layers[3]", "unknown_name")
    assert f"'{name}'" in message
    assert hint in message


@pytest.mark.parametrize(
    ("value", "code", "hint"),
    [
        ("readr", "unknown_name", "reader?"),
        ("source", "unknown_name", "encoder"),
        ("encoder.state", "invalid_value", "encoder.hidden, encoder.cell"),
    ],
)
def test_outputs_that_are_no_values(value: str, code: str, hint: str) -> None:
    ((key, actual, message),) = failures(outputs={"right": "reader", "wrong": value})
    assert (key, actual) == ("output.wrong", code)
    assert hint in message


def test_the_first_node_of_several_inputs_has_none_before_it() -> None:
    with pytest.raises(InvalidConfigError) as caught:
        resolve_graph([node("a"), node("b", "a", "y")], {"output": "b"}, KEY_OF, inputs=("x", "y"))
    (problem,) = caught.value.problems
    assert problem.key == "layers[0]"
    assert "x, y" in problem.message


def test_unused_inputs_and_nodes() -> None:
    errors = failures(outputs={"output": "encoder"}, inputs=("source", "target", "image"))
    assert [key for key, _, _ in errors] == ["layers[1]", "inputs"]
    assert 'output "encoder"' in errors[0][2]
    assert "'image'" in errors[1][2]


@pytest.mark.parametrize("name", ["previous", "a.b", "a b"])
def test_invalid_names_of_inputs(name: str) -> None:
    with pytest.raises(InvalidConfigError) as caught:
        resolve_graph([Node("a", "add", inputs=("x", name))], {"output": "a"}, KEY_OF, inputs=("x", name))
    assert caught.value.problems[0].key == "inputs"


def test_a_node_must_not_have_the_name_of_an_input() -> None:
    errors = failures(node("source", "encoder"), outputs={"a": "source", "b": "reader"})
    assert errors[0][:2] == ("layers[2]", "invalid_value")


def test_a_cycle_through_a_state() -> None:
    nodes = [Node("encoder", "lstm", inputs=("input", "end")), Node("end", "linear", inputs=("encoder.hidden",))]
    with pytest.raises(InvalidConfigError) as caught:
        resolve_graph(nodes, {"output": "end"}, KEY_OF, states=STATES)
    assert caught.value.problems[0].message.endswith("encoder <- end <- encoder")
