"""The vocabularies hold together, and read what companies write as a careful person would."""

import re
from functools import cache
from pathlib import Path

import pytest

import seeds
from seeds.library import load_documents
from seeds.vocabulary import Vocabulary, fold, load_vocabulary

SEEDS = Path(seeds.__file__).parent
NAMES = ("sectors", "concepts", "stages", "enterprise_stages", "size_classes", "needs", "instruments", "certifications")

INSTRUMENTS = frozenset(
    {
        "first_equipment", "first_material", "first_software", "pilot", "product_list", "rd_funding", "platform",
        "demonstration", "scenario", "procurement", "market_access", "fast_track", "fund", "finance", "subsidy",
        "enterprise_growth", "park", "investment", "facility", "public_service", "data_compute", "digital", "talent",
        "ip", "standards", "green_carbon", "international", "promotion", "exchange", "major_project",
    }
)  # fmt: skip

AMBIGUOUS = {
    "concepts": {
        "生物制剂": {"biologic-drugs", "environmental-agents"},
        "菌剂": {"microbial-agents", "environmental-agents"},
        "微生物制剂": {"microbial-agents", "environmental-agents"},
    },
    "enterprise_stages": {
        "未融资": {"startup", "growth", "mature"},
        "尚未融资": {"startup", "growth", "mature"},
        "暂未融资": {"startup", "growth", "mature"},
        "不需要融资": {"startup", "growth", "mature"},
        "无需融资": {"startup", "growth", "mature"},
        "战略融资": {"startup", "growth", "mature", "listed"},
        "上市公司子公司": {"startup", "growth", "mature", "listed"},
    },
    "size_classes": {
        "中小微企业": {"micro", "small", "medium"},
        "中小微": {"micro", "small", "medium"},
        "中小企业": {"micro", "small", "medium"},
        "SME": {"micro", "small", "medium"},
        "SMEs": {"micro", "small", "medium"},
        "MSME": {"micro", "small", "medium"},
        "small and medium-sized enterprise": {"micro", "small", "medium"},
        "小微企业": {"micro", "small"},
        "小微": {"micro", "small"},
        "小微型企业": {"micro", "small"},
        "小型微型企业": {"micro", "small"},
        "小型微利企业": {"micro", "small"},
        "small and micro enterprise": {"micro", "small"},
        "中小型企业": {"small", "medium"},
        "中小型": {"small", "medium"},
        "中小": {"small", "medium"},
        "大中型企业": {"medium", "large"},
        "大中型": {"medium", "large"},
    },
}

