"""Forms of drafts: every item of every pack goes through its form unchanged; what is typed becomes what packs write."""

from pathlib import Path

import pytest

from rules.language.condition_parsing import Faults
from rules.language.pack import own_facts
from seeds.faults import load_yaml
from seeds.library import load_document
from service.commands.check import PACKS, SEEDS
from service.drafts.forms import FormReader, is_same, tree_of
from service.pages.editor.fields import FormMaker


def sent_by(root):
    """Return what a browser sends of a form that nobody has touched."""
    sent = {}
    for node in root.walk():
        if node.shape in ("item", "condition", "list", "group", "cite"):
            continue
        values = (
            node.values if node.shape in ("names", "checks", "flag") else [one for one in node.values if one] or [""]
        )
        if values:
            sent.setdefault(node.pointer, []).extend(values)
    return list(sent.items())


def maker(catalogue, document, pack):
    own = own_facts(pack, catalogue.facts, Faults(""))
    reader = FormReader(document=document, facts={**catalogue.facts, **own}, vocabularies=catalogue.vocabularies)
    return FormMaker(reader=reader, language="zh", own={})


@pytest.mark.parametrize(
    "path",
    [*sorted(PACKS.glob("*.yaml")), *sorted((Path(__file__).parents[2] / "rules/policies/packs").glob("*.yaml"))],
    ids=lambda path: path.stem,
)
def test_every_measure_goes_through_its_form_unchanged(path, catalogue):
    pack = load_yaml(path)
    folder = (SEEDS if path.parent == PACKS else path.parents[1]) / "documents" / path.stem
    form = maker(catalogue, load_document(folder), pack)
    behind = " 1" if pack["schema"] == 1 else ""
    for body in pack["measures"]:
        again = form.reader.body(f"measure{behind}", tree_of(sent_by(form.fields(f"measure{behind}", body))), body)
        assert is_same(body, again), (body, again)
    whole = {key: value for key, value in pack.items() if key not in ("document", "measures")}
    again = form.reader.body(f"pack{behind}", tree_of(sent_by(form.fields(f"pack{behind}", whole))), whole)
    assert is_same(whole, again)
