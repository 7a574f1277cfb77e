"""A new field of a profile is an entry of the table of fields and an attribute; nothing else names it."""

import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[1]
ENTRY = """
  - id: laboratories
    kind: whole
    api: {description: Number of laboratories., example: 2}
    form: {zh: 实验室数, en: Laboratories}
    template: {example: 2, how: 整数, unit: 个, check: count}
    facts:
      - {id: laboratories, type: number, unit: 个, unit_en: laboratories, zh: 实验室数, en: laboratories,
          ask_zh: 有多少个实验室？, ask_en: How many laboratories does the company have?}
    headings: [实验室数, 实验室数量, laboratories]
"""
READ = """
from datetime import date
from pathlib import Path

from matcher.profiles.profile import Fields
from matcher.answers.engine import Engine
from matcher.profiles.profile import MatchRequest
from rules.catalogue.content import assemble, load_content
from service.pages.check.fields import read_profile
from service.pages.wording import page_words
from service.intake.questions import ProfileSchema
from service.intake.table import ReadingOptions, read_tenants
from service.screenings.results.template import COLUMNS, heading_of

profile = ProfileSchema().load({"city": "合肥", "laboratories": 3})
assert profile.laboratories == 3
assert read_profile({"laboratories": "3"}) == {"laboratories": 3}
assert page_words("zh")["field.laboratories"] == "实验室数"
assert "laboratories" in COLUMNS and heading_of("laboratories") == "实验室数(个)"
(row,) = read_tenants("企业名称,实验室数量（个）\\n甲,3\\n".encode(), ReadingOptions(on=date(2026, 11, 22)))
assert row.profile.laboratories == 3
assert Fields.of_profiles([profile]).columns["laboratories"] == [3]
engine = Engine(assemble(load_content(Path("seeds"), Path("rules/packs"))))
answer = engine.match(MatchRequest(profile=profile, on=date(2026, 11, 22)))
(told,) = [fact for fact in answer.profile.facts if fact.fact == "laboratories"]
assert told.value == 3.0
"""


def test_a_new_field_is_an_entry_and_an_attribute(tmp_path):
    for package in ("seeds", "rules", "matcher", "service"):
        shutil.copytree(ROOT / package, tmp_path / package, ignore=shutil.ignore_patterns("__pycache__", "static"))
    table, attributes = tmp_path / "seeds/vocabularies/profile_fields.yaml", tmp_path / "matcher/profiles/profile.py"
    text = table.read_text("utf-8")
    for order in ("api", "form", "template", "facts"):
        text = text.replace(f"\n{order}: [", f"\n{order}: [laboratories, ")
    table.write_text(text.rstrip("\n") + ENTRY, "utf-8")
    known = '    external_id: str = ""\n'
    attributes.write_text(attributes.read_text("utf-8").replace(known, f"    laboratories: int | None = None\n{known}"))
    run = [sys.executable, "-c", READ]
    done = subprocess.run(run, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
