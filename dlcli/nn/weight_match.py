"""Which of the weights in a file or a run belong to which layers of a model, and a report of what does not fit."""

from __future__ import annotations

import difflib
import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np

from dlcli.core import ConfigError, DataError, formatting, unknown_name
from dlcli.nn.graph import Graph
from dlcli.nn.graph_resolution import ancestors
from dlcli.nn.head import head_layers
from dlcli.nn.layer import Shape
from dlcli.nn.torch_weights import WRAPPER, from_torch

Naming = Literal["dlcli", "torch"]

#: how many names a message lists
SHOWN = 5


@dataclass(frozen=True)
class WeightMatch:
    """What became of every array of the source.

    Args:
        naming: in which names and layouts the source has them.
        weights: name in the model -> array in the model's layout.
        missing: names in the model that the source has nothing for.
        mismatched: name in the model -> shape in the source, in the model's layout where it could be converted.
        unused: names in the source that the model has no use for, including those of layers that are reinitialized.
        leftover: those of them that belong to no layer that is reinitialized.
    """

    naming: Naming
    weights: Mapping[str, np.ndarray]
    missing: tuple[str, ...]
    mismatched: Mapping[str, Shape]
    unused: tuple[str, ...]
    leftover: tuple[str, ...] = ()

    @property
    def complete(self) -> bool:
        return not (self.missing or self.mismatched)


def match(
    graph: Graph, state: Mapping[str, np.ndarray], new: Collection[str], naming: Naming | None = None
) -> WeightMatch:
    """The weights for all layers but the new ones, by dlcli's names if these fit, else by PyTorch's.

    Args:
        graph: the model; nothing is changed in it.
        state: arrays by name.
        new: layers that need none.
        naming: names and layouts of the arrays; None = those that fit.

    Raises:
        ConfigError: both fit, with different results: every matrix is square, and PyTorch's are transposed.
    """
    if naming is not None:
        return (_by_own_names if naming == "dlcli" else _by_torch_names)(graph, state, new)
    own, converted = _by_own_names(graph, state, new), _by_torch_names(graph, state, new)
    if not own.complete:
        return converted if converted.complete or len(converted.weights) > len(own.weights) else own
    if converted.complete and any(
        not np.array_equal(own.weights[name], converted.weights[name], equal_nan=True) for name in own.weights
    ):
        raise ConfigError(
            "the names and shapes of the weights fit both dlcli and PyTorch, whose matrices are transposed; "
            "give naming: torch, or naming: dlcli for weights that dlcli wrote",
            code="ambiguous_name",
            key="naming",
        )
    return own


def load(graph: Graph, matching: WeightMatch) -> None:
    """Copy the weights into the model; its new layers keep theirs."""
    for name, array in graph.state_dict().items():
        if name in matching.weights:
            np.copyto(array, matching.weights[name], casting="same_kind")


def check_complete(graph: Graph, matching: WeightMatch, names: Collection[str], source: str) -> None:
    """Refuse weights that leave a layer without: it would stay random without anybody noticing.

    Args:
        graph: the model.
        matching: what was found.
        names: all names in the source.
        source: what it is called.

    Raises:
        ConfigError: something does not fit; the message says what, and what to do about it.
    """
    if matching.complete:
        return
    if not matching.weights and not matching.mismatched:
        raise ConfigError(
            f"none of the weights in {source} is for this model: it has {_listed(sorted(names))}; "
            f"the model needs {_listed(matching.missing)}",
            code="incompatible_weights",
            key="from",
        )
    layers = _layers([*matching.mismatched, *matching.missing])
    if {*layers} <= {*head_layers(graph)}:
        raise ConfigError(
            f"the head {', '.join(layers)} of {source} is not for this data: {_found(graph, matching)}; "
            "replace_head: true makes it anew",
            code="incompatible_weights",
            key="replace_head",
        )
    sizes = _input_sizes(graph, matching)
    if sizes is not None:
        what = "channels" if max(map(len, matching.mismatched.values())) > 2 else "numbers"
        raise ConfigError(
            f"the weights in {source} are for inputs of {sizes[0]} {what}, this data has {sizes[1]}",
            code="incompatible_weights",
            key="from",
        )
    raise ConfigError(
        f"{source} has no weights for {len(layers)} of the layers: {_found(graph, matching)}; "
        f"is it another architecture or input size? reinitialize: [{_listed(layers)}] makes them anew",
        code="incompatible_weights",
        key="from",
    )


def check_finite(graph: Graph, matching: WeightMatch, file: str) -> None:
    """Refuse weights with which every output would be NaN.

    Args:
        graph: the model, for the type of its parameters.
        matching: what was found.
        file: that the weights are from.

    Raises:
        DataError: an array has NaN or infinity, in the type of the model.
    """
    for name, array in matching.weights.items():
        with np.errstate(over="ignore"):
            finite = np.isfinite(array.astype(graph.dtype, copy=False))
        if not finite.all():
            raise DataError(
                f"{name} has {int((~finite).sum())} values that are NaN or infinite", code="non_finite", file=file
            )


