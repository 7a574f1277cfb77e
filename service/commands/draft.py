"""cepei draft: a policy file (TXT, MD, HTML, DOCX, PDF, OFD) into a document folder with a draft pack."""

from __future__ import annotations

import argparse
import hashlib
import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import yaml

from rules.catalogue.content import load_content
from rules.drafting.draft import PackDraft, draft_pack, trial_document
from seeds.faults import SeedError
from seeds.library import RECOGNISED_FILE, TRANSCRIPT_FILE, Transcript, load_transcript, source_of
from seeds.reading import ReadingError, Source, read_source, recognised_source
from seeds.regions import Places, load_regions
from service.commands.check import PACKS, SEEDS
from service.commands.console import Exit, existing_file, readable, reason_of, refusal, tell, typed
from service.commands.recognition import is_scan, recognised_pages
from service.drafts.source import Draft, as_yaml, drafted

_SHOWN = 120
"""So many characters of an unread sentence are shown."""
PLACES_FILE = "pack-places.yaml"


def add_to(parser: argparse.ArgumentParser) -> None:
    """Declare the options."""
    parser.add_argument("source", type=Path, help="the file as found; with --again the folder of a document")
    parser.add_argument("id", type=typed, nargs="?", help="the document's id, for example gd-biomanufacturing-2025")
    parser.add_argument(
        "--documents", type=Path, default=SEEDS / "documents", metavar="FOLDER", help="where to write it"
    )
    parser.add_argument(
        "--again", action="store_true", help="read the source once more, with the edits of transcript.yaml"
    )


def run(options: argparse.Namespace) -> int:
    """Write a new document's folder, or read one again; an existing document is never overwritten."""
    return _read_again(options.source) if options.again else _write_new(options)


def _write_new(options: argparse.Namespace) -> int:
    """Write the source, text.txt, document.yaml, transcript.yaml, pack.yaml and pack-places.yaml."""
    if not re.fullmatch(r"[a-z0-9]+(?:-[a-z0-9]+)*", options.id or ""):
        raise refusal("no_id", id=options.id or "")
    folder: Path = options.documents / options.id
    if folder.exists():
        raise refusal("folder_there", folder=folder)
    found, recognised = _found(existing_file(options.source))
    draft = _drafted(found, options.source, options.id, Transcript())
    folder.mkdir(parents=True)
    if recognised is not None:
        (folder / RECOGNISED_FILE).write_text(recognised, "utf-8")
        tell(f"{folder}: a machine read it: compare text.txt with the pictures and note `confirm` edits")
    (folder / f"source{options.source.suffix.lower()}").write_bytes(options.source.read_bytes())
    (folder / "document.yaml").write_text(readable(draft.metadata), "utf-8")  # it names the source
    _write_text(folder, draft)
    tell(f"{folder}: read the text against the source, fill in document.yaml, then run `cepei check`")
    _write_pack(folder, draft)
    return Exit.DONE


def _write_pack(folder: Path, draft: Draft) -> None:
    """Write the draft pack with what stayed unread on top, where each item stands, and tell how much that is."""
    content = load_content(SEEDS, PACKS)
    document = trial_document(yaml.safe_load(readable(draft.metadata)), draft.text)
    pack = draft_pack(document, content.lexicon)
    spoken = {one.pointer: draft.place(one.start, one.end) for one in pack.places}
    lines = [f"# {pack.read} of {pack.sentences} sentences read. It decides nothing yet: review every line."]
    lines += [f"# unread {one.clause}: {one.text[:_SHOWN]}".replace("\n", " ") for one in pack.unread]
    (folder / "pack.yaml").write_text("\n".join([*lines, *_pack_lines(pack, spoken)]), "utf-8")
    items = [{"item": one.pointer, "clause": one.clause, "start": one.start, "end": one.end,
              "source": spoken[one.pointer]} for one in pack.places]  # fmt: skip
    note = "# Where each item of pack.yaml, as it was drafted, stands in text.txt and in the source.\n"
    (folder / PLACES_FILE).write_text(note + as_yaml(items), "utf-8")
    tell(
        f"pack.yaml: {pack.read} of {pack.sentences} sentences read into {len(pack.pack['measures'])} measures, "
        f"{len(pack.unread)} left to you; review it and move it to {PACKS / folder.name}.yaml"
    )
    for one in pack.unread:
        tell(f"  unread {one.clause}: {one.text[:_SHOWN]}")


def _pack_lines(pack: PackDraft, spoken: Mapping[str, str]) -> Iterator[str]:
    """Yield the pack as YAML, above each measure where its sentence stands in the source."""
    plain: Any = json.loads(json.dumps(pack.pack))  # nothing in it twice in memory, so that no alias is written
    measures = plain.pop("measures")
    yield as_yaml(plain).rstrip("\n")
    yield "measures:" if measures else "measures: []"
    for number, measure in enumerate(measures):
        yield f"# {spoken[f'/measures/{number}/source']}"
        yield as_yaml([measure]).rstrip("\n")
    yield ""


def _read_again(folder: Path) -> int:
    """Write text.txt and transcript.yaml once more; of document.yaml only the digest of the text is renewed.

    The pack is drafted once more where there is none any longer: whoever reviews one keeps it.
    """
    sources, metadata = sorted(folder.glob("source.*")), folder / "document.yaml"
    if len(sources) != 1 or not metadata.is_file():
        raise refusal("no_document_folder", folder=folder)
    try:
        transcript = load_transcript(folder)
    except SeedError as error:
        raise refusal("no_draft", file=folder, reason=error) from error
    draft = _drafted(_source_in(folder, sources[0]), sources[0], folder.name, transcript)
    digest = f"sha256: {hashlib.sha256(draft.text.encode()).hexdigest()}"
    renewed = re.sub(r"^sha256: [0-9a-f]{64}$", digest, metadata.read_text("utf-8"), flags=re.MULTILINE)
    metadata.write_text(renewed, "utf-8")
    _write_text(folder, draft)
    tell(f"{folder}: text.txt and transcript.yaml are written again, {len(transcript.edits)} edits done")
    if not (folder / "pack.yaml").exists() and not (PACKS / f"{folder.name}.yaml").exists():
        _write_pack(folder, replace(draft, metadata=renewed))
    return Exit.DONE


def _found(file: Path) -> tuple[Source, str | None]:
    """Return what a file says, and where its pages are pictures what a machine recognised in them."""
    try:
        try:
            return read_source(file), None
        except ReadingError as error:
            if not is_scan(error):
                raise
        pages = recognised_pages(file)
    except SeedError as error:
        raise refusal("no_draft", file=file, reason=error) from error
    return recognised_source(pages), "\f".join("\n".join(page) for page in pages)


def _source_in(folder: Path, file: Path) -> Source:
    try:
        return source_of(folder, file)
    except SeedError as error:
        raise refusal("no_draft", file=file, reason=error) from error


def _drafted(found: Source, file: Path, document_id: str, transcript: Transcript) -> Draft:
    try:
        return drafted(found, file, document_id, Places(load_regions(SEEDS / "vocabularies")), transcript)
    except SeedError as error:
        raise refusal("no_draft", file=file, reason=error) from error
    except OSError as error:
        raise refusal("no_draft", file=file, reason=reason_of(error)) from error


def _write_text(folder: Path, draft: Draft) -> None:
    (folder / "text.txt").write_bytes(draft.text.encode())
    (folder / TRANSCRIPT_FILE).write_text(draft.transcript, "utf-8")
