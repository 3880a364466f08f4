"""From a list of nodes to an order in which they can run; every mistake in the wiring is found here."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Sequence
from dataclasses import replace

from dlcli.core import INPUT, NODE_NAME, PREVIOUS, ConfigError, InvalidConfigError, unknown_name
from dlcli.nn.node import Node


def resolve_graph(
    nodes: Sequence[Node], output: str, key_of: Callable[[int], str], *, also_outputs: Collection[str] = ()
) -> list[Node]:
    """The nodes in the order they run, each after its inputs, with "previous" replaced by a name.

    Args:
        nodes: every one named.
        output: the node whose result is the model's.
        also_outputs: nodes whose result is used besides.
        key_of: Function from the position of a node in the list to the key that errors have.

    Raises:
        InvalidConfigError: bad, duplicate or unknown names, a cycle, or nodes that lead to no output.
    """
    # reversed: of a duplicate name the first occurrence counts, and the second one is the mistake
    positions = {node.name: position for position, node in reversed(list(enumerate(nodes)))}
    problems: list[ConfigError] = []

    def complain(position: int, message: str) -> None:
        problems.append(ConfigError(f"{label(nodes[position])}: {message}", key=key_of(position)))

    # All problems of all nodes are collected before an order is looked for: a name that does not exist would otherwise
    # show up as a node that never becomes ready.
    resolved = []
    for position, node in enumerate(nodes):
        if positions[node.name] != position:
            complain(position, f"this name is taken by layer {positions[node.name] + 1} of the list; names are unique")
        elif node.name in (INPUT, PREVIOUS) or not re.fullmatch(NODE_NAME, node.name):
            complain(position, 'a name is letters, digits and "_", and neither "input" nor "previous"')
        before = nodes[position - 1].name if position else INPUT
        inputs = tuple(before if name == PREVIOUS else name for name in node.inputs)
        if not inputs:
            complain(position, "it has no input")
        for name in inputs:
            if name != INPUT and name not in positions:
                complain(position, f"input {name!r}: {unknown_name('node', name, [*positions, INPUT, PREVIOUS])}")
        resolved.append(replace(node, inputs=inputs))
    if output not in positions:
        message = f"output {output!r}: {unknown_name('node', output, positions)}"
        problems.append(ConfigError(message, key="output"))
    if problems:
        raise InvalidConfigError(problems)

    by_name = {node.name: node for node in resolved}
    # From here on all names are known: a cycle is the only reason for a node to be missing from the order.
    ordered = _topological_order(resolved)
    if len(ordered) < len(resolved):
        ring = _find_cycle(by_name, {node.name for node in ordered})
        complain(positions[ring[0]], f"its inputs lead back to itself: {' <- '.join([*ring, ring[0]])}")
        raise InvalidConfigError(problems)

    # A node that no output needs would never be trained and is nearly always a forgotten connection, so it is an error
    # and not a silent loss of parameters.
    needed = ancestors(ordered, {output, *also_outputs})
    for position, node in enumerate(resolved):
        if node.name not in needed:
            complain(position, f'dead branch: its result does not lead to the output "{output}"; use it or remove it')
    if problems:
        raise InvalidConfigError(problems)
    return ordered


def label(node: Node) -> str:
    """How a node is called in messages: `node "add_1" (add)`."""
    return f'node "{node.name}" ({node.type})'


def _topological_order(nodes: Sequence[Node]) -> list[Node]:
    """Nodes after their inputs, otherwise in the order given; nodes on or behind a cycle are left out."""
    waiting_for = {node.name: {name for name in node.inputs if name != INPUT} for node in nodes}
    users: dict[str, list[Node]] = {}
    for node in nodes:
        for name in waiting_for[node.name]:
            users.setdefault(name, []).append(node)
    ordered: list[Node] = []
    # A stack that is filled from the back: of the nodes that can run, the one listed first runs first. The order
    # depends on the config alone, and with it the order in which weights are drawn.
    ready = [node for node in reversed(nodes) if not waiting_for[node.name]]
    while ready:
        node = ready.pop()
        ordered.append(node)
        for user in reversed(users.get(node.name, [])):
            waiting_for[user.name].discard(node.name)
            if not waiting_for[user.name]:
                ready.append(user)
    return ordered


def _find_cycle(by_name: dict[str, Node], outside: set[str]) -> list[str]:
    """The names around one cycle, each an input of the one before it; nodes in `outside` are known not to be on one."""
    path: list[str] = []
    # Every node that is left has an input that is left as well, or it would have become ready. So the walk never gets
    # stuck, and as there are finitely many nodes it must meet one of them again.
    name = next(name for name in by_name if name not in outside)
    while name not in path:
        path.append(name)
        name = next(before for before in by_name[name].inputs if before != INPUT and before not in outside)
    return path[path.index(name) :]


def ancestors(nodes: Sequence[Node], outputs: Collection[str]) -> set[str]:
    """The outputs and every node they depend on.

    Args:
        nodes: in an order in which they can run.
        outputs: names of some of them.
    """
    found = set(outputs)
    for node in reversed(nodes):
        if node.name in found:
            found.update(name for name in node.inputs if name != INPUT)
    return found
