"""The commit is correct, and no program that a repository names ever runs."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from dlcli.runs import git_commit

Git = Callable[..., str]

pytestmark = pytest.mark.skipif(shutil.which("git") is None, reason="git is not installed")


@pytest.fixture
def git(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Git:
    """`git(folder, "add", "a")` runs git there, without the user's configuration, and returns what it prints."""
    monkeypatch.setenv("GIT_CONFIG_GLOBAL", os.devnull)
    monkeypatch.setenv("GIT_CEILING_DIRECTORIES", str(tmp_path))
    settings = ("user.name=t", "user.email=t@t", "protocol.file.allow=always", "init.defaultBranch=main")

    def call(folder: Path, *arguments: str) -> str:
        options = [word for setting in settings for word in ("-c", setting)]
        command = ["git", "-C", str(folder), *options, *arguments]
        return subprocess.run(command, check=True, capture_output=True, text=True).stdout.strip()

    return call


def committed(git: Git, folder: Path) -> str:
    """A repository with one file at one commit."""
    folder.mkdir(exist_ok=True)
    (folder / "a").write_text("1")
    git(folder, "init", "--quiet")
    git(folder, "add", "a")
    git(folder, "commit", "--quiet", "--message", "a")
    return git(folder, "rev-parse", "HEAD")


def test_the_commit_is_that_of_the_folder_and_changes_are_marked(git: Git, tmp_path: Path) -> None:
    folder = tmp_path / "project"
    folder.mkdir()
    assert git_commit(folder) is None
    git(folder, "init", "--quiet")
    assert git_commit(folder) is None  # no commit yet
    commit = committed(git, folder)
    assert git_commit(folder) == commit
    (folder / "inner").mkdir()
    (folder / "untracked").write_text("x")
    assert git_commit(folder / "inner") == commit
    os.utime(folder / "a", (0, 0))  # another time, the same content
    assert git_commit(folder) == commit
    (folder / "a").write_text("2")
    assert git_commit(folder) == f"{commit}-dirty"
    git(folder, "add", "a")
    assert git_commit(folder) == f"{commit}-dirty"  # staged


def test_the_index_of_the_repository_is_not_changed(git: Git, tmp_path: Path) -> None:
    folder = tmp_path / "project"
    committed(git, folder)
    os.utime(folder / "a", (0, 0))
    before = (folder / ".git" / "index").read_bytes()
    git_commit(folder)
    assert (folder / ".git" / "index").read_bytes() == before


@pytest.mark.parametrize("packed", [False, True])
@pytest.mark.parametrize("detached", [False, True])
def test_references_are_followed(git: Git, tmp_path: Path, packed: bool, detached: bool) -> None:
    folder = tmp_path / "project"
    commit = committed(git, folder)
    if detached:
        git(folder, "checkout", "--quiet", "--detach")
    if packed:
        git(folder, "pack-refs", "--all")
    assert git_commit(folder) == commit


def test_linked_worktrees_and_submodules(git: Git, tmp_path: Path) -> None:
    folder = tmp_path / "project"
    commit = committed(git, folder)
    git(folder, "worktree", "add", "--quiet", "-b", "other", str(tmp_path / "linked"))
    assert git_commit(tmp_path / "linked") == commit
    (tmp_path / "linked" / "a").write_text("2")
    assert git_commit(tmp_path / "linked") == f"{commit}-dirty"
    assert git_commit(folder) == commit
    outer = tmp_path / "outer"
    committed(git, outer)
    git(outer, "submodule", "--quiet", "add", str(folder), "part")
    assert git_commit(outer / "part") == commit


def test_repositories_with_sha_256(git: Git, tmp_path: Path) -> None:
    git(tmp_path, "init", "--quiet", "--object-format=sha256", "project")
    commit = committed(git, tmp_path / "project")
    assert len(commit) == 64
    assert git_commit(tmp_path / "project") == commit


def test_a_split_index(git: Git, tmp_path: Path) -> None:
    folder = tmp_path / "project"
    commit = committed(git, folder)
    git(folder, "update-index", "--split-index")
    assert git_commit(folder) == commit
    (folder / "a").write_text("2")
    assert git_commit(folder) == f"{commit}-dirty"


