"""The command line: `cepei match | cite | build | check | publish | rollback | serve | draft | screen | mcp` and more.

Exit status: 0 done, 1 faults found or goals missed, 2 input that cannot be used, 3 no catalogue, 4 somebody else
publishes, 130 interrupted, 141 nobody reads the output.
"""

from __future__ import annotations

import argparse
import gc
import os
import sys
from collections.abc import Sequence
from importlib import import_module
from typing import NoReturn

from seeds.docstrings import docstring_of
from seeds.faults import SeedError
from service import __version__
from service.commands.console import CommandError, Exit, complain, prepare_streams, say, unusable
from service.settings import SettingsError

COMMANDS = {
    "match": "match",
    "cite": "cite",
    "build": "build",
    "check": "check",
    "publish": "publish",
    "rollback": "rollback",
    "catalogue": "catalogue",
    "replay": "replay",
    "verify": "verify",
    "serve": "serve",
    "eval": "evaluate",
    "draft": "draft",
    "keys": "keys",
    "work": "work",
    "screen": "screen",
    "feedback": "feedback",
    "export": "export",
    "mcp": "mcp",
}
"""Each command with its module in service/commands."""


class Parser(argparse.ArgumentParser):
    """Tells what is wrong with the words of a command in Chinese too."""

    def error(self, message: str) -> NoReturn:
        """Print how the command is written and what is wrong; exit with 2."""
        complain(self.format_usage().rstrip())
        complain(f"{self.prog}: {say('wrong_words', message=message, command=self.prog)}")
        sys.exit(Exit.UNUSABLE_INPUT)


def build_parser(only: str | None = None) -> argparse.ArgumentParser:
    """Return the parser of all commands, or, so that the others need not be loaded, of one that is known already.

    Each command is described by its module's first line.
    """
    about = docstring_of(sys.modules[__name__])
    parser = Parser(prog="cepei", description=about, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--version", action="version", version=f"cepei {__version__}")
    commands = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")
    for name in [only] if only in COMMANDS else COMMANDS:
        module = import_module(f"service.commands.{COMMANDS[name]}")
        summary = docstring_of(module).split(": ", 1)[1].split("\n", 1)[0]
        command = commands.add_parser(name, help=summary, description=summary)
        module.add_to(command)
        command.set_defaults(run=module.run)
    return parser


def run() -> int:
    """Run the command of this process, with few looks for garbage: they took a quarter of the time of a match."""
    gc.set_threshold(100_000, 20, 20)  # as where registers are decided
    try:
        return main()
    finally:
        gc.freeze()  # what is left goes with the process


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command and return its exit status."""
    prepare_streams()
    try:
        try:
            status = _run(sys.argv[1:] if arguments is None else arguments)
        finally:
            if sys.stdout is not None:
                sys.stdout.flush()
    except OSError as error:  # of the output itself: what it could not take is not tried again when Python ends
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        if isinstance(error, BrokenPipeError):
            return Exit.UNREAD
        complain(f"cepei: {unusable(error, 'stdout')}")
        return Exit.UNUSABLE_INPUT
    if status == Exit.INTERRUPTED:
        os._exit(status)  # libraries left in the middle of their work may abort where Python would tidy up
    return status


def _run(given: Sequence[str]) -> int:
    options = build_parser(given[0] if given else None).parse_args(given)
    try:
        return int(options.run(options))
    except BrokenPipeError:
        raise
    except KeyboardInterrupt:
        complain(f"cepei {options.command}: 已中断。 / interrupted")
        return Exit.INTERRUPTED
    except (CommandError, SettingsError, SeedError, OSError) as error:
        told = _told(error)
        complain(f"cepei {options.command}: {told}")
        return told.status


def _told(error: Exception) -> CommandError:
    """Return what is told of an error that a person can do something about."""
    if isinstance(error, CommandError):
        return error
    if isinstance(error, SettingsError):
        return CommandError(f"{say('settings_wrong')}\n{error}")
    return unusable(error) if isinstance(error, OSError) else CommandError(str(error))


if __name__ == "__main__":
    sys.exit(run())
