"""What people write for a place, and what may be taken from it: facts, offers, or nothing."""

from __future__ import annotations

import time
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from matcher.places.reader import PlaceStatus, region_of_credit_code, resolve_place
from seeds.regions import load_regions, region_label

REGIONS = load_regions(Path(__file__).parents[3] / "seeds" / "vocabularies")

FACTS = [
    # own names and codes
    ("安徽省", "exact", "340000"),
    ("广州市", "exact", "440100"),
    ("黄埔区", "exact", "440112"),
    ("安徽省合肥市长丰县", "exact", "340121"),
    ("广东省广州市", "exact", "440100"),
    ("广州市黄埔区", "exact", "440112"),
    ("北京市朝阳区", "exact", "110105"),
    ("朝阳市", "exact", "211300"),
    ("辽宁省朝阳市朝阳县", "exact", "211321"),
    ("深圳市坪山区", "exact", "440310"),
    ("湖北省仙桃市", "exact", "429004"),
    ("乳源瑶族自治县", "exact", "440232"),
    ("新疆维吾尔自治区乌鲁木齐市", "exact", "650100"),
    ("香港特别行政区", "exact", "810000"),
    ("安徽 省 合肥 市", "exact", "340100"),
    ("安徽省-合肥市-蜀山区", "exact", "340104"),
    ("吉林市", "exact", "220200"),
    ("吉林省吉林市", "exact", "220200"),
    ("城区汕尾市", "exact", "441502"),
    ("440100", "exact", "440100"),
    ("440100000000", "exact", "440100"),
    ("440100000", "exact", "440100"),
    ("34 01 21", "exact", "340121"),
    ("３４０１２１", "exact", "340121"),
    ("340121.0", "exact", "340121"),
    ("440305 南山区", "exact", "440305"),
    ("中国", "exact", "CN"),
    ("横琴粤澳深度合作区", "exact", "zone:hengqin"),
    ("中国(广东)自由贸易试验区", "exact", "zone:gd-ftz"),
    ("珠三角", "exact", "group:prd"),
    # short names, together and apart
    ("广东", "alias", "440000"),
    ("广州", "alias", "440100"),
    ("合肥", "alias", "340100"),
    ("东莞", "alias", "441900"),
    ("中山", "alias", "442000"),
    ("西安", "alias", "610100"),
    ("吉林", "alias", "220000"),
    ("海南", "alias", "460000"),
    ("黄山", "alias", "341000"),
    ("大理", "alias", "532900"),
    ("长沙", "alias", "430100"),
    ("黄埔", "alias", "440112"),
    ("坪山", "alias", "440310"),
    ("长丰", "alias", "340121"),
    ("仙桃", "alias", "429004"),
    ("神农架", "alias", "429021"),
    ("合肥长丰", "alias", "340121"),
    ("合肥市长丰", "alias", "340121"),
    ("合肥肥西", "alias", "340123"),
    ("安徽长丰县", "alias", "340121"),
    ("安徽·蚌埠", "alias", "340300"),
    ("安徽-蚌埠-固镇", "alias", "340323"),
    ("安徽/六安", "alias", "341500"),
    ("深圳南山", "alias", "440305"),
    ("广东南山区", "alias", "440305"),
    ("广东省南山区", "exact", "440305"),
    ("南山区深圳", "alias", "440305"),
    ("南山区，深圳市，广东省", "exact", "440305"),
    ("北京朝阳", "alias", "110105"),
    ("辽宁朝阳", "alias", "211300"),
    ("吉林朝阳", "alias", "220104"),
    ("吉林吉林", "alias", "220200"),
    ("青岛市南", "alias", "370202"),
    ("江西南昌", "alias", "360100"),
    ("江西安义", "alias", "360123"),
    ("陕西西安", "alias", "610100"),
    ("海南海口", "alias", "460100"),
    ("河南南阳", "alias", "411300"),
    ("青海海南", "alias", "632500"),
    ("黑龙江西安", "alias", "231005"),
    ("南京鼓楼", "alias", "320106"),
    ("上海浦东", "alias", "310115"),
    ("浦东新区", "exact", "310115"),
    ("上海黄浦", "alias", "310101"),
    ("重庆渝中", "alias", "500103"),
    ("中国广东深圳", "alias", "440300"),
    ("中华人民共和国安徽省", "alias", "340000"),
    ("安徽省 合肥市 市辖区", "exact", "340100"),
    ("乌鲁木齐", "alias", "650100"),
    ("粤", "alias", "440000"),
    ("皖", "alias", "340000"),
    ("穗", "alias", "440100"),
    ("沪", "alias", "310000"),
    ("鹏城", "alias", "440300"),
    # traditional and full width
    ("廣州市黃埔區", "exact", "440112"),
    ("安徽省蕪湖市", "exact", "340200"),
    ("東莞", "alias", "441900"),
    ("廣東深圳寶安", "alias", "440306"),
    ("臺灣", "alias", "710000"),
    ("乾縣", "exact", "610424"),
    # Latin
    ("Guangzhou", "alias", "440100"),
    ("GUANGDONG", "alias", "440000"),
    ("Huangpu, Guangzhou", "alias", "440112"),
    ("Huangpu District, Guangzhou, Guangdong Province, P.R. China", "alias", "440112"),
    ("Huangpu, Shanghai", "alias", "310101"),
    ("hefei changfeng", "alias", "340121"),
    ("hefeichangfeng", "alias", "340121"),
    ("Anhui Hefei", "alias", "340100"),
    ("Hefei City", "alias", "340100"),
    ("guangzhou shi", "alias", "440100"),
    ("guangzhoushi", "alias", "440100"),
    ("Xi'an", "alias", "610100"),
    ("Xian", "alias", "610100"),
    ("Lu'an", "alias", "341500"),
    ("Shaanxi", "alias", "610000"),
    ("Shanxi", "alias", "140000"),
    ("shanxi xian", "alias", "610100"),
    ("Inner Mongolia", "alias", "150000"),
    ("Hong Kong", "alias", "810000"),
    ("Macau", "alias", "820000"),
    ("Tibet", "alias", "540000"),
    ("Harbin", "alias", "230100"),
    ("Chaoyang, Beijing", "alias", "110105"),
    ("Chaoyang District, Shantou", "alias", "440513"),
    ("Suzhou, Anhui", "alias", "341300"),
    ("Suzhou, Jiangsu", "alias", "320500"),
    ("Lvliang", "alias", "141100"),
    ("Lüliang", "alias", "141100"),
    ("Dongguan", "alias", "441900"),
    ("Hengqin", "alias", "zone:hengqin"),
    ("Songshan Lake, Dongguan", "alias", "zone:songshan-lake"),
    ("Greater Bay Area", "alias", "group:gba"),
    ("China", "alias", "CN"),
    # zones and groups
    ("横琴", "alias", "zone:hengqin"),
    ("珠海横琴", "alias", "zone:hengqin"),
    ("广东省珠海市横琴新区", "alias", "zone:hengqin"),
    ("横琴粤澳深度合作区珠海", "alias", "zone:hengqin"),
    ("松山湖", "alias", "zone:songshan-lake"),
    ("东莞松山湖", "alias", "zone:songshan-lake"),
    ("广东省东莞市松山湖高新区", "alias", "zone:songshan-lake"),
    ("南沙新区", "alias", "440115"),
    ("广州南沙", "alias", "440115"),
    ("三沙市南沙区", "exact", "460303"),
    ("广东自贸区", "alias", "zone:gd-ftz"),
    ("广东自贸区南沙片区", "alias", "zone:gd-ftz-nansha"),
    ("前海", "alias", "zone:qianhai"),
    ("深圳前海", "alias", "zone:qianhai"),
    ("河套", "alias", "zone:hetao"),
    ("大亚湾", "alias", "zone:daya-bay"),
    ("惠州仲恺高新区", "alias", "zone:zhongkai"),
    ("广州开发区", "alias", "zone:guangzhou-development"),
    ("黄埔区广州开发区", "alias", "zone:guangzhou-development"),
    ("中新广州知识城", "exact", "zone:knowledge-city"),
    ("合肥高新区", "alias", "zone:hefei-high-tech"),
    ("安徽省合肥市高新区", "alias", "zone:hefei-high-tech"),
    ("合肥市经开区", "alias", "zone:hefei-development"),
    ("上海闸北", "alias", "310106"),
    ("合肥（长丰）合成生物制造产业园", "exact", "zone:changfeng-synbio"),
    ("苏州工业园区", "exact", "zone:suzhou-industrial-park"),
    ("张江", "alias", "zone:zhangjiang"),
    ("上海浦东张江", "alias", "zone:zhangjiang"),
    ("中关村", "alias", "zone:zhongguancun"),
    ("亦庄", "alias", "zone:yizhuang"),
    ("皖北", "exact", "group:ah-north"),
    ("粤东地区", "alias", "group:gd-east"),
    ("长三角", "exact", "group:yrd"),
    ("深圳市深汕特别合作区", "exact", "zone:shenshan"),
    # former names and codes
    ("番禺市", "alias", "440113"),
    ("广东省番禺市", "alias", "440113"),
    ("萝岗区", "alias", "440112"),
    ("襄樊", "alias", "420600"),
    ("襄樊市", "alias", "420600"),
    ("芜湖县", "alias", "340210"),
    ("巢湖市", "exact", "340181"),
    ("440181", "alias", "440113"),
    ("340221", "alias", "340210"),
    ("341521", "alias", "340422"),
    ("440101", "alias", "440100"),
    ("110100", "alias", "110000"),
    ("重庆市江北区", "alias", "500157"),
    ("安庆枞阳县", "alias", "340722"),
    ("六安寿县", "alias", "340422"),
]

