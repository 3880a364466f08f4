"""Weights in PyTorch's names and layouts, converted to those of a graph. PyTorch itself is not needed.

Names follow a rule, not a table: the path of a module with "_" for "." is the name of the node, so that
`layer1.0.conv1.weight` belongs to the node `layer1_0_conv1`. Of normalization layers `weight` and `bias` are γ and β,
`running_mean` and `running_var` the moving averages.

Layouts: filters (K, C, f_h, f_w) -> (f_h, f_w, C, K), also with groups or transposed; matrices (out, in) -> (in, out).
PyTorch flattens images channels first. The graph says which linear layers read such numbers, and they are put in the
order (H, W, C); a convolution that covers the whole image, which timm has in their place, becomes the same matrix.
Recurrent modules have rules of their own: see `torch_recurrent`.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np

from dlcli.nn.graph import Graph
from dlcli.nn.layer import Shape
from dlcli.nn.node import Node
from dlcli.nn.torch_recurrent import RECURRENT, hidden_bias_of, join_biases, recurrent_name

_SAME = {"weight": "weight", "bias": "bias"}
_NORMALIZATION = {"weight": "gamma", "bias": "beta", "running_mean": "moving_mean", "running_var": "moving_variance"}
#: type of a layer -> what PyTorch calls its arrays -> what the layer calls them
ARRAY_NAMES: Mapping[str, Mapping[str, str]] = {
    "conv2d": _SAME,
    "depthwise_conv2d": _SAME,
    "conv_transpose2d": _SAME,
    "linear": _SAME,
    "embedding": {"weight": "weight"},
    "batch_norm": _NORMALIZATION,
    "layer_norm": {"weight": "gamma", "bias": "beta"},
}
#: counts that PyTorch keeps and nothing here needs
IGNORED = "num_batches_tracked"
#: what stands before every name in files saved from inside a wrapper (DataParallel, Lightning, torch.compile)
WRAPPER = r"^(module|model|_orig_mod)\."
#: the same modules under other names, tried in this order where the name itself finds no node
RENAMINGS: tuple[tuple[str, str], ...] = (
    (WRAPPER, ""),
    (r"^pre_logits\.fc1\b", "classifier.0"),  # timm's VGG
    (r"^pre_logits\.fc2\b", "classifier.3"),
    (r"^head\.fc\b", "classifier.6"),
    (r"\bshortcut\b", "downsample"),  # residual networks for CIFAR-10 as they are usually shared
    (r"^linear\b", "fc"),
)


@dataclass(frozen=True)
class ShapeMismatch:
    """An array whose place is known and whose size is wrong: most often a head for other classes.

    Args:
        name: of the graph's array.
        source: its name in the file.
        found: the shape there, in PyTorch's layout.
        expected: the shape that the graph needs, in its own layout.
    """

    name: str
    source: str
    found: Shape
    expected: Shape

    def __str__(self) -> str:
        return f"{self.source} has the shape {self.found}, {self.name} is {self.expected}"


@dataclass(frozen=True)
class ConversionReport:
    """What became of every array of the file and of the graph.

    Args:
        matched: name in the graph -> name in the file.
        missing: names in the graph that nothing in the file matches, mismatches not counted.
        unexpected: names in the file that match nothing in the graph -> the node that they belong to by name, if any.
        mismatched: those whose shapes differ.
        ignored: names in the file that need no place: counts of batches.
        joined: names in the file of second biases, which are added to the first ones.
    """

    matched: Mapping[str, str] = field(default_factory=dict)
    missing: tuple[str, ...] = ()
    unexpected: Mapping[str, str | None] = field(default_factory=dict)
    mismatched: tuple[ShapeMismatch, ...] = ()
    ignored: tuple[str, ...] = ()
    joined: tuple[str, ...] = ()

    @property
    def complete(self) -> bool:
        """Whether the graph has all its weights from the file, and the file no others."""
        return not (self.missing or self.unexpected or self.mismatched)

    def __str__(self) -> str:
        parts = [f"{len(self.matched)} of {len(self.matched) + len(self.missing) + len(self.mismatched)} arrays match"]
        parts += [f"shapes differ: {'; '.join(map(str, self.mismatched))}"] if self.mismatched else []
        parts += [f"not in the file: {', '.join(self.missing)}"] if self.missing else []
        parts += [f"not in the model: {', '.join(self.unexpected)}"] if self.unexpected else []
        return "; ".join(parts)


def from_torch(state: Mapping[str, np.ndarray], graph: Graph) -> tuple[dict[str, np.ndarray], ConversionReport]:
    """Copies of the arrays of a PyTorch state dict that fit the graph, in its names, layouts and type.

    Nothing is changed in the graph; with `report.complete` the result is ready for `graph.load_state_dict`.

    Args:
        state: name -> array, as torchvision and timm save them.
        graph: the model that is to have them.
    """
    nodes = {node.name: node for node in graph.nodes}
    own = graph.state_dict()
    flattened = _flattened_shapes(graph)
    converted: dict[str, np.ndarray] = {}
    matched: dict[str, str] = {}
    unexpected: dict[str, str | None] = {}
    mismatched, ignored, joined = [], [], []
    hidden_biases = _hidden_biases(state, nodes)
    for source, array in state.items():
        if source.rpartition(".")[2] == IGNORED:
            ignored.append(source)
            continue
        if source in hidden_biases.values():
            continue
        node, name = _place(source, nodes)
        lonely = node is not None and node.type in RECURRENT and array.ndim == 1 and name not in hidden_biases
        if node is None or name is None or name not in own or name in matched or lonely:
            unexpected[source] = None if node is None else node.name
            continue
        values = {name: array}
        if name in hidden_biases:
            joined.append(hidden_biases[name])
            values = _joined(name, array, state[hidden_biases[name]], node)
        for target, found in values.items():
            value = _own_layout(found, node.type, flattened.get(node.inputs[0]), own[target].shape)
            if value is None:
                mismatched.append(ShapeMismatch(target, source, array.shape, own[target].shape))
            else:
                matched[target] = source
                with np.errstate(over="ignore"):  # infinities are found where the weights are loaded
                    converted[target] = np.array(value, dtype=graph.dtype, order="C")
    unexpected |= {source: name.partition(".")[0] for name, source in hidden_biases.items() if source not in joined}
    wrong = {mismatch.name for mismatch in mismatched}
    missing = tuple(name for name in own if name not in matched and name not in wrong)
    report = ConversionReport(matched, missing, unexpected, tuple(mismatched), tuple(ignored), tuple(joined))
    return converted, report


def _hidden_biases(state: Mapping[str, np.ndarray], nodes: Mapping[str, Node]) -> dict[str, str]:
    """The graph's name of a recurrent bias -> the name in the file of the second bias, which is added to it."""
    found: dict[str, str] = {}
    for source in state:
        node, array = _find(source, nodes)
        bias = None if node is None or node.type not in RECURRENT else hidden_bias_of(array, node)
        if node is not None and bias is not None:
            found.setdefault(f"{node.name}.{bias}", source)
    return found


