"""Names of the splits of a data set."""

from __future__ import annotations

#: Names in the order of their use.
SPLITS = ("train", "train_dev", "dev", "test")
#: Splits that a model is not trained on.
UNSEEN_SPLITS = SPLITS[1:]