WITH_REST = [
    ("江苏盛泽", "320000", "盛泽"),
    ("广东大沥", "440000", "大沥"),
    ("浙江织里", "330000", "织里"),
    ("福建安海", "350000", "安海"),
    ("湖北武汗", "420000", "武汗"),
    ("内蒙古乌兰", "150000", "乌兰"),
    ("台灣新竹", "710000", "新竹"),
    ("中国广东盐步", "440000", "盐步"),
    ("佛山狮山镇", "440600", "狮山镇"),
    ("深圳市坪山区生物医药产业园", "440310", "生物医药产业园"),
    ("深圳南山科技园", "440305", "科技园"),
    ("深圳市南山区南山街道", "440305", "南山街道"),
    ("深圳市宝安区福海街道", "440306", "福海街道"),
    ("广州市越秀区北京路", "440104", "北京路"),
    ("广州市黄埔大道西100号", "440100", "黄埔大道西100号"),
    ("上海市浦东南路500号", "310000", "浦东南路500号"),
    ("上海市黄浦区南京东路1号", "310101", "南京东路1号"),
    ("合肥市包河区徽州大道", "340111", "徽州大道"),
    ("东莞市东城区", "441900", "东城区"),
    ("湛江赤坎南桥街道", "440802", "南桥街道"),
    ("上海奉贤南桥镇", "310120", "南桥镇"),
    ("青岛市南香港中路街道", "370202", "香港中路街道"),
    ("北京海淀中关村", "110108", "中关村"),
    ("成都高新南区", "zone:chengdu-high-tech", "南区"),
    ("滁州全椒经开区", "341124", "经开区"),
    ("宿州市萧县高新区", "341322", "高新区"),
    ("安徽省高新区", "340000", "高新区"),
    ("合肥市区", "340100", "区"),
    ("340121100000", "340121", "100000"),
    ("441900103", "441900", "103"),
    ("Nanshan Science Park, Shenzhen", "440300", "nanshan science park"),
    ("Keyuan Road 5, Nanshan District, Shenzhen, China", "440305", "keyuan road 5"),
    ("Shenzhen, Science Park", "440300", "science park"),
    ("广州市区", "440100", "区"),
    ("广州市黄埔区区", "440112", "区"),
]

