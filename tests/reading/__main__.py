"""Scores what is read of labelled documents: outline, metadata, furniture, figures; the exit status is 1 below the goals.

    python -m tests.reading FILES LABELS [FILES LABELS ...] [--seen | --blind] [--verbose]

LABELS is a folder of reading-label/1 files: facts written down from documents, never their text; FILES holds the
documents that their `file` names. A text file whose first line is `# source:` begins with a note of its keeper.
"""

from __future__ import annotations

import re
import sys
import tempfile
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import yaml

import seeds
from rules.catalogue.content import load_content
from rules.drafting.draft import draft_pack, trial_document
from rules.language.facts import Lexicon
from seeds.furniture import is_furniture
from seeds.outline import parse_outline
from seeds.regions import Places, load_regions
from service.commands.check import PACKS, SEEDS
from service.drafts.source import Draft, draft_document
from tests.reading.figures import score_figures

FIELDS = ("title", "issuers", "number", "issued_on", "effective_from", "valid_to", "status", "region")
GOALS = {
    "outline precision": 0.98, "outline recall": 0.98, "metadata right of told": 0.95,
    "figures found": 0.9, "figures right": 0.95,
}  # fmt: skip
UNKNOWN = "unknown"


@dataclass
class Score:
    """What was read of one document, or of all: clauses found, told and right; fields right, told and invented."""

    right: int = 0
    found: int = 0
    told: int = 0
    fields_right: int = 0
    fields_told: int = 0
    invented: int = 0
    furniture: int = 0
    figures_told: int = 0
    figures_found: int = 0
    figures_drafted: int = 0
    figures_right: int = 0

    def add(self, other: Score) -> None:
        """Add the counts of another document."""
        for name, count in vars(other).items():
            setattr(self, name, getattr(self, name) + count)

    def shares(self) -> dict[str, float]:
        """Return the shares that the goals are set for."""
        return {
            "outline precision": self.right / max(self.found, 1),
            "outline recall": self.right / max(self.told, 1),
            "metadata right of told": self.fields_right / max(self.fields_told, 1),
            "figures found": self.figures_found / self.figures_told if self.figures_told else 1.0,
            "figures right": self.figures_right / self.figures_drafted if self.figures_drafted else 1.0,
        }


def clause_paths(written: str) -> Counter[str]:
    """Return the paths of `2 2.1-2.3`: 2, 2.1, 2.2, 2.3, as often as they are printed."""
    paths: Counter[str] = Counter()
    for word in written.split():
        first, _, last = word.partition("-")
        head, dot, number = first.rpartition(".")
        ends = int(last.rpartition(".")[2]) if last else 0
        paths.update([first] if not last else [f"{head}{dot}{n}" for n in range(int(number), ends + 1)])
    return paths


def squeezed(value: object) -> str:
    """Return a value without white space, brackets in one width."""
    return re.sub(r"\s", "", str(value)).translate(str.maketrans("()[],:;", "（）〔〕，：；"))


def source_of(label: dict[str, Any], files: Path, folder: Path) -> Path:
    """Return the file to be read: some pages of a PDF, a text without its keeper's note, or the file as it is."""
    file = files / label["file"]
    if "pages" in label:
        import pypdfium2  # type: ignore[import-untyped]  # noqa: PLC0415 - only some labels need it

        first, last = label["pages"]
        cut = pypdfium2.PdfDocument.new()
        cut.import_pages(pypdfium2.PdfDocument(file), list(range(first - 1, last)))
        cut.save(str(folder / "cut.pdf"))
        return folder / "cut.pdf"
    if file.suffix == ".txt" and file.read_text("utf-8").startswith("# source:"):
        (folder / file.name).write_text(file.read_text("utf-8").partition("\n")[2], "utf-8")
        return folder / file.name
    return file


def field_right(name: str, wanted: object, got: dict[str, Any]) -> bool:
    """Say whether a field is as labelled; the day of a signature, of issue and of publication are one day of issue."""
    value = got[name]
    if name == "issued_on":
        return str(wanted) in {str(got[day]) for day in ("issued_on", "written_on", "published_on")}
    if name == "title":
        inner = re.findall("《([^《》]+)》的通知", str(value))
        return squeezed(wanted) in {squeezed(value), squeezed(got["heading"]), *map(squeezed, inner)}
    if name == "issuers":
        return isinstance(value, list) and set(map(squeezed, wanted)) == set(map(squeezed, value))  # type: ignore[call-overload]
    if name == "valid_to":
        return str(value)[:7] == str(wanted)[:7]
    return squeezed(value) == squeezed(wanted)


