"""cepei keys: add, list and revoke API keys; a new key is shown once and stored as a keyed hash only."""

from __future__ import annotations

import argparse
import sqlite3
import time
from pathlib import Path

from service.clock import day_in_china
from service.commands.console import CommandError, Exit, complain, tell
from service.disk import StorageError
from service.keys import DEFAULT_DAYS, Key, Keys, Role
from service.settings import load_command_settings
from service.store import Store

LONGEST_DAYS = 3650


def add_to(parser: argparse.ArgumentParser) -> None:
    """Declare the options."""
    parser.add_argument("--data", type=Path, help="data file (CEPEI_DATA)")
    actions = parser.add_subparsers(dest="action", required=True, metavar="ACTION")
    add = actions.add_parser("add", help="make a key and print it, once")
    add.add_argument("role", choices=[role.value for role in Role])
    add.add_argument("--label", default="", help="what the key is for; not a person's name")
    add.add_argument("--days", type=float, default=DEFAULT_DAYS, help=f"how long it is valid, default {DEFAULT_DAYS}")
    actions.add_parser("list", help="print every key's id, role, state, expiry and label")
    revoke = actions.add_parser("revoke", help="make a key useless at once")
    revoke.add_argument("id", help="the id that `cepei keys list` prints")


def run(options: argparse.Namespace) -> int:
    """Do what was asked of the keys of one data file."""
    keys = Keys(Store(options.data or load_command_settings().data))
    try:
        return int({"add": _add, "list": _list, "revoke": _revoke}[options.action](keys, options))
    except (StorageError, sqlite3.Error, OSError) as error:
        raise CommandError(str(error)) from error


def _add(keys: Keys, options: argparse.Namespace) -> Exit:
    if not 0 < options.days <= LONGEST_DAYS:
        raise CommandError(f"--days must be more than 0 and at most {LONGEST_DAYS}")
    key, text = keys.add(Role(options.role), label=options.label, days=options.days)
    tell(text)
    complain(f"{key.role} key {key.id}, valid until {day_in_china(key.expires_at)}; it is not shown again")
    return Exit.DONE


def _list(keys: Keys, _: argparse.Namespace) -> Exit:
    for key in keys.listed():
        ends = day_in_china(key.expires_at)
        tell(f"{key.id}  {key.role:<8}  {_state(key):<7}  {ends}  {key.label}".rstrip())
    return Exit.DONE


def _revoke(keys: Keys, options: argparse.Namespace) -> Exit:
    if not keys.revoke(options.id):
        raise CommandError(f"there is no key {options.id!r} that is not revoked")
    tell(f"{options.id} revoked")
    return Exit.DONE


def _state(key: Key) -> str:
    if key.revoked_at is not None:
        return "revoked"
    return "valid" if key.is_valid(time.time()) else "expired"
