"""Transfer learning: which layers of a model are made anew, which are trained on, and which are kept as they are."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from dlcli.core import ConfigError, unknown_name
from dlcli.nn.graph import Graph
from dlcli.nn.graph_resolution import ancestors
from dlcli.nn.head import head_layers, layers_with_parameters


@dataclass(frozen=True)
class LayerRoles:
    """Every layer with parameters by its part in a transfer, each tuple in the order in which they run.

    Args:
        new: start from random weights and are trained.
        tuned: start from the weights of another model and are trained on.
        frozen: keep the weights of another model.
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
        """The part of each layer.

        Args:
            graph: the model.
            replace_head: whether the head is new.
            train: what is trained: the head, everything, or the last so many layers with parameters; new ones always.
            reinitialize: names of other layers that are new.

        Raises:
            ConfigError: there is no such layer, or there are not as many.
        """
        layers, head = layers_with_parameters(graph), head_layers(graph)
        for index, name in enumerate(reinitialize):
            if name not in layers:
                known = name in graph.layers
                found = f"{name} has no parameters" if known else f"{name!r}: {unknown_name('layer', name, layers)}"
                raise ConfigError(found, code="unknown_name", key=f"reinitialize[{index}]")
        if isinstance(train, int) and train > len(layers):
            found = f"{train} layers are to be trained; the model has {len(layers)} with parameters"
            raise ConfigError(f"{found}: {', '.join(layers)}", code="unknown_name", key="train")
        new = {*reinitialize, *(head if replace_head else ())}
        wanted = layers if train == "all" else head if train == "head" else layers[-train:]
        trained = {*wanted, *new}
        return cls(
            new=tuple(name for name in layers if name in new),
            tuned=tuple(name for name in layers if name in trained - new),
            frozen=tuple(name for name in layers if name not in trained),
        )

    def apply(self, graph: Graph, *, learning_rate_scale: float = 1.0) -> None:
        """Freeze what is frozen, and scale the learning rate of what is trained on.

        Frozen batch norms use and keep their moving averages. Dropout inside the frozen trunk is off; behind its last
        layer with parameters it stays, since there it regularizes what is trained.
        """
        changing = descendants(graph, {*self.new, *self.tuned})
        for name in ancestors(graph.nodes, set(self.frozen)) if self.frozen else ():
            if name in self.frozen or (name not in changing and not graph.layers[name].parameters()):
                graph.layers[name].freeze()
        for name in self.tuned:
            for parameter in graph.layers[name].parameters().values():
                parameter.learning_rate_scale = learning_rate_scale


def descendants(graph: Graph, names: set[str]) -> set[str]:
    """These nodes and all whose values depend on them."""
    found = set(names)
    for node in graph.nodes:
        if found.intersection(node.inputs):
            found.add(node.name)
    return found
