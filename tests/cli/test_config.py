"""`dlcli config init|validate|show|schema`."""

from __future__ import annotations

import jsonschema
import pytest
import yaml

import dlcli.components  # noqa: F401  # imported for its registrations
from dlcli.core import registry


@pytest.mark.parametrize("dataset", registry.names("dataset"))
def test_init_writes_a_config_that_is_valid_for_every_data_set(run, folder, dataset):
    assert run("config", "init", "new.yaml", "--dataset", dataset).code == 0
    assert run("config", "validate", "new.yaml").stdout == "new.yaml: ok\n"
    assert run("show", "new.yaml").code == 0


def test_init_does_not_overwrite_a_file(run, folder):
    before = (folder / "config.yaml").read_text()
    assert run("config", "init", "config.yaml").code == 2
    assert (folder / "config.yaml").read_text() == before
    assert run("config", "init", "config.yaml", "--force").code == 0
    assert (folder / "config.yaml").read_text() != before


def test_init_knows_the_data_sets(run, folder):
    outcome = run("config", "init", "new.yaml", "--dataset", "digit")
    assert outcome.code == 2
    assert "digits?" in outcome.stderr
    assert not (folder / "new.yaml").exists()


def test_validate_reports_every_mistake_of_every_file(run, folder):
    (folder / "one.yaml").write_text((folder / "config.yaml").read_text().replace("adam", "adma"))
    (folder / "two.yaml").write_text((folder / "config.yaml").read_text().replace("epochs: 10", "epohcs: ten"))
    outcome = run("config", "validate", "one.yaml", "config.yaml", "two.yaml")
    assert (outcome.code, outcome.stdout) == (2, "config.yaml: ok\n")
    assert "one.yaml:4:" in outcome.stderr
    assert "two.yaml:5:" in outcome.stderr
    document = run("config", "validate", "one.yaml", "two.yaml", "--json").document
    assert not document["ok"]
    assert {problem["file"] for problem in document["error"]["problems"]} == {"one.yaml", "two.yaml"}


def test_show_prints_a_config_that_loads_back(run, folder):
    text = run("config", "show", "config.yaml", "--set", "seed=3").stdout
    assert yaml.safe_load(text)["seed"] == 3
    (folder / "resolved.yaml").write_text(text)
    assert run("config", "show", "resolved.yaml").stdout == text
    assert run("config", "show", "config.yaml", "--json").document["optimizer"]["beta1"] == 0.9


def test_schema_accepts_what_the_check_accepts(run, folder):
    schema = run("config", "schema").document
    jsonschema.Draft7Validator.check_schema(schema)
    config = yaml.safe_load((folder / "config.yaml").read_text())
    jsonschema.validate(config, schema)
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate(config | {"sead": 1}, schema)


SWEEP = "base: config.yaml\nspace:\n  optimizer.learning_rate: log_uniform(1e-4, 1e-1)\n"


def test_validate_takes_sweep_files(run, folder):
    (folder / "sweep.yaml").write_text(SWEEP)
    files = ("config.yaml", "sweep.yaml")
    outcome = run("config", "validate", *files)
    assert (outcome.code, outcome.stdout) == (0, "".join(f"{file}: ok\n" for file in files))


def test_validate_checks_the_trials_of_a_sweep(run, folder):
    (folder / "sweep.yaml").write_text(SWEEP.replace("learning_rate", "learning_rat"))
    outcome = run("config", "validate", "sweep.yaml")
    assert outcome.code == 2
    [error] = run("config", "validate", "sweep.yaml", "--json").document["error"]["problems"]
    assert (error["code"], error["line"], error["column"]) == ("unknown_key", 3, 27)
    assert error["key"] == "optimizer.learning_rat"
    assert "learning_rate?" in error["message"]


def test_a_sweep_file_instead_of_a_config_is_recognized(run, folder):
    (folder / "sweep.yaml").write_text(SWEEP)
    outcome = run("train", "sweep.yaml")
    assert outcome.code == 2
    assert outcome.stderr.startswith("sweep.yaml:1:1 base: ")
    command = "dlcli sweep sweep.yaml"
    assert f"`{command}`" in outcome.stderr


def test_the_schema_of_sweep_files(run):
    schema = run("config", "schema", "--sweep").document
    jsonschema.validate(yaml.safe_load(SWEEP), schema)
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate({"base": "config.yaml"}, schema)


TABLE = """\
data: {dataset: {format: csv, path: DATA, label: LABEL}}
model: {architecture: mlp, hidden_units: [4]}
optimizer: adam
training: {epochs: 1}
EVALUATION
"""


@pytest.fixture
def table(folder):
    """Function that writes a config for a table of 40 rows."""
    rows = "".join(f"{k},{k % 7},{'ab'[k % 2]}\n" for k in range(40))
    (folder / "t.csv").write_text(f"x,y,kind\n{rows}")

    def write(data="t.csv", label="kind", evaluation=""):
        text = TABLE.replace("DATA", data).replace("LABEL", label).replace("EVALUATION", evaluation)
        (folder / "t.yaml").write_text(text)

    return write


@pytest.mark.parametrize(
    ("options", "code", "key"),
    [
        ({}, 0, None),
        ({"data": "absent.csv"}, 3, None),
        ({"label": "kinds"}, 3, "data.dataset.label"),
        ({"evaluation": "evaluation: {metrics: [r2]}"}, 2, "evaluation.metrics[0]"),
        ({"evaluation": "task: regression"}, 2, None),
        ({"evaluation": "evaluation: {optimize: dev/r2}"}, 2, None),
    ],
    ids=str,
)
def test_validate_checks_the_data_on_request(run, folder, table, options, code, key):
    table(**options)
    outcome = run("config", "validate", "t.yaml", "--data", "--json")
    if code == 0:
        assert outcome.document == {"ok": True, "checked": 1, "data_checked": True}
        assert "40" in run("config", "validate", "t.yaml", "--data").stdout
    else:
        assert outcome.code == code
        assert not outcome.document["ok"]
    if key is not None:
        [problem] = outcome.document["error"]["problems"]
        assert problem["key"] == key
    assert not (folder / "runs").exists()


def test_validate_says_that_the_data_was_not_checked(run, folder, table):
    table(data="absent.csv")
    outcome = run("config", "validate", "t.yaml")
    assert (outcome.code, outcome.stdout) == (0, "t.yaml: ok\n")
    assert "--data" in outcome.stderr
    assert run("config", "validate", "t.yaml", "--json").document["data_checked"] is False
    assert run("config", "validate", "t.yaml", "-q").stderr == ""


def test_validate_distinguishes_missing_data_from_invalid_configs(run, folder, table):
    table(data="absent.csv")
    assert run("config", "validate", "t.yaml", "--data").code == 3
    (folder / "wrong.yaml").write_text("model: 3\n")
    outcome = run("config", "validate", "t.yaml", "wrong.yaml", "config.yaml", "--data", "--json")
    assert outcome.code == 2
    assert {problem["file"] for problem in outcome.document["error"]["problems"]} >= {"absent.csv", "wrong.yaml"}


def test_validate_checks_the_data_of_a_sweep(run, folder, table):
    table()
    (folder / "s.yaml").write_text(
        "name: s\nbase: t.yaml\nsearch: random\nbudget: {trials: 2}\n"
        "space: {optimizer.learning_rate: 'log_uniform(1e-4, 1e-2)'}\n"
    )
    assert run("config", "validate", "s.yaml", "--data").code == 0
    (folder / "t.csv").unlink()
    assert run("config", "validate", "s.yaml").code == 0
    assert run("config", "validate", "s.yaml", "--data").code == 3
