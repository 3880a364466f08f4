"""What a sweep file describes, as objects."""

from __future__ import annotations

from dlcli.assembly import located
from dlcli.kernels import usable_cores
from dlcli.search import Pruning, Search, Space
from dlcli.sweeps.assembly import build_pruning, build_search, build_space
from dlcli.sweeps.config import SweepSpec
from dlcli.sweeps.runner.engine import Engine
from dlcli.sweeps.runner.local_engine import LocalEngine
from dlcli.sweeps.runner.ray_engine import RayEngine, load_ray
from dlcli.sweeps.runner.sweep_folder import SweepFolder


class SweepComponents:
    """What a sweep file describes.

    Args:
        spec: the file.

    Raises:
        ConfigError: it describes what cannot be made.
    """

    def __init__(self, spec: SweepSpec) -> None:
        self.spec = spec
        self.space: Space = build_space(spec)
        self.search: Search = build_search(spec)
        self.pruning: Pruning | None = build_pruning(spec)

    @property
    def workers(self) -> int:
        """How many train side by side."""
        if self.spec.execution.workers is not None:
            return self.spec.execution.workers
        return max(1, usable_cores() // self.spec.execution.threads)

    def check_engine(self) -> None:
        """Refuse an engine that is not there, before anything is begun.

        Raises:
            ConfigError: a package is not installed.
        """
        if self.spec.execution.engine == "ray":
            with located(self.spec):
                load_ray()

    def engine(self, folder: SweepFolder) -> Engine:
        """What trains."""
        execution = self.spec.execution
        if execution.engine == "ray":
            return RayEngine(
                folder.path, workers=execution.workers, threads=execution.threads, address=execution.address
            )
        return LocalEngine(folder.path, workers=self.workers, threads=execution.threads)
