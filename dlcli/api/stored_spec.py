"""The stored config of a run."""

from __future__ import annotations

from dlcli.core import ConfigError, component_modules
from dlcli.runs import RunFolder, files
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
