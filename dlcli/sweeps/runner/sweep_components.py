"""Components of a sweep, built from its file."""

from __future__ import annotations

from dlcli.assembly import locate_errors
from dlcli.kernels import usable_cores
from dlcli.search import Pruning, Search, Space
from dlcli.sweeps.assembly import build_pruning, build_search, build_space
from dlcli.sweeps.config import SweepSpec
from dlcli.sweeps.runner.engine import Engine
from dlcli.sweeps.runner.local_engine import LocalEngine
from dlcli.sweeps.runner.ray_engine import RayEngine, load_ray
from dlcli.sweeps.runner.sweep_folder import SweepFolder


class SweepComponents:
    """Space, search, pruning rule and engine of a sweep.

    Args:
        spec: Checked sweep file.

    Raises:
        ConfigError: A component cannot be built.
    """

    def __init__(self, spec: SweepSpec) -> None:
        self.spec = spec
        self.space: Space = build_space(spec)
        self.search: Search = build_search(spec)
        self.pruning: Pruning | None = build_pruning(spec)

    @property
    def workers(self) -> int:
        """Number of parallel workers."""
        if self.spec.execution.workers is not None:
            return self.spec.execution.workers
        return max(1, usable_cores() // self.spec.execution.threads)

    def check_engine(self) -> None:
        """Check that the packages of the engine are installed.

        Raises:
            ConfigError: A package is not installed.
        """
        if self.spec.execution.engine == "ray":
            with locate_errors(self.spec):
                load_ray()

    def engine(self, folder: SweepFolder) -> Engine:
        """Start the engine."""
        execution = self.spec.execution
        if execution.engine == "ray":
            return RayEngine(
                folder.path, workers=execution.workers, threads=execution.threads, address=execution.address
            )
        return LocalEngine(folder.path, workers=self.workers, threads=execution.threads)
