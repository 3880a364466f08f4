"""Resolution of a list of nodes: input names, execution order, and errors in the graph."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Sequence
from dataclasses import replace

from dlcli.core import INPUT, NODE_NAME, PREVIOUS, ConfigError, ErrorCode, InvalidConfigError, unknown_name
from dlcli.nn.node import Node


def resolve_graph(
    nodes: Sequence[Node], output: str, key_of: Callable[[int], str], *, also_outputs: Collection[str] = ()
) -> list[Node]:
    """Return the nodes in execution order, with "previous" replaced by names.

    Args:
        nodes: Nodes, all with names.
        output: Node whose output is that of the model.
        also_outputs: Nodes whose outputs are used as well.
        key_of: Function from the position of a node in the list to the key of its errors.

    Raises:
        InvalidConfigError: Names are invalid, duplicate or unknown, the graph has a cycle, or nodes are unused.
    """
    # reversed: for a duplicate name, the first occurrence is valid and the second one is the error
    positions = {node.name: position for position, node in reversed(list(enumerate(nodes)))}
    problems: list[ConfigError] = []

    def report(position: int, message: str, code: ErrorCode = "invalid_value") -> None:
        problems.append(ConfigError(f"{label(nodes[position])}: {message}", code=code, key=key_of(position)))

    # All problems of all nodes are collected before the nodes are ordered: otherwise an unknown name would appear as a
    # node that never becomes ready.
    resolved = []
    for position, node in enumerate(nodes):
        if positions[node.name] != position:
            first = positions[node.name] + 1
            report(position, f"expected a unique name, got the name of layer {first} of the list", "duplicate_name")
        elif node.name in (INPUT, PREVIOUS) or not re.fullmatch(NODE_NAME, node.name):
            report(position, 'expected a name of letters, digits and "_" other than "input" and "previous"')
        before = nodes[position - 1].name if position else INPUT
        inputs = tuple(before if name == PREVIOUS else name for name in node.inputs)
        if not inputs:
            report(position, "expected at least one input, got none")
        for name in inputs:
            if name != INPUT and name not in positions:
                message = f"input {name!r}: {unknown_name('node', name, [*positions, INPUT, PREVIOUS])}"
                report(position, message, "unknown_name")
        resolved.append(replace(node, inputs=inputs))
    if output not in positions:
        message = f"output {output!r}: {unknown_name('node', output, positions)}"
        problems.append(ConfigError(message, code="unknown_name", key="output"))
    if problems:
        raise InvalidConfigError(problems)

    by_name = {node.name: node for node in resolved}
    # From here on all names are known: a node can be missing from the order only because of a cycle.
    ordered = _topological_order(resolved)
    if len(ordered) < len(resolved):
        cycle = _find_cycle(by_name, {node.name for node in ordered})
        report(positions[cycle[0]], f"its inputs form a cycle: {' <- '.join([*cycle, cycle[0]])}")
        raise InvalidConfigError(problems)

    # A node that no output needs would never be trained and is usually a forgotten connection, so it is an error
    # instead of a silent loss of parameters.
    needed = ancestors(ordered, {output, *also_outputs})
    for position, node in enumerate(resolved):
        if node.name not in needed:
            report(position, f'unused node: the output "{output}" does not depend on it; use it or remove it')
    if problems:
        raise InvalidConfigError(problems)
    return ordered


def label(node: Node) -> str:
    """Return the name of a node in messages, such as `node "add_1" (add)`."""
    return f'node "{node.name}" ({node.type})'


def _topological_order(nodes: Sequence[Node]) -> list[Node]:
    """Return the nodes after their inputs, otherwise in the given order, without nodes on or after a cycle."""
    waiting_for = {node.name: {name for name in node.inputs if name != INPUT} for node in nodes}
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


def _find_cycle(by_name: dict[str, Node], outside: set[str]) -> list[str]:
    """Return the names on one cycle, each an input of the previous one; nodes in `outside` are not on a cycle."""
    path: list[str] = []
    # Every remaining node has a remaining input, or it would have become ready. So the walk never ends, and since there
    # are finitely many nodes, it must reach one of them again.
    name = next(name for name in by_name if name not in outside)
    while name not in path:
        path.append(name)
        name = next(before for before in by_name[name].inputs if before != INPUT and before not in outside)
    return path[path.index(name) :]


def ancestors(nodes: Sequence[Node], outputs: Collection[str]) -> set[str]:
    """Return the names of the outputs and of every node they depend on.

    Args:
        nodes: Nodes in execution order.
        outputs: Names of some of the nodes.
    """
    needed = set(outputs)
    for node in reversed(nodes):
        if node.name in needed:
            needed.update(name for name in node.inputs if name != INPUT)
    return needed
