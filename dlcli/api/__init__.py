"""Functions for everything that dlcli does; the command line and `import dlcli` are thin layers over them."""

from dlcli.api.comparison import Comparison, compare
from dlcli.api.computing import computing
from dlcli.api.conclusion import evaluate_splits, write_results
from dlcli.api.data_check import DataCheck, check_data
from dlcli.api.data_fingerprint import check_same_data
from dlcli.api.evaluation import evaluate
from dlcli.api.filters import FilterFigure, filters
from dlcli.api.gradient_flow import gradient_flows
from dlcli.api.gradients import GradientReport, check_all_gradients, check_gradients
from dlcli.api.graph import load_graph, show
from dlcli.api.language import ScoredLine, perplexity, sample, score
from dlcli.api.loaded_model import LoadedModel, load
from dlcli.api.new_run import create_run, input_checksums, inputs, log_origin
from dlcli.api.preview import Preview, preview
from dlcli.api.run_results import Evaluation, Run
from dlcli.api.trainer import build_trainer
from dlcli.api.training import resume, start, train

__all__ = [
    "Comparison",
    "DataCheck",
    "Evaluation",
    "FilterFigure",
    "GradientReport",
    "LoadedModel",
    "Preview",
    "Run",
    "ScoredLine",
    "build_trainer",
    "check_all_gradients",
    "check_data",
    "check_gradients",
    "check_same_data",
    "compare",
    "computing",
    "create_run",
    "evaluate",
    "evaluate_splits",
    "filters",
    "gradient_flows",
    "input_checksums",
    "inputs",
    "load",
    "load_graph",
    "log_origin",
    "perplexity",
    "preview",
    "resume",
    "sample",
    "score",
    "show",
    "start",
    "train",
    "write_results",
]
