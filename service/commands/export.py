"""cepei export: the catalogue in a shape that others exchange, on standard output or as a file."""

from __future__ import annotations

import argparse
from datetime import date
from pathlib import Path

import msgspec

from matcher.exchange.formats import REQUIRED, as_cpsv, as_csv, missing, rows
from rules.catalogue.catalogue import Catalogue
from service.api.public import BASE
from service.clock import today
from service.commands.console import Exit, complain, say, tell, unusable
from service.commands.match import open_engine

_SHOWN = 5


def add_to(parser: argparse.ArgumentParser) -> None:
    """Declare the options."""
    parser.add_argument(
        "shape", choices=("cpsv-ap", "dispositif-aide"), help="CPSV-AP 3.2 as JSON-LD; the French table as CSV"
    )
    parser.add_argument("-o", "--output", type=Path, help="the file to write; standard output if not given")
    parser.add_argument("--base", default=BASE, help=f"what the ids of CPSV-AP begin with, {BASE} if not given")
    parser.add_argument("--on", type=date.fromisoformat, metavar="DAY", help="of the table: today if not given")
    parser.add_argument("--language", choices=("zh", "en"), default="zh", help="of the table; CPSV-AP has both")
    parser.add_argument("--catalogue", type=Path, help="catalogue file (CEPEI_CATALOGUE)")


def run(options: argparse.Namespace) -> int:
    """Write one shape; what it asks for and no document tells is left empty and told."""
    catalogue = open_engine(options.catalogue).catalogue
    text, gaps = _graph(catalogue, options) if options.shape == "cpsv-ap" else _table(catalogue, options)
    for where, what in gaps[:_SHOWN]:
        complain(say("export_gap", where=where, what=what))
    if len(gaps) > _SHOWN:
        complain(say("export_gaps", count=len(gaps)))
    if options.output is None:
        tell(text.rstrip("\n"))
        return Exit.DONE
    try:
        options.output.write_text(text, "utf-8")
    except OSError as error:
        raise unusable(error, options.output) from error
    return Exit.DONE


def _graph(catalogue: Catalogue, options: argparse.Namespace) -> tuple[str, list[tuple[str, str]]]:
    graph = as_cpsv(catalogue, options.base)
    return msgspec.json.format(msgspec.json.encode(graph), indent=1).decode() + "\n", list(missing(graph["@graph"]))


def _table(catalogue: Catalogue, options: argparse.Namespace) -> tuple[str, list[tuple[str, str]]]:
    on, language = options.on or today(), options.language
    listed = rows(catalogue, on, language)
    gaps = [(row["titre"], column) for row in listed for column in REQUIRED if not row[column]]
    return as_csv(catalogue, on, language), gaps
