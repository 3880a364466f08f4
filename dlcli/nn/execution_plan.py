"""Execution plan of a forward pass: operations in execution order, with fused layers."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TypeAlias

import numpy as np

from dlcli.autograd import Tensor
from dlcli.core import node_of
from dlcli.nn.graph_resolution import ancestors
from dlcli.nn.layer import Layer
from dlcli.nn.node import Node
from dlcli.nn.stateful import state_values

#: nodes with a common operation, and this operation
Chain: TypeAlias = tuple[list[Node], Callable[..., Tensor]]


@dataclass(frozen=True)
class Step:
    """One operation of a forward pass.

    Args:
        name: Node whose output it computes.
        run: Operation to call.
        inputs: Names of its input values.
        needs_lengths: Whether `run` takes `lengths=`.
        time_axis: Time axis whose lengths it takes; None without lengths.
        states: Names of the final states, if one of them is read: `run` then takes `on_states=`.
        finished: Names of the values that no later step needs.
    """

    name: str
    run: Callable[..., Tensor]
    inputs: tuple[str, ...]
    needs_lengths: bool
    time_axis: str | None
    states: tuple[str, ...]
    finished: tuple[str, ...] = ()

    def run_with_lengths(self, values: dict[str, Tensor], lengths: Mapping[str | None, np.ndarray]) -> Tensor:
        """Return the result of an operation that takes lengths, and add its states to the values if they are read.

        Args:
            values: Available values by name.
            lengths: Number of steps of each sequence without padding, (N,), by time axis.
        """
        inputs, own_lengths = [values[name] for name in self.inputs], lengths.get(self.time_axis)
        if not self.states:
            return self.run(*inputs, lengths=own_lengths)
        states: list[Tensor] = []
        result = self.run(*inputs, lengths=own_lengths, on_states=states.extend)
        values.update(zip(self.states, states, strict=True))
        return result


def plan(
    nodes: Sequence[Node],
    layers: Mapping[str, Layer],
    outputs: Collection[str],
    *,
    time_axes: Mapping[str, str | None],
    separate: Collection[str] | None = (),
) -> list[Step]:
    """Plan the computation of the outputs, without anything that they do not need.

    Args:
        nodes: Nodes in execution order.
        layers: Layers of the nodes, by name.
        outputs: Values to compute and keep.
        time_axes: Time axis of each value; None for values without steps.
        separate: Other nodes whose outputs are computed, and thus not inside a fused operation (`Layer.fuse_with`);
            None means every node.
    """
    needed = ancestors(nodes, outputs)
    nodes = [node for node in nodes if node.name in needed]
    read = {*outputs, *(name for node in nodes for name in node.inputs)}
    chains: list[Chain] = [([node], layers[node.name].forward) for node in nodes]
    if separate is not None:
        chains = _fuse(nodes, layers, {*map(node_of, outputs), *needed.intersection(separate)})
    return _with_finished([_step(chain, layers, run, time_axes, read) for chain, run in chains], outputs)


def _fuse(nodes: Sequence[Node], layers: Mapping[str, Layer], outputs: Collection[str]) -> list[Chain]:
    """Return each chain of layers with a common operation, at the position of the chain's last layer.

    An output within a chain is used only by the next layer. A layer with several inputs may be inside or at the end of
    a chain: its other inputs, which are available when it runs, are then additional inputs of the operation.

    Args:
        nodes: Nodes in execution order.
        layers: Layers of the nodes, by name.
        outputs: Names of the nodes whose outputs must exist.
    """
    # An output of the plan counts as a reader: its value must exist after the pass, so it cannot be inside a chain. So
    # does the reader of a final state, which an operation for several layers does not return.
    readers = Counter([*outputs, *(node_of(name) for node in nodes for name in node.inputs)])
    only_reader = {name: node for node in nodes for name in node.inputs if readers[name] == 1}
    # In execution order, the first node of a chain comes before the others. The chain grows greedily, one reader at a
    # time, and the first layer decides about the whole chain: which layers can be fused depends on their options and
    # modes, not only on their types.
    fused: set[str] = set()
    chains: dict[str, Chain] = {}
    for node in nodes:
        if node.name in fused:
            continue
        chain, run = [node], layers[node.name].forward
        while (after := only_reader.get(chain[-1].name)) is not None and after.name not in fused:
            longer = layers[node.name].fuse_with(*[layers[it.name] for it in (*chain[1:], after)])
            if longer is None:
                break
            chain.append(after)
            run = longer
        fused.update(it.name for it in chain)
        # The chain runs in place of its last layer: by then all additional inputs, such as the shortcut of a residual
        # block, have been computed.
        chains[chain[-1].name] = chain, run
    # Nodes inside a chain have no step, and their values never exist: this is what saves memory.
    return [chains[node.name] for node in nodes if node.name in chains]


def _step(
    chain: Sequence[Node],
    layers: Mapping[str, Layer],
    run: Callable[..., Tensor],
    time_axes: Mapping[str, str | None],
    read: Collection[str],
) -> Step:
    """Return the step of a chain of layers with the operation `run`."""
    first, *others = chain
    extra = (name for before, node in zip(chain, others, strict=False) for name in node.inputs if name != before.name)
    takes_lengths = [node for node in chain if layers[node.name].needs_lengths]
    states = state_values(chain[-1].name, layers[chain[-1].name])
    return Step(
        chain[-1].name,
        run,
        (*first.inputs, *extra),
        needs_lengths=bool(takes_lengths),
        time_axis=time_axes[takes_lengths[0].inputs[0]] if takes_lengths else None,
        states=states if any(name in read for name in states) else (),
    )


def _with_finished(steps: Sequence[Step], outputs: Collection[str]) -> list[Step]:
    """Return the steps with `finished` set to the values whose last reader they are, or that nobody reads."""
    # In execution order, a later reader overwrites an earlier one.
    last_use = {name: step.name for step in steps for name in (step.name, *step.states, *step.inputs)}
    return [
        replace(
            step,
            finished=tuple(
                name
                for name in dict.fromkeys((*step.inputs, *step.states, step.name))
                if last_use[name] == step.name and name not in outputs
            ),
        )
        for step in steps
    ]
