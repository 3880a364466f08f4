"""Command group with a default command: `dlcli sweep FILE` means `dlcli sweep run FILE`."""

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
    """Group whose hidden command `run` is the default if the first word, a file or an option, is not a command."""

    default: ClassVar[str] = "run"

    def parse_args(self, ctx: Context, args: list[str]) -> list[str]:
        if self._is_default(ctx, args):
            self._check_misspelled_command(ctx, args)
            args = [self.default, *args]
        return super().parse_args(ctx, args)

    def _is_default(self, ctx: Context, args: list[str]) -> bool:
        if not args:
            return not ctx.resilient_parsing  # in resilient parsing, the shell completes the first word
        return args[0] != HELP and args[0] not in self.commands

    def _check_misspelled_command(self, ctx: Context, args: list[str]) -> None:
        """Fail if the first word is not a file but resembles the name of a command."""
        word = args[0] if args else ""
        near = difflib.get_close_matches(word, [name for name in self.commands if name != self.default], n=1)
        if near and word.replace("-", "").isalpha() and not Path(word).exists():
            ctx.fail(f"{word!r} is neither a command nor a file; did you mean {ctx.command_path} {near[0]}?")

    def format_help(self, ctx: Context, formatter: HelpFormatter) -> None:
        """Write the help of `run`, then the commands."""
        run = self.commands[self.default]
        formatter.write_usage(ctx.command_path, " ".join(run.collect_usage_pieces(ctx)))
        formatter.write_usage(ctx.command_path, self.subcommand_metavar, prefix="       ")
        run.format_help_text(ctx, formatter)
        run.format_options(ctx, formatter)
        self.format_commands(ctx, formatter)

    def shell_complete(self, ctx: Context, incomplete: str) -> list[CompletionItem]:
        """Return the commands, then the options and arguments of `run`."""
        run = self.commands[self.default]
        items = super().shell_complete(ctx, incomplete)
        with run.make_context(self.default, [], parent=ctx, resilient_parsing=True) as inner:
            items += [item for item in run.shell_complete(inner, incomplete) if item.value != HELP]
            arguments = [parameter for parameter in run.params if parameter.param_type_name == "argument"]
            return items + [item for argument in arguments for item in argument.shell_complete(inner, incomplete)]
