"""A policy of an invented district, as a file and as the draft that is read of it."""

import shutil
from pathlib import Path

from service.drafts.source import read_sent_draft
from tests.rules.drafting.documents import MEASURES

POLICY = f"""云溪区支持企业发展若干措施
{MEASURES}（二）各街道负责做好宣传工作，每年安排不超过300万元工作经费。
（三）本措施自2026年1月1日起施行。
"""
PLACE = "岳阳市云溪区"


def sent_draft(folder: Path, lexicon, document_id: str = "yunxi-2026", text: str = POLICY):
    """Return the draft that is read of the policy."""
    file = folder / "policy.txt"
    file.write_text(text, "utf-8")
    return read_sent_draft(file, document_id, lexicon)


def copy_of(catalogue: Path, folder: Path) -> Path:
    """Return a catalogue that may be replaced, in a folder of its own."""
    return Path(shutil.copyfile(catalogue, folder / "catalogue.sqlite"))
