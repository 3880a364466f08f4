"""`dlcli list`: kinds, components, options."""

from __future__ import annotations

from dlcli.core import registry


def test_kinds_with_their_names(run):
    kinds = run("list", "--json").document["kinds"]
    assert {"layer", "optimizer", "loss", "metric", "dataset", "architecture"} <= set(kinds)
    assert "adam" in kinds["optimizer"]
    assert "adam" in run("list").stdout


def test_the_components_of_a_kind_in_the_singular_and_the_plural(run):
    plural, singular = run("list", "losses"), run("list", "loss")
    assert plural.stdout == singular.stdout
    names = [component["name"] for component in run("list", "losses", "--json").document["components"]]
    assert names == registry.names("loss")


def test_the_options_of_a_component(run):
    document = run("list", "layers", "linear", "--json").document
    units = next(option for option in document["options"] if option["name"] == "units")
    assert units["required"]
    assert {"integer", "0"} <= set(units["type"].split())
    assert "(required)" in run("list", "layers", "linear").stdout


def test_every_component_is_described(run):
    for kind in registry.kinds():
        for name in registry.names(kind):
            document = run("list", kind, name, "--json").document
            assert document["summary"], f"{kind} {name}"
            assert all(option["description"] for option in document["options"]), f"{kind} {name}"


def test_unknown_names_have_the_nearest_match(run):
    assert "layer?" in run("list", "layerz").stderr
    outcome = run("list", "optimizers", "adma")
    assert outcome.code == 2
    assert "adam?" in outcome.stderr