CONTAINS = [
    ("非广东", "440000"),
    ("广东以外", "440000"),
    ("江苏和安徽", "320000"),
    ("安徽不知道哪里", "340000"),
    ("广东技术师范大学", "440000"),
    ("上海江苏路", "310000"),
    ("合肥西站", "340100"),
    ("深圳大学", "440300"),
    ("深圳市某某生物科技有限公司", "440300"),
    ("我们在合肥市蜀山区", "340104"),
    ("总部在深圳", "440300"),
    ("合肥县", "340100"),
    ("北京大兴国际机场", "110000"),
    ("佛山石湾", "440600"),
    ("长三角一体化示范区", "group:yrd"),
    ("滨湖", "320211"),
    ("合作", "623001"),
    ("广州黄埔大道", "440100"),
    ("坪山生物医药产业园", "440310"),
    ("340171", "340100"),
    ("Shenzhen Biotech Co", "440300"),
    ("广州区", "440100"),
    ("深圳县", "440300"),
]

AMBIGUOUS = [
    ("南沙", {"440115", "460303"}),
    ("南沙区", {"440115", "460303"}),
    ("鼓楼区", {"320106", "320302", "350102", "410204"}),
    ("鼓楼", {"320106", "320302", "350102", "410204"}),
    ("朝阳", {"110105", "211300", "211321", "220104"}),
    ("朝阳区", {"110105", "220104"}),
    ("南山区", {"440305", "230404"}),
    ("南山区粤海街道", {"440305", "230404"}),
    ("广州市合肥", {"440100", "340100"}),
    ("广州市合肥市长丰县", {"440100", "340121"}),
    ("广州、深圳", {"440100", "440300"}),
    ("合肥/蚌埠", {"340100", "340300"}),
    ("东莞市南山区", {"441900", "440305", "230404"}),
    ("广州市和平区", {"440100", "120101", "210102"}),
    ("Suzhou", {"320500", "341300"}),
    ("Fuzhou", {"350100", "361000"}),
    ("Taizhou", {"321200", "331000"}),
    ("Huangpu", {"440112", "310101"}),
    ("北京大学深圳研究生院", {"110000", "440300"}),
    ("江北区", {"330205", "500157"}),
    ("江北新区", {"zone:nanjing-jiangbei", "zone:jiangbei-park"}),
]

