"""From files to mini-batches: reading, splitting, normalizing."""

from __future__ import annotations

from dlcli.data import augmentation, docstrings, edge_patches, embedded, formats, generated, memory_tasks, scenes
from dlcli.data.augmentation import Augmentation, Augmenter, PixelScaling, TrainingImages
from dlcli.data.augmentation.augmenter import read_training_images
from dlcli.data.batch_loader import AugmentingLoader, BatchLoader
from dlcli.data.batch_order import BatchOrder, BucketedBatches, ShuffledBatches, StreamBatches
from dlcli.data.batches import Batch, SequenceSource, Split, TransformedRows
from dlcli.data.data_paths import DataPaths, OnRead, read_bytes, sha256
from dlcli.data.decoding import without_surrogates
from dlcli.data.embedded import bundled_file
from dlcli.data.examples import Examples, check_numbers
from dlcli.data.formats.image_format import ImageFormat
from dlcli.data.formats.new_texts import new_texts
from dlcli.data.images import ImageConversion
from dlcli.data.loading import Data, load_data, load_rows
from dlcli.data.new_data import encode_texts, new_data
from dlcli.data.normalization import Normalization
from dlcli.data.prefetch import Prefetcher
from dlcli.data.preprocessing import Preprocessor
from dlcli.data.pretrained_scaling import Pretrained, scaling_of
from dlcli.data.raw_data import RawData
from dlcli.data.readers import DatasetReader, FileFormat
from dlcli.data.rows import EncodedTargets, Rows, concatenate, hashes
from dlcli.data.table import Table, column_of
from dlcli.data.targets import (
    BOX_COLUMNS,
    ClassLabels,
    FitOptions,
    HeadKind,
    HeadRows,
    HeadTargets,
    Landmarks,
    NextTokens,
    ObjectBoxes,
    Objects,
    Observed,
    Points,
    Targets,
    TextSizes,
    TokenLabels,
    Values,
)
from dlcli.data.text.encoder import TextEncoder
from dlcli.data.text.options import TextOptions
from dlcli.data.text.sequences import NextTokenSequences, TokenSequences, Windows
from dlcli.data.text.stream import TextInputs, TextStream
from dlcli.data.text.texts import Sentences, Texts
from dlcli.data.text.vocabulary import BOS, EOS, PAD, SPECIAL_TOKENS, UNK, Vocabulary
from dlcli.data.text.word_vectors import WordVectors, words_with_vectors

__all__ = [
    "BOS",
    "BOX_COLUMNS",
    "EOS",
    "PAD",
    "SPECIAL_TOKENS",
    "UNK",
    "Augmentation",
    "Augmenter",
    "AugmentingLoader",
    "Batch",
    "BatchLoader",
    "BatchOrder",
    "BucketedBatches",
    "ClassLabels",
    "Data",
    "DataPaths",
    "DatasetReader",
    "EncodedTargets",
    "Examples",
    "FileFormat",
    "FitOptions",
    "HeadKind",
    "HeadRows",
    "HeadTargets",
    "ImageConversion",
    "ImageFormat",
    "Landmarks",
    "NextTokenSequences",
    "NextTokens",
    "Normalization",
    "ObjectBoxes",
    "Objects",
    "Observed",
    "OnRead",
    "PixelScaling",
    "Points",
    "Prefetcher",
    "Preprocessor",
    "Pretrained",
    "RawData",
    "Rows",
    "Sentences",
    "SequenceSource",
    "ShuffledBatches",
    "Split",
    "StreamBatches",
    "Table",
    "Targets",
    "TextEncoder",
    "TextInputs",
    "TextOptions",
    "TextSizes",
    "TextStream",
    "Texts",
    "TokenLabels",
    "TokenSequences",
    "TrainingImages",
    "TransformedRows",
    "Values",
    "Vocabulary",
    "Windows",
    "WordVectors",
    "augmentation",
    "bundled_file",
    "check_numbers",
    "column_of",
    "concatenate",
    "docstrings",
    "edge_patches",
    "embedded",
    "encode_texts",
    "formats",
    "generated",
    "hashes",
    "load_data",
    "load_rows",
    "memory_tasks",
    "new_data",
    "new_texts",
    "read_bytes",
    "read_training_images",
    "scaling_of",
    "scenes",
    "sha256",
    "without_surrogates",
    "words_with_vectors",
]