READINGS = {
    "sectors": {
        "biotech": "生物科技 生物技术 生物工程 生命科学 biotechnology",
        "biomanufacturing": "生物制造 生物智造 工业生物技术 bio-manufacturing Biomanufacturing",
        "biopharma": "生物医药 生物制药 生物醫藥 biopharma 生物医药产业",
        "pharmaceuticals": "医药 制药 药企 新药研发",
        "synthetic-biology": "合成生物 合成生物学 synbio 合成生物學",
        "cell-therapy": "细胞治疗 細胞治療 cell_therapy 干细胞",
        "cell-gene-therapy": "细胞与基因治疗 CGT",
        "tcm": "中药 中医药 中成药 中藥 TCM",
        "diagnostics": "体外诊断 IVD 诊断试剂 先进诊疗",
        "medical-devices": "医疗器械 医械 medtech",
        "ai-drug": "AI制药 AI+生物医药 AIDD",
        "ai-medical": "智慧医疗 诊断软件 医疗人工智能",
        "brain-computer-interface": "脑机接口 BCI",
        "biomaterials": "生物材料 生物基材料 生物基新材料 ＢＩＯＭＡＴＥＲＩＡＬＳ",
        "biodegradable-plastics": "可降解塑料 生物可降解材料",
        "fine-chemicals": "精细化学品 精细化工",
        "bio-chemicals": "生物化工 生物基化学品",
        "bio-cosmetics": "美妆医美 化妆品原料",
        "cosmetics": "化妆品 美妆 护肤品",
        "bio-breeding": "种业 种子 生物育种",
        "bio-feed": "生物饲料 发酵饲料",
        "feed-industry": "饲料 饲料加工",
        "veterinary-drugs": "兽药 动保 动物疫苗",
        "biofood": "生物食品 功能食品 食品配料",
        "food-manufacturing": "食品 食品加工 预制菜",
        "future-food": "未来食品 替代蛋白 人造肉",
        "health-industry": "大健康 健康产业",
        "bioenergy": "生物能源 生物质能 biofuel",
        "biogas": "沼气 生物天然气",
        "biomass-solid-fuel": "生物质颗粒 生物质颗粒取暖",
        "hydrogen-energy": "氢能 绿氢",
        "new-energy": "新能源 可再生能源",
        "environmental-protection": "环保 节能环保",
        "enzymes": "酶 酶制剂 工业酶 enzymes",
        "strains": "菌种 底盘细胞",
        "bio-equipment": "生物制造装备 发酵设备 高端仪器装备",
        "scientific-instruments": "科学仪器 实验室仪器",
        "equipment-manufacturing": "高端装备 装备制造",
        "drug-cro-cdmo": "CRO CDMO CXO",
        "software": "软件 软件开发 互联网 SaaS",
        "catering": "餐饮 火锅店 奶茶店",
        "property-management": "物业 物业管理",
        "logistics": "物流 快递",
        "photovoltaics": "光伏 太阳能",
        "garments": "服装 牛仔 服饰",
        "retail-wholesale": "外贸 电商 跨境电商 超市",
        "construction": "建筑 建筑装修 装修",
        "education": "教育培训 幼儿园",
        "semiconductors": "半导体 芯片 集成电路",
        "batteries": "动力电池 锂电池 储能",
        "automobile": "汽车零部件 新能源汽车",
        "metal-products": "五金 金属制品",
        "moulds": "模具",
        "furniture": "家具",
        "building-materials": "陶瓷 建材",
        "toys-sports": "玩具",
        "tourism": "旅游 酒店 旅游酒店",
        "advertising": "广告传媒 广告",
        "legal-accounting": "法律 会计 律师事务所",
        "finance": "银行 金融 创业投资",
        "human-resources": "人力资源 劳务派遣",
        "real-estate": "房地产",
    },
    "concepts": {
        "polylactic-acid": "聚乳酸 PLA ＰＬＡ polylactic_acid 聚丙交酯",
        "polylactic-acid-products": "PLA吸管 ＰＬＡ吸管 PLA餐具",
        "pha": "聚羟基脂肪酸酯 PHA PHAs",
        "pbat": "PBAT",
        "biodegradable-polymers": "生物可降解材料 可降解塑料 可降解吸管 生物基可降解材料制品",
        "succinic-acid": "丁二酸 琥珀酸 succinic_acid",
        "bio-succinic-acid": "生物基丁二酸 生物法合成丁二酸",
        "propanediol": "1,3-丙二醇 PDO 1，3-丙二醇",
        "butanediol": "1,4-丁二醇 BDO",
        "fdca": "FDCA 呋喃二甲酸",
        "polyethylene-furanoate": "PEF 聚呋喃二甲酸乙二醇酯",
        "polyamide-56": "PA56 尼龙56",
        "polytrimethylene-terephthalate": "PTT",
        "hydroxypropionic-acid": "3-羟基丙酸 3-HP",
        "alanine": "L-丙氨酸 丙氨酸 Ｌ－丙氨酸",
        "hmo": "HMO 母乳低聚糖 人乳寡糖",
        "dha": "DHA DHA藻油 二十二碳六烯酸",
        "allulose": "阿洛酮糖 D-阿洛酮糖 allulose",
        "erythritol": "赤藓糖醇",
        "hyaluronic-acid": "透明质酸 玻尿酸 HA 透明質酸",
        "collagen": "胶原蛋白 collagen",
        "recombinant-collagen": "重组胶原蛋白 重组人源化胶原蛋白",
        "ergothioneine": "麦角硫因",
        "ectoine": "依克多因 四氢嘧啶",
        "coenzyme-q10": "辅酶Q10 CoQ10",
        "nmn": "NMN 烟酰胺单核苷酸",
        "astaxanthin": "虾青素",
        "squalene": "角鲨烯",
        "ivd": "体外诊断 IVD 体外診斷",
        "poct": "POCT 即时检测 胶体金",
        "gene-sequencing": "NGS 高通量测序 DNA测序",
        "sequencer": "基因测序仪 测序仪",
        "pcr": "PCR",
        "crispr": "CRISPR CRISPR-Cas CRISPR/Cas9",
        "crispr-interference": "CRISPRi",
        "aav": "AAV 腺相关病毒",
        "car-t": "CAR-T CAR-T细胞治疗 CART CAR—T",
        "cell-therapy-product": "细胞治疗 cell_therapy",
        "stem-cell": "干细胞 人体干细胞",
        "organoid": "类器官",
        "monoclonal-antibody": "单抗 单克隆抗体 mAb",
        "bispecific-antibody": "双抗 双特异性抗体",
        "antibody-drug-conjugate": "ADC 抗体偶联药物",
        "antibody-drugs": "抗体药物 抗体 新型抗体药物",
        "mrna": "mRNA 信使RNA",
        "glp1": "GLP-1 减重药",
        "semaglutide": "司美格鲁肽",
        "insulin": "胰岛素",
        "genetic-engineering-vaccine": "基因工程疫苗 重组疫苗",
        "animal-vaccine": "动物疫苗 兽用疫苗",
        "cdmo-service": "CDMO",
        "cro-service": "CRO",
        "bio-jet-fuel": "SAF 生物航煤 生物航空煤油 生物航油",
        "biodiesel": "生物柴油 biodiesel",
        "cellulosic-ethanol": "纤维素乙醇 第二代纤维素乙醇",
        "cultured-meat": "细胞培养肉 细胞培育肉 cultured_meat",
        "microbial-protein": "微生物蛋白 菌体蛋白",
        "one-carbon-protein": "一碳菌体蛋白",
        "artificial-milk": "人造奶",
        "bioreactor": "生物反应器 发酵罐 fermenter 超大规模生物反应器",
        "bioprocess-control": "发酵罐控制系统",
        "raman-spectrometer": "拉曼光谱仪 拉曼光谱在线传感器",
        "tem": "透射电镜 透射电子显微镜 TEM",
        "mass-spectrometer": "质谱仪 高性能质谱仪",
        "chromatography-media": "层析填料 色谱介质",
        "freeze-dryer": "冻干机",
        "bio-fragrance": "生物法香料",
        "flavour-fragrance": "香料",
        "cellulase": "纤维素酶",
        "low-purine-beer": "低嘌呤啤酒",
        "herbal-vesicles": "中草药囊泡",
        "brain-computer-interface": "脑机接口",
        "biometric-device": "人脸识别 生物识别",
        "garment-product": "牛仔裤 衬衫",
        "photovoltaic-module": "光伏组件",
        "consumer-electronics": "手机壳 耳机",
        "furniture-product": "沙发",
        "chip": "芯片",
        "software-product": "ERP",
    },
    "stages": {
        "concept": "概念 概念验证 proof-of-concept",
        "research": "研发 小试 R&D 临床前 实验室阶段 lab-scale 研發",
        "pilot": "中试 小批量试产 pilot_scale 中試",
        "clinical": "临床试验 II期 Ⅲ期临床 IND phase_II",
        "demonstration": "示范线 试生产 工程化验证 NDA",
        "production": "量产 量產 产业化 產業化 规模化 已上市 运营 mass_production commercial 投产",
    },
    "enterprise_stages": {
        "startup": "初创 天使轮 种子期 Pre-A轮",
        "growth": "成长期 A轮 B轮 series_A",
        "mature": "成熟期 拟上市 Pre-IPO",
        "listed": "上市公司 科创板 上市 北交所",
    },
    "size_classes": {"micro": "微型企业 个体户", "small": "小型企业", "medium": "中型企业", "large": "大型企业"},
    "needs": {
        "first-equipment-recognition": "首台套 首台（套） 首台套认定",
        "three-firsts-recognition": "三首产品认定 三首 “三首”产品认定",
        "first-material-recognition": "首批次",
        "first-material-insurance": "首批次保险",
        "signature-product-list": "标志性产品名单",
        "pilot-production": "中试 中试平台 pilot",
        "pilot-scale-up": "中试放大 scale-up",
        "pilot-verification": "中试验证",
        "lab-to-pilot": "小试转中试",
        "open-competition": "揭榜挂帅",
        "loan": "贷款 银行贷款 loan",
        "loan-interest-subsidy": "贷款贴息 loan_subsidy",
        "equity-financing": "股权融资 VC",
        "subsidy": "补贴 资金补助 grant",
        "land": "土地 用地",
        "novel-food-approval": "新食品原料审批",
        "hospital-access": "入院 医保",
        "ccer": "CCER",
        "going-abroad": "出海 海外市场",
        "digital-transformation": "数字化改造 技改",
        "little-giant": "小巨人",
        "share-reform": "股改",
    },
    "instruments": {"first_equipment": "首台（套） 首台套", "first_software": "首版次", "fund": "产业基金"},
    "certifications": {
        "high-tech-enterprise": "高新技术企业 国高 高企",
        "specialised-sme": "专精特新 专精特新中小企业",
        "little-giant": "小巨人 国家级专精特新“小巨人”企业",
        "manufacturing-champion": "单项冠军",
        "gazelle": "瞪羚",
        "unicorn": "独角兽",
        "tech-sme": "科技型中小企业",
        "national-enterprise-technology-centre": "国家企业技术中心",
        "gmp": "GMP",
        "iso13485": "ISO13485 ISO_13485",
        "above-scale": "规上 规模以上企业",
    },
}

