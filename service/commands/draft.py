"""cepei draft: a policy file (TXT, MD, HTML, DOCX, PDF) into a document folder with a draft pack, to be reviewed."""

from __future__ import annotations

import argparse
import re
from pathlib import Path

import yaml

from rules.catalogue.content import load_content
from rules.drafting.draft import Draft, draft_pack, trial_document
from seeds.documents import draft_document
from seeds.faults import SeedError
from service.commands.check import PACKS, SEEDS
from service.commands.console import CommandError, Exit, tell

_SHOWN = 120
"""So many characters of an unread sentence are shown."""


def add_to(parser: argparse.ArgumentParser) -> None:
    """Declare the options."""
    parser.add_argument("source", type=Path, help="the file as found")
    parser.add_argument("id", help="the document's id, for example gd-biomanufacturing-2025")
    parser.add_argument(
        "--documents", type=Path, default=SEEDS / "documents", metavar="FOLDER", help="where to write it"
    )


def run(options: argparse.Namespace) -> int:
    """Write the source, text.txt and document.yaml; an existing document is never overwritten."""
    if not re.fullmatch(r"[a-z0-9]+(?:-[a-z0-9]+)*", options.id):
        raise CommandError(f"{options.id!r} is no id: small letters, digits and single hyphens")
    folder: Path = options.documents / options.id
    if folder.exists():
        raise CommandError(f"{folder} exists already")
    try:
        metadata, text = draft_document(options.source, options.id)
    except (SeedError, OSError) as error:
        raise CommandError(f"{options.source} cannot be drafted: {error}") from error
    folder.mkdir(parents=True)
    (folder / f"source{options.source.suffix.lower()}").write_bytes(options.source.read_bytes())
    (folder / "text.txt").write_bytes(text.encode())
    (folder / "document.yaml").write_text(metadata, "utf-8")
    draft = draft_pack(trial_document(yaml.safe_load(metadata), text), load_content(SEEDS, PACKS).lexicon)
    (folder / "pack.yaml").write_text(_written(draft), "utf-8")
    tell(f"{folder}: read the text against the source, fill in document.yaml, then run `cepei check`")
    tell(
        f"pack.yaml: {draft.read} of {draft.sentences} sentences read into {len(draft.pack['measures'])} measures, "
        f"{len(draft.unread)} left to you; review it and move it to {PACKS / options.id}.yaml"
    )
    for unread in draft.unread:
        tell(f"  unread {unread.clause}: {unread.text[:_SHOWN]}")
    return Exit.DONE


def _written(draft: Draft) -> str:
    """Return the draft pack as YAML, with what stayed unread on top."""
    lines = [f"# {draft.read} of {draft.sentences} sentences read. It decides nothing yet: review every line."]
    lines += [f"# unread {one.clause}: {one.text[:_SHOWN]}".replace("\n", " ") for one in draft.unread]
    body = yaml.dump(draft.pack, Dumper=_WithoutAliases, allow_unicode=True, sort_keys=False, width=200)
    return "\n".join([*lines, body])


class _WithoutAliases(yaml.SafeDumper):
    """Writes what stands twice twice: nobody edits an alias gladly."""

    def ignore_aliases(self, data: object) -> bool:
        """Tell that nothing is to be written as an alias."""
        del data
        return True
