"""A catalogue that is newer than the shipped one: four measures differ."""

import shutil

import yaml

from matcher.ranking.compiling import compile_catalogue
from rules.catalogue.content import build_catalogue
from service.commands.check import PACKS, SEEDS

GONE, NEW, MOVED, OPENED = (
    "ah-bengbu-wuhu-highland",
    "ah-bengbu-wuhu-anew",
    "ah-hefei-origin-of-innovation",
    "ah-innovation-consortium",
)


def build_newer(target):
    """Build a catalogue in which one measure moved to another city, one lost a condition, one is gone, one is new."""
    folder = target.parent / "newer-packs"
    shutil.copytree(PACKS, folder)
    pack = folder / "ah-biomanufacturing-2024-draft.yaml"
    plain = yaml.safe_load(pack.read_text("utf-8"))
    by_id = {measure["id"]: measure for measure in plain["measures"]}
    by_id[MOVED]["conditions"][0]["within"] = ["340300"]
    by_id[OPENED]["conditions"] = []
    for measure in (by_id[MOVED], by_id[OPENED]):
        measure["examples"] = [{"facts": {"region": "340300", "sector": ["biomaterials"]}, "verdict": "applicable"}]
    by_id[GONE]["id"] = NEW
    pack.write_text(yaml.safe_dump(plain, allow_unicode=True, sort_keys=False), "utf-8")
    build_catalogue(SEEDS, folder, target, compile_catalogue)
