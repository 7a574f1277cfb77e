"""The regions: what the file holds, how names are read, what lies in what, and what the loader refuses."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from seeds.faults import SeedError, load_yaml
from seeds.regions import Level, level, load_regions, names_in_prose, region_label

FOLDER = Path(__file__).parents[2] / "seeds" / "vocabularies"
REGIONS = load_regions(FOLDER)
LINES = (FOLDER / "regions.json").read_text("utf-8").splitlines()
ROWS = json.loads("\n".join(LINES))["entries"]


def test_all_provinces_cities_and_counties_are_there() -> None:
    kinds = [entry.kind for entry in REGIONS.entries.values()]
    assert kinds.count(Level.PROVINCE) == 34
    assert kinds.count(Level.CITY) == 333
    assert kinds.count(Level.COUNTY) == 2847


def test_the_file_has_one_entry_a_line_sorted_by_code() -> None:
    codes = [row["code"] for row in ROWS]
    assert codes == sorted(set(codes))
    assert [json.loads(line.strip().rstrip(","))["code"] for line in LINES if '"code"' in line] == codes


def test_a_code_of_today_is_nobodys_former_code_and_no_former_code_stands_twice() -> None:
    former = [code for row in ROWS for code in row.get("former_codes", ())]
    assert len(former) == len(set(former)) > 2000
    assert not set(former) & {row["code"] for row in ROWS}


def test_every_division_lies_in_the_country_and_has_an_english_name() -> None:
    for entry in REGIONS.entries.values():
        assert ("CN" in REGIONS.taxonomy.ancestors(entry.id)) == (entry.id != "abroad")
        assert entry.en


ENGLISH = [
    ("440000", "Guangdong"),
    ("440100", "Guangzhou"),
    ("340000", "Anhui"),
    ("340121", "Changfeng"),
    ("341500", "Lu'an"),
    ("341600", "Bozhou"),
    ("340300", "Bengbu"),
    ("340303", "Bengshan"),
    ("341621", "Guoyang"),
    ("341021", "Shexian"),
    ("341023", "Yixian"),
    ("340722", "Zongyang"),
    ("341321", "Dangshan"),
    ("340621", "Suixi"),
    ("341302", "Yongqiao"),
    ("341226", "Yingshang"),
    ("341300", "Suzhou"),
    ("340826", "Susong"),
    ("341181", "Tianchang"),
    ("341323", "Lingbi"),
    ("340523", "Hexian"),
    ("440113", "Panyu"),
    ("441900", "Dongguan"),
    ("441422", "Dabu"),
    ("440112", "Huangpu"),
    ("440118", "Zengcheng"),
    ("440600", "Foshan"),
    ("441821", "Fogang"),
    ("440604", "Chancheng"),
    ("440800", "Zhanjiang"),
    ("441284", "Sihui"),
    ("440705", "Xinhui"),
    ("441500", "Shanwei"),
    ("440232", "Ruyuan"),
    ("445103", "Chao'an"),
    ("500000", "Chongqing"),
    ("500115", "Changshou"),
    ("350200", "Xiamen"),
    ("610000", "Shaanxi"),
    ("140000", "Shanxi"),
    ("610100", "Xi'an"),
    ("150000", "Inner Mongolia"),
    ("810000", "Hong Kong"),
    ("820000", "Macao"),
    ("710000", "Taiwan"),
    ("141100", "Lüliang"),
    ("140428", "Zhangzi"),
    ("430100", "Changsha"),
    ("211300", "Chaoyang"),
    ("510100", "Chengdu"),
    ("310112", "Minhang"),
    ("331023", "Tiantai"),
    ("361124", "Yanshan"),
    ("371481", "Laoling"),
    ("330382", "Yueqing"),
    ("411100", "Luohe"),
    ("222404", "Hunchun"),
    ("131025", "Daicheng"),
    ("370829", "Jiaxiang"),
    ("371722", "Shanxian"),
    ("130726", "Yuxian"),
]


@pytest.mark.parametrize(("code", "english"), ENGLISH)
def test_names_are_read_as_the_place_is_called(code: str, english: str) -> None:
    assert REGIONS[code].en == english


LABELS = [
    ("340121", "安徽省合肥市长丰县", "Changfeng, Hefei, Anhui"),
    ("110105", "北京市朝阳区", "Chaoyang, Beijing"),
    ("429004", "湖北省仙桃市", "Xiantao, Hubei"),
    ("441900", "广东省东莞市", "Dongguan, Guangdong"),
    ("440000", "广东省", "Guangdong"),
    ("CN", "中国", "China"),
    ("group:prd", "珠三角", "Pearl River Delta"),
    ("zone:daya-bay", "广东省惠州大亚湾经济技术开发区", None),
    ("zone:hengqin", "广东省珠海市横琴粤澳深度合作区", None),
    ("zone:gd-ftz", "中国（广东）自由贸易试验区", None),
    ("zone:pingshan-bio-base", "广东省深圳坪山国家生物产业基地", None),
]


@pytest.mark.parametrize(("region", "chinese", "english"), LABELS)
def test_labels_say_where_a_place_lies(region: str, chinese: str, english: str | None) -> None:
    assert region_label(REGIONS, region) == chinese
    assert english is None or region_label(REGIONS, region, "en") == english


LIES_IN = [
    ("440100", {"440000", "group:prd", "group:gba", "CN"}),
    ("440115", {"440100", "440000", "group:prd"}),
    ("445100", {"440000", "group:gd-east"}),
    ("440800", {"group:gd-west"}),
    ("441400", {"group:gd-north"}),
    ("340300", {"340000", "group:ah-north", "group:yrd"}),
    ("340121", {"340100", "group:ah-central"}),
    ("340200", {"group:ah-south"}),
    ("810000", {"group:gba"}),
    ("zone:hengqin", {"440402", "440400", "440000", "group:prd"}),
    ("zone:gd-ftz-nansha", {"zone:gd-ftz", "440115"}),
    ("zone:gd-ftz-hengqin", {"zone:gd-ftz", "zone:hengqin", "440402"}),
    ("zone:songshan-lake", {"441900"}),
    ("zone:daya-bay", {"441303", "441300"}),
    ("zone:hetao", {"440304"}),
    ("zone:donghai-island", {"440800"}),
    ("zone:changfeng-synbio", {"340121"}),
    ("469002", {"460000"}),
]


@pytest.mark.parametrize(("region", "above"), LIES_IN, ids=[row[0] for row in LIES_IN])
def test_a_place_lies_in_its_divisions_zones_and_groups(region: str, above: set[str]) -> None:
    assert above <= REGIONS.taxonomy.ancestors(region)


def test_the_groups_of_a_province_share_it_out_without_overlap() -> None:
    for province, groups in (
        ("440000", ("group:prd", "group:gd-east", "group:gd-west", "group:gd-north")),
        ("340000", ("group:ah-north", "group:ah-central", "group:ah-south")),
    ):
        members = [member for group in groups for member in REGIONS[group].extra["members"]]
        cities = [e.id for e in REGIONS.entries.values() if e.kind == Level.CITY and province in e.parents]
        assert sorted(members) == sorted(cities)


def test_a_zone_over_two_counties_lies_in_their_city_only() -> None:
    # 前海 reaches from 南山 into 宝安
    assert "440305" not in REGIONS.taxonomy.ancestors("zone:qianhai")
    assert REGIONS.taxonomy.overlaps("440305", ["440300"])


FORMER = [
    ("番禺市", {"440113"}),
    ("襄樊", {"420600"}),
    ("萝岗区", {"440112"}),
    ("铜陵县", {"340706"}),
    ("潮阳市", set()),
    ("宝安县", set()),
    ("吴县市", set()),
    ("阜阳地区", set()),
    ("宿州市", {"341300"}),
]


@pytest.mark.parametrize(("name", "codes"), FORMER)
def test_a_former_name_stands_only_for_a_unit_that_kept_its_land(name: str, codes: set[str]) -> None:
    assert set(REGIONS.find(name)) == codes


def test_levels_are_reported() -> None:
    reported = [
        str(level(REGIONS, region)) for region in ("CN", "440000", "440100", "440112", "zone:hetao", "group:prd")
    ]
    assert reported == ["country", "province", "city", "county", "zone", "group"]
    assert str(level(REGIONS, "469002")) == "county"


def test_everyday_words_are_not_place_names_in_running_text() -> None:
    resource_county = REGIONS["450329"]
    assert resource_county.zh == "资源县"
    assert names_in_prose(resource_county) == ("资源县",)
    assert names_in_prose(REGIONS["340121"]) == ("长丰县", "长丰")
    assert names_in_prose(REGIONS["group:ah-central"]) == ("皖中地区",)  # 来皖中试
    assert "穗" not in names_in_prose(REGIONS["440100"])


def test_a_name_belongs_to_one_zone() -> None:
    zones = {entry.id for entry in REGIONS.entries.values() if not entry.id.isdigit()}
    doubled = {name for name, ids in REGIONS.index.items() if len(ids) > 1 and zones & set(ids)}
    assert doubled == {"江北新区", "九龙"}  # 南京 and 芜湖, 香港 and 甘孜 both have one


def test_the_file_follows_what_was_decided_in_the_review() -> None:
    review = load_yaml(FOLDER.parent / "regions_review.yaml")
    rows = {row["code"]: row for row in ROWS}
    assert {code: names[0] for code, names in review["english"].items()} == {
        code: rows[code]["en"] for code in review["english"]
    }
    assert {row.get("short", row["zh"]) for row in ROWS if row.get("everyday")} == set(review["everyday"])
    for decided in (*review["renamed"], *review["merged"]):
        assert decided["was"] in rows[decided["now"]]["former"]
    assert not {name for row in ROWS for name in row.get("former", ())} & {*review["split"], *review["generic"]}


def _written(folder: Path, *, divisions: str = "[]", zones: str = "entries: []") -> Path:
    (folder / "regions.json").write_text(f'{{"entries": {divisions}}}', "utf-8")
    (folder / "zones.yaml").write_text(f"schema: 1\n{zones}\n", "utf-8")
    return folder


BROKEN = [
    ("a division without a name", {"divisions": '[{"code": "440000"}]'}, "/entries/0"),
    ("a division with an unknown key", {"divisions": '[{"code": "1", "zh": "a", "en": "a", "x": 1}]'}, "/entries/0"),
    ("a zone without a parent", {"zones": "entries: [{id: 'zone:a', zh: 甲, en: a, kind: zone}]"}, "/entries/0"),
    ("a zone with an unknown key", {"zones": "entries: [{id: CN, zh: 甲, en: a, kind: country, no: 1}]"}, "/entries/0"),
    ("a zone of an unknown kind", {"zones": "entries: [{id: CN, zh: 甲, en: a, kind: town}]"}, "/entries/0"),
    ("a dangling parent", {"zones": "entries: [{id: a, zh: 甲, en: a, kind: zone, parents: ['9']}]"}, "/a"),
    ("a name for no division", {"zones": "entries: []\nnames: {'440000': [粤]}"}, "/names"),
    ("no list of entries", {"zones": "entries: {}"}, ""),
]


@pytest.mark.parametrize(("files", "pointer"), [row[1:] for row in BROKEN], ids=[row[0] for row in BROKEN])
def test_a_broken_file_is_refused_with_its_place(tmp_path: Path, files: dict[str, str], pointer: str) -> None:
    with pytest.raises(SeedError) as refused:
        load_regions(_written(tmp_path, **files))
    assert refused.value.faults[0].pointer == pointer


def test_a_missing_file_is_refused_by_name(tmp_path: Path) -> None:
    with pytest.raises(SeedError, match=r"regions\.json"):
        load_regions(tmp_path)
