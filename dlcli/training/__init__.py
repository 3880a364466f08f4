"""Training: the loop, its state on disk, early stopping, evaluation."""

from __future__ import annotations

from dlcli.training.checkpoint_store import CheckpointStore
from dlcli.training.descent import batch_loss
from dlcli.training.early_stopping import EarlyStopping
from dlcli.training.evaluate import Evaluation, compute_outputs, evaluate_split, stream
from dlcli.training.observer import Observer, Plan, Progress
from dlcli.training.resume import check_epochs_left, check_resumable
from dlcli.training.selection import LATENCY, Candidate, Selection, higher_is_better
from dlcli.training.settings import TrainingSettings
from dlcli.training.summary import TrainingSummary
from dlcli.training.trainer import Trainer

__all__ = [
    "LATENCY",
    "Candidate",
    "CheckpointStore",
    "EarlyStopping",
    "Evaluation",
    "Observer",
    "Plan",
    "Progress",
    "Selection",
    "Trainer",
    "TrainingSettings",
    "TrainingSummary",
    "batch_loss",
    "check_epochs_left",
    "check_resumable",
    "compute_outputs",
    "evaluate_split",
    "higher_is_better",
    "stream",
]