LOOK_ALIKES = {
    "sectors": "中小企业 高新技术企业 科技 专精特新 集团 民营企业 创新 绿色 智能 其他 无 ,",
    "concepts": "材料 产品 技术 平台 设备 服务 创新 原料 中小企业 试点 高新技术企业 生物 科技 检测 认证 无",
    "stages": "中小企业试点 首台套 中国 无 不量产",
    "needs": "生物医药 聚乳酸 广州 无",
    "certifications": "生物医药 量产 无",
    "instruments": "聚乳酸 企业 无",
    "size_classes": "规上 上市公司 企业",
    "enterprise_stages": "量产 中试 企业",
}

OUTSIDE = (
    "生物识别 人脸识别 物业管理 餐饮 火锅店 服装 牛仔 物流 快递 光伏 半导体 家具 五金 模具 玩具 教育培训 房地产 旅游 广告 "
    "银行 人力资源 医药物流 医药流通 食品包装 医疗美容 纺织 汽车零部件 安防 诊所 养老 动力电池 游戏 建筑装修 白酒 茶叶 化学农药 种植业 生物质颗粒"
)
"""Words of fields that have nothing in common with biomanufacturing, not even a shared member."""

TOO_COARSE = "医药 制药 化工 新材料 食品 农业 能源 新能源 环保 化妆品 软件 装备制造 高端装备 人工智能 医疗器械 饲料 肥料 农药 啤酒 乳制品 调味品 仪器仪表"
INSIDE = (
    "生物医药 疫苗 中药 合成生物 体外诊断 生物基材料 生物饲料 兽药 种业 保健品 宠物食品 食品添加剂 生物柴油 沼气 酶制剂 "
    "发酵设备 CDMO 脑机接口 生物信息 生物炼制 黑臭水体治理"
)

