"""From one seed to independent generators, one for each purpose.

Drawing more numbers for one purpose never changes another: a model with dropout is initialized and shuffled
exactly like the same model without it.
"""

from __future__ import annotations

import zlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import numpy as np


def generator(seed: int, purpose: str, *path: int) -> np.random.Generator:
    """An independent generator for `purpose`, and within it for `path` (such as the epoch).

    The same arguments give the same stream on every machine, so whatever is drawn once an epoch needs no
    saved state: it is drawn again from `(seed, purpose, epoch)`.
    """
    import numpy as np  # `dlcli --help` imports this module and must not pay for NumPy

    sequence = np.random.SeedSequence(seed, spawn_key=(zlib.crc32(purpose.encode()), *path))
    return np.random.Generator(np.random.PCG64(sequence))


class Generators:
    """The long-lived generators of an experiment, made when first asked for and saved in every checkpoint."""

    def __init__(self, seed: int) -> None:
        self.seed = seed
        self._made: dict[str, np.random.Generator] = {}

    def __getitem__(self, purpose: str) -> np.random.Generator:
        if purpose not in self._made:
            self._made[purpose] = generator(self.seed, purpose)
        return self._made[purpose]

    def state(self) -> dict[str, Any]:
        """A JSON-ready picture of every generator; `restore` undoes any draw made since."""
        return {purpose: made.bit_generator.state for purpose, made in sorted(self._made.items())}

    def restore(self, state: dict[str, Any]) -> None:
        for purpose, made_state in state.items():
            self[purpose].bit_generator.state = made_state
