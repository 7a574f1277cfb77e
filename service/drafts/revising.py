"""A document that is in force as a draft again, one that takes the place of another, and drafts as files of their own.

What was published on pages is folded into the folders of documents and packs here, so that whoever builds from these
has it too.
"""

from __future__ import annotations

import difflib
import shutil
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import seeds
from matcher.ranking.compiling import compile_catalogue
from rules.catalogue.content import Content, load_written, write_catalogue
from seeds.cleaning import clean
from seeds.documents import Document, build_document, document_metadata
from seeds.faults import Fault, SeedError
from seeds.library import RECOGNISED_FILE, TRANSCRIPT_FILE, Transcript, edited_text, load_document, load_transcript
from seeds.library import source_of as source_in
from service.drafts.items import DOCUMENT, PACK, TEXT, Kind
from service.drafts.review import Drafts, Review
from service.drafts.source import METADATA, Kept, SentDraft, as_yaml
from service.drafts.source import TEXT as TEXT_FILE

Json = dict[str, Any]
_ALIKE = 0.6
"""So alike are the sentences of a measure of a draft and of the document that was issued."""


def opened(content: Content, document_id: str, kept: Kept | None) -> SentDraft:
    """Return a document that is in force as it is drafted to be corrected: its measures keep their ids."""
    document = content.documents[document_id]
    return SentDraft(
        text=document.text, metadata=document_metadata(document), pack=dict(content.packs[document_id]), unread=(),
        sentences=0, read=0, kept=kept,
    )  # fmt: skip


def kept_source(document: Document, drafts: Drafts) -> Kept | None:
    """Return the file of a document: that of the draft it was published from, else the one in the folders shipped."""
    for review in drafts.listed():
        if review.document_id == document.id and review.text == document.text and (one := drafts.source(review.id)):
            return replace(one, edits=tuple(review.items[TEXT].body["edits"]))
    folder = Path(seeds.__file__).parent / "documents" / document.id
    if not folder.is_dir() or (folder / TEXT_FILE).read_text("utf-8") != document.text:
        return None
    file = next(folder.glob("source.*"))
    transcript, found = load_transcript(folder), source_in(folder, file)
    recognised = folder / RECOGNISED_FILE
    return Kept(
        content=file.read_bytes(), suffix=file.suffix, base=edited_text(found, Transcript(), file=TRANSCRIPT_FILE),
        recognised=recognised.read_text("utf-8") if recognised.is_file() else "", edits=transcript.edits,
    )  # fmt: skip


def succeeding(sent: SentDraft, before: Mapping[str, Any]) -> SentDraft:
    """Return a draft that takes the place of the document of another pack; measures that go on name what they were.

    Which those are is proposed by how alike their sentences are; whoever reviews the draft decides.
    """
    known = {str(one["id"]): str(one["source"]["quote"]) for one in before["measures"]}
    measures = [dict(one) for one in sent.pack["measures"]]
    pairs = sorted(_alike(measures, known), reverse=True)
    taken: set[str] = set()
    for _, place, name in pairs:
        if name not in taken and "continues" not in measures[place]:
            measures[place]["continues"] = name
            taken.add(name)
    metadata = {**sent.metadata, "predecessor": before["document"]}
    return replace(sent, metadata=metadata, pack={**sent.pack, "measures": measures})


def _alike(measures: Iterable[Json], known: Mapping[str, str]) -> Iterator[tuple[float, int, str]]:
    for place, one in enumerate(measures):
        matcher = difflib.SequenceMatcher(None, "", str(one["source"]["quote"]), autojunk=False)
        for name, quote in known.items():
            matcher.set_seq1(quote)
            if matcher.quick_ratio() >= _ALIKE and (ratio := matcher.ratio()) >= _ALIKE:
                yield ratio, place, name


def write_with(review: Review, served: Path, fresh: Path) -> None:
    """Write the catalogue that is served with the document and the measures of a draft; raise SeedError with faults.

    A document that it takes the place of goes; earlier editions have it.
    """
    held: Content = load_written(served)
    document = build_document(review.items[DOCUMENT].body, review.text)
    if review.revises:
        _expect_as_opened(review, held)
    gone = {document.predecessor}
    packs = {name: pack for name, pack in held.packs.items() if name not in gone}
    documents = {name: one for name, one in held.documents.items() if name not in gone}
    packs[document.id], documents[document.id] = review.pack(), document
    write_catalogue(replace(held, documents=documents, packs=packs), fresh, compile_catalogue)


def _expect_as_opened(review: Review, held: Content) -> None:
    """Raise SeedError where the document was changed by somebody else since it was opened to be corrected."""
    name, drafted = review.document_id, review.drafted
    measures = [item.body for item in drafted.values() if item.kind is Kind.MEASURE]
    pack = {**drafted[PACK].body, "document": name, "measures": measures}
    there = held.documents.get(name)
    if there is None or held.packs[name] != pack or there.sha256 != drafted[DOCUMENT].body["sha256"]:
        raise SeedError([Fault(file=f"{name}.yaml", pointer="", code="revised_meanwhile", params={"document": name})])


def write_files(review: Review, kept: Kept | None, documents: Path, packs: Path) -> bool:
    """Write a draft as a folder of documents and a pack, as `cepei check` reads them; tell whether anything is new.

    Raises SeedError where what is written would not load; nothing is written then.
    """
    name = review.document_id
    pack = as_yaml(review.pack())
    with TemporaryDirectory() as within:
        folder = Path(within, name)
        folder.mkdir()
        for file, content in _files(review, kept):
            (folder / file).write_bytes(content)
        load_document(folder)
        target, pack_file = documents / name, packs / f"{name}.yaml"
        is_new = not pack_file.exists() or pack_file.read_text("utf-8") != pack or _differs(folder, target)
        if is_new:
            shutil.copytree(folder, target, dirs_exist_ok=True)
            pack_file.write_text(pack, "utf-8")
    return is_new


def _files(review: Review, kept: Kept | None) -> Iterator[tuple[str, bytes]]:
    """Yield the files of a document: its source, or its text as one where no source was kept."""
    text = review.text.encode()
    edits = review.items[TEXT].body["edits"] if TEXT in review.items else []
    if kept is None:
        if clean(review.text) != review.text:
            raise SeedError([Fault(file=review.document_id, pointer="", code="no_source_kept")])
        kept, edits = Kept(content=text, suffix=".txt", base=review.text), []
    yield f"source{kept.suffix}", kept.content
    if kept.recognised:
        yield RECOGNISED_FILE, kept.recognised.encode()
    yield TEXT_FILE, text
    yield METADATA, as_yaml(review.items[DOCUMENT].body).encode()
    yield TRANSCRIPT_FILE, as_yaml({"schema": 1, "edits": edits}).encode()


def _differs(folder: Path, target: Path) -> bool:
    """Tell whether a file of a document is not there yet, or otherwise; what stands there beside them is no matter."""
    return any(
        not (target / one.name).is_file() or (target / one.name).read_bytes() != one.read_bytes()
        for one in folder.iterdir()
    )
