"""Choice of the initial weights, before anything is read."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from dlcli.api.initial_weights import FromFile, FromRun, FromWordVectors, initial_weights
from dlcli.assembly import FromScratch, InitialWeights
from dlcli.spec import load_spec

DENSE = {"architecture": "mlp", "hidden_units": [4]}
RECURRENT = {"architecture": "recurrent_classifier", "units": 4}


@pytest.mark.parametrize(
    ("model", "expected"),
    [
        (DENSE, FromScratch),
        ({"from": None, **DENSE}, FromScratch),
        ({"layers": ["flatten", {"linear": {"units": 3}}]}, FromScratch),
        ({"layers": [{"embedding": {"units": 2}}, "mean_over_time"]}, FromScratch),
        ({"layers": [{"embedding": {"units": 2, "vectors": "words.txt"}}, "mean_over_time"]}, FromWordVectors),
        (RECURRENT, FromScratch),
        ({**RECURRENT, "vectors": "words.txt"}, FromWordVectors),
        ({"from": "words.safetensors", **RECURRENT, "vectors": "words.txt"}, FromFile),
        ({"from": "missing/w.safetensors", **DENSE}, FromFile),
        ({"from": "a-run"}, FromRun),
        ({"from": "FOLDER"}, FromRun),
        ({"from": "FOLDER", **DENSE}, FromRun),
    ],
)
def test_weights_are_chosen_by_the_config(
    tmp_path: Path, model: dict[str, Any], expected: type[InitialWeights]
) -> None:
    (tmp_path / "config.yaml").write_text("data: {dataset: iris}\nmodel: {architecture: mlp}\noptimizer: sgd\n")
    model = {key: str(tmp_path) if value == "FOLDER" else value for key, value in model.items()}
    spec = load_spec(tmp_path / "config.yaml", {"model": model})
    assert type(initial_weights(spec, runs_dir=tmp_path / "missing")) is expected
