"""Hyperparameter search: search spaces, search algorithms, pruning rules and the importance of parameters."""

from dlcli.search.coarse_to_fine import CoarseToFine
from dlcli.search.distributions import (
    Choice,
    Distribution,
    IntLogUniform,
    IntUniform,
    LogUniform,
    OneMinusLogUniform,
    Uniform,
)
from dlcli.search.grid_search import GridSearch
from dlcli.search.importance import Importance, compute_importances
from dlcli.search.median_pruning import MedianPruning
from dlcli.search.objective import Objective
from dlcli.search.optuna_search import CMAES, TPE, GaussianProcess
from dlcli.search.pruning import Pruning
from dlcli.search.random_search import RandomSearch
from dlcli.search.region import Region
from dlcli.search.search import Search, Stage
from dlcli.search.space import Parameter, Space
from dlcli.search.successive_halving import SuccessiveHalving
from dlcli.search.sweep_outcome import FinalOutcome, SweepOutcome
from dlcli.search.trial import (
    CONVERGENCE,
    ENDED,
    Configuration,
    Proposal,
    Trial,
    TrialStatus,
    group_trials,
    violated_constraints,
)

__all__ = [
    "CMAES",
    "CONVERGENCE",
    "ENDED",
    "TPE",
    "Choice",
    "CoarseToFine",
    "Configuration",
    "Distribution",
    "FinalOutcome",
    "GaussianProcess",
    "GridSearch",
    "Importance",
    "IntLogUniform",
    "IntUniform",
    "LogUniform",
    "MedianPruning",
    "Objective",
    "OneMinusLogUniform",
    "Parameter",
    "Proposal",
    "Pruning",
    "RandomSearch",
    "Region",
    "Search",
    "Space",
    "Stage",
    "SuccessiveHalving",
    "SweepOutcome",
    "Trial",
    "TrialStatus",
    "Uniform",
    "compute_importances",
    "group_trials",
    "violated_constraints",
]
