"""Creation of objects from a validated config; only this package turns the names in a config into classes.

The packages of lower layers take plain typed arguments and know nothing about configs. An error that is detected only
during creation, such as layers whose shapes do not match, is reported with its location in the file.
"""

from dlcli.assembly.component import create
from dlcli.assembly.data import (
    build_augmenter,
    build_data,
    build_data_paths,
    build_reader,
    build_text_options,
    read_rows,
)
from dlcli.assembly.experiment import Experiment, build_experiment, complete_experiment
from dlcli.assembly.initial_weights import FromScratch, InitialWeights, WeightOrigin
from dlcli.assembly.known_words import has_word_vectors, vector_files
from dlcli.assembly.location import locate_errors
from dlcli.assembly.measures import build_measures, positive_classes
from dlcli.assembly.model import build_model, build_task, create_layer, model_nodes
from dlcli.assembly.resumption import check_epochs_left, check_resumable
from dlcli.assembly.training import (
    TRAINER_ARGUMENTS,
    build_early_stopping,
    build_optimizer,
    evaluation_batch_size,
)

__all__ = [
    "TRAINER_ARGUMENTS",
    "Experiment",
    "FromScratch",
    "InitialWeights",
    "WeightOrigin",
    "build_augmenter",
    "build_data",
    "build_data_paths",
    "build_early_stopping",
    "build_experiment",
    "build_measures",
    "build_model",
    "build_optimizer",
    "build_reader",
    "build_task",
    "build_text_options",
    "check_epochs_left",
    "check_resumable",
    "complete_experiment",
    "create",
    "create_layer",
    "evaluation_batch_size",
    "has_word_vectors",
    "locate_errors",
    "model_nodes",
    "positive_classes",
    "read_rows",
    "vector_files",
]
