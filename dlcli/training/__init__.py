"""The training loop, checkpoints, early stopping and evaluation."""

from __future__ import annotations

from dlcli.training.checkpoint_store import CheckpointStore
from dlcli.training.early_stopping import EarlyStopping
from dlcli.training.evaluate import Evaluation, compute_outputs, evaluate_split, stream
from dlcli.training.features import Features, compute_features
from dlcli.training.latency import median_latency_ms
from dlcli.training.observer import Observer, Plan, Progress
from dlcli.training.selection import Candidate, Selection, direction_of
from dlcli.training.signals import StopRequest, stop_requests
from dlcli.training.train_step import batch_loss
from dlcli.training.trainer import Trainer
from dlcli.training.training_order import batch_order
from dlcli.training.training_summary import TrainingSummary

__all__ = [
    "Candidate",
    "CheckpointStore",
    "EarlyStopping",
    "Evaluation",
    "Features",
    "Observer",
    "Plan",
    "Progress",
    "Selection",
    "StopRequest",
    "Trainer",
    "TrainingSummary",
    "batch_loss",
    "batch_order",
    "compute_features",
    "compute_outputs",
    "direction_of",
    "evaluate_split",
    "median_latency_ms",
    "stop_requests",
    "stream",
]
