"""The stored config of a run, and its changes when the run resumes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from dlcli.assembly import check_resumable
from dlcli.core import ConfigError, component_modules
from dlcli.runs import RunFolder, Session, checksum, files
from dlcli.spec import Overrides, Spec, load_spec


def load_stored_spec(folder: RunFolder, overrides: Overrides = ()) -> Spec:
    """Read the config that a run was trained with.

    Args:
        folder: Folder of the run.
        overrides: Changes, as `load_spec` takes them.

    Raises:
        ConfigError: A package is not installed whose components the config names.
        InvalidConfigError: An override is wrong, or the config has been changed.
    """
    config = folder.path / files.RESOLVED_CONFIG
    for module, distribution in folder.record().components.items():
        if distribution is not None and not component_modules.is_installed(module):
            message = f"{module} is not installed; the run was trained with {distribution}"
            raise ConfigError(message, code="missing_package", file=str(config), key="components")
    return load_spec(config, overrides)


def changed_spec(folder: RunFolder, epochs: int | None, overrides: Overrides) -> Spec:
    """Return the config of a run with the changes for resuming.

    Args:
        folder: Folder of the run.
        epochs: Total number of epochs; None for the number in the config.
        overrides: Changes of other options.

    Raises:
        InvalidConfigError: A change would have led to other weights.
    """
    folder.verify(files.INPUTS)
    before = load_stored_spec(folder)
    changes: Overrides = overrides
    if epochs is not None:
        changes = (
            {**overrides, "training.epochs": epochs}
            if isinstance(overrides, Mapping)
            else [*overrides, f"training.epochs={epochs}"]
        )
    spec = load_stored_spec(folder, changes)
    check_resumable(before.resolved(), spec.resolved())
    return spec


def replace_config(folder: RunFolder, session: Session, spec: Spec) -> None:
    """Write the config that a run resumes with; the record has no checksum of it while it is replaced.

    Args:
        folder: Folder of the run.
        session: Session of the resumed run.
        spec: Config that the run resumes with.
    """
    text, checksums = spec.to_yaml().encode(), session.record.files
    if checksums and checksums.get(files.RESOLVED_CONFIG) != checksum(text):
        others = {name: sha256 for name, sha256 in checksums.items() if name != files.RESOLVED_CONFIG}
        folder.write_record(replace(session.record, files=others))
        session.record = replace(session.record, files={**checksums, files.RESOLVED_CONFIG: checksum(text)})
    folder.write_bytes(files.RESOLVED_CONFIG, text)
    folder.write_record(session.record)
