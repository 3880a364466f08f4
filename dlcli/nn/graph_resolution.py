"""Resolution of a list of nodes: the values they read, execution order, and errors in the graph."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

from dlcli.core import (
    INPUT,
    NODE_NAME,
    OUTPUT,
    PREVIOUS,
    STATE,
    ConfigError,
    ErrorCode,
    InvalidConfigError,
    formatting,
    node_of,
    unknown_name,
)
from dlcli.nn.node import Node


@dataclass(frozen=True)
class Names:
    """Names that nodes and outputs can refer to.

    Args:
        nodes: Names of the nodes.
        inputs: Names of the inputs.
        states: Names of the final states of the nodes that have some, in the order in which they are taken as initial
            states.
    """

    nodes: Collection[str]
    inputs: Collection[str] = (INPUT,)
    states: Mapping[str, Sequence[str]] = field(default_factory=dict)

    def values(self, name: str) -> tuple[str, ...]:
        """Return the values that a name stands for: `encoder.state` stands for all states of the node `encoder`.

        Raises:
            ConfigError: The name is unknown.
        """
        node, _, state = name.partition(".")
        states = self.states.get(node, ())
        if name in self.nodes or name in self.inputs or state in states:
            return (name,)
        if states and state == STATE:
            return tuple(f"{node}.{each}" for each in states)
        raise ConfigError(self._unknown(name), code="unknown_name")

    def _unknown(self, name: str) -> str:
        node, dot, _ = name.partition(".")
        if not dot:
            return unknown_name("node", name, [*self.nodes, *self.inputs, PREVIOUS])
        if node in self.nodes and node not in self.states:
            return f"{node} has no states; only recurrent layers do"
        owners = [node] if node in self.states else [*self.states]
        states = [f"{owner}.{state}" for owner in owners for state in (*self.states[owner], STATE)]
        return unknown_name("state", name, states)


@dataclass(frozen=True)
class ResolvedGraph:
    """A graph without errors in its names and connections.

    Args:
        nodes: Nodes in execution order, with the names of values as inputs.
        outputs: Name of each output -> value.
    """

    nodes: list[Node]
    outputs: dict[str, str]


def resolve_graph(
    nodes: Sequence[Node],
    outputs: Mapping[str, str],
    key_of: Callable[[int], str],
    *,
    inputs: Collection[str] = (INPUT,),
    states: Mapping[str, Sequence[str]] | None = None,
    output_key: Callable[[str], str] = "output".format,
) -> ResolvedGraph:
    """Return the nodes in execution order, with "previous" and "<node>.state" replaced by the names of values.

    Args:
        nodes: Nodes, all with names.
        outputs: Name of each output -> node or state.
        key_of: Function from the position of a node in the list to the key of its errors.
        inputs: Names of the inputs.
        states: Names of the final states of the nodes that have some; None if none has.
        output_key: Function from the name of an output to the key of its errors.

    Raises:
        InvalidConfigError: Names are invalid, duplicate or unknown, the graph has a cycle, or nodes or inputs are
            unused.
    """
    # reversed: for a duplicate name, the first occurrence is valid and the second one is the error
    positions = {node.name: position for position, node in reversed(list(enumerate(nodes)))}
    names = Names(positions, inputs, states or {})

    # All problems of all nodes are collected before the nodes are ordered: otherwise an unknown name would appear as a
    # node that never becomes ready.
    problems = [*_input_name_problems(inputs)]
    resolved = []
    for position, node in enumerate(nodes):
        problems += _name_problems(node, position, positions, inputs, key_of(position))
        values, unknown = _values_read(nodes, position, names, key_of(position))
        problems += unknown
        resolved.append(replace(node, inputs=values))
    output_values, unknown = _output_values(outputs, names, output_key)
    _raise_any([*problems, *unknown])

    # From here on all names are known: a node can be missing from the order only because of a cycle.
    ordered = _topological_order(resolved)
    if len(ordered) < len(resolved):
        by_name = {node.name: node for node in resolved}
        cycle = _find_cycle(by_name, {node.name for node in ordered})
        message = f"its inputs form a cycle: {' <- '.join([*cycle, cycle[0]])}"
        _raise_any([_problem(by_name[cycle[0]], message, "invalid_value", key_of(positions[cycle[0]]))])

    needed = ancestors(ordered, output_values.values())
    unused = [node for node in resolved if node.name not in needed]
    problems = [_unused_node(node, {*output_values.values()}, key_of(positions[node.name])) for node in unused]
    _raise_any([*problems, *_unused_inputs(inputs, resolved)])
    return ResolvedGraph(ordered, output_values)


def label(node: Node) -> str:
    """Return the name of a node in messages, such as `node "add_1" (add)`."""
    return f'node "{node.name}" ({node.type})'


def _problem(node: Node, message: str, code: ErrorCode, key: str) -> ConfigError:
    return ConfigError(f"{label(node)}: {message}", code=code, key=key)


def _raise_any(problems: Sequence[ConfigError]) -> None:
    if problems:
        raise InvalidConfigError(problems)


def _input_name_problems(inputs: Collection[str]) -> Iterator[ConfigError]:
    for name in inputs:
        if name == PREVIOUS or not re.fullmatch(NODE_NAME, name):
            message = f'input {name!r}: expected a name of letters, digits and "_" other than "previous"'
            yield ConfigError(message, code="invalid_value", key="inputs")


def _name_problems(
    node: Node, position: int, positions: Mapping[str, int], inputs: Collection[str], key: str
) -> Iterator[ConfigError]:
    """Yield what is wrong with the name of a node and the number of its inputs."""
    reserved = (*inputs, PREVIOUS)
    if positions[node.name] != position:
        message = f"expected a unique name, got the name of layer {positions[node.name] + 1} of the list"
        yield _problem(node, message, "duplicate_name", key)
    elif node.name in reserved or not re.fullmatch(NODE_NAME, node.name):
        others = formatting.listing([f'"{name}"' for name in reserved])
        yield _problem(node, f'expected a name of letters, digits and "_" other than {others}', "invalid_value", key)
    if not node.inputs:
        yield _problem(node, "expected at least one input, got none", "invalid_value", key)


def _without_previous(name: str, nodes: Sequence[Node], position: int, inputs: Collection[str]) -> str:
    """Return the name of a value with "previous" replaced by the node before, or by the only input.

    Raises:
        ConfigError: It is the first node of a graph with several inputs.
    """
    if node_of(name) != PREVIOUS:
        return name
    if not position and len(inputs) != 1:
        raise ConfigError(f"the first node has none before it; expected one of the inputs {', '.join(inputs)}")
    before = nodes[position - 1].name if position else next(iter(inputs))
    return before + name.removeprefix(PREVIOUS)


def _values_read(
    nodes: Sequence[Node], position: int, names: Names, key: str
) -> tuple[tuple[str, ...], list[ConfigError]]:
    """Return the values that a node reads, and the errors of unknown names."""
    values: list[str] = []
    problems = []
    for name in nodes[position].inputs:
        try:
            values += names.values(_without_previous(name, nodes, position, names.inputs))
        except ConfigError as error:
            problems.append(_problem(nodes[position], f"input {name!r}: {error.message}", error.code, key))
    return tuple(values), problems


def _output_values(
    outputs: Mapping[str, str], names: Names, key_of: Callable[[str], str]
) -> tuple[dict[str, str], list[ConfigError]]:
    """Return the value of each output, and the errors of unknown names."""
    values = {}
    problems = []
    for name, reference in outputs.items():
        try:
            values[name] = _output_value(reference, names)
        except ConfigError as error:
            subject = "output" if name == OUTPUT else f"output {name}:"
            message = f"{subject} {reference!r}: {error.message}"
            problems.append(ConfigError(message, code=error.code, key=key_of(name)))
    return values, problems


def _output_value(name: str, names: Names) -> str:
    """Return the value of an output.

    Raises:
        ConfigError: The name is unknown, or stands for several states.
    """
    values = replace(names, inputs=()).values(name)
    if len(values) > 1:
        raise ConfigError(f"expected one state, got {len(values)}: {', '.join(values)}")
    return values[0]


def _unused_node(node: Node, outputs: Collection[str], key: str) -> ConfigError:
    """Return the error of a node that no output needs.

    It would never be trained and is usually a forgotten connection, so it is an error instead of a silent loss of
    parameters.
    """
    [*values] = outputs
    dependent = f'the output "{values[0]}" does not depend on it' if len(values) == 1 else "no output depends on it"
    return _problem(node, f"unused node: {dependent}; use it or remove it", "invalid_value", key)


def _unused_inputs(inputs: Collection[str], nodes: Sequence[Node]) -> Iterator[ConfigError]:
    """Yield the error of each input that no node reads."""
    read = {name for node in nodes for name in node.inputs}
    for name in inputs:
        if name not in read:
            yield ConfigError(f"unused input {name!r}: no node reads it", code="invalid_value", key="inputs")


def _topological_order(nodes: Sequence[Node]) -> list[Node]:
    """Return the nodes after their inputs, otherwise in the given order, without nodes on or after a cycle."""
    names = {node.name for node in nodes}
    waiting_for = {node.name: names.intersection(map(node_of, node.inputs)) for node in nodes}
    users: dict[str, list[Node]] = {}
    for node in nodes:
        for name in waiting_for[node.name]:
            users.setdefault(name, []).append(node)
    ordered: list[Node] = []
    # A stack that is filled in reverse: of the nodes that can run, the one listed first runs first. The order, and with
    # it the order in which weights are drawn, depends only on the config.
    runnable = [node for node in reversed(nodes) if not waiting_for[node.name]]
    while runnable:
        node = runnable.pop()
        ordered.append(node)
        for user in reversed(users.get(node.name, [])):
            waiting_for[user.name].discard(node.name)
            if not waiting_for[user.name]:
                runnable.append(user)
    return ordered


def _find_cycle(by_name: Mapping[str, Node], outside: set[str]) -> list[str]:
    """Return the names on one cycle, each an input of the previous one; nodes in `outside` are not on a cycle."""
    path: list[str] = []
    # Every remaining node has a remaining input, or it would have become ready. So the walk never ends, and since there
    # are finitely many nodes, it must reach one of them again.
    name = next(name for name in by_name if name not in outside)
    while name not in path:
        path.append(name)
        sources = map(node_of, by_name[name].inputs)
        name = next(before for before in sources if before in by_name and before not in outside)
    return path[path.index(name) :]


def ancestors(nodes: Sequence[Node], outputs: Iterable[str]) -> set[str]:
    """Return the names of the nodes that some values depend on, including those that compute them.

    Args:
        nodes: Nodes in execution order.
        outputs: Names of the values.
    """
    needed = set(map(node_of, outputs))
    for node in reversed(nodes):
        if node.name in needed:
            needed.update(map(node_of, node.inputs))
    return needed.intersection(node.name for node in nodes)
