"""The command line: `cepei match | build | check | serve | eval | draft | keys | work | screen | feedback`.

Exit status: 0 done, 1 faults found or goals missed, 2 input that cannot be used, 3 no catalogue, 130 interrupted.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from importlib import import_module

from service import __version__
from service.commands.console import CommandError, Exit, complain
from service.settings import SettingsError

COMMANDS = {
    "match": "match",
    "build": "build",
    "check": "check",
    "serve": "serve",
    "eval": "evaluate",
    "draft": "draft",
    "keys": "keys",
    "work": "work",
    "screen": "screen",
    "feedback": "feedback",
}
"""Each command with its module in service/commands."""


def build_parser(only: str | None = None) -> argparse.ArgumentParser:
    """Return the parser of all commands, or, so that the others need not be loaded, of one that is known already.

    Each command is described by its module's first line.
    """
    parser = argparse.ArgumentParser(prog="cepei", description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--version", action="version", version=f"cepei {__version__}")
    commands = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")
    for name in [only] if only in COMMANDS else COMMANDS:
        module = import_module(f"service.commands.{COMMANDS[name]}")
        summary = str(module.__doc__).split(": ", 1)[1].split("\n", 1)[0]
        command = commands.add_parser(name, help=summary, description=summary)
        module.add_to(command)
        command.set_defaults(run=module.run)
    return parser


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command and return its exit status."""
    given = sys.argv[1:] if arguments is None else arguments
    options = build_parser(given[0] if given else None).parse_args(given)
    try:
        return int(options.run(options))
    except CommandError as error:
        complain(f"cepei {options.command}: {error}")
        return int(error.status)
    except SettingsError as error:
        complain(f"cepei {options.command}: {error}")
        return Exit.UNUSABLE_INPUT
    except KeyboardInterrupt:
        complain(f"cepei {options.command}: 已中断。 / interrupted")
        return Exit.INTERRUPTED


if __name__ == "__main__":
    sys.exit(main())
