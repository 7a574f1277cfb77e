"""Dossiers made as they are wanted: of a company's answer, of a tenant of a screening, in either format."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum

from matcher.answers.engine import Engine
from matcher.profiles.profile import MatchRequest
from seeds.faults import load_words
from service.dossiers.contents import WORDS, DossierForm, DossierWriter, Whose
from service.dossiers.pdf import pdf_bytes
from service.screenings.stored.folders import Tenant
from service.screenings.stored.jobs import Options
from service.screenings.worklist.stated import WORDS as WORK_WORDS
from service.screenings.worklist.work import WorkStep

MOST_LISTED = 100
MOST_LINES, LONGEST_LINE = 4, 60
"""What a letterhead may have: lines, and characters a line."""
_NAME_CHARACTERS = 40
_NOT_IN_NAMES = frozenset('\\/:*?"<>|.')


class DossierFormat(StrEnum):
    """Which kind of file."""

    PDF = "pdf"
    DOCX = "docx"


MEDIA_TYPES = {
    DossierFormat.PDF: "application/pdf",
    DossierFormat.DOCX: "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """What is wanted: which file, how much of it, the letterhead, the language, and of many whose."""

    format: DossierFormat = DossierFormat.PDF
    form: DossierForm = DossierForm.FULL
    letterhead: tuple[str, ...] = ()
    language: str = "zh"
    rows: tuple[int, ...] = field(default=())


class Maker:
    """Makes dossiers with one engine; the same question gives the same bytes."""

    def __init__(self, engine: Engine, wanted: Wanted) -> None:
        """Keep what is wanted."""
        self._engine, self._wanted = engine, wanted
        self._writer = DossierWriter(engine.catalogue, wanted.language)

    def of_company(self, question: MatchRequest, whose: Whose | None = None) -> bytes:
        """Return the dossier of a company; raise MatchError where its facts cannot be read, NoFontError."""
        wanted, profile = self._wanted, question.profile
        asked = replace(question, language=wanted.language, limit=MOST_LISTED, offset=0, detail="full")
        named = whose or Whose(
            name=profile.name, uscc=profile.uscc, external_id=profile.external_id, letterhead=wanted.letterhead
        )
        dossier = self._writer.write(self._engine.match(asked), named, wanted.form)
        if wanted.format is DossierFormat.PDF:
            return pdf_bytes(dossier, wanted.form)
        from service.dossiers.docx import docx_bytes  # noqa: PLC0415 - its library costs every start of a process

        return docx_bytes(dossier, wanted.form)

    def of_tenant(self, tenant: Tenant, options: Options, steps: Mapping[tuple[int, str], WorkStep]) -> bytes:
        """Return the dossier of a tenant, with what was noted of its measures. Errors as above."""
        profile, said = tenant.profile, load_words(WORK_WORDS, self._wanted.language)
        noted = {measure: step for (row, measure), step in steps.items() if row == tenant.row}
        work = {
            measure: said[f"work.{step.status}"] + (said["semicolon"] + step.note if step.note else "")
            for measure, step in noted.items()
        }
        whose = Whose(
            name=profile.name, uscc=profile.uscc, external_id=profile.external_id, row=tenant.row,
            letterhead=self._wanted.letterhead, work=work,
        )  # fmt: skip
        question = MatchRequest(profile=profile, on=options.on, statuses=frozenset(options.statuses))
        return self.of_company(question, whose)


def file_name(tenant: Tenant, wanted: Wanted) -> str:
    """Return the name of a tenant's file in a zip file: its row, so that no two are alike, and its name."""
    letters = (one for one in tenant.profile.name if one.isprintable() and one not in _NOT_IN_NAMES)
    name = "".join(letters).strip()[:_NAME_CHARACTERS]
    said = load_words(WORDS, wanted.language)["file"].format(row=f"{tenant.row:06}", name=name).rstrip("-")
    return f"{said}.{wanted.format}"
