"""Gradients through time as a figure, a table and JSON."""

from __future__ import annotations

import io
import json
import math

import numpy as np
import pytest
from rich.console import Console

from dlcli.diagnosis import GradientFlow
from dlcli.reports import ModelFlow, flow_table, gradient_flow_png


def flow(model: str, weights: str, factor: float, *, layer: str = "rnn_1.layer_1", steps: int = 20) -> ModelFlow:
    result = ("test/error", 0.125) if weights == "trained" else None
    return ModelFlow(model, None, layer, weights, GradientFlow(tuple(factor**k for k in range(steps + 1))), result)


FLOWS = [flow("forgets", "initial", 0.5), flow("keeps", "initial", 1.0), flow("forgets", "trained", 1.5)]


def text(flows: list[ModelFlow]) -> str:
    console = Console(width=200, file=io.StringIO())
    console.print(flow_table(flows))
    assert isinstance(console.file, io.StringIO)
    return console.file.getvalue()


def test_the_table_has_the_trend_of_each_gradient() -> None:
    rows = [tuple(line.split()) for line in text(FLOWS).splitlines()]
    values = {row[:3]: (row[3], row[4], row[-1]) for row in rows if len(row) > 4 and row[1] == "rnn_1.layer_1"}
    assert values["forgets", "rnn_1.layer_1", "initial"] == ("×0.500", "9.54e-7", "vanishes")
    assert values["keeps", "rnn_1.layer_1", "initial"] == ("×1.000", "1", "through")
    assert values["forgets", "rnn_1.layer_1", "trained"] == ("×1.500", "3325", "explodes")


def test_without_results_there_is_no_column_for_them() -> None:
    assert "test/error" in text(FLOWS)
    assert "test/error" not in text(FLOWS[:2])


def test_json() -> None:
    document = json.loads(json.dumps(FLOWS[2].to_json()))
    assert document["fate"] == "explodes"
    assert document["factor_per_step"] == pytest.approx(1.5)
    assert len(document["norms"]) == 21
    assert document["result"] == {"metric": "test/error", "value": 0.125}


def pixels(png: bytes) -> np.ndarray:
    from matplotlib.image import imread

    picture: np.ndarray = imread(io.BytesIO(png), format="png")
    return picture


def test_a_panel_for_each_kind_of_weights() -> None:
    two, one = (pixels(gradient_flow_png(flows)) for flows in (FLOWS, FLOWS[:2]))
    assert two.shape[0] == one.shape[0]
    assert two.shape[1] == pytest.approx(2 * one.shape[1], abs=2)


@pytest.mark.parametrize(
    "norms", [(0.0, 0.0), (1.0, 0.0, 0.0), (1.0, math.inf), (1.0, 1e-200), (math.nan, math.nan)], ids=str
)
def test_degenerate_gradients_are_drawn(norms: tuple[float, ...]) -> None:
    odd = ModelFlow("odd", None, "rnn_1.layer_1", "initial", GradientFlow(norms))
    assert pixels(gradient_flow_png([FLOWS[0], odd])).ndim == 3
    assert pixels(gradient_flow_png([odd])).ndim == 3
    assert "odd" in text([odd])


def test_layers_of_one_model_have_different_labels_and_figures_are_reproducible() -> None:
    flows = [flow("m", "initial", 0.9, layer=f"gru_1.layer_{k}") for k in (1, 2)]
    assert gradient_flow_png(flows) == gradient_flow_png(flows)
