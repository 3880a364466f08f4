"""Modules outside dlcli: which can be imported, and the errors of the others."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

import dlcli.components  # noqa: F401  # fills the registry, before any test replaces it
from dlcli.core import ConfigError, component_modules, registry
from dlcli.nn.layers.linear import Linear

LAYER = """
from dlcli.core import register
from dlcli.nn import Layer

@register("layer", "{name}")
class Added(Layer):
    "A layer."
"""

Install = Callable[..., Path]


@pytest.fixture
def install(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Install]:
    """`install(package, entry_point=…, **files)` creates a package on the path, with a distribution of the same name.

    Its components and modules are removed after the test.
    """
    site = tmp_path / "site-packages"
    site.mkdir()
    monkeypatch.syspath_prepend(site)
    monkeypatch.setattr(registry, "_components", {kind: dict(it) for kind, it in registry._components.items()})
    monkeypatch.delenv(component_modules.VARIABLE, raising=False)
    component_modules.distribution_of.cache_clear()
    known = set(sys.modules)

    def call(package: str, *, entry_point: str | None = None, **files: str) -> Path:
        for name, text in ({"__init__": ""} | files).items():
            (site / package).mkdir(exist_ok=True)
            (site / package / f"{name}.py").write_text(text, encoding="utf-8")
        info = site / f"{package}-1.5.dist-info"
        info.mkdir()
        (info / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {package}\nVersion: 1.5\n", encoding="utf-8")
        (info / "RECORD").write_text(f"{package}/__init__.py,,\n", encoding="utf-8")
        if entry_point is not None:
            (info / "entry_points.txt").write_text(f"[dlcli.components]\nmine = {entry_point}\n", encoding="utf-8")
        return site / package

    yield call
    for name in set(sys.modules) - known:
        del sys.modules[name]
    component_modules.distribution_of.cache_clear()


def test_an_entry_point_accepts_its_module(install: Install) -> None:
    install("added_one", entry_point="added_one.parts", parts=LAYER.format(name="added"))
    component_modules.import_accepted()
    assert registry.lookup("layer", "added").__module__ == "added_one.parts"
    assert component_modules.modules_of([("layer", "added"), ("layer", "linear")]) == ["added_one.parts"]
    assert component_modules.distribution_of("added_one.parts") == ("added_one", "1.5")


def test_the_environment_accepts_a_module_and_its_submodules(install: Install, monkeypatch: pytest.MonkeyPatch) -> None:
    install("added_two", __init__=LAYER.format(name="first"), more=LAYER.format(name="second"))
    monkeypatch.setenv(component_modules.VARIABLE, " added_two ,")
    component_modules.import_required("added_two.more")
    assert {"first", "second"} <= set(registry.names("layer"))
    assert component_modules.modules_of([("layer", "second")]) == ["added_two"]
    assert component_modules.distribution_of("added_two") == ("added_two", "1.5")


@pytest.mark.parametrize("accepted", ["", "added_thre", "added_three_more", "added_three.more", "other"])
def test_a_module_that_is_not_accepted_does_not_run(
    install: Install, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, accepted: str
) -> None:
    install("added_three", __init__=f"open({str(tmp_path / 'ran')!r}, 'w')")
    monkeypatch.setenv(component_modules.VARIABLE, accepted)
    with pytest.raises(ConfigError, match="=added_three") as caught:
        component_modules.import_required("added_three")
    assert caught.value.code == "module_not_accepted"
    assert not (tmp_path / "ran").exists()
    assert "added_three" not in sys.modules


def test_a_module_that_the_program_has_imported_is_accepted(install: Install) -> None:
    import importlib

    install("added_four", __init__=LAYER.format(name="added"))
    importlib.import_module("added_four")
    component_modules.import_required("added_four")


@pytest.mark.parametrize("name", ["json", "os.path", "sys"])
def test_a_module_without_components(install: Install, name: str) -> None:
    with pytest.raises(ConfigError) as caught:
        component_modules.import_required(name)
    assert caught.value.code == "module_failed"


def test_an_accepted_module_without_components(install: Install, monkeypatch: pytest.MonkeyPatch) -> None:
    install("added_five")
    monkeypatch.setenv(component_modules.VARIABLE, "added_five")
    with pytest.raises(ConfigError, match=component_modules.VARIABLE) as caught:
        component_modules.import_accepted()
    assert "added_five" in caught.value.message
    assert caught.value.code == "module_failed"


@pytest.mark.parametrize("name", ["no_such_module", "added_six.no_such_module"])
def test_a_missing_module(install: Install, monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    install("added_six")
    monkeypatch.setenv(component_modules.VARIABLE, name)
    for call in (component_modules.import_accepted, lambda: component_modules.import_required(name)):
        with pytest.raises(ConfigError, match=name) as caught:
            call()
        assert caught.value.code == "missing_package"


FAILURES = {
    "an error": ("x = 1\ny = undefined\n", 2, "NameError"),
    "a syntax error": ("x = 1\n\ny = (\n", 3, "SyntaxError"),
    "a missing dependency": ("import no_such_dependency\n", 1, "no_such_dependency"),
    "a failing dependency": ("import json\njson.loads('{')\n", 2, "JSONDecodeError"),
    "an exit": ("raise SystemExit(3)\n", 1, "SystemExit: 3"),
    "a taken name": (LAYER.format(name="linear"), 5, "dlcli.nn.layers.linear.Linear"),
}


@pytest.mark.parametrize("case", FAILURES)
def test_the_error_of_a_failing_module_is_one_line_with_its_place(
    install: Install, monkeypatch: pytest.MonkeyPatch, case: str
) -> None:
    text, line, cause = FAILURES[case]
    package = install(
        "added_seven", __init__="from added_seven import good, bad", good=LAYER.format(name="good"), bad=text
    )
    monkeypatch.setenv(component_modules.VARIABLE, "added_seven")
    for _ in range(2):  # a failure leaves nothing behind
        with pytest.raises(ConfigError) as caught:
            component_modules.import_required("added_seven")
        message = caught.value.message
        assert caught.value.code == "module_failed"
        assert cause in message and "\n" not in message
        assert message.endswith(f"({package / 'bad.py'}:{line})")
        assert "good" not in registry.names("layer")
        assert registry.lookup("layer", "linear") is Linear
        assert not [name for name in sys.modules if name.startswith("added_seven")]
    (package / "bad.py").write_text("", encoding="utf-8")
    (package / "bad.py").unlink()
    (package / "__init__.py").write_text(
        "from added_seven import good  # a longer file, as the cache compares sizes\n", encoding="utf-8"
    )
    component_modules.import_required("added_seven")
    assert "good" in registry.names("layer")


@pytest.mark.parametrize("value", ["../evil", "evil:load", "my-package", "", "a..b", "a b"])
def test_an_entry_point_must_name_a_module(install: Install, value: str) -> None:
    install("added_eight", entry_point=value)
    with pytest.raises(ConfigError, match=r"added_eight 1\.5"):
        component_modules.accepted_modules()


def test_the_output_of_a_module_goes_to_stderr(
    install: Install, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    install("added_nine", __init__="print('hello')" + LAYER.format(name="added"))
    monkeypatch.setenv(component_modules.VARIABLE, "added_nine")
    component_modules.import_accepted()
    assert capsys.readouterr() == ("", "hello\n")
