"""Configs: YAML text in, a checked and complete `Spec` out, or every mistake with its place."""

from dlcli.spec.component import ComponentSpec, component_from
from dlcli.spec.load import load_spec, spec_from_text
from dlcli.spec.model import LayerSpec, ModelSpec
from dlcli.spec.overrides import Override, Overrides
from dlcli.spec.section import plain
from dlcli.spec.spec import Spec

__all__ = [
    "ComponentSpec",
    "LayerSpec",
    "ModelSpec",
    "Override",
    "Overrides",
    "Spec",
    "component_from",
    "load_spec",
    "plain",
    "spec_from_text",
]
