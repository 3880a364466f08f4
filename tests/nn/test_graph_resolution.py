"""The order of nodes, and every mistake in their wiring."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dlcli.core import InvalidConfigError
from dlcli.nn import Node
from dlcli.nn.graph_resolution import resolve_graph

KEY_OF = "layers[{}]".format


def node(name: str, *inputs: str) -> Node:
    return Node(name, "add" if len(inputs) > 1 else "relu", inputs=inputs or ("previous",))


def problems(*nodes: Node, output: str | None = None) -> list[tuple[str | None, str]]:
    """The key and message of every mistake."""
    with pytest.raises(InvalidConfigError) as caught:
        resolve_graph(nodes, output or nodes[-1].name, KEY_OF)
    return [(problem.key, problem.message) for problem in caught.value.problems]


def test_a_chain_reads_the_node_before() -> None:
    ordered = resolve_graph([node("a"), node("b"), node("c")], "c", KEY_OF)
    assert [(n.name, n.inputs) for n in ordered] == [("a", ("input",)), ("b", ("a",)), ("c", ("b",))]


def test_a_node_may_read_one_that_stands_below_it() -> None:
    ordered = resolve_graph([node("sum", "input", "late"), node("late", "input")], "sum", KEY_OF)
    assert [n.name for n in ordered] == ["late", "sum"]


def test_two_names_alike() -> None:
    assert problems(node("a"), node("a")) == [
        ("layers[1]", 'node "a" (relu): this name is taken by layer 1 of the list; names are unique')
    ]


@pytest.mark.parametrize("name", ["input", "previous", "a.b", "1st", "a b"])
def test_a_name_that_cannot_be(name: str) -> None:
    ((key, message),) = problems(node(name))
    assert key == "layers[0]"
    assert "a name is letters" in message


def test_unknown_inputs_have_the_nearest_match_and_come_all_at_once() -> None:
    found = problems(node("trunk"), node("b", "trnk"), node("c", "nowhere"))
    assert [key for key, _ in found] == ["layers[1]", "layers[2]"]
    assert "input 'trnk': unknown node; did you mean trunk?" in found[0][1]
    assert "input 'nowhere': unknown node" in found[1][1]


def test_an_unknown_output() -> None:
    ((key, message),) = problems(node("first"), output="frist")
    assert key == "output"
    assert "did you mean first?" in message


def test_no_input() -> None:
    assert problems(Node("a", "relu", inputs=())) == [("layers[0]", 'node "a" (relu): it has no input')]


def test_a_cycle_is_named() -> None:
    ((key, message),) = problems(node("a"), node("b", "a", "d"), node("c"), node("d"), node("e"))
    assert key == "layers[1]"
    assert message == 'node "b" (add): its inputs lead back to itself: b <- d <- c <- b'


def test_a_node_that_reads_itself() -> None:
    ((_, message),) = problems(node("a"), node("b", "b"))
    assert "its inputs lead back to itself: b <- b" in message


def test_a_dead_branch_is_named_whole() -> None:
    found = problems(node("a"), node("dead_1", "a"), node("dead_2"), node("c", "a"))
    assert [key for key, _ in found] == ["layers[1]", "layers[2]"]
    assert found[0][1].startswith('node "dead_1" (relu): dead branch: its result does not lead to the output "c"')


@given(st.permutations(range(8)), st.data())
def test_every_node_comes_after_its_inputs(order: list[int], data: st.DataObject) -> None:
    """A random acyclic graph, written down in a random order, is put in one that can run."""
    nodes = [
        node(f"n{i}", *[f"n{j}" for j in data.draw(st.sets(st.integers(0, i - 1), min_size=1))] if i else ["input"])
        for i in range(8)
    ]
    read = {name for n in nodes for name in n.inputs}
    ends = [n.name for n in nodes if n.name not in read]
    nodes.append(node("end", *ends))
    listed = [nodes[i] for i in order] + [nodes[8]]
    ordered = resolve_graph(listed, "end", KEY_OF)
    done = {"input"}
    for n in ordered:
        assert done.issuperset(n.inputs)
        done.add(n.name)
    assert len(ordered) == 9
