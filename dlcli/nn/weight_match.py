"""Matching of the weights in a file or a run with the layers of a model."""

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

#: maximum number of names in a message
MAX_LISTED = 5


@dataclass(frozen=True)
class WeightMatch:
    """Result of matching for every array of the source.

    Args:
        naming: Convention for names and layouts in the source.
        weights: Arrays in the model's layout, by name in the model.
        missing: Names in the model without a match in the source.
        mismatched: Shapes in the source that differ, by name in the model; in the model's layout if known.
        unused: Names in the source that the model does not use, including those of reinitialized layers.
        leftover: Unused names that do not belong to reinitialized layers.
    """

    naming: Naming
    weights: Mapping[str, np.ndarray]
    missing: tuple[str, ...]
    mismatched: Mapping[str, Shape]
    unused: tuple[str, ...]
    leftover: tuple[str, ...] = ()

    @property
    def complete(self) -> bool:
        """Whether every layer that is not reinitialized gets its weights."""
        return not (self.missing or self.mismatched)


def match(
    graph: Graph, state: Mapping[str, np.ndarray], new: Collection[str], naming: Naming | None = None
) -> WeightMatch:
    """Match weights with all layers except the new ones, by dlcli's names if these fit, else by PyTorch's.

    Args:
        graph: Graph of the model, which is not changed.
        state: Arrays by name.
        new: Layers that need no weights.
        naming: Convention for names and layouts of the arrays; None means the one that fits.

    Raises:
        ConfigError: Both fit with different results: every matrix is square, and PyTorch's are transposed.
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
            "set naming: torch, or naming: dlcli for weights saved by dlcli",
            code="ambiguous_name",
            key="naming",
        )
    return own


def load(graph: Graph, matching: WeightMatch) -> None:
    """Copy the matched weights into the model; new layers keep their initial weights."""
    for name, array in graph.state_dict().items():
        if name in matching.weights:
            np.copyto(array, matching.weights[name], casting="same_kind")


def check_complete(graph: Graph, matching: WeightMatch, names: Collection[str], source: str) -> None:
    """Refuse weights that do not cover all layers, since the others would silently stay random.

    Args:
        graph: Graph of the model.
        matching: Result of `match`.
        names: All names in the source.
        source: Name of the source.

    Raises:
        ConfigError: Weights are missing or have other shapes; the message lists them and suggests a fix.
    """
    if matching.complete:
        return
    if not matching.weights and not matching.mismatched:
        raise ConfigError(
            f"none of the weights in {source} belongs to this model: expected {_join(matching.missing)}; "
            f"got {_join(sorted(names))}",
            code="incompatible_weights",
            key="from",
        )
    layers = _layers([*matching.mismatched, *matching.missing])
    if {*layers} <= {*head_layers(graph)}:
        raise ConfigError(
            f"the head {', '.join(layers)} of {source} does not fit this data: {_describe(graph, matching)}; "
            "set replace_head: true to train a new head",
            code="incompatible_weights",
            key="replace_head",
        )
    sizes = _input_sizes(graph, matching)
    if sizes is not None:
        what = "channels" if max(map(len, matching.mismatched.values())) > 2 else "features"
        raise ConfigError(
            f"the weights in {source} expect inputs with {sizes[0]} {what}, got data with {sizes[1]}",
            code="incompatible_weights",
            key="from",
        )
    raise ConfigError(
        f"{source} lacks weights for {formatting.count(len(layers), 'layer')}: {_describe(graph, matching)}; "
        f"is it another architecture or input size? set reinitialize: [{_join(layers)}] to train them from scratch",
        code="incompatible_weights",
        key="from",
    )


def check_finite(graph: Graph, matching: WeightMatch, file: str) -> None:
    """Refuse weights that are not finite, with which every output would be NaN.

    Args:
        graph: Graph of the model, for the data type of its parameters.
        matching: Result of `match`.
        file: File of the weights.

    Raises:
        DataError: An array has NaN or infinite values in the data type of the model.
    """
    for name, array in matching.weights.items():
        with np.errstate(over="ignore"):
            finite = np.isfinite(array.astype(graph.dtype, copy=False))
        if not finite.all():
            raise DataError(
                f"{name} has {formatting.count(int((~finite).sum()), 'NaN or infinite value')}",
                code="non_finite",
                file=file,
            )


def check_all_used(matching: WeightMatch, dispensable: Collection[str], source: str) -> None:
    """Refuse weights of layers that the model does not have, since it would compute another function without them.

    Args:
        matching: Result of `match`.
        dispensable: Names of arrays in the source, or of modules, that may remain unused.
        source: Name of the source.

    Raises:
        ConfigError: Arrays of the source are not used.
    """
    unused = [name for name in matching.leftover if not _is_within(name, dispensable)]
    if not unused:
        return
    modules = list(dict.fromkeys(name.rpartition(".")[0] or name for name in unused))
    raise ConfigError(
        f"{source} has {formatting.count(len(unused), 'array')} of layers that this model lacks: {_join(unused)}; "
        f"is it a larger architecture? set ignore: [{_join(modules)}] to skip them",
        code="incompatible_weights",
        key="from",
    )


def check_ignored(ignored: Sequence[str], names: Collection[str], source: str) -> None:
    """Refuse names to ignore that the source does not have.

    Args:
        ignored: Names of arrays or modules.
        names: All names in the source.
        source: Name of the source.

    Raises:
        ConfigError: The source has no such array or module.
    """
    known = {".".join(parts[:count]) for parts in (name.split(".") for name in names) for count in range(1, len(parts))}
    for index, name in enumerate(ignored):
        if not any(_is_within(other, [name]) for other in names):
            closest = difflib.get_close_matches(name, {*names, *known}, MAX_LISTED, cutoff=0)
            hint = unknown_name("array or module", name, closest)
            raise ConfigError(f"{name!r} is not in {source}: {hint}", code="unknown_name", key=f"ignore[{index}]")


def _is_within(name: str, modules: Collection[str]) -> bool:
    """Return whether an array has one of the names or is in one of the modules: `fc.weight` is in `fc`."""
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
    used |= {*report.merged}
    return WeightMatch(
        "torch",
        weights,
        missing=tuple(name for name in report.missing if _layer(name) not in new),
        mismatched={name: _to_dlcli_shape(it.actual) for name, it in wrong.items()},
        unused=tuple(name for name in state if name not in used),
        leftover=tuple(name for name, node in report.unexpected.items() if node not in new),
    )


def _to_dlcli_shape(shape: Shape) -> Shape:
    """Convert PyTorch's (K, C, f_h, f_w) to (f_h, f_w, C, K), and (out, in) to (in, out)."""
    return (*shape[2:], *shape[1::-1]) if len(shape) > 1 else shape


