"""The operations of a forward pass in the order they run: layers joined where one operation does for several."""

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
    """One operation's turn.

    Args:
        name: node whose result it computes.
        run: the operation.
        inputs: names of the values it reads.
        needs_lengths: whether `run` takes `lengths=`.
        preserves_time: whether the lengths of the first input are those of the result.
        finished: values that nobody reads after it.
    """

    name: str
    run: Callable[..., Tensor]
    inputs: tuple[str, ...]
    needs_lengths: bool
    preserves_time: bool
    finished: tuple[str, ...] = ()


def plan(nodes: Sequence[Node], layers: Mapping[str, Layer], outputs: Collection[str], *, fused: bool) -> list[Step]:
    """What computes the outputs, and nothing that they do not need.

    Args:
        nodes: in an order in which they can run.
        layers: of the nodes, by name.
        outputs: names of nodes.
        fused: join layers where one operation does for several (`Layer.fuse_with`).
    """
    needed = ancestors(nodes, outputs)
    nodes = [node for node in nodes if node.name in needed]
    steps = _fuse(nodes, layers, outputs) if fused else [_step([it], layers, layers[it.name].forward) for it in nodes]
    return _with_finished(steps)


def _fuse(nodes: Sequence[Node], layers: Mapping[str, Layer], outputs: Collection[str]) -> list[Step]:
    """One step for each chain of layers that has one operation, each in the place of the chain's last layer.

    Only the next layer reads a result within a chain. A layer with several inputs may end a chain or stand within it:
    its other inputs, which are there when its turn comes, are then the operation's further inputs.
    """
    # An output counts as a reader of its own: its value must exist after the pass, so no chain may swallow it.
    readers = Counter([*outputs, *(name for node in nodes for name in node.inputs)])
    only_reader = {name: node for node in nodes for name in node.inputs if readers[name] == 1}
    # Nodes come in an order in which they can run, so the first node of a chain is met before the others. The chain
    # grows greedily, one reader at a time, and the first layer decides about the chain as a whole: what it may be
    # joined with depends on the layers' options and mode, not on their types alone.
    joined: set[str] = set()
    steps: dict[str, Step] = {}
    for node in nodes:
        if node.name in joined:
            continue
        chain, run = [node], layers[node.name].forward
        while (after := only_reader.get(chain[-1].name)) is not None and after.name not in joined:
            longer = layers[node.name].fuse_with(*[layers[it.name] for it in (*chain[1:], after)])
            if longer is None:
                break
            chain.append(after)
            run = longer
        joined.update(it.name for it in chain)
        # The chain runs when its last layer would: by then all further inputs, e.g. the shortcut of a residual block,
        # have been computed.
        steps[chain[-1].name] = _step(chain, layers, run)
    # Nodes within a chain have no step, and their values never exist: this is where the memory is saved.
    return [steps[node.name] for node in nodes if node.name in steps]


def _step(chain: Sequence[Node], layers: Mapping[str, Layer], run: Callable[..., Tensor]) -> Step:
    """The step of layers that run in one operation, each but the first reading the one before it."""
    first, *others = chain
    further = (name for before, node in zip(chain, others, strict=False) for name in node.inputs if name != before.name)
    of_chain = [layers[node.name] for node in chain]
    return Step(
        chain[-1].name,
        run,
        (*first.inputs, *further),
        any(layer.needs_lengths for layer in of_chain),
        all(layer.preserves_time for layer in of_chain),
    )


def _with_finished(steps: Sequence[Step]) -> list[Step]:
    """The steps, each knowing the values that it is the last to read."""
    # Steps are in the order they run, so a later reader overwrites an earlier one.
    last_reader = {name: step.name for step in steps for name in step.inputs}
    return [
        replace(step, finished=tuple(name for name in dict.fromkeys(step.inputs) if last_reader[name] == step.name))
        for step in steps
    ]
