"""A policy of an invented district, as a file and as the draft that is read of it."""

import shutil
from html.parser import HTMLParser
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


class SentForm(HTMLParser):
    """What a browser without scripts sends of the largest form of a page, by name; change it and send it."""

    def __init__(self, page: str):
        super().__init__()
        self.fields: dict[str, list[str]] = {}
        self._area = self._select = ""
        self.feed(page[page.index('class="items measure-form"') :])

    def handle_starttag(self, tag, attrs):
        given = dict(attrs)
        name, value = given.get("name") or "", given.get("value") or ""
        ticked = given.get("type") != "checkbox" or "checked" in given
        if tag == "input" and name and ticked:
            self.fields.setdefault(name, []).append(value)
        elif tag == "textarea":
            self._area = name
            self.fields[name] = [""]
        elif tag == "select":
            self._select = name
            self.fields.setdefault(name, [""])
        elif tag == "option" and "selected" in given:
            self.fields[self._select] = [value]

    def handle_endtag(self, tag):
        if tag == "textarea":
            self._area = ""

    def handle_data(self, data):
        if self._area:
            self.fields[self._area][0] += data

    def sent(self, **changes):
        """Return what is sent, with some inputs filled otherwise; their names are pointers."""
        return {**self.fields, **{name: [value] for name, value in changes.items()}}
