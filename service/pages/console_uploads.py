"""A file that was uploaded and not started yet: it stands where its screening will, in nobody's list.

Nothing has to be moved to start it, and the worker's sweep deletes the folder after an hour if it never is.
"""

from __future__ import annotations

import os
from dataclasses import dataclass
from datetime import date

import orjson

from service.access import folders, jobs
from service.json_reading import printable
from service.keys import Key
from service.screenings.folders import Folder, write_whole
from service.screenings.intake import Sent
from service.screenings.jobs import Options, new_id
from service.serving import serving

_NOTE = "upload.json"
_LONGEST_NAME = 120


@dataclass(frozen=True, slots=True, kw_only=True)
class Upload:
    """One file that waits: its future screening's id, its format and name, what was asked about it."""

    id: str
    form: str
    name: str
    options: Options


def keep_upload(sent: Sent, name: str, key: Key) -> str:
    """Keep a file for its owner; return the id of its screening to be."""
    upload_id = new_id()
    folder = folders().create(upload_id)
    try:
        sent.keep(folder, serving().settings.upload_bytes)
        note = {"key": key.id, "form": sent.form, "name": printable(name, _LONGEST_NAME)}
        asked = {"on": sent.options.on.isoformat(), "statuses": sent.options.statuses}
        write_whole(folder.path / _NOTE, orjson.dumps({**note, **asked}))
    except BaseException:
        folders().remove(upload_id)
        raise
    return upload_id


def find_upload(upload_id: str, key: Key) -> Upload | None:
    """Return an upload of this key that has not been started; another key's is as good as none."""
    note = _note(folders().of(upload_id))
    if note is None or note["key"] != key.id or jobs().find(upload_id, key.id):
        return None
    options = Options(on=date.fromisoformat(note["on"]), statuses=tuple(note["statuses"]))
    return Upload(id=upload_id, form=note["form"], name=note["name"], options=options)


def hold_upload(upload: Upload) -> None:
    """Begin the hour of an upload anew."""
    os.utime(folders().of(upload.id).path)


def name_of(job_id: str) -> str:
    """Return what the file of a screening was called when it was uploaded here; "" when it was not."""
    note = _note(folders().of(job_id))
    return str(note["name"]) if note else ""


def pass_name_on(job_id: str, rerun_id: str) -> None:
    """Call a rerun as the screening that it runs again."""
    note = _note(folders().of(job_id))
    if note:
        write_whole(folders().of(rerun_id).path / _NOTE, orjson.dumps(note))


def _note(folder: Folder) -> dict[str, str] | None:
    try:
        note: dict[str, str] = orjson.loads((folder.path / _NOTE).read_bytes())
    except FileNotFoundError:
        return None
    return note
