"""Reading of configs: YAML text becomes a checked and complete `Spec`, or a list of all mistakes with their places."""

from dlcli.spec.bound import BoundField
from dlcli.spec.component import ComponentField, ComponentSpec, SettingsField, check_options, component_from
from dlcli.spec.component_modules import import_required_modules
from dlcli.spec.consistency import dropout_mistakes
from dlcli.spec.document import Document, Place
from dlcli.spec.expectations import DescribedAs, describe, peel
from dlcli.spec.file_kind import config_instead_of_sweep, is_config, is_sweep
from dlcli.spec.json_schema import json_schema, schema_of
from dlcli.spec.key_paths import KeyPath, format_path, parse_path
from dlcli.spec.load import (
    expand_home,
    experiment_name,
    is_readable,
    load_spec,
    located_error,
    spec_from_text,
    spec_of_document,
)
from dlcli.spec.mistake import MISSING_KEY, UNKNOWN_KEY, Mistake, mistakes_of, validation_error
from dlcli.spec.model import LayerSpec, ModelSpec
from dlcli.spec.overrides import Override, Overrides, apply_override, parse_overrides, split_append
from dlcli.spec.schema import ExperimentName, Sections
from dlcli.spec.section import Section, fields_of, plain
from dlcli.spec.spec import LocatedSections, Spec
from dlcli.spec.template import commented_template
from dlcli.spec.text_file import read_text
from dlcli.spec.transfer import TransferSection, is_path
from dlcli.spec.yaml_loader import load_yaml, parse_value, read_yaml
from dlcli.spec.yaml_writer import to_flow, to_yaml

__all__ = [
    "MISSING_KEY",
    "UNKNOWN_KEY",
    "BoundField",
    "ComponentField",
    "ComponentSpec",
    "DescribedAs",
    "Document",
    "ExperimentName",
    "KeyPath",
    "LayerSpec",
    "LocatedSections",
    "Mistake",
    "ModelSpec",
    "Override",
    "Overrides",
    "Place",
    "Section",
    "Sections",
    "SettingsField",
    "Spec",
    "TransferSection",
    "apply_override",
    "check_options",
    "commented_template",
    "component_from",
    "config_instead_of_sweep",
    "describe",
    "dropout_mistakes",
    "expand_home",
    "experiment_name",
    "fields_of",
    "format_path",
    "import_required_modules",
    "is_config",
    "is_path",
    "is_readable",
    "is_sweep",
    "json_schema",
    "load_spec",
    "load_yaml",
    "located_error",
    "mistakes_of",
    "parse_overrides",
    "parse_path",
    "parse_value",
    "peel",
    "plain",
    "read_text",
    "read_yaml",
    "schema_of",
    "spec_from_text",
    "spec_of_document",
    "split_append",
    "to_flow",
    "to_yaml",
    "validation_error",
]
