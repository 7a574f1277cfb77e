"""Products as companies write them: the name decides, and what stands beside it is set aside, or nothing is sure."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from matcher.profiles.words import SUGGESTIONS, SURE, How
from seeds.beside_names import Side, is_other_substance, is_set_aside
from seeds.vocabulary import fold
from seeds.word_lists import word_lists


@pytest.fixture(scope="module")
def products(resolvers):
    return resolvers["concepts"]


def sure(products, text):
    """Return the entries that a text is surely read as, over all its items."""
    readings = [reading for item in products.split(text) for reading in products.read(item)]
    return [entry for reading in readings if reading.how in SURE for entry in reading.ids]


def contained(products, text):
    readings = [reading for item in products.split(text) for reading in products.read(item)]
    return [entry for reading in readings if reading.how is How.CONTAINS for entry in reading.ids]


BESIDE = {
    "form": "PHA粒料 pha, 三七粉 notoginseng, FDCA单体 fdca, 烟酰胺原液 niacinamide, 深海鱼油软胶囊 fish-oil, 一水柠檬酸 citric-acid,"
    "无水柠檬酸 citric-acid, PD-1单抗注射液 pd-1-antibody, 注射用A型肉毒毒素 botulinum-toxin, 苏云金杆菌悬浮剂 bacillus-thuringiensis,"
    "重组III型胶原蛋白冻干粉 recombinant-collagen, 阿莫西林胶囊 penicillin, 医用透明质酸钠凝胶 hyaluronic-acid",
    "grade": "饲用植酸酶 phytase, 食品级L-乳酸 l-lactic-acid, 高纯丁二酸 succinic-acid, 医药级透明质酸钠 hyaluronic-acid,"
    "饲料级赖氨酸盐酸盐 lysine, 有机茶叶 tea, III类医疗器械 medical-device, 耐热木聚糖酶 xylanase, 婴儿奶粉3段 infant-formula,"
    "便携式彩超 ultrasound-scanner, 国产GMP级质粒 plasmid-dna, 依克多因化妆品级 ectoine",
    "model": "纳滤膜NF-8040 nanofiltration-membrane, 改性聚乳酸粒子4032D polylactic-acid, 甜菊糖苷RM95 steviol-glycosides,"
    "低聚果糖P95 fructooligosaccharides, 脑机接口头环X1 brain-computer-interface, PVC管材DN110 plastic-product,"
    "1.5T磁共振 mri-scanner, 水泥P.O42.5 building-material",
    "quantity": "丁二酸99.5% succinic-acid, 植酸酶10000U/g phytase, 人血白蛋白20%50ml albumin, 益生菌300亿CFU/g probiotics,"
    "PHA60% pha, 5%阿维菌素乳油 avermectin, 西林瓶10ml pharma-packaging, PTCA球囊扩张导管2.5×20mm balloon-catheter,"
    "精酿啤酒12°P beer, LED灯18W home-appliance, 枯草芽孢杆菌1000亿/克 bacillus-subtilis",
    "packing": "赤藓糖醇25kg/袋 erythritol, 桶装酱油 soy-sauce, 血糖试纸50片装 blood-glucose, 瓶装啤酒 beer, 医用外科口罩50只/盒 masks,"
    "散装白酒 liquor, 衣康酸（25kg/袋） itaconic-acid, 袋装奶粉 dairy-product",
    "process": "卷式超滤膜元件 ultrafiltration-membrane, PLA吹膜级 polylactic-acid, PBAT吹膜料 pbat, 一次性无菌注射器 syringes,"
    "发酵法衣康酸 itaconic-acid, 微囊化植酸酶 phytase, 包衣赖氨酸 lysine, 新冠抗原检测试剂盒（胶体金法） infectious-disease-test,"
    "狂犬病疫苗（Vero细胞） rabies-vaccine",
    "trade": "饲料添加剂生产 feed-additive, 国产聚乳酸 polylactic-acid, 聚乳酸（自有品牌） polylactic-acid, 疫苗研发 vaccine,"
    "进口替代层析填料 chromatography-media, ADC药物（临床II期） antibody-drug-conjugate, 透明质酸年产300吨 hyaluronic-acid,"
    "中药饮片加工 tcm-decoction-pieces",
}


@pytest.mark.parametrize(
    ("text", "entry"),
    [
        pytest.param(*pair.split(), id=f"{kind}: {pair.split()[0]}")
        for kind, row in BESIDE.items()
        for pair in row.split(",")
    ],
)
def test_what_stands_beside_a_name_is_set_aside(products, text, entry):
    assert sure(products, text) == [entry]


@pytest.mark.parametrize(
    "text",
    [
        "柠檬酸生产设备", "PHA改性助剂", "植酸酶检测试剂盒", "疫苗冷链箱", "抗体纯化填料", "纳滤膜清洗剂", "胰岛素泵", "PLA吸管模具",
        "啤酒瓶", "口罩机", "酶制剂包装", "种子编织袋", "疫苗批发", "单抗销售", "进口医疗器械代理", "冻干机维修", "离心机转子",
        "面膜布", "胶原蛋白肠衣", "角鲨烷精油", "呼吸机管路", "聚乳酸催化剂", "干细胞运输箱", "生物柴油催化剂", "玻尿酸注射培训",
        "抗体偶联药物ADC CDMO服务", "单抗 CRO服务", "疫苗 检测", "聚乳酸3D打印线材",
    ],
)  # fmt: skip
def test_a_name_that_only_qualifies_another_head_connects_and_is_never_sure(products, text):
    assert sure(products, text) == []
    assert contained(products, text)


@pytest.mark.parametrize(
    "text", ["PHA（已停用）", "疫苗（兽用）", "植酸酶（非发酵法）", "PHA（拟投产级）", "疫苗（宠物用）"]
)
def test_a_remark_that_takes_back_or_turns_the_name_is_not_set_aside(products, text):
    assert sure(products, text) == []


@pytest.mark.parametrize("text", ["膜清洗剂", "抗菌袜", "农药瓶", "物流信息系统"])
def test_a_head_without_a_name_in_it_is_nothing(products, text):
    assert (sure(products, text), contained(products, text)) == ([], [])


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("抗体偶联药物ADC CDMO服务", {"antibody-drug-conjugate", "cdmo-service"}),
        ("柠檬酸乳酸清洗剂", {"citric-acid", "lactic-acid"}),
        ("疫苗和胰岛素冷链箱", {"vaccine", "insulin"}),
        ("玻色因面霜", {"pro-xylane", "cosmetics-product"}),
    ],
)
def test_every_name_in_a_text_connects(products, text, names):
    assert set(contained(products, text)) == names
    assert {offer.id for offer in products.suggest(text) if offer.connects} >= names


@pytest.mark.parametrize(
    ("text", "entry"),
    [
        ("聚乳酸（PLA）树脂，年产5万吨", "polylactic-acid"),
        ("PHA生物可降解材料", "pha"),
        ("谷氨酸钠（味精）80目", "monosodium-glutamate"),
        ("药物洗脱支架DES", "vascular-stents"),
        ("长链二元酸DC12", "long-chain-dicarboxylic-acids"),
        ("污水处理菌种（硝化细菌）", "wastewater-agents"),
    ],
)
def test_one_thing_named_twice_is_the_narrower(products, text, entry):
    assert sure(products, text) == [entry]


# ---------------------------------------------------------------- substances


@pytest.mark.parametrize(
    ("text", "not_this"),
    [
        ("丁二酸酐", "succinic-acid"), ("丁二酸二乙酯", "succinic-acid"), ("柠檬酸钠", "citric-acid"), ("柠檬酸三钠", "citric-acid"),
        ("柠檬酸三丁酯", "citric-acid"), ("乳酸钙", "lactic-acid"), ("乳酸薄荷酯", "lactic-acid"), ("衣康酸二丁酯", "itaconic-acid"),
        ("聚丙烯酰胺", "synthetic-polymer"), ("聚乙烯醇", "synthetic-polymer"), ("甲基丙烯酸", "basic-chemical"),
        ("5-氨基乙酰丙酸", "levulinic-acid"), ("透明质酸酶", "hyaluronic-acid"), ("乙酰氨基葡萄糖", "glucosamine"),
        ("苯丙酮酸钠", "pyruvic-acid"), ("甲醇钠", "basic-chemical"), ("异抗坏血酸", "vitamin-c"), ("琥珀酸酐", "succinic-acid"),
    ],
)  # fmt: skip
def test_a_longer_substance_is_not_the_shorter(products, text, not_this):
    assert not_this not in (*sure(products, text), *contained(products, text))
    is_known = bool(sure(products, text))
    assert is_known or not any(offer.connects for offer in products.suggest(text) if offer.id == not_this)


@pytest.mark.parametrize(
    ("text", "entry"),
    [("衣康酸二丁酯", "itaconic-acid"), ("柠檬酸三丁酯", "citric-acid"), ("琥珀酸二乙酯", "succinic-acid")],
)
def test_the_shorter_substance_is_offered_and_no_more(products, text, entry):
    assert entry in [offer.id for offer in products.suggest(text)]


@pytest.mark.parametrize(
    ("text", "entry"),
    [
        ("乳酸酶联免疫试剂", "lactic-acid"),
        ("葡萄糖酶解液", "starch-sugars"),
        ("甘油铝塑袋", "glycerol"),
        ("变异疫苗", "vaccine"),
    ],
)
def test_what_only_begins_like_another_substance_hides_no_name(products, text, entry):
    assert entry in contained(products, text)


@pytest.mark.parametrize(
    ("text", "entry"),
    [
        ("低分子肝素钠注射液", "heparin"),
        ("医药级透明质酸钠滴眼液", "hyaluronic-acid"),
        ("左旋泛酸钙片", "calcium-pantothenate"),
    ],
)
def test_a_salt_that_the_trade_calls_by_the_same_name_is_the_same(products, text, entry):
    assert sure(products, text) == [entry]


@pytest.mark.parametrize("name", ["疫苗", "聚乳酸纤维膜", "PHA"])
def test_only_a_substance_turns_into_another(name):
    assert not is_other_substance(name, "聚", "酯")


# ---------------------------------------------------------------- lists and marks

TWO = ["pha", "polylactic-acid"]


@pytest.mark.parametrize(
    "text",
    [
        "1.PHA 2.PLA", "1、PHA 2、PLA", "①PHA；②PLA", "①PHA②PLA", "（1）PHA（2）PLA", "(1)PHA (2)PLA", "（一）PHA（二）PLA",
        "一、PHA；二、PLA", "1）PHA；2）PLA", "产品一：PHA；产品二：PLA", "产品1：PHA，产品2：PLA", "PHA 50%、PLA 30%", "PHA60%，PLA40%",
        "PHA: 1000吨；PLA: 500吨", "PHA（1000吨/年）、PLA（2000吨/年）", "PHA 1000吨 PLA 2000吨", "PHA®、PLA™", "PHA/PLA",
        "PHA＋PLA", "PHA & PLA", "PHA以及PLA", "PHA，及PLA", "• PHA • PLA", "- PHA\n- PLA", "◆PHA ◆PLA", "PHA。PLA。",
        "主要产品为PHA、PLA", "主营：PHA，PLA", "我司主要产品有：PHA，PLA", "PHA、PLA等", "PHA，99%，25kg/袋；PLA，食品级", "PHA粒料和PLA切片",
    ],
)  # fmt: skip
def test_a_list_is_read_however_it_is_marked(products, text):
    assert sure(products, text) == TWO


@pytest.mark.parametrize(
    "text", ["PHA®", "PHA™", "主要产品为PHA", "PHA等", "PHA: 1000吨", "「PHA」", "《PHA》", "3、PHA", "PHA系列产品"]
)
def test_a_mark_beside_one_product_leaves_it_one_product(products, text):
    assert sure(products, text) == ["pha"]


@pytest.mark.parametrize(
    ("text", "entry"),
    [
        ("1,4-丁二醇(BDO)", "butanediol"), ("1,3-丙二醇", "propanediol"), ("1，4-丁二醇", "butanediol"), ("L-丙氨酸", "alanine"),
        ("5-氨基乙酰丙酸", "5-aminolevulinic-acid"), ("β-1,3-葡聚糖", "yeast-beta-glucan"), ("2'-岩藻糖基乳糖", "hmo"),
        ("N-乙酰神经氨酸", "sialic-acid"), ("N-乙酰氨基葡萄糖", "n-acetylglucosamine"), ("2,5-呋喃二甲酸", "fdca"),
        ("2,3-丁二醇", "2-3-butanediol"), ("3-羟基丙酸", "hydroxypropionic-acid"), ("生物基1,3-丙二醇（99.8%）", "propanediol"),
    ],
)  # fmt: skip
def test_the_numbers_of_a_substance_are_no_list(products, text, entry):
    assert len(products.split(text)) == 1
    assert sure(products, text) == [entry]


@pytest.mark.parametrize(
    ("text", "entries"),
    [
        ("1,4-丁二醇，1,3-丙二醇，丁二酸", ["butanediol", "propanediol", "succinic-acid"]),
        ("1.1,4-丁二醇 2.1,3-丙二醇", ["butanediol", "propanediol"]),
        ("三七、黄芪", ["notoginseng", "astragalus"]),
        ("纳滤膜 NF-8040 超滤膜 UF-4040", ["nanofiltration-membrane", "ultrafiltration-membrane"]),
        ("赖氨酸(70%) 5万吨/年，苏氨酸 2万吨/年", ["lysine", "threonine"]),
        ("维生素B12、维生素K2", ["vitamin-b12", "vitamin-k2"]),
    ],
)
def test_numbers_in_names_and_quantities_are_no_marks(products, text, entries):
    assert sure(products, text) == entries


def test_a_list_in_another_field_is_marked_in_the_same_ways(resolvers):
    assert resolvers["needs"].split("1.资金 2.人才") == ("资金", "人才")
    assert resolvers["needs"].split("产品有问题卖不出去") == ("产品有问题卖不出去",)
    assert resolvers["sectors"].split("①生物医药②生物农业") == ("生物医药", "生物农业")


# ---------------------------------------------------------------- offers


def test_contained_names_are_offered_before_any_likeness(products):
    for text in ("植酸酶检测试剂盒", "污水脱氮除磷菌剂", "纳滤膜清洗剂", "疫苗冷链箱", "酵母蛋白粉碎机"):
        offers = [offer.how for offer in products.suggest(text)]
        assert offers == sorted(offers), text  # contains before fuzzy


@pytest.mark.parametrize(
    ("text", "entry", "connects"),
    [
        ("污水脱氮除磷菌剂", "wastewater-agents", True),
        ("生物法表面活性剂", "bio-surfactants", True),
        ("纳滤膜清洗剂", "nanofiltration-membrane", True),
        ("丁二酸二乙酯", "succinic-acid", False),
    ],
    ids=["the same head", "a process before it", "contained", "another substance"],
)
def test_a_likeness_beside_a_name_connects_with_the_same_head_only(products, text, entry, connects):
    assert {offer.connects for offer in products.suggest(text) if offer.id == entry} == {connects}


def test_likenesses_are_few(products):
    likenesses = [offer for offer in products.suggest("重组胶元蛋") if offer.how is How.FUZZY]
    assert 0 < len({offer.similarity for offer in likenesses}) <= SUGGESTIONS


# ---------------------------------------------------------------- the words beside names


@pytest.mark.parametrize(
    ("text", "side", "is_aside"),
    [
        ("注射液", Side.BEHIND, True), ("注射液", Side.BEFORE, False), ("国产有机", Side.BEFORE, True), ("有机", Side.BEHIND, False),
        ("25kg/袋", Side.ANY, True), ("助剂", Side.ANY, False), ("", Side.ANY, True), ("（99.5%）", Side.BEHIND, True),
        ("2.5×20mm", Side.BEHIND, True), ("NF-8040", Side.BEHIND, True), ("ABS", Side.BEHIND, False), ("粒料助剂", Side.ANY, False),
        ("3ml:300单位", Side.BEHIND, True), ("年产10万吨", Side.ANY, True), ("粉設備", Side.ANY, False), ("顆粒", Side.ANY, True),
    ],
)  # fmt: skip
def test_words_quantities_and_models_are_set_aside_on_their_side(text, side, is_aside):
    assert is_set_aside(text, side) is is_aside


def test_no_word_beside_names_is_of_two_kinds():
    words = [word.strip("-") for kind in word_lists().beside_names.values() for word in kind]
    assert sorted(words) == sorted(set(words))


@given(text=st.text(max_size=300))
def test_any_text_is_set_aside_or_not_in_time_that_grows_with_its_length(text):
    assert is_set_aside(text, Side.ANY) in (True, False)


@given(data=st.data())
def test_a_name_with_words_beside_it_is_read_as_the_name_or_as_a_longer_one(products, data):
    """Whatever is set aside, the reading holds the entry that the name alone has, or an entry of a longer name."""
    entry = data.draw(st.sampled_from(["phytase", "pha", "bioreactor", "polylactic-acid", "probiotics", "vaccine"]))
    name = products.vocabulary[entry].zh
    grade = data.draw(st.sampled_from(["国产", "食品级", "高纯", "全自动", "医用"]))
    tail = data.draw(st.sampled_from(["", " 25kg/袋", " XQ-200", "（99%）", "，年产3万吨"]))
    text = f"{grade}{name}{tail}"
    assert sure(products, text) == [entry] or fold(grade + name) in products.vocabulary.index


EVERYDAY = {
    "clinic-service": "正畸 根管治疗 种植牙 拔牙 针灸 肿瘤科 检验科 产检",
    "farm-product": "商品猪 二元母猪 仔猪 肉牛 黄羽鸡 生鲜乳 蛋鸡 山羊",
    "compound-feed": "膨化料 开口料 虾料 乳猪料 水产料 猪用预混料 膨化饲料 教槽料",
    "ceramic-membrane": "陶瓷超滤膜管 陶瓷膜管 陶瓷膜芯 陶瓷微滤膜 陶瓷超滤膜 无机膜 陶瓷膜组件 陶瓷膜",
    "orthopedic-implants": "髋臼杯 接骨螺钉 可吸收螺钉 髓内钉 椎间融合器 骨修复支架 可降解接骨螺钉 接骨板",
    "animal-diagnostics": "非洲猪瘟PCR检测 宠物抗体检测试剂盒 非瘟检测 禽病检测 虾病检测 兽用检测试剂盒 猪病检测 宠物快检",
    "manufacturing-execution-system": "批记录电子化 电子批记录 批记录系统 EBR 车间MES 生产执行系统 车间管理系统 MES系统",
    "biodiesel": "B24 B30 船用B24 船用生物柴油 生物柴油B100 船用生物燃油 B5生物柴油 UCOME",
}


@pytest.mark.parametrize(
    ("text", "entry"), [(text, entry) for entry, row in EVERYDAY.items() for text in row.split()]
)  # fmt: skip
def test_products_and_services_are_known_by_the_names_people_use(products, text, entry):
    assert sure(products, text) == [entry]
