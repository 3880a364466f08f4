"""Dead units: their output, and therefore their gradient, is zero for every training example."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import numpy as np


class DeadUnits:
    """Counter of the dead units of nodes, updated batch by batch.

    Args:
        nodes: Names of the nodes to observe: those whose units can die (ReLU).
    """

    def __init__(self, nodes: Iterable[str]) -> None:
        self._fired: dict[str, np.ndarray[Any, Any] | None] = dict.fromkeys(nodes)

    @property
    def nodes(self) -> frozenset[str]:
        """Names of the observed nodes."""
        return frozenset(self._fired)

    def see(self, node: str, outputs: np.ndarray[Any, Any]) -> None:
        """Update with the outputs (N, …) of a node; other nodes than the observed ones are ignored."""
        if node not in self._fired:
            return
        before = self._fired[node]
        if before is None or not before.all():  # skip nodes whose units have all fired
            fired = np.asarray(outputs.any(axis=0))
            self._fired[node] = fired if before is None else fired | before

    def shares(self) -> dict[str, float]:
        """Return the share of dead units of each node that has any."""
        shares = {node: 1 - float(np.mean(fired)) for node, fired in self._fired.items() if fired is not None}
        return {node: share for node, share in shares.items() if share > 0}