UNRECOGNISED = [
    "",
    "   ",
    "，、",
    "火星",
    "高新区",
    "开发区",
    "资源循环利用",
    "合作共赢平台",
    "新兴产业园",
    "中山路",
    "中山镇",
    "黄埔大道",
    "12345",
    "999999",
    "91440101MA59ABCD2X",
    "生物制造",
    "南城区鸿福西路68号",
    "www.kexingtai.com网址",
    "子公司|2023-05-23",
    "某公司驻中国办事处",
    "N/A",
    "市",
    "省",
]

NEAR = [
    ("南沙", "440000", "440115"),
    ("南沙", "440300", "440115"),
    ("南沙", "460000", "460303"),
    ("南山区", "440000", "440305"),
    ("鼓楼区", "350000", "350102"),
    ("朝阳", "210000", "211300"),
    ("Suzhou", "340000", "341300"),
    ("Huangpu", "440100", "440112"),
    ("广州", "340000", "440100"),
]

FUZZY = [
    ("蚌阜市", "340300"),
    ("亳洲市", "341600"),
    ("Guangzou", "440100"),
    ("Shenzen", "440300"),
]


@pytest.mark.parametrize(("text", "status", "code"), FACTS, ids=[row[0] for row in FACTS])
def test_a_place_written_so_is_a_fact(text: str, status: str, code: str) -> None:
    reading = resolve_place(text, REGIONS)
    assert (reading.status, reading.codes, reading.rest) == (status, (code,), "")
    assert reading.similarity == 1.0
    assert reading.is_fact


@pytest.mark.parametrize(("text", "code", "rest"), WITH_REST, ids=[row[0] for row in WITH_REST])
def test_an_unknown_finer_part_does_not_unsettle_the_known_part(text: str, code: str, rest: str) -> None:
    reading = resolve_place(text, REGIONS)
    assert (reading.status, reading.codes, reading.rest) == ("alias", (code,), rest)


@pytest.mark.parametrize(("text", "code"), CONTAINS, ids=[row[0] for row in CONTAINS])
def test_a_place_among_other_words_is_only_offered(text: str, code: str) -> None:
    reading = resolve_place(text, REGIONS)
    assert (reading.status, reading.codes) == ("contains", (code,))
    assert 0 < reading.similarity < 1
    assert not reading.is_fact
    assert [suggestion.code for suggestion in reading.suggestions] == [code]


@pytest.mark.parametrize(("text", "codes"), AMBIGUOUS, ids=[row[0] for row in AMBIGUOUS])
def test_what_may_be_several_places_names_them_all(text: str, codes: set[str]) -> None:
    reading = resolve_place(text, REGIONS)
    assert (reading.status, set(reading.codes)) == ("ambiguous", codes)
    assert 0 < reading.similarity <= 1
    assert {suggestion.code for suggestion in reading.suggestions} == codes


@pytest.mark.parametrize("text", UNRECOGNISED)
def test_what_names_no_place_gives_none(text: str) -> None:
    reading = resolve_place(text, REGIONS)
    assert reading.status in ("unrecognised", "fuzzy")
    assert reading.codes == ()


