"""Construction of the search space, the search and the pruning rule of a checked sweep file."""

from dlcli.sweeps.assembly.check import check_space, check_sweep
from dlcli.sweeps.assembly.components import build_pruning, build_search, build_space, central_spec

__all__ = ["build_pruning", "build_search", "build_space", "central_spec", "check_space", "check_sweep"]
