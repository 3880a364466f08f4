"""The twins of configs/mlp_fashion_mnist.yaml and configs/lenet_fashion_mnist.yaml in PyTorch at its best: fused Adam,
batches gathered from tensors.

Usage: python scripts/benchmarks/fashion_mnist_torch.py mlp|lenet FOLDER   (the folder with the four idx.gz files)
"""

from __future__ import annotations

import gzip
import json
import sys
import time
from pathlib import Path

import numpy as np
import torch
from torch import nn

TRAIN_SHARE = 0.9  # the rest is the config's dev set, which this script has no use for
EPOCHS = 5
BATCH_SIZE = 64
THREADS = 2


def read_idx(file: Path) -> np.ndarray:
    """An idx.gz file of bytes; its header is two zeros, the type, the number of axes and their lengths."""
    data = gzip.decompress(file.read_bytes())
    axes = data[3]
    shape = np.frombuffer(data, ">u4", count=axes, offset=4)
    return np.frombuffer(data, np.uint8, offset=4 + 4 * axes).reshape(shape)


def mlp() -> nn.Module:
    return nn.Sequential(
        *(nn.Flatten(), nn.Linear(784, 256), nn.ReLU(), nn.Linear(256, 128), nn.ReLU(), nn.Linear(128, 10))
    )


def lenet() -> nn.Module:
    return nn.Sequential(
        *(nn.Conv2d(1, 6, 5, padding=2), nn.ReLU(), nn.MaxPool2d(2)),
        *(nn.Conv2d(6, 16, 5), nn.ReLU(), nn.MaxPool2d(2), nn.Flatten()),
        *(nn.Linear(400, 120), nn.ReLU(), nn.Linear(120, 84), nn.ReLU(), nn.Linear(84, 10)),
    )


def main(name: str, folder: Path) -> None:
    torch.set_num_threads(THREADS)
    torch.manual_seed(0)
    images = {split: read_idx(folder / f"{split}-images-idx3-ubyte.gz") for split in ("train", "t10k")}
    labels = {split: read_idx(folder / f"{split}-labels-idx1-ubyte.gz") for split in ("train", "t10k")}
    chosen = torch.randperm(len(images["train"]))[: int(TRAIN_SHARE * len(images["train"]))]
    inputs = {split: torch.tensor(array[:, np.newaxis]).float() for split, array in images.items()}  # (N, 1, H, W)
    targets = {split: torch.tensor(array.astype(np.int64)) for split, array in labels.items()}
    inputs["train"], targets["train"] = inputs["train"][chosen], targets["train"][chosen]
    together = (0, 2, 3) if name == "lenet" else 0  # one mean and deviation for all pixels, or one for each
    mean = inputs["train"].mean(together, keepdim=True)
    deviation = inputs["train"].std(together, keepdim=True).clamp_min(1e-8)
    inputs = {split: (array - mean) / deviation for split, array in inputs.items()}

    model = lenet() if name == "lenet" else mlp()
    optimizer = torch.optim.Adam(model.parameters(), lr=2e-3 if name == "lenet" else 1e-3, fused=True)
    steps = EPOCHS * -(-len(inputs["train"]) // BATCH_SIZE)
    rates = torch.optim.lr_scheduler.CosineAnnealingLR(optimizer, steps) if name == "lenet" else None
    loss_function = nn.CrossEntropyLoss()
    start = time.perf_counter()
    for _ in range(EPOCHS):
        order = torch.randperm(len(inputs["train"]))
        for first in range(0, len(order), BATCH_SIZE):
            batch = order[first : first + BATCH_SIZE]
            optimizer.zero_grad(set_to_none=True)
            loss_function(model(inputs["train"][batch]), targets["train"][batch]).backward()
            optimizer.step()
            if rates is not None:
                rates.step()
    loop_seconds = time.perf_counter() - start
    with torch.no_grad():
        accuracy = (model(inputs["t10k"]).argmax(1) == targets["t10k"]).float().mean().item()
    print(json.dumps({"metrics": {"test/accuracy": accuracy}, "loop_seconds": loop_seconds}))


if __name__ == "__main__":
    main(sys.argv[1], Path(sys.argv[2]))
