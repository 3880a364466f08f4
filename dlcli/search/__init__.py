"""The mathematics of hyperparameter search: spaces, what to try next, what became of it."""

from dlcli.search.distributions import (
    Choice,
    Distribution,
    IntLogUniform,
    IntUniform,
    LogUniform,
    OneMinusLogUniform,
    Uniform,
)
from dlcli.search.importance import Importance, importances
from dlcli.search.objective import Objective
from dlcli.search.outcome import FinalOutcome, SweepOutcome
from dlcli.search.pruning import Pruning
from dlcli.search.region import Region
from dlcli.search.search import Search, Stage
from dlcli.search.space import Parameter, Space
from dlcli.search.trial import ENDED, Configuration, Proposal, Trial, TrialStatus, configurations

__all__ = [
    "ENDED",
    "Choice",
    "Configuration",
    "Distribution",
    "FinalOutcome",
    "Importance",
    "IntLogUniform",
    "IntUniform",
    "LogUniform",
    "Objective",
    "OneMinusLogUniform",
    "Parameter",
    "Proposal",
    "Pruning",
    "Region",
    "Search",
    "Space",
    "Stage",
    "SweepOutcome",
    "Trial",
    "TrialStatus",
    "Uniform",
    "configurations",
    "importances",
]
