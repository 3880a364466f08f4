"""What dlcli does, as functions: the command line and `import dlcli` are thin faces over them."""

from dlcli.experiment.comparison import Comparison, compare
from dlcli.experiment.data_check import DataCheck, check_data
from dlcli.experiment.evaluation import evaluate
from dlcli.experiment.filters import FilterPicture, filters
from dlcli.experiment.gradient_flow import gradient_flows
from dlcli.experiment.gradients import GradientReport, check_all_gradients, check_gradients
from dlcli.experiment.graph import show
from dlcli.experiment.language import ScoredLine, perplexity, sample, score
from dlcli.experiment.loaded import LoadedModel, load
from dlcli.experiment.preview import Preview, preview
from dlcli.experiment.results import Evaluation, Run
from dlcli.experiment.training import resume, train

__all__ = [
    "Comparison",
    "DataCheck",
    "Evaluation",
    "FilterPicture",
    "GradientReport",
    "LoadedModel",
    "Preview",
    "Run",
    "ScoredLine",
    "check_all_gradients",
    "check_data",
    "check_gradients",
    "compare",
    "evaluate",
    "filters",
    "gradient_flows",
    "load",
    "perplexity",
    "preview",
    "resume",
    "sample",
    "score",
    "show",
    "train",
]