@pytest.mark.parametrize(("text", "near", "code"), NEAR)
def test_a_place_already_known_settles_which_of_several_is_meant(text: str, near: str, code: str) -> None:
    reading = resolve_place(text, REGIONS, near=near)
    assert (reading.status, reading.codes) == ("exact" if text.endswith("区") else "alias", (code,))


def test_a_known_place_elsewhere_makes_a_bare_city_name_ambiguous() -> None:
    reading = resolve_place("中山", REGIONS, near="210200")
    assert (reading.status, set(reading.codes)) == ("ambiguous", {"442000", "210202"})


@pytest.mark.parametrize(("text", "code"), FUZZY, ids=[row[0] for row in FUZZY])
def test_a_misspelling_is_suggested_and_never_a_fact(text: str, code: str) -> None:
    reading = resolve_place(text, REGIONS)
    assert (reading.status, reading.codes) == ("fuzzy", ())
    assert reading.suggestions[0].code == code
    assert 0.6 <= reading.similarity < 1


def test_two_characters_are_never_corrected() -> None:
    assert resolve_place("蚌阜", REGIONS).suggestions == ()


# The traps of the dependency study.


def test_songshan_lake_is_not_songshan_district_of_chifeng() -> None:
    assert resolve_place("松山湖", REGIONS).codes == ("zone:songshan-lake",)
    assert REGIONS.taxonomy.within("zone:songshan-lake", ["441900"])
    assert resolve_place("松山区", REGIONS).codes == ("150404",)


def test_feixi_is_not_found_inside_hefei_west_station() -> None:
    assert "340123" not in resolve_place("合肥西站", REGIONS).codes


def test_changfeng_is_read_chang_and_not_zhang() -> None:
    assert resolve_place("Hefei Changfeng", REGIONS).codes == ("340121",)
    assert resolve_place("zhangfeng", REGIONS).codes == ()


def test_nansha_needs_its_province() -> None:
    assert resolve_place("南沙", REGIONS).status == PlaceStatus.AMBIGUOUS
    assert resolve_place("广东南沙", REGIONS).codes == ("440115",)


@pytest.mark.parametrize(
    "text", ["London, UK", "Boston, MA, USA", "Göttingen, Germany", "1-1 Minatojima, Kobe, Japan", "Singapore", "美国",
             "美国波士顿", "德国慕尼黑市", "日本东京", "新加坡裕廊", "海外"]
)  # fmt: skip
def test_a_place_abroad_is_outside_and_not_unread(text: str) -> None:
    reading = resolve_place(text, REGIONS)
    assert (reading.is_fact, reading.codes) == (True, ("abroad",))


@pytest.mark.parametrize("text", ["美国某某公司深圳代表处", "总部美国，工厂深圳", "纽约路5号", "Inner Mongolia"])
def test_a_country_in_the_name_of_something_else_is_no_place_abroad(text: str) -> None:
    assert "abroad" not in resolve_place(text, REGIONS).codes


def test_labels_of_suggestions_say_where_the_place_lies() -> None:
    labels = {suggestion.label for suggestion in resolve_place("鼓楼区", REGIONS).suggestions}
    assert "江苏省南京市鼓楼区" in labels


CREDIT_CODES = [
    ("91340121MA2N000000", "340121"),
    ("91440300708461136T", "440300"),
    ("91440101MA59000000", "440100"),
    ("91320594MA1M000000", "320500"),
    ("91340221MA2N000000", "340210"),
    ("91310000MA1F000000", "310000"),
    ("91500905MA60000000", "500000"),
    ("91341400MA2N000000", "340000"),
    ("９１３４０１２１ＭＡ２Ｎ００００００", "340121"),
    ("91 340121 MA2N000000", "340121"),
    ("91340191MA2N000000", "340100"),
    ("91440003MA2N000000", "zone:hengqin"),
    ("91310141MA1F000000", "zone:sh-ftz"),
    ("91110302MA1F000000", "zone:yizhuang"),
    ("91440102MA59000000", "440104"),
    ("91449999MA59000000", None),
    ("91440160MA59000000", None),
    ("91346600MA2N000000", None),
    ("91000000MA2N000000", None),
    ("91341000MA2N000000", "341000"),
    ("9134012", None),
    ("91990000MA2N000000", None),
    ("MA000000000000000X", None),
    ("", None),
]


