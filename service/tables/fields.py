"""What a column can be: the fields of a profile, the facts a table often holds, and every heading they go by."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Kind(StrEnum):
    """How the cells of a column are read."""

    TEXT = "text"
    CODE = "code"
    PLACE = "place"
    LIST = "list"
    WHOLE = "whole"
    MONEY = "money"
    DATE = "date"
    FLAG = "flag"
    NUMBER = "number"
    SHARE = "share"
    ENTRY = "entry"
    DECLARED = "declared"
    IGNORED = "ignored"


@dataclass(frozen=True, slots=True, kw_only=True)
class TableField:
    """One field; `names` are headings, the first is the template's. `order` sorts the parts of a place.

    `fact` says that the value is declared among the profile's facts; `vocabulary` names the entries of one.
    """

    id: str
    kind: Kind
    names: tuple[str, ...]
    fact: bool = False
    vocabulary: str = ""
    order: int = 0

    @property
    def heading(self) -> str:
        """Return the usual heading."""
        return self.names[0]

    @property
    def heading_en(self) -> str:
        """Return the usual heading in English, the id in words where there is none."""
        return next((name for name in self.names if name.isascii()), self.id.replace("_", " "))


def _field(name: str, kind: Kind, headings: str, *, order: int = 0) -> TableField:
    return TableField(id=name, kind=kind, names=tuple(headings.split("|")), order=order)


def _fact(name: str, kind: Kind, headings: str, *, vocabulary: str = "") -> TableField:
    return TableField(id=name, kind=kind, names=tuple(headings.split("|")), fact=True, vocabulary=vocabulary)


PROVINCE, CITY, PLACE, COUNTY = 1, 2, 3, 4

EXAMPLE_MARK = "示例："
"""A company whose name begins so is the example row of the template, and is skipped."""

FIELDS = (
    _field("external_id", Kind.TEXT,
           "编号|企业编号|企业ID|内部编号|客户编号|项目编号|id|external id|no code|company id"),
    _field("name", Kind.TEXT,
           "企业名称|公司名称|名称|单位名称|企业|公司|单位|企业全称|公司全称|全称|申报单位|申请单位|入驻企业|"
           "租户|租户名称|客户名称|机构名称|市场主体名称|name|company|company name|enterprise|enterprise name|"
           "tenant|tenant name|organisation|organization"),
    _field("uscc", Kind.CODE,
           "统一社会信用代码|信用代码|社会信用代码|统一信用代码|企业信用代码|统一代码|社会统一信用代码|"
           "信用代码证号|统一社会信用代码证|credit code|unified social credit code|social credit code|usci|"
           "registration code"),
    _field("province", Kind.PLACE, "省份|省|所在省|所在省份|注册省份|所属省份|省(市)|省市|province", order=PROVINCE),
    _field("city_part", Kind.PLACE,
           "城市|市|所在城市|注册城市|所在市|所属城市|地市|所属地市|地级市|town city", order=CITY),
    _field("city", Kind.PLACE,
           "注册地|所在地|注册所在地|注册地区|所在地区|地区|区域|所属地区|所属区域|行政区划|行政区划代码|行政区|"
           "注册地址|企业地址|公司地址|地址|住所|企业住所|经营地址|注册地点|属地|企业所在地|公司所在地|注册地市|"
           "city|region|place|location|address|registered place|registered address|registered in", order=PLACE),
    _field("county", Kind.PLACE,
           "区县|县区|区|县|县市区|市区县|所在区县|所在区|所属区县|所属区|注册区县|区(县)"
           "|county|district", order=COUNTY),
    _field("target_city", Kind.PLACE,
           "拟落户地|意向落户地|拟落户城市|意向城市|拟投资地|拟投资地区|拟投资城市|目标城市|意向地|落户地|"
           "意向区域|投资意向地|target city|target place|target region|intended place|intended city"),
    _field("sector", Kind.LIST,
           "行业|所属行业|行业类别|行业分类|行业领域|所属领域|领域|产业|所属产业|产业类别|产业领域|产业方向|"
           "行业代码|国民经济行业|国民经济行业分类|国民经济行业代码|主营行业|所属赛道|赛道|行业门类|sector|"
           "sectors|industry|industries|field|industry code"),
    _field("products", Kind.LIST,
           "主营产品|产品|主要产品|核心产品|产品名称|产品服务|主要产品服务|主营产品服务|主要产品或服务|"
           "主营产品或服务|主导产品|产品与服务|主营业务|主营业务产品|主要产品名称|主营|产品及服务|"
           "主营产品及服务|products|product|main product|main products|goods"),
    _field("technologies", Kind.LIST,
           "核心技术|技术|主要技术|关键技术|技术方向|技术领域|技术路线|研发方向|technology|technologies|"
           "main technology|main technologies|core technology|core technologies"),
    _field("stage", Kind.LIST,
           "所处阶段|阶段|项目阶段|产品阶段|研发阶段|产业化阶段|技术阶段|项目进展|产品所处阶段|项目所处阶段|"
           "目前阶段|进展阶段|stage|project stage|product stage"),
    _field("needs", Kind.LIST,
           "需求|政策需求|企业需求|诉求|企业诉求|支持需求|服务需求|需要的支持|希望获得的支持|主要需求|当前需求|"
           "发展需求|needs|need|support wanted|demand|demands|requirements"),
    _field("certifications", Kind.LIST,
           "资质|资质认定|企业资质|资质荣誉|荣誉资质|资质证书|认定资质|已获资质|获得资质|荣誉|认证|资质及荣誉|"
           "企业荣誉|资质情况|certifications|certification|qualifications|certificates|honours|honors"),
    _field("founded_on", Kind.DATE,
           "成立日期|成立时间|注册时间|注册日期|设立日期|设立时间|登记日期|创立时间|创立日期|企业成立时间|"
           "企业成立日期|公司成立时间|公司成立日期|开业日期|founded on|founded|date of founding|founding date|"
           "established|registration date|date founded|incorporated on"),
    _field("employees", Kind.WHOLE,
           "员工人数|从业人数|从业人员|从业人员数|职工人数|员工数|员工总数|职工总数|从业人员人数|人员规模|"
           "在职人数|企业人数|人数|用工人数|参保人数|员工数量|职工数|employees|staff|headcount|"
           "number of employees|employee count"),
    _field("rd_staff", Kind.WHOLE,
           "研发人员|研发人员数|研发人数|研发人员人数|研发人员数量|科技人员数|科技人员|研究人员|研发团队人数|"
           "R&D staff|rd staff|research staff|R&D personnel|R&D employees"),
    _field("annual_revenue_cny", Kind.MONEY,
           "营业收入|年营业收入|年营收|营收|销售收入|年销售收入|营业额|年营业额|销售额|年销售额|主营业务收入|"
           "年收入|营业总收入|营收规模|年产值|annual revenue|revenue|annual revenue cny|revenue cny|turnover|"
           "sales|annual sales|sales revenue"),
    _field("rd_spend_cny", Kind.MONEY,
           "研发费用|研发投入|研发支出|研发经费|年研发费用|年研发投入|研究开发费用|研发经费支出|研发费用总额|"
           "R&D经费|R&D投入|R&D spend|rd spend|rd spend cny|R&D expenditure|R&D expenses|R&D cost|research spend"),
    _field("foreign_invested", Kind.FLAG,
           "是否外资|外资|是否外商投资|是否外资企业|外商投资|外资企业|是否为外资企业|是否外商投资企业|"
           "外商投资企业|内外资|foreign invested|foreign-invested|foreign investment|is foreign|foreign"),
    _fact("enterprise_stage", Kind.ENTRY,
           "企业发展阶段|企业阶段|发展阶段|企业生命周期|融资轮次|融资阶段|enterprise stage|company stage|"
           "funding round", vocabulary="enterprise_stages"),
    _fact("size_class", Kind.ENTRY,
           "企业规模|企业划型|规模|企业类型(规模)|大中小微|划型|单位规模|size|size class|company size|"
           "enterprise size", vocabulary="size_classes"),
    _fact("above_scale", Kind.FLAG,
           "是否规上|规上企业|是否规上企业|是否规模以上|规模以上企业|是否规模以上企业|规上|above scale|"
           "above designated size"),
    _fact("listed", Kind.FLAG,
           "是否上市|上市公司|是否上市公司|是否上市企业|上市企业|是否已上市|listed|is listed|listed company"),
    _fact("credit_ok", Kind.FLAG,
           "信用状况良好|信用良好|是否信用良好|信用是否良好|信用记录良好|credit ok|credit in order"),
    _fact("invention_patents", Kind.NUMBER,
           "有效发明专利数|发明专利|发明专利数|发明专利数量|有效发明专利|发明专利件数|授权发明专利|"
           "invention patents"),
    _fact("ip_count", Kind.NUMBER,
           "知识产权数|知识产权|知识产权数量|知识产权总数|专利数|专利数量|专利总数|ip count|ip rights|patents"),
    _fact("registered_capital_cny", Kind.MONEY,
           "注册资本|注册资金|注册资本金|注册资本额|registered capital|registered capital cny"),
    _fact("total_assets_cny", Kind.MONEY, "资产总额|总资产|资产总计|资产规模|total assets|total assets cny|assets"),
    _fact("investment_cny", Kind.MONEY,
           "项目投资额|总投资|项目总投资|投资总额|计划投资|投资额|计划总投资|investment|investment cny|"
           "total investment"),
    _fact("revenue_growth", Kind.SHARE,
           "营业收入增长率|营收增长率|营收增速|营业收入增速|收入增长率|销售增长率|同比增长率|revenue growth|"
           "growth"),
    _fact("leading_enterprise", Kind.FLAG, "是否龙头企业|龙头企业|属于龙头企业|leading enterprise"),
    _fact("lead_enterprise_bio", Kind.FLAG, "是否生物制造龙头企业|生物制造龙头企业|属于生物制造龙头企业"),
    _fact("leader_in_field", Kind.FLAG, "是否领军企业|领军企业|属于领军企业"),
    _fact("chain_leader", Kind.FLAG, "是否链主企业|链主企业|是否链主|链主|属于“链主”企业|chain leader"),
    _fact("core_enterprise", Kind.FLAG, "是否核心企业|核心企业|属于核心企业"),
    _fact("innovative_enterprise", Kind.FLAG, "是否创新型企业|创新型企业|属于创新型企业"),
    _fact("key_enterprise", Kind.FLAG, "是否重点企业|重点企业|属于重点企业|key enterprise"),
    _fact("university_or_institute", Kind.FLAG,
           "是否高校或科研院所|高校或科研院所|是否高校院所|是否科研院所|属于高校或科研院所"),
    _fact("hospital", Kind.FLAG, "是否医疗机构|医疗机构|是否医院|属于医疗机构|hospital"),
    _fact("financial_institution", Kind.FLAG, "是否金融机构|金融机构|属于金融机构|financial institution"),
    _fact("high_energy_user", Kind.FLAG, "是否高耗能企业|是否高耗能|高耗能企业|属于高耗能企业"),
    _fact("social_capital", Kind.FLAG, "是否社会资本|社会资本|属于社会资本"),
    _fact("partners_with_research", Kind.FLAG,
           "是否产学研合作|产学研合作|是否联合高校院所|联合高校或科研机构开展|是否与高校或科研机构合作"),
    _field("facts", Kind.DECLARED, "facts"),
    _field("ignored", Kind.IGNORED,
           "备注|序号|说明|联系人|联系电话|电话|手机|手机号|手机号码|联系方式|邮箱|电子邮箱|邮编|网址|官网|"
           "法定代表人|法人|法人代表|负责人|企业负责人|经营范围|楼栋|楼宇|房号|门牌号|入驻时间|入园时间|"
           "租赁面积|面积|园区|所在园区|园区名称|企业类型|企业性质|登记状态|经营状态|状态|填报人|填报时间|"
           "填表日期|更新时间|数据来源|税收|纳税额|利润|净利润|企业简介|简介|年份|统计年份|remark|remarks|notes|"
           "note|comment|comments|contact|phone|email|website|number|legal representative|business scope"),
)  # fmt: skip

BY_ID = {field.id: field for field in FIELDS}
TARGETS = tuple(field.id for field in FIELDS)
"""What a mapping may name."""