def score(label: dict[str, Any], draft: Draft) -> tuple[Score, list[str]]:
    """Return the score of one document and what was read wrongly."""
    result, wrong = Score(), []
    for part in (_outline(label, draft), _metadata(label, draft), _figures(label, draft)):
        result.add(part[0])
        wrong += part[1]
    result.furniture = sum(map(is_furniture, draft.text.splitlines()))
    return result, wrong


def _outline(label: dict[str, Any], draft: Draft) -> tuple[Score, list[str]]:
    prefix = label.get("outline_prefix_optional", "\n")
    paths = [re.sub(r"-\d+(?=\.|$)", "", clause.path).removeprefix(prefix) for clause in parse_outline(draft.text)]
    found, wanted = Counter(paths), clause_paths(label["outline"])
    extra = found - wanted - clause_paths(label.get("outline_optional", ""))
    if "0" not in wanted:
        del extra["0"]
    right = (found & wanted).total()
    wrong = [f"{sign}{path}" for sign, more in (("+", extra), ("-", wanted - found)) for path in more.elements()]
    return Score(right=right, found=right + extra.total(), told=wanted.total()), wrong


def _metadata(label: dict[str, Any], draft: Draft) -> tuple[Score, list[str]]:
    got, result, wrong = yaml.safe_load(draft.metadata), Score(), []
    for name in FIELDS:
        told = label["metadata"].get(name, UNKNOWN)
        is_right = told != UNKNOWN and field_right(name, told, got)
        result.fields_told += told != UNKNOWN
        result.fields_right += is_right
        result.invented += told == UNKNOWN and got[name] != UNKNOWN
        if not is_right and (told, got[name]) != (UNKNOWN, UNKNOWN):
            wrong.append(f"{name}: {got[name]}, not {told}")
    return result, wrong


def _figures(label: dict[str, Any], draft: Draft) -> tuple[Score, list[str]]:
    """Score what the draft pack gives and asks, where the label tells any of it."""
    if not label.get("conditions") and not label.get("benefits"):
        return Score(), []
    document = trial_document(yaml.safe_load(draft.metadata), draft.text)
    one, wrong = score_figures(label, draft_pack(document, lexicon()).pack)
    counts = Score(figures_told=one.told, figures_found=one.found, figures_drafted=one.drafted, figures_right=one.right)
    return counts, wrong


@cache
def lexicon() -> Lexicon:
    """Return the facts and vocabularies that draft packs are written with."""
    return load_content(SEEDS, PACKS).lexicon


@cache
def places() -> Places:
    """Return the places that names of public bodies begin with."""
    return Places(load_regions(Path(seeds.__file__).parent / "vocabularies"))


def labelled(arguments: list[str]) -> Iterator[tuple[dict[str, Any], Path]]:
    """Yield each label that is asked for and the folder of its file."""
    folders = [Path(one) for one in arguments if not one.startswith("--")]
    for files, labels in zip(folders[::2], folders[1::2], strict=True):
        for path in sorted(labels.glob("*.yaml")):
            label = yaml.safe_load(path.read_text("utf-8"))
            kept = {"--seen": not label.get("blind"), "--blind": bool(label.get("blind"))}
            if all(kept.get(argument, True) for argument in arguments):
                yield label, files


def main(arguments: list[str]) -> int:
    """Print a line a document and the shares of all; 1 where a goal is missed or anything is invented."""
    total = Score()
    print(
        f"{'document':24} {'clauses':>9} {'extra':>6} {'fields':>7} {'invented':>9} {'furniture':>10} {'figures':>9} {'drafted':>9}"
    )
    with tempfile.TemporaryDirectory() as folder:
        for label, files in labelled(arguments):
            draft = draft_document(source_of(label, files, Path(folder)), label["slug"], places())
            one, wrong = score(label, draft)
            total.add(one)
            counts = f"{one.right:5}/{one.told:<3} {one.found - one.right:6} {one.fields_right:4}/{one.fields_told:<2}"
            figures = f"{one.figures_found:5}/{one.figures_told:<3} {one.figures_right:5}/{one.figures_drafted:<3}"
            print(f"{label['slug']:24} {counts} {one.invented:9} {one.furniture:10} {figures}")
            if "--verbose" in arguments and wrong:
                print("    " + "; ".join(wrong))
    shares = total.shares()
    for name, goal in GOALS.items():
        print(f"{name}: {shares[name]:.3f} (goal {goal})")
    print(f"invented: {total.invented} (goal 0); furniture: {total.furniture} (goal 0)")
    return int(any(shares[name] < goal for name, goal in GOALS.items()) or total.invented > 0 or total.furniture > 0)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