def check_all_used(matching: WeightMatch, dispensable: Collection[str], source: str) -> None:
    """Refuse weights of layers that the model does not have: without them it computes something else.

    Args:
        matching: what was found.
        dispensable: names of arrays in the source, or of the modules they are in, that the model may lack.
        source: what it is called.

    Raises:
        ConfigError: arrays are left over, with their names.
    """
    left = [name for name in matching.leftover if not _is_within(name, dispensable)]
    if not left:
        return
    modules = list(dict.fromkeys(name.rpartition(".")[0] or name for name in left))
    raise ConfigError(
        f"{source} has {formatting.count(len(left), 'array')} of layers that this model lacks: {_listed(left)}; "
        f"is it a larger architecture? ignore: [{_listed(modules)}] leaves them out",
        code="incompatible_weights",
        key="from",
    )


def check_ignored(ignored: Sequence[str], names: Collection[str], source: str) -> None:
    """Refuse names to be ignored that the source does not have.

    Args:
        ignored: names of arrays, or of the modules they are in.
        names: all names in the source.
        source: what it is called.

    Raises:
        ConfigError: there is no such array or module.
    """
    known = {".".join(parts[:count]) for parts in (name.split(".") for name in names) for count in range(1, len(parts))}
    for index, name in enumerate(ignored):
        if not any(_is_within(other, [name]) for other in names):
            near = difflib.get_close_matches(name, {*names, *known}, SHOWN, cutoff=0)
            hint = unknown_name("array or module", name, near)
            raise ConfigError(f"{name!r} is not in {source}: {hint}", code="unknown_name", key=f"ignore[{index}]")


def _is_within(name: str, modules: Collection[str]) -> bool:
    """Whether an array has one of the names or is in one of the modules: `fc.weight` is in `fc`."""
    parts = re.sub(WRAPPER, "", name).split(".")
    return name in modules or any(".".join(parts[:count]) in modules for count in range(1, len(parts) + 1))


def _by_own_names(graph: Graph, state: Mapping[str, np.ndarray], new: Collection[str]) -> WeightMatch:
    needed = {name: array for name, array in graph.state_dict().items() if _layer(name) not in new}
    weights = {
        name: state[name] for name, array in needed.items() if name in state and state[name].shape == array.shape
    }
    return WeightMatch(
        "dlcli",
        weights,
        missing=tuple(name for name in needed if name not in state),
        mismatched={name: state[name].shape for name in needed if name in state and name not in weights},
        unused=tuple(name for name in state if name not in needed),
        leftover=tuple(name for name in state if name not in needed and _layer(name) not in new),
    )


def _by_torch_names(graph: Graph, state: Mapping[str, np.ndarray], new: Collection[str]) -> WeightMatch:
    converted, report = from_torch(state, graph)
    weights = {name: array for name, array in converted.items() if _layer(name) not in new}
    wrong = {it.name: it for it in report.mismatched if _layer(it.name) not in new}
    used = {report.matched[name] for name in weights} | {it.source for it in wrong.values()} | {*report.ignored}
    used |= {*report.joined}
    return WeightMatch(
        "torch",
        weights,
        missing=tuple(name for name in report.missing if _layer(name) not in new),
        mismatched={name: _own_axes(it.found) for name, it in wrong.items()},
        unused=tuple(name for name in state if name not in used),
        leftover=tuple(name for name, node in report.unexpected.items() if node not in new),
    )


def _own_axes(shape: Shape) -> Shape:
    """PyTorch's (K, C, f_h, f_w) as (f_h, f_w, C, K), (out, in) as (in, out)."""
    return (*shape[2:], *shape[1::-1]) if len(shape) > 1 else shape


def _input_sizes(graph: Graph, matching: WeightMatch) -> tuple[int, int] | None:
    """The channels of the inputs in the source and here, where nothing else is wrong."""
    if any(_layer(name) not in graph.layers and matching.naming == "dlcli" for name in matching.unused):
        return None  # it has other layers: another model
    shapes = {name: graph.state_dict()[name].shape for name in matching.mismatched}
    pairs = [(found, shapes[name]) for name, found in matching.mismatched.items()]
    if matching.missing or not all(
        len(found) == len(own) > 1 and (*found[:-2], found[-1]) == (*own[:-2], own[-1]) for found, own in pairs
    ):
        return None
    for name in _layers([*matching.mismatched]):
        before = ancestors(graph.nodes, {name}) - {name}
        if any(graph.layers[other].parameters() for other in before):
            return None
    sizes = {(found[-2], own[-2]) for found, own in pairs}
    return sizes.pop() if len(sizes) == 1 else None


def _found(graph: Graph, matching: WeightMatch) -> str:
    """What is wrong with each array, the first few of them."""
    own = graph.state_dict()
    parts = [f"{name} is {shape} there and {own[name].shape} here" for name, shape in matching.mismatched.items()]
    parts += [f"{name} is missing" for name in matching.missing]
    return _listed(parts, "; ")


def _listed(items: Sequence[str], separator: str = ", ") -> str:
    return separator.join([*items[:SHOWN], *(["…"] if len(items) > SHOWN else [])])


def _layers(names: Sequence[str]) -> list[str]:
    return list(dict.fromkeys(map(_layer, names)))


def _layer(name: str) -> str:
    """The node that an array belongs to: the part before the first dot, since names of nodes have none."""
    return name.partition(".")[0]
