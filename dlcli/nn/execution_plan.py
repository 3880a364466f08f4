"""Execution plan of a forward pass: operations in execution order, with fused layers."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, replace

from dlcli.autograd import Tensor
from dlcli.nn.graph_resolution import ancestors
from dlcli.nn.layer import Layer
from dlcli.nn.node import Node


@dataclass(frozen=True)
class Step:
    """One operation of a forward pass.

    Args:
        name: Node whose output it computes.
        run: Operation to call.
        inputs: Names of its input values.
        needs_lengths: Whether `run` takes `lengths=`.
        preserves_time: Whether the output has the lengths of the first input.
        finished: Names of the values that no later step needs.
    """

    name: str
    run: Callable[..., Tensor]
    inputs: tuple[str, ...]
    needs_lengths: bool
    preserves_time: bool
    finished: tuple[str, ...] = ()


def plan(nodes: Sequence[Node], layers: Mapping[str, Layer], outputs: Collection[str], *, fused: bool) -> list[Step]:
    """Plan the computation of the outputs, without anything that they do not need.

    Args:
        nodes: Nodes in execution order.
        layers: Layers of the nodes, by name.
        outputs: Names of the nodes to compute.
        fused: Whether to fuse layers that have a common operation (`Layer.fuse_with`).
    """
    needed = ancestors(nodes, outputs)
    nodes = [node for node in nodes if node.name in needed]
    steps = _fuse(nodes, layers, outputs) if fused else [_step([it], layers, layers[it.name].forward) for it in nodes]
    return _with_finished(steps)


def _fuse(nodes: Sequence[Node], layers: Mapping[str, Layer], outputs: Collection[str]) -> list[Step]:
    """Return one step for each chain of layers with a common operation, at the position of the chain's last layer.

    An output within a chain is used only by the next layer. A layer with several inputs may be inside or at the end of
    a chain: its other inputs, which are available when it runs, are then additional inputs of the operation.
    """
    # An output of the plan counts as a reader: its value must exist after the pass, so it cannot be inside a chain.
    readers = Counter([*outputs, *(name for node in nodes for name in node.inputs)])
    only_reader = {name: node for node in nodes for name in node.inputs if readers[name] == 1}
    # In execution order, the first node of a chain comes before the others. The chain grows greedily, one reader at a
    # time, and the first layer decides about the whole chain: which layers can be fused depends on their options and
    # modes, not only on their types.
    fused: set[str] = set()
    steps: dict[str, Step] = {}
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
        steps[chain[-1].name] = _step(chain, layers, run)
    # Nodes inside a chain have no step, and their values never exist: this is what saves memory.
    return [steps[node.name] for node in nodes if node.name in steps]


def _step(chain: Sequence[Node], layers: Mapping[str, Layer], run: Callable[..., Tensor]) -> Step:
    """Return the step of a chain of layers with the operation `run`."""
    first, *others = chain
    extra = (name for before, node in zip(chain, others, strict=False) for name in node.inputs if name != before.name)
    chain_layers = [layers[node.name] for node in chain]
    return Step(
        chain[-1].name,
        run,
        (*first.inputs, *extra),
        any(layer.needs_lengths for layer in chain_layers),
        all(layer.preserves_time for layer in chain_layers),
    )


def _with_finished(steps: Sequence[Step]) -> list[Step]:
    """Return the steps with `finished` set to the values whose last reader they are."""
    # In execution order, a later reader overwrites an earlier one.
    last_reader = {name: step.name for step in steps for name in step.inputs}
    return [
        replace(step, finished=tuple(name for name in dict.fromkeys(step.inputs) if last_reader[name] == step.name))
        for step in steps
    ]
