"""A small training with every kind of state: dropout, batch norm, Adam, a schedule, averaged weights."""

from __future__ import annotations

import functools
from collections.abc import Callable, Mapping, Sequence
from dataclasses import fields
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from dlcli.core import Direction, Generators, registry
from dlcli.data import ClassLabels, Split
from dlcli.metrics import Metric
from dlcli.nn import Graph, Layer, Node, with_names
from dlcli.optim import Adam, Cosine, Optimizer
from dlcli.runs import RunFolder
from dlcli.settings import GradientClipping, Regularization, TrainingSettings, WeightAveraging
from dlcli.tasks import Classification
from dlcli.training import CheckpointStore, EarlyStopping, Observer, Selection, Trainer

NODES = [
    Node("", "linear", {"units": 6, "use_bias": False}),
    Node("", "batch_norm"),
    Node("", "relu"),
    Node("", "dropout", {"rate": 0.2}),
    Node("", "linear", {"units": 3}),
]


SETTINGS = {"epochs": 4, "batch_size": 16, "l2": 0.1, "gradient_clipping": GradientClipping(max_norm=1.0)}
REGULARIZATION = {field.name for field in fields(Regularization)}


def create_layer(node: Node) -> Layer:
    layer: Layer = registry.lookup("layer", node.type)(**node.options)
    return layer


def blobs(name: str, examples: int, seed: int) -> Split:
    """Three overlapping classes of examples with four features."""
    generator = np.random.default_rng(seed)
    y = generator.integers(0, 3, examples)
    x = generator.normal(size=(examples, 4)) + 3 * np.eye(3, 4)[y]
    return Split(name, x.astype(np.float32), y, np.arange(examples))


def blob_splits() -> dict[str, Split]:
    return {"train": blobs("train", 50, seed=1), "dev": blobs("dev", 30, seed=2)}


def build_trainer(
    *,
    run: RunFolder,
    data: Mapping[str, Split],
    nodes: Sequence[Node] = NODES,
    create: Callable[[Node], Layer] = create_layer,
    optimizer: Optimizer | None = None,
    metrics: Sequence[str] = ("error",),
    selection: Selection | None = None,
    early_stopping: EarlyStopping | None = None,
    average: bool = True,
    observers: Sequence[Observer] = (),
    **settings: Any,
) -> Trainer:
    generators = Generators(7)
    settings = SETTINGS | {"weight_average": WeightAveraging(decay=0.9) if average else None} | settings
    model = Graph.build(with_names(nodes), (4,), generators=generators, create=create)
    metric_objects: list[Metric] = [registry.lookup("metric", name)() for name in metrics]
    return Trainer(
        model=model,
        task=Classification(ClassLabels(("0", "1", "2"), ("a", "b", "c"))),
        splits=data,
        optimizer=optimizer or Adam(learning_rate=0.02, schedule=Cosine()),
        metrics=metric_objects,
        selection=selection or Selection("dev/loss", direction=Direction.MINIMIZE),
        settings=TrainingSettings(**{key: value for key, value in settings.items() if key not in REGULARIZATION}),
        regularization=Regularization(**{key: settings[key] for key in settings.keys() & REGULARIZATION}),
        evaluation_batch_size=1024,
        folder=run,
        generators=generators,
        early_stopping=early_stopping,
        observers=observers,
    )


@pytest.fixture
def splits() -> dict[str, Split]:
    return blob_splits()


@pytest.fixture
def folder(tmp_path: Path) -> RunFolder:
    return RunFolder.create(tmp_path, "blobs")


@pytest.fixture
def make_trainer(splits: dict[str, Split], folder: RunFolder) -> Callable[..., Trainer]:
    """Function that creates a trainer in `folder`; parts and settings are keyword arguments."""
    return functools.partial(build_trainer, run=folder, data=splits)


@pytest.fixture
def written_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """Every checkpoint is on the disk before the next step, no matter how short the epochs are."""
    save = CheckpointStore.save

    def save_and_wait(store: CheckpointStore, *arguments: Any, **options: Any) -> None:
        save(store, *arguments, **options)
        store.wait()

    monkeypatch.setattr(CheckpointStore, "save", save_and_wait)
