"""Transfer learning: new, fine-tuned and frozen layers of a model."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from dlcli.core import ConfigError, node_of, unknown_name
from dlcli.nn.graph import Graph
from dlcli.nn.graph_resolution import ancestors
from dlcli.nn.head import head_layers, layers_with_parameters


@dataclass(frozen=True)
class LayerRoles:
    """Roles of all layers with parameters in transfer learning, each tuple in execution order.

    Args:
        new: Layers that start from random weights and are trained.
        tuned: Layers that start from the weights of another model and are fine-tuned.
        frozen: Layers that keep the weights of another model.
    """

    new: tuple[str, ...]
    tuned: tuple[str, ...]
    frozen: tuple[str, ...]

    @classmethod
    def of(
        cls,
        graph: Graph,
        *,
        replace_head: bool = True,
        train: Literal["head", "all"] | int = "all",
        reinitialize: Sequence[str] = (),
    ) -> LayerRoles:
        """Assign a role to each layer.

        Args:
            graph: Graph of the model.
            replace_head: Whether the head is new.
            train: Layers to train: the head, all, or the number of last layers with parameters; new layers are always
                trained.
            reinitialize: Names of other layers that are new.

        Raises:
            ConfigError: A layer does not exist or has no parameters, or the model has fewer layers than `train`.
        """
        layers, head = layers_with_parameters(graph), head_layers(graph)
        for index, name in enumerate(reinitialize):
            if name not in layers:
                known = name in graph.layers
                message = f"{name} has no parameters" if known else f"{name!r}: {unknown_name('layer', name, layers)}"
                raise ConfigError(message, code="unknown_name", key=f"reinitialize[{index}]")
        if isinstance(train, int) and train > len(layers):
            message = f"expected at most the {len(layers)} layers with parameters, got {train}: {', '.join(layers)}"
            raise ConfigError(message, code="out_of_range", key="train")
        new = {*reinitialize, *(head if replace_head else ())}
        selected = layers if train == "all" else head if train == "head" else layers[-train:]
        trained = {*selected, *new}
        return cls(
            new=tuple(name for name in layers if name in new),
            tuned=tuple(name for name in layers if name in trained - new),
            frozen=tuple(name for name in layers if name not in trained),
        )

    def apply(self, graph: Graph, *, learning_rate_scale: float = 1.0) -> None:
        """Freeze the frozen layers, and scale the learning rate of the fine-tuned ones.

        Frozen batch norms use their moving averages without updating them. Dropout inside the frozen trunk is disabled;
        after its last layer with parameters it stays active, since there it regularizes the trained layers.
        """
        changing = descendants(graph, {*self.new, *self.tuned})
        for name in ancestors(graph.nodes, set(self.frozen)) if self.frozen else ():
            if name in self.frozen or (name not in changing and not graph.layers[name].parameters()):
                graph.layers[name].freeze()
        for name in self.tuned:
            for parameter in graph.layers[name].parameters().values():
                parameter.learning_rate_scale = learning_rate_scale


def descendants(graph: Graph, names: set[str]) -> set[str]:
    """Return the nodes with these names and all nodes that depend on them."""
    dependent = set(names)
    for node in graph.nodes:
        if dependent.intersection(map(node_of, node.inputs)):
            dependent.add(node.name)
    return dependent
