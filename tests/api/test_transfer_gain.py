"""With few images, transfer learning beats training from random weights on the same examples and budget."""

from __future__ import annotations

import math
import os
from pathlib import Path

import numpy as np
import pytest

from dlcli import api

CONFIGS = Path(__file__).parents[2] / "configs"
SEEDS = range(5)
#: the 0.975 quantile of Student's t with 4 degrees of freedom
T_4 = 2.776
#: the same network, with the same kind of scaling
FROM_SCRATCH = {"model": {"architecture": "lenet5"}, "data.normalize": {"name": "standard", "per": "all"}}
pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def source(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Train a run on the classes 0 to 4."""
    data_paths = os.environ.get("DLCLI_DATA")
    if not data_paths or not (Path(data_paths) / "fashion_mnist").is_dir():
        pytest.skip("DLCLI_DATA names no folder with fashion_mnist")
    runs = tmp_path_factory.mktemp("source")
    return api.train(CONFIGS / "lenet_fashion_mnist_0_4.yaml", runs_dir=runs).path


@pytest.mark.parametrize("per_class", [50, 10])
def test_transfer_beats_training_from_scratch(source: Path, tmp_path: Path, per_class: int) -> None:
    """The 95 % interval of the mean difference, paired by seed, is above zero; a seed also draws the examples."""

    def accuracy(seed: int, **model: object) -> float:
        overrides = {"seed": seed, "data.split.train_limit": 5 * per_class, **model}
        run = api.train(CONFIGS / "transfer_fashion_mnist.yaml", overrides=overrides, runs_dir=tmp_path)
        return run.metrics["test/accuracy"]

    transferred = np.array([accuracy(seed, **{"model.from": str(source)}) for seed in SEEDS])
    scratch = np.array([accuracy(seed, **FROM_SCRATCH) for seed in SEEDS])
    gain = transferred - scratch
    half_width = T_4 * gain.std(ddof=1) / math.sqrt(len(gain))
    figures = f"{transferred.mean():.4f} against {scratch.mean():.4f}: {gain.round(4)}, ± {half_width:.4f}"
    assert gain.mean() - half_width > 0, figures
