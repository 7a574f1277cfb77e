"""cepei keys: add, list and revoke API keys, end the sessions of one; a new key is shown once and stored as a hash."""

from __future__ import annotations

import argparse
import sqlite3
import time
from pathlib import Path

from service.clock import day_in_china
from service.commands.console import Exit, complain, refusal, say, tell, typed
from service.disk import StorageError
from service.keys import DEFAULT_DAYS, Key, Keys, Role, Sessions
from service.settings import load_command_settings
from service.store import Store

LONGEST_DAYS = 3650


def add_to(parser: argparse.ArgumentParser) -> None:
    """Declare the options."""
    parser.add_argument("--data", type=Path, help="data file (CEPEI_DATA)")
    actions = parser.add_subparsers(dest="action", required=True, metavar="ACTION")
    add = actions.add_parser("add", help="make a key and print it, once")
    add.add_argument("role", choices=[role.value for role in Role])
    add.add_argument("--label", type=typed, default="", help="what the key is for; not a person's name")
    add.add_argument("--days", type=float, default=DEFAULT_DAYS, help=f"how long it is valid, default {DEFAULT_DAYS}")
    actions.add_parser("list", help="print every key's id, role, state, expiry and label")
    revoke = actions.add_parser("revoke", help="make a key useless at once")
    sign_out = actions.add_parser("sign-out", help="end every session of a key in the console; the key stays valid")
    for action in (revoke, sign_out):
        action.add_argument("id", type=typed, help="the id that `cepei keys list` prints")


def run(options: argparse.Namespace) -> int:
    """Do what was asked of the keys of one data file."""
    store = Store(options.data or load_command_settings().data)
    actions = {"add": _add, "list": _list, "revoke": _revoke, "sign-out": _sign_out}
    try:
        return int(actions[options.action](store, options))
    except (StorageError, sqlite3.Error, OSError) as error:
        raise refusal("data_unusable", reason=error) from error


def _add(store: Store, options: argparse.Namespace) -> Exit:
    if not 0 < options.days <= LONGEST_DAYS:
        raise refusal("days_out_of_range", limit=LONGEST_DAYS)
    key, text = Keys(store).add(Role(options.role), label=options.label, days=options.days)
    tell(text)
    complain(say("key_made", role=key.role.value, id=key.id, day=day_in_china(key.expires_at)))
    return Exit.DONE


def _list(store: Store, _: argparse.Namespace) -> Exit:
    for key in Keys(store).listed():
        ends = day_in_china(key.expires_at)
        tell(f"{key.id}  {key.role:<8}  {_state(key):<7}  {ends}  {key.label}".rstrip())
    return Exit.DONE


def _revoke(store: Store, options: argparse.Namespace) -> Exit:
    if not Keys(store).revoke(options.id):
        raise refusal("no_such_key", id=options.id)
    tell(f"{options.id} revoked")
    return Exit.DONE


def _sign_out(store: Store, options: argparse.Namespace) -> Exit:
    if options.id not in {key.id for key in Keys(store).listed()}:
        raise refusal("no_such_key", id=options.id)
    tell(f"{options.id} sessions ended: {Sessions(store).end_all(options.id)}")
    return Exit.DONE


def _state(key: Key) -> str:
    if key.revoked_at is not None:
        return "revoked"
    return "valid" if key.is_valid(time.time()) else "expired"