@pytest.mark.parametrize(("code", "region"), CREDIT_CODES)
def test_a_credit_code_gives_the_region_of_its_registration(code: str, region: str | None) -> None:
    assert region_of_credit_code(code, REGIONS) == region


DIVISIONS = [entry for entry in REGIONS.entries.values() if entry.id.isdigit()]


def test_every_division_is_read_from_its_code_and_its_full_path() -> None:
    for entry in DIVISIONS:
        assert resolve_place(entry.id, REGIONS).codes == (entry.id,)
        path = [REGIONS[parent].zh for parent in _divisions_above(entry.id)]
        assert resolve_place("".join([*path, entry.zh]), REGIONS).codes == (entry.id,), entry


def test_every_zone_and_group_is_read_from_each_of_its_names() -> None:
    for entry in REGIONS.entries.values():
        if not entry.id.isdigit():
            for name in entry.spellings():
                assert entry.id in resolve_place(name, REGIONS).codes, name


def _divisions_above(code: str) -> list[str]:
    above = [c for c in REGIONS.taxonomy.ancestors(code) if c.isdigit() and c != code]
    return sorted(above)


@settings(deadline=None)  # the first call builds the index
@given(st.text(max_size=30))
def test_any_text_is_read_without_an_error_and_facts_have_one_code(text: str) -> None:
    reading = resolve_place(text, REGIONS)
    if reading.status in (PlaceStatus.EXACT, PlaceStatus.ALIAS, PlaceStatus.CONTAINS):
        assert len(reading.codes) == 1
    assert all(code in REGIONS for code in reading.codes)
    assert 0.0 <= reading.similarity <= 1.0


@settings(deadline=None)
@given(
    st.lists(st.sampled_from([entry.zh for entry in DIVISIONS]), min_size=1, max_size=3),
    st.sampled_from(["", "，", " "]),
)
def test_parts_that_lie_in_nothing_common_are_never_a_fact(names: list[str], separator: str) -> None:
    reading = resolve_place(separator.join(names), REGIONS)
    if reading.status == PlaceStatus.EXACT:
        above = REGIONS.taxonomy.ancestors(reading.codes[0])
        assert all(any(REGIONS[a].zh == name for a in above) for name in names)


def test_a_call_takes_about_a_tenth_of_a_millisecond() -> None:
    texts = [region_label(REGIONS, entry.id) + "1号" for entry in DIVISIONS[:1000]]
    resolve_place(texts[0], REGIONS)
    start = time.perf_counter()
    for text in texts:
        resolve_place(text, REGIONS)
    assert (time.perf_counter() - start) / len(texts) < 0.001  # measured: 0.0001; machines differ


@pytest.mark.parametrize("text", ["东莞市长安镇", "东莞，长安镇", "长安镇，东莞", "东莞长安镇", "东莞长安"])
def test_a_town_of_a_city_without_counties_is_known(text: str) -> None:
    reading = resolve_place(text, REGIONS)
    assert reading.is_fact
    assert reading.codes == ("zone:dongguan-changan",)


def test_the_bare_name_of_a_town_that_other_places_share_stays_open() -> None:
    assert not resolve_place("长安", REGIONS).is_fact


@pytest.mark.parametrize(("length", "found"), [(200, True), (201, False)])
def test_a_text_of_two_hundred_characters_is_read_and_a_longer_one_is_not(length: int, *, found: bool) -> None:
    text = "合肥市长丰县" + "某" * (length - 6)
    assert (resolve_place(text, REGIONS).status is not PlaceStatus.UNRECOGNISED) is found


@pytest.mark.parametrize(
    ("text", "suggested"), [("guangzhuo", True), ("gzngzhxo", False)], ids=["two letters swapped", "half another word"]
)
def test_a_latin_name_is_suggested_from_three_quarters_on(text: str, *, suggested: bool) -> None:
    assert bool(resolve_place(text, REGIONS).suggestions) is suggested


def test_an_everyday_word_alone_is_offered_less_surely_than_a_place_and_never_a_fact() -> None:
    word = resolve_place("滨湖", REGIONS)
    assert not word.is_fact
    assert 0.5 < word.similarity < resolve_place("滨湖区", REGIONS).similarity == 1.0


def test_a_code_no_longer_known_offers_what_it_lay_in() -> None:
    gone = resolve_place("340199", REGIONS)
    assert (gone.status, gone.codes, gone.similarity) == (PlaceStatus.CONTAINS, ("340100",), 0.5)