def _joined(name: str, first: np.ndarray, second: np.ndarray, node: Node) -> dict[str, np.ndarray]:
    """The arrays of a cell that its two biases make, by the graph's names."""
    if first.shape != second.shape or first.ndim != 1:
        return {name: np.concatenate([first.ravel(), second.ravel()])}  # has no fitting size: a mismatch
    cell = name.removesuffix("bias")
    return {f"{cell}{bias}": value for bias, value in join_biases(first, second, node).items()}


def _place(source: str, nodes: Mapping[str, Node]) -> tuple[Node | None, str | None]:
    """The node that an array of PyTorch's belongs to, and what the graph calls the array."""
    node, array = _find(source, nodes)
    if node is None:
        return None, None
    own = recurrent_name(array, node) if node.type in RECURRENT else ARRAY_NAMES.get(node.type, {}).get(array)
    return node, None if own is None else f"{node.name}.{own}"


def _find(source: str, nodes: Mapping[str, Node]) -> tuple[Node | None, str]:
    """The node that an array of PyTorch's belongs to, and the last part of the array's name."""
    for name in _spellings(source):
        path, _, array = name.rpartition(".")
        node = nodes.get(path.replace(".", "_"))
        if node is not None:
            return node, array
    return None, source.rpartition(".")[2]


def _spellings(name: str) -> list[str]:
    """The name itself, then what the renamings make of it, one after the other on top of each other."""
    found = [name]
    for pattern, replacement in RENAMINGS:
        found += [re.sub(pattern, replacement, spelling) for spelling in found if re.search(pattern, spelling)]
    return found


def _flattened_shapes(graph: Graph) -> dict[str, Shape]:
    """Nodes whose result is the numbers of an image in a row -> the shape (H, W, C) of that image."""
    flattened: dict[str, Shape] = {}
    for node in graph.nodes:
        before = node.inputs[0]
        shape = graph.shapes[before]
        if node.type == "flatten" and len(shape) == 3:
            flattened[node.name] = shape
        elif before in flattened and len(node.inputs) == 1 and _keeps_order(node, graph):
            flattened[node.name] = flattened[before]
    return flattened


def _keeps_order(node: Node, graph: Graph) -> bool:
    """Whether number k of the result stands for number k of the input: activations, dropout, batch_norm."""
    alike = graph.shapes[node.name] == graph.shapes[node.inputs[0]]
    return alike and (node.type == "batch_norm" or not graph.layers[node.name].parameters())


def _own_layout(array: np.ndarray, layer: str, image: Shape | None, expected: Shape) -> np.ndarray | None:
    """The array as the graph has it, or None if it has another size.

    Args:
        array: in PyTorch's layout.
        layer: type of the layer.
        image: (H, W, C) of the image that the layer reads in a row, else None.
        expected: the shape to reach.
    """
    if array.ndim == 4:  # (K, C, f_h, f_w) -> (f_h, f_w, C, K)
        array = array.transpose(2, 3, 1, 0)
        if layer == "linear" and (image is None or array.shape[:3] == image):
            array = array.reshape(-1, array.shape[3])
    elif layer in ("linear", *RECURRENT) and array.ndim == 2:
        array = array.T
        if image is not None and len(array) == np.prod(image):
            height, width, channels = image
            array = array.reshape(channels, height, width, -1).transpose(1, 2, 0, 3).reshape(len(array), -1)
    elif layer in ("batch_norm", "layer_norm") and image is not None and array.size == np.prod(image):
        height, width, channels = image
        array = array.reshape(channels, height, width).transpose(1, 2, 0).ravel()
    return array if array.shape == expected else None
