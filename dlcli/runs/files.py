"""What the files in a run's folder are called, relative to it."""

from __future__ import annotations

import re

#: what was asked for: the text of the config, every key with its value, and what `--set` changed
CONFIG = "config.yaml"
RESOLVED_CONFIG = "config.resolved.yaml"
OVERRIDES = "overrides.json"
#: how the run came to be and how it ended; a folder with this file is a run
RECORD = "run.json"
#: row numbers of every split, what was learned from the training set to treat inputs and targets, the model as data
SPLITS = "splits.npz"
PREPROCESSING = "preprocessing.json"
GRAPH = "graph.json"
#: what a model's predictions depend on beside its weights; run.json has their checksums
INPUTS = (RESOLVED_CONFIG, PREPROCESSING, GRAPH, SPLITS)
#: one line an epoch (and every so many steps), and what happened when
METRICS = "metrics.jsonl"
LOG = "train.log"
CHECKPOINTS = "checkpoints"
#: the report as data, as a page, and the picture beside the page
REPORT = "report/report.json"
REPORT_PAGE = "report/report.md"
LEARNING_CURVE = "report/learning_curve.png"
CONFUSION = "report/confusion.png"
MISTAKES = "report/mistakes.png"
RANKING = "report/roc_and_precision_recall.png"
REGRESSION = "report/predicted_and_true.png"
#: what is complete when a run ends; run.json has their checksums from then on, the report those of the predictions
OUTPUTS = (METRICS, REPORT)
#: held by the process that trains in the folder
LOCK = ".lock"


def predictions(split: str) -> str:
    """One line for each example of a split: its id, its target and what the model predicts."""
    return f"predictions/{split}.jsonl"


def filters(layer: str) -> str:
    """The picture of a layer's filters and feature maps."""
    return f"report/filters-{layer}.png"


#: folders of a run
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
    """Whether dlcli writes a file of this name into a run, and so may replace and remove it."""
    return _WRITTEN.fullmatch(name) is not None
