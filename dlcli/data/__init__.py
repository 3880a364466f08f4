"""From files to mini-batches: reading, splitting, normalizing."""

from __future__ import annotations

from dlcli.data import embedded, formats, generated
from dlcli.data.batch_order import BatchOrder, BucketedBatches, ShuffledBatches, StreamBatches
from dlcli.data.batches import Batch, SequenceSource, Split
from dlcli.data.examples import Examples, RawData, check_numbers
from dlcli.data.labels import ClassLabels, TargetKind, Targets, Values
from dlcli.data.loading import Data, load_data
from dlcli.data.new_data import new_data
from dlcli.data.normalization import Normalization
from dlcli.data.places import Places
from dlcli.data.preprocessing import Preprocessor
from dlcli.data.readers import DatasetReader, FileFormat

__all__ = [
    "Batch",
    "BatchOrder",
    "BucketedBatches",
    "ClassLabels",
    "Data",
    "DatasetReader",
    "Examples",
    "FileFormat",
    "Normalization",
    "Places",
    "Preprocessor",
    "RawData",
    "SequenceSource",
    "ShuffledBatches",
    "Split",
    "StreamBatches",
    "TargetKind",
    "Targets",
    "Values",
    "check_numbers",
    "embedded",
    "formats",
    "generated",
    "load_data",
    "new_data",
]