FIELDLESS = "传感器 维生素 数字孪生 算力 甘油 核心零部件"
WITHOUT_BIOLOGY = "丁二酸 1,4-丁二醇 聚酰胺 聚氨酯 氨纶 PBAT 香料 塑料袋 啤酒 酱油 饲料 化肥 芯片 生物识别 软件 奶粉"


@cache
def vocabulary(name: str) -> Vocabulary:
    return load_vocabulary(SEEDS / "vocabularies" / f"{name}.yaml")


def readings() -> list[tuple[str, str, str]]:
    return [
        (name, word.replace("_", " "), entry)
        for name, table in READINGS.items()
        for entry, words in table.items()
        for word in words.split()
    ]


def relation(word: str, field: str) -> str:
    """Tell how the sector of this name stands to `field`: inside, too coarse or outside."""
    (sector,) = vocabulary("sectors").find(word)
    taxonomy = vocabulary("sectors").taxonomy
    if taxonomy.within(sector, [field]):
        return "inside"
    return "too coarse" if taxonomy.overlaps(sector, [field]) else "outside"


def implied(word: str) -> set[str]:
    return {sector for entry in vocabulary("concepts").find(word) for sector in vocabulary("concepts")[entry].sectors}


@pytest.mark.parametrize("name", NAMES)
def test_ids_are_plain_and_every_entry_says_its_source(name):
    for entry in vocabulary(name).entries.values():
        assert re.fullmatch(r"[a-z0-9]+([-_][a-z0-9]+)*", entry.id), entry.id
        assert entry.en, entry.id
        assert entry.source, entry.id


@pytest.mark.parametrize("name", NAMES)
def test_no_entry_lists_the_same_spelling_twice(name):
    for entry in vocabulary(name).entries.values():
        folded = [fold(spelling) for spelling in entry.spellings() if spelling not in (entry.zh, entry.en)]
        assert len(folded) == len(set(folded)), entry.id
        assert all(folded), entry.id


