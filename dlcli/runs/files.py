"""Names of the files in the folder of a run, relative to it."""

from __future__ import annotations

import re

#: Config as text, with the value of every key, and the overrides of `--set`.
CONFIG = "config.yaml"
RESOLVED_CONFIG = "config.resolved.yaml"
OVERRIDES = "overrides.json"
#: Record of the run, from its start to its end; a folder with this file is a run.
RECORD = "run.json"
#: Row numbers of every split, fitted preprocessing of inputs and targets, and the model as data.
SPLITS = "splits.npz"
PREPROCESSING = "preprocessing.json"
GRAPH = "graph.json"
#: Files that predictions depend on, besides the weights; run.json has their checksums.
INPUTS = (RESOLVED_CONFIG, PREPROCESSING, GRAPH, SPLITS)
#: One line per epoch (and every N steps), and the log with times.
METRICS = "metrics.jsonl"
LOG = "train.log"
CHECKPOINTS = "checkpoints"
#: Report as data and as a page, and the figures of the page.
REPORT = "report/report.json"
REPORT_PAGE = "report/report.md"
LEARNING_CURVE = "report/learning_curve.png"
CONFUSION = "report/confusion.png"
MISTAKES = "report/mistakes.png"
RANKING = "report/roc_and_precision_recall.png"
REGRESSION = "report/predicted_and_true.png"
#: Files that are complete when a run ends; run.json has their checksums then, and the report those of the predictions.
OUTPUTS = (METRICS, REPORT)
#: Lock of the process that trains in the folder.
LOCK = ".lock"


def predictions(split: str) -> str:
    """Return the file with one line per example of a split: its id, its target and the prediction."""
    return f"predictions/{split}.jsonl"


def filters(layer: str) -> str:
    """Return the figure of a layer's filters and feature maps."""
    return f"report/filters-{layer}.png"


#: Folders of a run.
FOLDERS = ("checkpoints", "predictions", "report")

_WRITTEN = re.compile(
    "|".join(
        [
            *map(re.escape, (CONFIG, RESOLVED_CONFIG, OVERRIDES, RECORD, SPLITS, PREPROCESSING, GRAPH)),
            *map(re.escape, (METRICS, LOG, LOCK, REPORT, REPORT_PAGE)),
            r"report/[^/]+\.png",
            r"predictions/[^/]+\.jsonl",
            r"checkpoints/(best|last)\.json",
            r"checkpoints/epoch-\d+(-step-\d+)?(/(weights\.safetensors|state\.safetensors|state\.json))?",
            r"(.+/)?\.[^/]+\.partial(/.+)?",
        ]
    )
)


def is_written(name: str) -> bool:
    """Return whether dlcli writes a file of this name into a run, and so may replace and remove it."""
    return _WRITTEN.fullmatch(name) is not None
