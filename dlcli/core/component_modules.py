"""Modules outside dlcli that register components, and the consent that importing one of them needs.

Importing a module runs its code, and a config is data that may come from somebody else. So a config never imports a
module that the user has not accepted. A user accepts a module in one of three ways:

- by installing a distribution that names it in the entry point group `dlcli.components`;
- by naming it in the environment variable `DLCLI_COMPONENTS`, separated by commas;
- by importing it in the Python program that calls dlcli.

The first two are imported with the components of dlcli. The key `components` of a config says which modules the config
needs; it can also name a submodule of an accepted module.
"""

from __future__ import annotations

import contextlib
import functools
import importlib
import importlib.metadata
import importlib.util
import os
import re
import sys
import traceback
from collections.abc import Iterable, Iterator

from dlcli.core import registry
from dlcli.core.errors import ConfigError

ENTRY_POINT_GROUP = "dlcli.components"
VARIABLE = "DLCLI_COMPONENTS"
MODULE_NAME = r"[A-Za-z_]\w*(\.[A-Za-z_]\w*)*"


def is_module_name(text: str) -> bool:
    """Return whether a text is a dotted name, and not a path."""
    return re.fullmatch(MODULE_NAME, text, re.ASCII) is not None


def accepted_modules() -> dict[str, str]:
    """Return the modules that the installation and the environment accept, each with the source of the acceptance.

    Raises:
        ConfigError: An entry point or the environment variable names something that is not a module.
    """
    accepted = {}
    for entry in importlib.metadata.entry_points(group=ENTRY_POINT_GROUP):
        owner = f" of {entry.dist.name} {entry.dist.version}" if entry.dist else ""
        accepted[entry.value] = f"entry point {ENTRY_POINT_GROUP}:{entry.name}{owner}"
    for name in os.environ.get(VARIABLE, "").split(","):
        if name.strip():
            accepted.setdefault(name.strip(), f"environment variable {VARIABLE}")
    for name, source in accepted.items():
        if not is_module_name(name):
            raise ConfigError(f"{source}: expected the name of an installed module, got {name!r}")
    return accepted


def import_accepted() -> None:
    """Import every accepted module.

    Raises:
        ConfigError: A module is missing, fails, or registers no component.
    """
    for name, source in accepted_modules().items():
        if name in sys.modules:  # also when it imports dlcli before it has registered everything
            continue
        try:
            _import(name)
        except ConfigError as error:
            raise ConfigError(f"{source}: {error.message}", code=error.code) from error


def import_required(name: str) -> None:
    """Import a module that a config needs, if the user has accepted it.

    Args:
        name: Dotted name of the module.

    Raises:
        ConfigError: The module is missing, not accepted, fails, or registers no component.
    """
    if name not in sys.modules:
        if not any(_contains(module, name) for module in accepted_modules()):
            if not is_installed(name):
                raise ConfigError(_not_installed(name), code="missing_package")
            raise ConfigError(
                f"{name} is not accepted: a config cannot import code on its own; "
                f"if you trust the package, set the environment variable {VARIABLE}={name}",
                code="module_not_accepted",
            )
        _import(name)
    elif not _is_origin(name):
        raise ConfigError(_registers_nothing(name), code="module_failed")


def are_registered() -> bool:
    """Return whether a component from outside dlcli is registered."""
    return any(not _contains("dlcli", origin) for origin in registry.origins())


def modules_of(components: Iterable[tuple[str, str]]) -> list[str]:
    """Return the modules outside dlcli that components come from, by the names under which they were accepted.

    Args:
        components: Kind and name of each component.
    """
    origins = {registry.lookup(kind, name).__module__ for kind, name in components}
    foreign = sorted(origin for origin in origins if not _contains("dlcli", origin))
    if not foreign:
        return []
    accepted = accepted_modules()
    return sorted({module for origin in foreign for module in [_accepted_origin(origin, accepted)] if module})


def is_installed(module: str) -> bool:
    """Return whether a module, or its top-level package, can be imported, without running any of its code."""
    top = module.partition(".")[0]
    return top in sys.modules or importlib.util.find_spec(top) is not None


@functools.cache
def distribution_of(module: str) -> tuple[str, str] | None:
    """Return the name and version of the installed distribution that contains a module; None if there is none."""
    for entry in importlib.metadata.entry_points(group=ENTRY_POINT_GROUP):
        if entry.value == module and entry.dist:
            return entry.dist.name, entry.dist.version
    for name in importlib.metadata.packages_distributions().get(module.partition(".")[0], []):
        return name, importlib.metadata.version(name)
    return None


def _accepted_origin(origin: str, accepted: Iterable[str]) -> str | None:
    """Return the accepted module whose import registered the components that `origin` defines."""
    holders = [module for module in accepted if _contains(module, origin)]
    neighbors = [module for module in accepted if module.partition(".")[0] == origin.partition(".")[0]]
    return max(holders, key=len, default=min(neighbors, default=None))


def _contains(module: str, name: str) -> bool:
    return name == module or name.startswith(f"{module}.")


def _is_origin(name: str) -> bool:
    """Return whether a registered component is defined in a module or one of its submodules."""
    return any(_contains(name, origin) for origin in registry.origins())


def _not_installed(name: str) -> str:
    return f"no module {name} is installed in this Python environment"


def _registers_nothing(name: str) -> str:
    return f"{name} registers no component; a component module uses `dlcli.core.register`"


def _import(name: str) -> None:
    """Import a module; on failure, remove its components and its partially imported modules."""
    known, registered = set(sys.modules), registry.size()
    try:
        with registry.rolled_back_on_error(), contextlib.redirect_stdout(sys.stderr):  # stdout is for results
            importlib.import_module(name)
    except (Exception, SystemExit) as error:
        for module in set(sys.modules) - known:
            if _contains(name.partition(".")[0], module):
                del sys.modules[module]
        if isinstance(error, ModuleNotFoundError) and error.name and _contains(error.name, name):
            raise ConfigError(_not_installed(name), code="missing_package") from error
        message = f"cannot import {name}: {_summary(error)}{_place(error, name)}"
        raise ConfigError(message, code="module_failed") from error
    if registry.size() == registered and not _is_origin(name):
        raise ConfigError(_registers_nothing(name), code="module_failed")


def _summary(error: BaseException) -> str:
    text = error.msg if isinstance(error, SyntaxError) else str(error)
    return " ".join(f"{type(error).__name__}: {text}".split())


def _place(error: BaseException, name: str) -> str:
    """Return file and line of the module that failed, such as ` (/site-packages/my_package/layers.py:12)`."""
    if isinstance(error, SyntaxError) and error.filename:
        return f" ({error.filename}:{error.lineno})"
    frames = [*_frames(error)]
    own = [place for module, place in frames if _contains(name.partition(".")[0], module)]
    places = own or [place for _, place in frames]
    return f" ({places[-1]})" if places else ""


def _frames(error: BaseException) -> Iterator[tuple[str, str]]:
    """Yield module and place of every traceback frame below this module, without Python's own import machinery."""
    for frame, line in traceback.walk_tb(error.__traceback__):
        module, file = str(frame.f_globals.get("__name__", "")), frame.f_code.co_filename
        if module != __name__ and not module.startswith(("importlib", "_frozen")) and not file.startswith("<"):
            yield module, f"{file}:{line}"