def test_settings_that_affect_the_comparison_are_used(git: Git, tmp_path: Path) -> None:
    folder = tmp_path / "project"
    commit = committed(git, folder)
    (folder / "a").chmod(0o755)
    assert git_commit(folder) == f"{commit}-dirty"
    git(folder, "config", "core.filemode", "false")
    assert git_commit(folder) == commit


def test_without_git_changes_are_not_marked(git: Git, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    commit = committed(git, tmp_path / "project")
    monkeypatch.setenv("PATH", str(tmp_path))
    assert git_commit(tmp_path / "project") == commit


def plant(git: Git, folder: Path, mark: Path) -> None:
    """Add a program to every setting and attribute of git that can name one."""
    program = folder / ".git" / "program"
    program.write_text(f"#!/bin/sh\ntouch '{mark}'\ncat\n")
    program.chmod(0o755)
    hooks = folder / ".git" / "hooks"
    for hook in ("post-index-change", "pre-commit", "post-checkout", "reference-transaction", "fsmonitor-watchman"):
        hooks.mkdir(exist_ok=True)
        shutil.copy(program, hooks / hook)
    settings = f"""
[core]
    fsmonitor = {program}
    hooksPath = {hooks}
    sshCommand = {program}
    gitProxy = {program}
    pager = {program}
    editor = {program}
    askPass = {program}
    alternateRefsCommand = {program}
[diff]
    external = {program}
[diff "x"]
    command = {program}
    textconv = {program}
[filter "x"]
    clean = {program}
    smudge = {program}
    process = {program}
    required = true
[alias]
    diff = !{program}
    describe = !{program}
    config = !{program}
[merge "x"]
    driver = {program}
[remote "origin"]
    url = ext::{program}
    promisor = true
    uploadpack = {program}
[credential]
    helper = {program}
[gpg]
    program = {program}
"""
    (folder / ".git" / "planted").write_text(settings)
    with (folder / ".git" / "config").open("a") as file:
        file.write(f"{settings}[include]\n    path = planted\n")
    (folder / ".git" / "info").mkdir(exist_ok=True)
    (folder / ".git" / "info" / "attributes").write_text("* filter=x diff=x merge=x\n")
    (folder / ".gitattributes").write_text("* filter=x diff=x merge=x\n")
    os.utime(folder / "a", (0, 0))  # git has to look into the file


def test_no_program_that_a_repository_names_runs(git: Git, tmp_path: Path) -> None:
    folder, mark = tmp_path / "project", tmp_path / "ran"
    commit = committed(git, folder)
    plant(git, folder, mark)
    assert git_commit(folder) == commit
    assert not mark.exists()
    (folder / "a").write_text("2")
    assert git_commit(folder) == f"{commit}-dirty"
    assert not mark.exists()


def test_no_program_of_a_submodule_or_a_linked_repository_runs(git: Git, tmp_path: Path) -> None:
    folder, mark = tmp_path / "project", tmp_path / "ran"
    committed(git, folder)
    git(folder, "worktree", "add", "--quiet", "-b", "other", str(tmp_path / "linked"))
    outer = tmp_path / "outer"
    committed(git, outer)
    committed(git, outer / "part")
    git(outer, "-c", "advice.addEmbeddedRepo=false", "add", "part")
    git(outer, "commit", "--quiet", "--message", "part")
    plant(git, folder, mark)
    plant(git, outer / "part", mark)
    assert git_commit(tmp_path / "linked") is not None
    assert git_commit(outer) is not None
    assert git_commit(outer / "part") is not None
    assert not mark.exists()


def test_an_invalid_repository_has_no_commit(git: Git, tmp_path: Path) -> None:
    folder = tmp_path / "project"
    (folder / ".git").mkdir(parents=True)
    for head in (
        "",
        "ref: ../../secret",
        "ref: refs/heads/../../secret",
        "0" * 39,
        "\0" * 9000,
        "ref: refs/heads/main",
    ):
        (folder / ".git" / "HEAD").write_text(head)
        assert git_commit(folder) is None
    (folder / ".git" / "HEAD").unlink()
    os.mkfifo(folder / ".git" / "HEAD")  # reading it would wait for a writer
    assert git_commit(folder) is None
    shutil.rmtree(folder / ".git")
    for text in ("", "gitdir: nowhere", "gitdir: /dev/null", "\xff"):
        (folder / ".git").write_text(text, encoding="latin-1")
        assert git_commit(folder) is None
