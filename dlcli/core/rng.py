"""Independent random generators for different purposes from one seed.

Drawing more numbers for one purpose never changes another: a model with dropout is initialized and shuffled
exactly like the same model without it.
"""

from __future__ import annotations

import zlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import numpy as np


def generator(seed: int, purpose: str, *path: int) -> np.random.Generator:
    """Return an independent generator for a purpose.

    The same arguments give the same stream on every machine, so random numbers that are drawn once per epoch need no
    saved state: they are drawn again from `(seed, purpose, epoch)`.

    Args:
        seed: Seed of the experiment.
        purpose: Name of the purpose, such as "shuffle".
        path: Integers that distinguish the generators of one purpose, such as the epoch.
    """
    import numpy as np  # `dlcli --help` imports this module and must not pay for NumPy

    sequence = np.random.SeedSequence(seed, spawn_key=(zlib.crc32(purpose.encode()), *path))
    return np.random.Generator(np.random.PCG64(sequence))


class Generators:
    """The long-lived generators of an experiment, created on first use and saved in every checkpoint.

    Args:
        seed: Seed of the experiment.
    """

    def __init__(self, seed: int) -> None:
        self.seed = seed
        self._generators: dict[str, np.random.Generator] = {}

    def __getitem__(self, purpose: str) -> np.random.Generator:
        if purpose not in self._generators:
            self._generators[purpose] = generator(self.seed, purpose)
        return self._generators[purpose]

    def state(self) -> dict[str, Any]:
        """Return the state of every generator as JSON-compatible values; `restore` returns to it."""
        return {purpose: it.bit_generator.state for purpose, it in sorted(self._generators.items())}

    def restore(self, state: dict[str, Any]) -> None:
        """Set every generator to a state that `state` returned."""
        for purpose, generator_state in state.items():
            self[purpose].bit_generator.state = generator_state