def _input_sizes(graph: Graph, matching: WeightMatch) -> tuple[int, int] | None:
    """Return the input channels of the source and of the model, if nothing else differs."""
    if any(_layer(name) not in graph.layers and matching.naming == "dlcli" for name in matching.unused):
        return None  # other layers: another model
    shapes = {name: graph.state_dict()[name].shape for name in matching.mismatched}
    pairs = [(shape, shapes[name]) for name, shape in matching.mismatched.items()]
    if matching.missing or not all(
        len(theirs) == len(ours) > 1 and (*theirs[:-2], theirs[-1]) == (*ours[:-2], ours[-1]) for theirs, ours in pairs
    ):
        return None
    for name in _layers([*matching.mismatched]):
        before = ancestors(graph.nodes, {name}) - {name}
        if any(graph.layers[other].parameters() for other in before):
            return None
    sizes = {(theirs[-2], ours[-2]) for theirs, ours in pairs}
    return sizes.pop() if len(sizes) == 1 else None


def _describe(graph: Graph, matching: WeightMatch) -> str:
    """Describe the first few mismatched and missing arrays."""
    own = graph.state_dict()
    parts = [f"{name}: expected shape {own[name].shape}, got {shape}" for name, shape in matching.mismatched.items()]
    parts += [f"{name} is missing" for name in matching.missing]
    return _join(parts, "; ")


def _join(items: Sequence[str], separator: str = ", ") -> str:
    """Join the first few items, with an ellipsis if there are more."""
    return separator.join([*items[:MAX_LISTED], *(["…"] if len(items) > MAX_LISTED else [])])


def _layers(names: Sequence[str]) -> list[str]:
    return list(dict.fromkeys(map(_layer, names)))


def _layer(name: str) -> str:
    """Return the node of an array: the part before the first dot, since names of nodes have none."""
    return name.partition(".")[0]
