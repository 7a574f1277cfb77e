"""What the catalogue in force changes for a screening that an earlier one decided: the changes that a rerun would tell.

The file is read again and all of it decided again, as a rerun does; only what differs is kept.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

from service.screenings.jobs.deciding import Crew, decide_all
from service.screenings.jobs.reading import Account
from service.screenings.jobs.sent import keep_copy
from service.screenings.stored.changes import Side, write_changes
from service.screenings.stored.folders import Folder
from service.screenings.stored.jobs import Chunk, Job
from service.screenings.stored.matrix import measure_counts
from service.screenings.stored.parts import PairReader, write_digest


def side_of(folder: Folder, chunks: list[Chunk], version: str) -> Side:
    """Return a finished screening to be compared; one without a row that could be decided lists nothing."""
    pairs = PairReader.open(folder) if chunks else None
    return Side(pairs=pairs, measures=measure_counts(chunks), version=version)


@dataclass(frozen=True, slots=True, kw_only=True)
class Rerun:
    """How a screening is run again: the version of the catalogue, what reads its file so, who decides so."""

    version: str
    read: Callable[[Folder], Account]
    crew: Crew


def write_outlook(
    job: Job, folder: Folder, before: Side, rerun: Rerun, is_over: Callable[[], bool], within: Path | None = None
) -> bool:
    """Write what another catalogue changes; False, and nothing written, when it was over before the end.

    `is_over` is asked between chunks. It is written beside the results, or into the folder `within`.
    """
    with TemporaryDirectory(dir=within or folder.path, prefix=".outlook-", ignore_cleanup_errors=True) as path:
        anew = Folder(Path(path))
        keep_copy(folder.sent(job.format), anew.sent(job.format))
        account, chunks = rerun.read(anew), list[Chunk]()
        for number, decided in decide_all(rerun.crew, anew, range(account.chunks), job.options):
            chunks.append(decided.write(anew, number))
            if is_over():
                return False
        chunks.sort(key=lambda chunk: chunk.number)
        write_digest(anew, [chunk.number for chunk in chunks])
        target = Folder(within) if within else folder
        write_changes(target, before, side_of(anew, chunks, rerun.version), with_catalogue=rerun.version)
    return True
