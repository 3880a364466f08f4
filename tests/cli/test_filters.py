"""`dlcli filters` for a config, a run and an image file; every error is one line."""

from __future__ import annotations

import numpy as np
import pytest
from PIL import Image

from dlcli.cli.main import main

CONFIG = """\
name: edges
data: {dataset: digits, split: {train: 0.6, dev: 0.2, test: 0.2}, normalize: {name: standard, per: all}}
model:
  layers:
    - conv2d: {filters: 4, kernel_size: 3, padding: same, initializer: edge_filter}
    - relu
    - max_pool2d
    - conv2d: {filters: 6, kernel_size: 3}
    - conv_transpose2d: {filters: 5, kernel_size: 2, stride: 2}
    - flatten
    - linear: {units: 10}
optimizer: adam
training: {epochs: 1, batch_size: 128}
"""


@pytest.fixture
def config(folder):
    (folder / "net.yaml").write_text(CONFIG, encoding="utf-8")
    return "net.yaml"


@pytest.fixture(scope="module")
def trained_net(tmp_path_factory):
    place = tmp_path_factory.mktemp("net")
    (place / "net.yaml").write_text(CONFIG, encoding="utf-8")
    assert main(["train", str(place / "net.yaml"), "--runs-dir", str(place / "runs"), "--quiet"]) == 0
    (run,) = (place / "runs").iterdir()
    return run


def test_a_config_shows_the_initial_filters(run, config, folder):
    document = run("filters", config, "--json").document
    assert document == {
        "output": "edges-conv2d_1.png",
        "run": None,
        "layer": "conv2d_1",
        "type": "conv2d",
        "filters": [3, 3, 1, 4],
        "feature_maps": [8, 8, 4],
        "of": document["of"],
    }
    assert {"0", "dev,"} <= set(document["of"].split())
    with Image.open(folder / "edges-conv2d_1.png") as image:
        assert image.format == "PNG"


def test_the_figure_of_a_run_is_written_to_its_report_folder(run, trained_net):
    outcome = run("filters", trained_net, "--example", 5, "--split", "test")
    assert outcome.code == 0, outcome.stderr
    file = trained_net / "report" / "filters-conv2d_1.png"
    assert outcome.stdout.strip() == str(file)
    assert file.is_file()


@pytest.mark.parametrize(
    ("layer", "filters", "maps"),
    [
        ("relu_1", None, [8, 8, 4]),
        ("conv2d_2", [3, 3, 4, 6], [2, 2, 6]),
        ("conv_transpose2d_1", [2, 2, 6, 5], [4, 4, 5]),
    ],
)
def test_the_filters_of_another_layer(run, trained_net, tmp_path, layer, filters, maps):
    output = tmp_path / "new folder" / "x.png"
    document = run("filters", trained_net, "--layer", layer, "--output", output, "--json").document
    assert (document["filters"], document["feature_maps"]) == (filters, maps)
    assert output.is_file()


def test_feature_maps_of_an_image_file_in_its_original_size(run, trained_net, folder):
    Image.fromarray(np.random.default_rng(0).integers(0, 256, (30, 50, 3), dtype=np.uint8)).save("photo.png")
    document = run("filters", trained_net, "--picture", "photo.png", "--output", "p.png", "--json").document
    assert document["feature_maps"] == [30, 50, 4]
    assert document["of"] == "photo.png"
    document = run("filters", trained_net, "--picture", "china", "--output", "p.png", "--json").document
    assert document["feature_maps"] == [427, 640, 4]


def test_an_image_is_resized_if_every_pixel_is_normalized_separately(run, config):
    arguments = ("--picture", "flower", "--json", "--set", "data.normalize=standard")
    assert run("filters", config, *arguments).document["feature_maps"] == [8, 8, 4]


@pytest.mark.parametrize(
    ("arguments", "code", "words"),
    [
        (["--layer", "conv2d_9"], 2, ["'conv2d_9'", "conv2d_2?", "(conv2d_1,"]),
        (["--layer", "flatten_1"], 2, ["flatten_1", "(80,)"]),
        (["--example", "9999"], 3, ["359", "9999"]),
        (["--split", "tset"], 2, ["'tset'"]),
        (["--picture", "nowhere.png"], 3, ["nowhere.png"]),
        (["--picture", "config.yaml"], 3, ["config.yaml"]),
    ],
)
def test_wrong_options_are_one_line(run, trained_net, folder, arguments, code, words):
    outcome = run("filters", trained_net, *arguments)
    assert outcome.code == code
    assert len(outcome.stderr.splitlines()) == 1
    assert all(word in outcome.stderr for word in words)


def test_an_image_too_large_for_feature_maps(run, trained_net, folder):
    Image.new("L", (3000, 10)).save("wide.png")
    outcome = run("filters", trained_net, "--picture", "wide.png")
    assert outcome.code == 3
    assert all(word in outcome.stderr for word in ("wide.png", "3,000 × 10"))


def test_a_model_without_convolution(run, finished):
    outcome = run("filters", finished)
    assert outcome.code == 2
    assert "linear, relu" in outcome.stderr
    assert run("filters", finished, "--layer", "relu_1", "--picture", "china").code == 2


def test_the_report_of_a_run_shows_wrong_predictions(trained_net):
    names = {file.name for file in (trained_net / "report").iterdir()}
    assert {"confusion.png", "mistakes.png", "learning_curve.png"} - names <= {"learning_curve.png"}  # one epoch
    page = (trained_net / "report" / "report.md").read_text()
    assert "](confusion.png)" in page
    assert "](mistakes.png)" in page
