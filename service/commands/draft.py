"""cepei draft: a policy file (TXT, MD, HTML, DOCX, PDF) into a document folder to be finished by hand."""

from __future__ import annotations

import argparse
import re
from pathlib import Path

from seeds.documents import draft_document
from seeds.faults import SeedError
from service.commands.check import SEEDS
from service.commands.console import Exit, existing_file, readable, reason_of, refusal, tell, typed


def add_to(parser: argparse.ArgumentParser) -> None:
    """Declare the options."""
    parser.add_argument("source", type=Path, help="the file as found")
    parser.add_argument("id", type=typed, help="the document's id, for example gd-biomanufacturing-2025")
    parser.add_argument(
        "--documents", type=Path, default=SEEDS / "documents", metavar="FOLDER", help="where to write it"
    )


def run(options: argparse.Namespace) -> int:
    """Write the source, text.txt and document.yaml; an existing document is never overwritten."""
    if not re.fullmatch(r"[a-z0-9]+(?:-[a-z0-9]+)*", options.id):
        raise refusal("no_id", id=options.id)
    folder: Path = options.documents / options.id
    if folder.exists():
        raise refusal("folder_there", folder=folder)
    try:
        metadata, text = draft_document(existing_file(options.source), options.id)
    except SeedError as error:
        raise refusal("no_draft", file=options.source, reason=error) from error
    except OSError as error:
        raise refusal("no_draft", file=options.source, reason=reason_of(error)) from error
    folder.mkdir(parents=True)
    (folder / f"source{options.source.suffix.lower()}").write_bytes(options.source.read_bytes())
    (folder / "text.txt").write_bytes(text.encode())
    (folder / "document.yaml").write_text(readable(metadata), "utf-8")  # it names the source
    tell(f"{folder}: read the text against the source, fill in document.yaml, then run `cepei check`")
    return Exit.DONE