@pytest.mark.parametrize("name", NAMES)
def test_a_spelling_belongs_to_one_entry_except_where_known(name):
    known = {fold(word): ids for word, ids in AMBIGUOUS.get(name, {}).items()}
    found = {word: set(ids) for word, ids in vocabulary(name).index.items() if len(ids) > 1}
    assert found == known


@pytest.mark.parametrize(("name", "word", "entry"), readings())
def test_word_reads_as_its_entry(name, word, entry):
    assert vocabulary(name).find(word) == (entry,)


@pytest.mark.parametrize(
    ("name", "word"), [(name, word) for name, words in LOOK_ALIKES.items() for word in words.split()]
)
def test_look_alike_reads_as_nothing(name, word):
    assert vocabulary(name).find(word) == ()


def test_the_tables_are_wide_enough():
    assert len(readings()) >= 300
    assert len(vocabulary("concepts").entries) >= 1000
    assert len(vocabulary("sectors").entries) >= 180
    assert len(vocabulary("needs").entries) >= 100


def test_no_concept_is_one_character_or_a_classification_code():
    for spelling in vocabulary("concepts").index:
        assert len(spelling) > 1, spelling
        assert not spelling.isdecimal(), spelling


# ------------------------------------------------------------------ sectors
def gbt_codes() -> list[tuple[str, str]]:
    return [(code, entry.id) for entry in vocabulary("sectors").entries.values() for code in entry.extra.get("gbt", ())]


def test_classification_codes_have_their_form_and_one_entry_each():
    codes = [code for code, _ in gbt_codes()]
    assert all(isinstance(code, str) and re.fullmatch(r"[A-T]|\d{2,4}", code) for code in codes)
    assert len(codes) == len(set(codes))


def test_every_section_and_division_of_the_classification_is_known():
    codes = {code for code, _ in gbt_codes()}
    assert {f"{number:02}" for number in range(1, 98)} <= codes
    assert set("ABCDEFGHIJKLMNOPQRST") <= codes


@pytest.mark.parametrize(
    ("code", "sector"),
    [
        ("2761", "biologics"),
        ("27", "pharmaceuticals"),
        ("2740", "tcm"),
        ("2750", "veterinary-drugs"),
        ("2832", "biomaterials"),
        ("2831", "bio-based-fibres"),
        ("2541", "liquid-biofuel"),
        ("1321", "pet-food"),
        ("1492", "health-food"),
        ("2625", "bio-fertilizer"),
        ("2632", "bio-pesticide"),
        ("8492", "clinical-labs"),
        ("7020", "property-management"),
        ("18", "garments"),
        ("62", "catering"),
    ],
)
def test_classification_code_maps_to_its_sector(code, sector):
    assert dict(gbt_codes())[code] == sector


@pytest.mark.parametrize("word", INSIDE.split())
def test_sector_is_inside_biomanufacturing(word):
    assert relation(word, "biomanufacturing") == "inside"


@pytest.mark.parametrize("word", TOO_COARSE.split())
def test_general_word_is_too_coarse_for_biomanufacturing(word):
    assert relation(word, "biomanufacturing") == "too coarse"


@pytest.mark.parametrize("word", OUTSIDE.split())
def test_outside_word_is_outside_both_fields(word):
    assert relation(word, "biomanufacturing") == "outside"
    assert relation(word, "life-health") == "outside"


@pytest.mark.parametrize(
    ("left", "right"),
    [
        ("生物材料", "生物饲料"),
        ("制药机械", "制药"),
        ("医疗美容", "医疗器械"),
        ("兽药", "医药"),
        ("食品包装", "食品"),
        ("生物识别", "生物信息"),
        ("生物质颗粒", "生物药"),
        ("光伏", "生物能源"),
        ("医药物流", "医药"),
    ],
)
def test_neighbouring_words_are_different_fields(left, right):
    (one,), (other,) = vocabulary("sectors").find(left), vocabulary("sectors").find(right)
    assert one != other
    assert not vocabulary("sectors").taxonomy.within(one, [other])


# ------------------------------------------------------------------ concepts
def test_concepts_imply_sectors_that_exist():
    for entry in vocabulary("concepts").entries.values():
        assert set(entry.sectors) <= set(vocabulary("sectors").entries), entry.id
        assert entry.kind in {"product", "technology"}, entry.id


