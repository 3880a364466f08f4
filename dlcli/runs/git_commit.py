"""The commit of a folder, without running any program that its repository names.

The configuration of a repository can name programs (`core.fsmonitor`, filters, hooks, `diff.external`, aliases), and a
folder may come from another person. The commit is therefore read from the files of the repository, and git compares the
files with it in a temporary repository that refers to the objects and has a copy of the index.
"""

from __future__ import annotations

import os
import re
import shutil
import stat
import subprocess
import tempfile
from dataclasses import dataclass
from pathlib import Path

_COMMIT = re.compile(r"[0-9a-f]{40}|[0-9a-f]{64}")
_REFERENCE = re.compile(r"refs/[^\x00-\x20\x7f\\]+")
#: Maximum number of bytes of the files HEAD, .git, commondir and of a loose reference.
_MAX_POINTER = 4096
_MAX_PACKED_REFS = 64 << 20
#: Maximum number of seconds for comparing the files.
_TIMEOUT = 5.0
#: Settings that affect the comparison of files and cannot name a program.
_PLAIN_SETTINGS = r"^core\.(filemode|symlinks|ignorecase|precomposeunicode|autocrlf|eol|checkstat|trustctime)$"


@dataclass(frozen=True)
class _Repository:
    """Paths of the parts of a repository.

    Args:
        worktree: Folder of the checked-out files.
        git_dir: Folder of HEAD and the index; a linked worktree or a submodule has its own.
        common_dir: Folder of references, objects and the configuration.
    """

    worktree: Path
    git_dir: Path
    common_dir: Path


def git_commit(folder: Path) -> str | None:
    """Return the commit checked out in a folder, with `-dirty` if tracked files differ from it.

    Submodules and filtered files (Git LFS) are compared as they are stored, because no program is run for them.

    Returns:
        Hash of the commit; None outside a repository, or if there is no commit yet.
    """
    try:
        repository = _find(folder.absolute())
        commit = None if repository is None else _head(repository)
    except OSError:  # no permission
        return None
    if repository is None or commit is None:
        return None
    return f"{commit}-dirty" if _is_dirty(repository, commit) else commit


def _find(folder: Path) -> _Repository | None:
    ceilings = {Path(path) for path in os.environ.get("GIT_CEILING_DIRECTORIES", "").split(os.pathsep) if path}
    for parent in (folder, *folder.parents):
        if parent in ceilings and parent != folder:
            return None
        marker = parent / ".git"
        if marker.is_dir() and (marker / "HEAD").exists():
            return _Repository(parent, marker, _common_dir(marker))
        if marker.is_file():
            target = _read_pointer(marker).removeprefix("gitdir:").strip()
            git_dir = parent / target
            return _Repository(parent, git_dir, _common_dir(git_dir)) if target and git_dir.is_dir() else None
    return None


def _common_dir(git_dir: Path) -> Path:
    shared = git_dir / "commondir"
    return git_dir / _read_pointer(shared) if shared.is_file() else git_dir


def _head(repository: _Repository) -> str | None:
    """Return the commit of HEAD, following symbolic references."""
    text = _read_pointer(repository.git_dir / "HEAD")
    for _ in range(5):  # the limit of git
        if _COMMIT.fullmatch(text):
            return text
        name = text.removeprefix("ref:").strip()
        if not _REFERENCE.fullmatch(name) or ".." in name:
            return None
        loose = [folder / name for folder in (repository.git_dir, repository.common_dir)]
        path = next((path for path in loose if path.is_file()), None)
        if path is None:
            return _packed_commit(repository.common_dir / "packed-refs", name)
        text = _read_pointer(path)
    return None


def _packed_commit(path: Path, name: str) -> str | None:
    for line in _read(path, _MAX_PACKED_REFS).splitlines() if path.is_file() else ():
        commit, _, packed_name = line.partition(" ")
        if packed_name == name and _COMMIT.fullmatch(commit):
            return commit
    return None


def _read_pointer(path: Path) -> str:
    return _read(path, _MAX_POINTER).strip()


def _read(path: Path, max_size: int) -> str:
    """Read the first bytes of a regular file as text; a pipe, which could block forever, counts as empty."""
    descriptor = os.open(path, os.O_RDONLY | getattr(os, "O_NONBLOCK", 0))
    with open(descriptor, "rb") as file:  # noqa: PTH123
        if not stat.S_ISREG(os.fstat(descriptor).st_mode):
            return ""
        return file.read(max_size).decode("utf-8", errors="surrogateescape")


def _is_dirty(repository: _Repository, commit: str) -> bool:
    """Return whether tracked files differ; False if git is missing or exceeds the time limit."""
    with tempfile.TemporaryDirectory(prefix="dlcli-git-") as name:
        temporary = Path(name)
        (temporary / "refs").mkdir()
        (temporary / "HEAD").write_text(f"{commit}\n", encoding="utf-8")
        settings = ["repositoryformatversion = 0"]
        if len(commit) == 64:
            settings = ["repositoryformatversion = 1", "[extensions]", "objectFormat = sha256"]
        (temporary / "config").write_text("\n".join(["[core]", *settings, ""]), encoding="utf-8")
        for index in (repository.git_dir / "index", *repository.git_dir.glob("sharedindex.*")):
            if index.is_file():
                shutil.copy2(index, temporary / index.name)  # git compares its time with those of files
        environment = {key: value for key, value in os.environ.items() if not key.startswith("GIT_")} | {
            "GIT_DIR": name,
            "GIT_WORK_TREE": str(repository.worktree),
            "GIT_OBJECT_DIRECTORY": str(repository.common_dir / "objects"),
            "GIT_CONFIG_GLOBAL": os.devnull,
            "GIT_CONFIG_NOSYSTEM": "1",
            "GIT_ATTR_NOSYSTEM": "1",
            "GIT_OPTIONAL_LOCKS": "0",
            "GIT_NO_LAZY_FETCH": "1",
            "GIT_TERMINAL_PROMPT": "0",
        }
        compare = ["diff", "--quiet", "--no-ext-diff", "--no-textconv", "--ignore-submodules=all", "HEAD", "--"]
        try:
            options = ["-c", "core.fsmonitor=false", "-c", f"core.hooksPath={os.devnull}"]
            for setting in _plain_settings(repository.common_dir / "config", temporary, environment):
                options += ["-c", setting]
            return _git([*options, *compare], repository.worktree, environment).returncode == 1
        except (OSError, subprocess.SubprocessError):
            return False


def _plain_settings(config: Path, folder: Path, environment: dict[str, str]) -> list[str]:
    """Return the settings of the repository that affect the comparison, as `key=value`; includes are not followed."""
    if not config.is_file():
        return []
    arguments = ["config", "--file", str(config), "--no-includes", "--null", "--get-regexp", _PLAIN_SETTINGS]
    listed = _git(arguments, folder, environment).stdout.decode("utf-8", errors="replace").split("\0")
    return [f"{key}={value}" for key, newline, value in (entry.partition("\n") for entry in listed) if newline]


def _git(arguments: list[str], folder: Path, environment: dict[str, str]) -> subprocess.CompletedProcess[bytes]:
    return subprocess.run(
        ["git", *arguments],
        cwd=folder,
        env=environment,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        timeout=_TIMEOUT,
        check=False,
    )
