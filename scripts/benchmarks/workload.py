"""A training step or a prediction that is timed beside its twin in PyTorch."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

Step = Callable[[], Any]


@dataclass(frozen=True)
class Workload:
    """
    Args:
        name: Name on the command line.
        what: Description.
        bar: Maximum ratio to PyTorch's best time.
        aim: Target of the ratio.
        ours: Function that creates the step of dlcli, with new parameters.
        theirs: Function that creates the steps of PyTorch's variants, the fastest of which counts.
        compiled: Function that creates steps with torch.compile, which are shown and do not count.
    """

    name: str
    what: str
    bar: float
    aim: float
    ours: Callable[[], Step]
    theirs: Mapping[str, Callable[[], Step]]
    compiled: Mapping[str, Callable[[], Step]] = field(default_factory=dict)

    def make_step(self, side: str) -> Step:
        """That of `dlcli`, or of a variant of PyTorch."""
        return self.ours() if side == "dlcli" else {**self.theirs, **self.compiled}[side]()
