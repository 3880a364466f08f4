"""From files to mini-batches: reading, splitting, normalizing."""

from __future__ import annotations

from dlcli.data import augmentation, docstrings, edge_patches, embedded, formats, generated, memory_tasks
from dlcli.data.augmentation import Augmentation, Augmenter
from dlcli.data.batch_loader import AugmentingLoader, BatchLoader
from dlcli.data.batch_order import BatchOrder, BucketedBatches, ShuffledBatches, StreamBatches
from dlcli.data.batches import Batch, SequenceSource, Split
from dlcli.data.examples import Examples, RawData, check_numbers
from dlcli.data.labels import ClassLabels, TargetKind, Values
from dlcli.data.loading import Data, load_data, load_rows
from dlcli.data.new_data import given_texts, new_data
from dlcli.data.normalization import Normalization
from dlcli.data.places import OnRead, Places
from dlcli.data.prefetch import Prefetcher
from dlcli.data.preprocessing import Preprocessor
from dlcli.data.pretrained_scaling import Pretrained, scaling_of
from dlcli.data.readers import DatasetReader, FileFormat
from dlcli.data.targets import NextTokens, Targets, TokenLabels
from dlcli.data.text.options import TextOptions
from dlcli.data.text.stream import TextInputs, TextStream
from dlcli.data.text.texts import Sentences, Texts
from dlcli.data.text.vocabulary import Vocabulary

__all__ = [
    "Augmentation",
    "Augmenter",
    "AugmentingLoader",
    "Batch",
    "BatchLoader",
    "BatchOrder",
    "BucketedBatches",
    "ClassLabels",
    "Data",
    "DatasetReader",
    "Examples",
    "FileFormat",
    "NextTokens",
    "Normalization",
    "OnRead",
    "Places",
    "Prefetcher",
    "Preprocessor",
    "Pretrained",
    "RawData",
    "Sentences",
    "SequenceSource",
    "ShuffledBatches",
    "Split",
    "StreamBatches",
    "TargetKind",
    "Targets",
    "TextInputs",
    "TextOptions",
    "TextStream",
    "Texts",
    "TokenLabels",
    "Values",
    "Vocabulary",
    "augmentation",
    "check_numbers",
    "docstrings",
    "edge_patches",
    "embedded",
    "formats",
    "generated",
    "given_texts",
    "load_data",
    "load_rows",
    "memory_tasks",
    "new_data",
    "scaling_of",
]
