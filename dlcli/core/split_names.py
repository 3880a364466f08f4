"""What the parts of a data set are called."""

from __future__ import annotations

#: in the order in which a model meets them
SPLITS = ("train", "train_dev", "dev", "test")
#: those that a model is not trained on
UNSEEN_SPLITS = SPLITS[1:]
