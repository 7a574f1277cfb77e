"""Where commands speak and how they end: results on standard output, complaints on standard error, exit statuses.

Both streams may be of any encoding, or closed; what is said is Chinese first, English beside it.
"""

from __future__ import annotations

import argparse
import errno
import os
import sys
from enum import IntEnum
from io import TextIOWrapper
from pathlib import Path

from seeds.faults import Bilingual, bilingual, worded


class Exit(IntEnum):
    """0 done, 1 the command looked and found fault, 2 the input cannot be used, 3 there is no catalogue, 130 Ctrl-C.

    4 somebody else publishes, or has published meanwhile; 141 nobody reads what it prints any more, as after `| head`.
    """

    DONE = 0
    FAULTS_FOUND = 1
    UNUSABLE_INPUT = 2
    NO_CATALOGUE = 3
    CONFLICT = 4
    INTERRUPTED = 130
    UNREAD = 141


class CommandError(Exception):
    """A command cannot go on: what to tell the person, and the exit status."""

    def __init__(self, message: str, status: Exit = Exit.UNUSABLE_INPUT) -> None:
        """Keep the message and the status."""
        self.status = status
        super().__init__(message)


def prepare_streams() -> None:
    """Let both streams carry all that is said: in UTF-8 where their encoding knows no Chinese, else with escapes."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, TextIOWrapper):
            stream.reconfigure(encoding=None if _knows_chinese(stream) else "utf-8", errors="backslashreplace")


def _knows_chinese(stream: TextIOWrapper) -> bool:
    try:
        "策配".encode(stream.encoding or "ascii")
    except (UnicodeEncodeError, LookupError):
        return False
    return True


def tell(line: str = "") -> None:
    """Print one line of a result; raise CommandError when there is nowhere to print it."""
    if sys.stdout is None:
        raise refusal("output_closed")
    sys.stdout.write(f"{readable(line)}\n")


def complain(line: str) -> None:
    """Print one line of complaint, where there is somebody to read it."""
    if sys.stderr is not None:
        sys.stderr.write(f"{readable(line)}\n")


def readable(line: str) -> str:
    """Return a line in which names of files whose bytes no locale could read are read as UTF-8."""
    return line.encode("utf-8", "surrogateescape").decode("utf-8", "backslashreplace")


def typed(argument: str) -> str:
    """Return an argument as the text that was typed, whatever the locale; for argparse, which names what is wrong."""
    try:
        return os.fsencode(argument).decode("utf-8")
    except UnicodeError as error:
        raise argparse.ArgumentTypeError(say("argument_not_utf8")) from error


def existing_folder(path: Path) -> Path:
    """Return the path of a folder that is there; raise CommandError when it is none."""
    if path.is_dir():
        return path
    raise refusal("no_folder_there", folder=path)


def existing_file(path: Path) -> Path:
    """Return the path of a file that can be read to its end; raise CommandError when it is a folder or a device."""
    if path.is_file():
        return path
    raise refusal("is_folder" if path.is_dir() else "no_file_there", file=path)


def say(code: str, **params: object) -> str:
    """Return a message with what to do about it on one line, Chinese first, English beside it."""
    (zh, hint_zh), (en, hint_en) = worded(code, params, "zh"), worded(code, params, "en")
    return f"{zh}{'；' if hint_zh else ''}{hint_zh}。 / {en}{'; ' if hint_en else ''}{hint_en}"


def refusal(code: str, status: Exit = Exit.UNUSABLE_INPUT, **params: object) -> CommandError:
    """Return why the command cannot go on."""
    named = {name: readable(value) if isinstance(value, str) else value for name, value in params.items()}
    return CommandError(say(code, **named), status)


_REASONS = {
    errno.ENOENT: "os_missing", errno.EACCES: "os_denied", errno.EPERM: "os_denied", errno.EISDIR: "os_folder",
    errno.ENOTDIR: "os_no_folder", errno.ENOSPC: "os_full", errno.EDQUOT: "os_full", errno.EROFS: "os_read_only",
    errno.ENAMETOOLONG: "os_long", errno.EEXIST: "os_exists",
}  # fmt: skip
"""Number of an error of the system -> the code of its words."""


def reason_of(error: OSError) -> Bilingual | str:
    """Return why the system refused, in both languages where we have words for it."""
    code = _REASONS.get(error.errno or 0)
    return bilingual(code) if code else error.strerror or type(error).__name__


def unusable(error: OSError, file: object = None) -> CommandError:
    """Return why a file cannot be read or written."""
    return refusal("file_unusable", file=file or error.filename or "?", reason=reason_of(error))


def counted(faults: int, language: str = "en") -> str:
    """Return how many faults there are, in words."""
    if language == "zh":
        return f"{faults} 处错误" if faults else "没有错误"
    return "1 fault" if faults == 1 else f"{faults or 'no'} faults"
