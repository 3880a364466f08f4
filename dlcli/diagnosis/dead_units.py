"""Units that never fire: their output, and with it their gradient, is zero for every training example."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import numpy as np


class DeadUnits:
    """Watches the outputs of nodes, batch by batch.

    Args:
        nodes: names of the nodes to watch, those whose units can die (ReLU).
    """

    def __init__(self, nodes: Iterable[str]) -> None:
        self._fired: dict[str, np.ndarray[Any, Any] | None] = dict.fromkeys(nodes)

    @property
    def nodes(self) -> frozenset[str]:
        """The nodes that are watched."""
        return frozenset(self._fired)

    def see(self, node: str, outputs: np.ndarray[Any, Any]) -> None:
        """Take note of the outputs (N, …) of any node; those of nodes that are not watched are passed over."""
        if node not in self._fired:
            return
        before = self._fired[node]
        if before is None or not before.all():  # once all have fired, there is nothing left to learn
            fired = np.asarray(outputs.any(axis=0))
            self._fired[node] = fired if before is None else fired | before

    def shares(self) -> dict[str, float]:
        """The share of each node's units that were zero for every example, where there are any."""
        shares = {node: 1 - float(np.mean(fired)) for node, fired in self._fired.items() if fired is not None}
        return {node: share for node, share in shares.items() if share > 0}
