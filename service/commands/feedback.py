"""cepei feedback: list, export and close what readers reported as wrong."""

from __future__ import annotations

import argparse
import sqlite3
from pathlib import Path

from service.clock import day_in_china
from service.commands.console import Exit, complain, refusal, tell, typed, unusable
from service.commands.match import open_engine
from service.disk import StorageError
from service.feedback.reports import COMMENT_CHARACTERS, cases_yaml
from service.feedback.store import Feedback, Report, ReportFilter, ReportState
from service.settings import load_command_settings
from service.store import Store

STATES = (*(state.value for state in ReportState), "all")


def add_to(parser: argparse.ArgumentParser) -> None:
    """Declare the options."""
    parser.add_argument("--data", type=Path, help="data file (CEPEI_DATA)")
    actions = parser.add_subparsers(dest="action", required=True, metavar="ACTION")
    listing = actions.add_parser("list", help="print each report, newest first")
    listing.add_argument("--measure", type=typed, default="", help="the id of a measure")
    export = actions.add_parser("export", help="print the reports that carry a profile as cases for `cepei eval`")
    export.add_argument("file", type=Path, nargs="?", help="write them there instead")
    export.add_argument("--catalogue", type=Path, help="catalogue file (CEPEI_CATALOGUE)")
    for action in (listing, export):
        action.add_argument("--state", choices=STATES, default="open", help="default open")
    close = actions.add_parser("close", help="note that a report is dealt with")
    close.add_argument("id", type=typed, help="the id that `cepei feedback list` prints")
    close.add_argument("--note", type=typed, default="", help="what was done about it")


def run(options: argparse.Namespace) -> int:
    """Do what was asked of the reports of one data file."""
    feedback = Feedback(Store(options.data or load_command_settings().data))
    try:
        return int({"list": _list, "export": _export, "close": _close}[options.action](feedback, options))
    except (StorageError, sqlite3.Error) as error:
        raise refusal("data_unusable", reason=error) from error


def _list(feedback: Feedback, options: argparse.Namespace) -> Exit:
    for report in feedback.listed(ReportFilter(measure=options.measure, state=_state(options))):
        tell(_line(report))
    return Exit.DONE


def _export(feedback: Feedback, options: argparse.Namespace) -> Exit:
    reports = feedback.listed(ReportFilter(state=_state(options), with_profile=True))
    text = cases_yaml(reports, open_engine(options.catalogue).catalogue)
    if options.file is None:
        tell(text.rstrip("\n"))
        return Exit.DONE
    try:
        options.file.write_text(text, "utf-8")
    except OSError as error:
        raise unusable(error, options.file) from error
    complain(f"{len(reports)} reports written to {options.file}")
    return Exit.DONE


def _close(feedback: Feedback, options: argparse.Namespace) -> Exit:
    if len(options.note) > COMMENT_CHARACTERS:
        raise refusal("note_too_long", limit=COMMENT_CHARACTERS)
    if not feedback.close(options.id, options.note):
        raise refusal("no_open_report", id=options.id)
    tell(f"{options.id} closed")
    return Exit.DONE


def _state(options: argparse.Namespace) -> str:
    return "" if options.state == "all" else str(options.state)


def _line(report: Report) -> str:
    stated = report.statement
    day = day_in_china(report.created_at)
    shared = "profile" if stated.profile is not None else "-"
    place = f"{stated.fact}@{stated.condition}" if stated.condition else stated.fact
    reported = f"{report.id}  {day}  {report.state:<6}  {shared:<7}  {stated.measure}  {place}"
    return f"{reported}  {stated.verdict} -> {stated.should_be}  {stated.comment}".rstrip()
