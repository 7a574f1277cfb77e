"""cepei draft: a policy file (TXT, MD, HTML, DOCX, PDF, OFD) into a document folder to be finished by hand."""

from __future__ import annotations

import argparse
import re
from pathlib import Path

from seeds.drafting import draft_document
from seeds.faults import SeedError
from seeds.issuers import Places
from seeds.regions import load_regions
from seeds.reviewing import READING_FILE
from service.commands.check import SEEDS
from service.commands.console import CommandError, Exit, tell


def add_to(parser: argparse.ArgumentParser) -> None:
    """Declare the options."""
    parser.add_argument("source", type=Path, help="the file as found")
    parser.add_argument("id", help="the document's id, for example gd-biomanufacturing-2025")
    parser.add_argument(
        "--documents", type=Path, default=SEEDS / "documents", metavar="FOLDER", help="where to write it"
    )


def run(options: argparse.Namespace) -> int:
    """Write the source, text.txt, document.yaml and reading.yaml; an existing document is never overwritten."""
    if not re.fullmatch(r"[a-z0-9]+(?:-[a-z0-9]+)*", options.id):
        raise CommandError(f"{options.id!r} is no id: small letters, digits and single hyphens")
    folder: Path = options.documents / options.id
    if folder.exists():
        raise CommandError(f"{folder} exists already")
    try:
        draft = draft_document(options.source, options.id, Places(load_regions(SEEDS / "vocabularies")))
    except (SeedError, OSError) as error:
        raise CommandError(f"{options.source} cannot be drafted: {error}") from error
    folder.mkdir(parents=True)
    (folder / f"source{options.source.suffix.lower()}").write_bytes(options.source.read_bytes())
    (folder / "text.txt").write_bytes(draft.text.encode())
    (folder / "document.yaml").write_text(draft.metadata, "utf-8")
    (folder / READING_FILE).write_text(draft.reading, "utf-8")
    tell(f"{folder}: read the text against the source, fill in document.yaml, then run `cepei check`")
    return Exit.DONE
