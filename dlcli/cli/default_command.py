"""A group of commands that is a command itself: `dlcli sweep FILE` beside `dlcli sweep status`."""

from __future__ import annotations

import difflib
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar

from typer.core import TyperGroup

if TYPE_CHECKING:
    from typer._click import Context, HelpFormatter
    from typer._click.shell_completion import CompletionItem

HELP = "--help"


class DefaultCommandGroup(TyperGroup):
    """Its hidden command `run` is meant where the first word is none of its commands: a file, or an option of `run`."""

    default: ClassVar[str] = "run"

    def parse_args(self, ctx: Context, args: list[str]) -> list[str]:
        if self._means_default(ctx, args):
            self._check_is_no_command(ctx, args)
            args = [self.default, *args]
        return super().parse_args(ctx, args)

    def _means_default(self, ctx: Context, args: list[str]) -> bool:
        if not args:
            return not ctx.resilient_parsing  # else the shell completes the first word
        return args[0] != HELP and args[0] not in self.commands

    def _check_is_no_command(self, ctx: Context, args: list[str]) -> None:
        """Say of a word that is close to a command, and no file, that it is neither."""
        word = args[0] if args else ""
        near = difflib.get_close_matches(word, [name for name in self.commands if name != self.default], n=1)
        if near and word.replace("-", "").isalpha() and not Path(word).exists():
            ctx.fail(f"no command and no file {word!r}; did you mean {ctx.command_path} {near[0]}?")

    def format_help(self, ctx: Context, formatter: HelpFormatter) -> None:
        """The help of `run`, then the commands."""
        run = self.commands[self.default]
        formatter.write_usage(ctx.command_path, " ".join(run.collect_usage_pieces(ctx)))
        formatter.write_usage(ctx.command_path, self.subcommand_metavar, prefix="       ")
        run.format_help_text(ctx, formatter)
        run.format_options(ctx, formatter)
        self.format_commands(ctx, formatter)

    def shell_complete(self, ctx: Context, incomplete: str) -> list[CompletionItem]:
        """The commands, then what may follow `run`."""
        run = self.commands[self.default]
        found = super().shell_complete(ctx, incomplete)
        with run.make_context(self.default, [], parent=ctx, resilient_parsing=True) as inner:
            found += [item for item in run.shell_complete(inner, incomplete) if item.value != HELP]
            arguments = [parameter for parameter in run.params if parameter.param_type_name == "argument"]
            return found + [item for argument in arguments for item in argument.shell_complete(inner, incomplete)]