@pytest.mark.parametrize(
    ("word", "sector"),
    [
        ("透射电镜", "bio-instruments"),
        ("拉曼光谱仪", "bio-instruments"),
        ("发酵罐控制系统", "bioprocess-control"),
        ("生物法香料", "bio-fine-chemicals"),
        ("牛仔裤", "garments"),
        ("光伏组件", "photovoltaics"),
        ("抗体药物", "biologics"),
        ("聚乳酸", "biomaterials"),
        ("细胞培养肉", "future-food"),
        ("CAR-T", "cell-therapy"),
    ],
)
def test_product_implies_its_sector(word, sector):
    assert sector in implied(word)


@pytest.mark.parametrize("word", FIELDLESS.split())
def test_word_without_a_field_implies_none(word):
    assert implied(word) == set()


@pytest.mark.parametrize("word", WITHOUT_BIOLOGY.split())
def test_product_made_without_biology_implies_no_biomanufacturing(word):
    taxonomy = vocabulary("sectors").taxonomy
    assert implied(word)
    assert not any(taxonomy.within(sector, ["biomanufacturing"]) for sector in implied(word))


@pytest.mark.parametrize(
    ("narrow", "broad"),
    [
        ("聚乳酸", "生物可降解材料"),
        ("聚乳酸", "生物基材料"),
        ("PLA吸管", "聚乳酸"),
        ("CAR-T", "细胞治疗"),
        ("单抗", "抗体药物"),
        ("单抗", "生物药"),
        ("发酵罐", "生物制造装备"),
        ("司美格鲁肽", "多肽药物"),
        ("拉曼光谱仪", "传感器"),
        ("赖氨酸", "饲料用氨基酸"),
        ("纤维素乙醇", "生物液体燃料"),
        ("生物法香料", "精细化学品"),
        ("浮萍", "蛋白饲料"),
    ],
)
def test_narrow_concept_has_its_broader_one(narrow, broad):
    (low,), (high,) = vocabulary("concepts").find(narrow), vocabulary("concepts").find(broad)
    assert vocabulary("concepts").taxonomy.within(low, [high])


@pytest.mark.parametrize("name", ["concepts", "sectors", "needs", "instruments", "certifications"])
def test_source_clause_exists_and_names_what_stands_in_it(name):
    documents = {document.id: document for document in load_documents(SEEDS / "documents")}
    for entry in vocabulary(name).entries.values():
        document_id, _, path = entry.source.partition("#")
        if not path:
            assert entry.source in {"trade", "GB/T 4754-2017"}, entry.id
            continue
        document = documents[document_id]
        (clause,) = [clause for clause in document.clauses if clause.path == path]
        text = fold(document.text[clause.start : clause.end])
        # a need or an instrument is answered by its clause, in whatever words
        assert name in {"needs", "instruments"} or any(fold(word) in text for word in entry.spellings()), entry.id


# ------------------------------------------------------------------ the smaller ones
def test_instruments_are_the_closed_list():
    assert set(vocabulary("instruments").entries) == INSTRUMENTS


def test_needs_name_instruments_that_exist():
    silent = {entry.id for entry in vocabulary("needs").entries.values() if not entry.instruments}
    in_words = {
        "open-platform",
        "waste-treatment",
        "biogas",
        "pollution-control",
        "odour-treatment",
        "soil-remediation",
        "pest-control",
        "animal-disease",
        "better-varieties",
    }
    # understood, and no instrument answers it, or only the sentences that name it do
    assert silent == {"tax-relief", *in_words}
    for entry in vocabulary("needs").entries.values():
        assert set(entry.instruments) <= INSTRUMENTS, entry.id


def test_every_instrument_answers_some_need():
    assert {one for entry in vocabulary("needs").entries.values() for one in entry.instruments} == INSTRUMENTS


@pytest.mark.parametrize("name", ["stages", "enterprise_stages", "size_classes"])
def test_steps_rise_in_the_order_of_the_file(name):
    orders = [entry.extra["order"] for entry in vocabulary(name).entries.values()]
    assert orders == sorted(orders)
    assert set(orders) == set(range(1, max(orders) + 1))


def test_clinical_work_is_pilot_work():
    assert vocabulary("stages").taxonomy.within("clinical", ["pilot"])


def test_little_giant_presupposes_the_broader_titles():
    assert vocabulary("certifications").taxonomy.within("little-giant", ["innovative-sme"])
