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
           "编号|企业编号|企业ID|内部编号|客户编号|项目编号|档案编号|档案号|自编号|入库编号|编码|企业编码|记录编号|"
           "uid|id|external id|no code|company id|record id|customer id|reference"),
    _field("name", Kind.TEXT,
           "企业名称|公司名称|名称|单位名称|企业|公司|单位|企业名|公司名|单位名|企业全称|公司全称|单位全称|全称|"
           "申报单位|申请单位|申报企业|申请企业|申报主体|填报单位|入驻企业|入园企业|在园企业|租户|租户名称|租户名|"
           "客户名称|机构名称|市场主体名称|经营主体名称|经营主体|主体名称|商事主体名称|企业中文名称|name|company|"
           "company name|enterprise|enterprise name|business name|legal name|registered name|firm|firm name|tenant|"
           "tenant name|organisation|organization|organisation name|organization name|entity name"),
    _field("uscc", Kind.CODE,
           "统一社会信用代码|信用代码|社会信用代码|统一信用代码|企业信用代码|统一代码|社会统一信用代码|信用代码证号|"
           "统一社会信用代码证|统一社会信用码|统一社会代码|社会信用码|信用编码|信用码|统一社会信用代码证号|"
           "统一社会信用编码|统一社会信用代码号|统一社会信用号|纳税人识别号|纳税人识别码|纳税识别号|纳税人税号|"
           "纳税人识别代码|税号|企业税号|credit code|unified social credit code|social credit code|"
           "unified credit code|usci|uscc code|uscc number|registration code|tax id|tax number|"
           "tax identification number|taxpayer id|taxpayer identification number"),
    _field("province", Kind.PLACE,
           "省份|省|所在省|所在省份|注册省份|注册省|所属省份|所属省|省(市)|省市|省级|省代码|省份代码|省级代码|"
           "省(自治区、直辖市)|province|province code", order=PROVINCE),
    _field("city_part", Kind.PLACE,
           "城市|市|所在城市|注册城市|注册市|所在市|所属城市|所属市|地市|所属地市|所在地市|地级市|市级|市代码|"
           "城市代码|市级代码|市州|市(地、州)|town city|city name|city code", order=CITY),
    _field("city", Kind.PLACE,
           "注册地|所在地|注册所在地|注册所在|所在地址|注册地区|注册区域|所在地区|所在区域|地区|区域|所属地区|"
           "所属区域|行政区划|行政区划代码|行政区划编码|行政区|区划|区划代码|地区代码|所在地代码|注册地代码|"
           "注册地址|企业地址|公司地址|单位地址|地址|住所|企业住所|住所地|登记住所|经营地址|注册地点|注册地所在|"
           "注册地行政区划|登记地|登记地址|注册登记地|工商注册地|工商注册地址|工商注册所在地|属地|所属地|"
           "所属行政区划|企业所在地|公司所在地|单位所在地|注册地市|省市区|省市县|省市区县|地域|位置|地点|city|"
           "region|place|location|address|company address|registered place|registered address|registered office|"
           "registered in|registered location|registered city|registered region|registration place|"
           "place of registration|place of incorporation|administrative division|division code|region code|"
           "city or county|办公地址|办公地点|办公地|办公场所|实际办公地址|实际经营地址|实际经营地|经营地|"
           "经营地点|经营场所|主要经营场所|生产经营地|生产经营地址|office address|operating address|"
           "business address|place of business", order=PLACE),
    _field("county", Kind.PLACE,
           "区县|县区|区|县|县市区|市区县|区(市)县|所在区县|所在县区|所在区|所在县|所属区县|所属县区|所属区|所属县|"
           "注册区县|注册区|区(县)|县(市)|区县代码|县区代码|区代码|县代码|县级|区县级|county|district|county code|"
           "district code|county or district", order=COUNTY),
    _field("target_city", Kind.PLACE,
           "拟落户地|意向落户地|拟落户城市|拟落户地区|拟落户区域|落户意向|落户意向地|意向城市|意向地区|拟投资地|"
           "拟投资地区|拟投资城市|计划投资地|目标城市|目标地区|意向地|落户地|意向区域|投资意向地|项目落户地|"
           "拟迁入地|拟选址|target city|target place|target region|target location|intended place|intended city|"
           "planned location"),
    _field("sector", Kind.LIST,
           "行业|所属行业|行业类别|行业分类|行业领域|行业名称|行业类型|行业大类|行业中类|行业小类|行业方向|细分行业|"
           "细分领域|所处行业|所在行业|从事行业|经营行业|所属领域|领域|产业|所属产业|产业类别|产业领域|产业方向|"
           "产业分类|产业类型|重点产业|产业链|所属产业链|行业代码|行业及代码|行业名称及代码|国民经济行业|"
           "国民经济行业分类|国民经济行业代码|国标行业|主营行业|所属赛道|赛道|细分赛道|行业门类|sector|sectors|"
           "sub sector|industry|industries|industry sector|industry name|industry category|industry type|"
           "industry classification|field|business field|industry code|sector code"),
    _field("products", Kind.LIST,
           "主营产品|产品|主要产品|核心产品|产品名称|产品服务|主要产品服务|主营产品服务|主要产品或服务|"
           "主营产品或服务|主导产品|拳头产品|代表产品|代表性产品|重点产品|在研产品|产品与服务|主营业务|主要业务|"
           "业务|主营范围|主营业务产品|主要产品名称|主营产品名称|主营|产品及服务|主营产品及服务|主要产品及服务|"
           "产品类别|产品类型|产品列表|产品清单|生产产品|products|product|product name|product list|main product|"
           "main products|key product|key products|core product|core products|products and services|"
           "product or service|main business|principal business|goods"),
    _field("technologies", Kind.LIST,
           "核心技术|技术|主要技术|关键技术|重点技术|主导技术|技术名称|技术方向|技术领域|技术路线|技术类别|核心工艺|"
           "主要工艺|研发方向|研究方向|研发领域|technology|technologies|technology name|technology field|"
           "main technology|main technologies|key technology|key technologies|core technology|core technologies|"
           "r&d direction|research direction"),
    _field("stage", Kind.LIST,
           "所处阶段|阶段|项目阶段|产品阶段|研发阶段|产业化阶段|技术阶段|项目进展|项目进度|产品进展|研发进展|"
           "研发进度|产品所处阶段|项目所处阶段|产品研发阶段|目前阶段|目前所处阶段|当前阶段|进展阶段|进展|技术成熟度|"
           "成熟度|stage|project stage|product stage|development stage|r&d stage|project status|project phase|phase|"
           "current stage"),
    _field("needs", Kind.LIST,
           "需求|政策需求|企业需求|诉求|企业诉求|政策诉求|主要诉求|支持需求|服务需求|扶持需求|帮扶需求|需要的支持|"
           "所需支持|希望获得的支持|希望得到的支持|期望支持|主要需求|当前需求|发展需求|需求类型|需求类别|needs|need|"
           "policy needs|support needs|support wanted|support needed|demand|demands|requirement|requirements"),
    _field("certifications", Kind.LIST,
           "资质|资质认定|企业资质|资质荣誉|荣誉资质|资质证书|资质名称|资质类型|资质称号|企业称号|称号|认定资质|"
           "认定情况|已获资质|获得资质|已有资质|已获认定|荣誉|认证|认证资质|资质认证|体系认证|获得荣誉|资质及荣誉|"
           "资质和荣誉|企业荣誉|荣誉称号|资质情况|企业标签|certifications|certification|qualifications|"
           "qualification|certificates|certificate|accreditations|honours|honors"),
    _field("founded_on", Kind.DATE,
           "成立日期|成立时间|成立年月日|成立年月|注册时间|注册日期|注册年月|设立日期|设立时间|设立年月|登记日期|"
           "登记时间|工商注册时间|工商注册日期|工商登记日期|创立时间|创立日期|创建时间|创建日期|创办时间|"
           "企业成立时间|企业成立日期|公司成立时间|公司成立日期|开业日期|开业时间|founded on|founded|founding|"
           "founded at|date of founding|founding date|established|established on|date established|"
           "date of establishment|establishment date|registration date|registered on|date of registration|"
           "date founded|incorporated|incorporated on|incorporation date|date of incorporation|founding month"),
    _field("employees", Kind.WHOLE,
           "员工人数|从业人数|从业人员|从业人员数|从业人员数量|从业人员总数|从业人员期末人数|从业人员平均人数|"
           "职工人数|员工|员工数|员工总数|员工总人数|职工总数|职工总人数|从业人员人数|人员规模|人员数量|人员总数|"
           "团队人数|在职人数|在职员工|在职员工数|在职员工人数|企业人数|总人数|人数|用工人数|参保人数|社保人数|"
           "缴纳社保人数|社保缴纳人数|员工数量|职工数|职工数量|employees|employee|staff|staff number|"
           "number of staff|total staff|total employees|headcount|number of employees|no of employees|"
           "employee count|employees count|staff count|employee number|workforce|personnel"),
    _field("rd_staff", Kind.WHOLE,
           "研发人员|研发人员数|研发人数|研发人员人数|研发人员数量|研发人员总数|科技人员数|科技人员|科技人员人数|"
           "科研人员|科研人员数|科研人数|技术研发人员|研究人员|研究开发人员|研究开发人员数|研发团队人数|"
           "专职研发人员|R&D人员|R&D人员数|R&D staff|rd staff|research staff|R&D personnel|R&D employees|"
           "R&D headcount|number of R&D staff|number of R&D personnel|number of researchers|researchers|"
           "research personnel"),
    _field("annual_revenue_cny", Kind.MONEY,
           "营业收入|年营业收入|营业收入额|营业收入总额|年营收|营收|营收额|营业总收入|销售收入|年销售收入|"
           "产品销售收入|营业额|年营业额|销售额|年销售额|销售总额|主营业务收入|主营收入|主营业务营业收入|年收入|"
           "营收规模|年产值|annual revenue|revenue|revenues|total revenue|annual revenue cny|revenue cny|"
           "annual turnover|turnover|sales|annual sales|sales revenue|operating revenue|annual operating revenue"),
    _field("rd_spend_cny", Kind.MONEY,
           "研发费用|研发投入|研发支出|研发经费|研发费|研发费用总额|研发投入总额|研发投入金额|研发投入额|年研发费用|"
           "年研发投入|年研发经费|研究开发费用|研究开发费|研究开发投入|研究开发支出|研究与试验发展经费|研发经费支出|"
           "研发经费投入|科研经费|科研投入|R&D经费|R&D费用|R&D投入|R&D支出|R&D spend|R&D spending|rd spend|"
           "rd spend cny|R&D expenditure|R&D expenses|R&D expense|R&D cost|R&D costs|R&D investment|R&D budget|"
           "annual R&D spend|research spend|research and development expenditure|research and development expenses"),
    _field("foreign_invested", Kind.FLAG,
           "是否外资|外资|是否外商投资|是否外资企业|外商投资|外资企业|是否为外资|是否为外资企业|是否为外商投资企业|"
           "是否外商投资企业|是否属于外资企业|是否涉外资|外商投资企业|内外资|内资外资|foreign invested|"
           "foreign-invested|foreign investment|foreign invested enterprise|is foreign|is foreign invested|foreign|"
           "foreign owned"),
    _fact("enterprise_stage", Kind.ENTRY,
           "企业发展阶段|企业阶段|公司阶段|公司发展阶段|发展阶段|企业所处阶段|公司所处阶段|企业成长阶段|成长阶段|"
           "企业生命周期|生命周期|融资轮次|融资阶段|enterprise stage|company stage|growth stage|business stage|"
           "life cycle stage|funding round|funding stage|financing round", vocabulary="enterprise_stages"),
    _fact("size_class", Kind.ENTRY,
           "企业规模|企业划型|规模|企业类型(规模)|企业规模类型|规模类型|规模划分|企业规模划分|企业规模划型|划型结果|"
           "大中小微|大中小微型|划型|单位规模|size|size class|size category|company size|enterprise size|"
           "business size|firm size", vocabulary="size_classes"),
    _fact("above_scale", Kind.FLAG,
           "是否规上|规上企业|是否规上企业|是否为规上企业|是否规模以上|规模以上企业|规模以上|是否规模以上企业|"
           "是否为规模以上企业|是否上规|上规|规上|是否纳统|规上规下|above scale|above designated size|"
           "is above scale|enterprise above designated size"),
    _fact("listed", Kind.FLAG,
           "是否上市|上市公司|是否上市公司|是否上市企业|是否为上市公司|是否为上市企业|上市企业|是否已上市|上市与否|"
           "listed|is listed|listed company|publicly listed|publicly traded"),
    _fact("credit_ok", Kind.FLAG,
           "信用状况良好|信用良好|是否信用良好|信用是否良好|信用状况是否良好|信用记录良好|信用记录是否良好|"
           "无失信记录|是否无失信记录|credit ok|credit in order|good credit|credit in good standing"),
    _fact("invention_patents", Kind.NUMBER,
           "有效发明专利数|发明专利|发明专利数|发明专利数量|发明专利总数|有效发明专利|有效发明专利数量|"
           "有效发明专利件数|发明专利件数|授权发明专利|授权发明专利数|发明专利授权数|发明专利拥有量|拥有发明专利数|"
           "invention patents|invention patent|number of invention patents|valid invention patents|"
           "granted invention patents"),
    _fact("ip_count", Kind.NUMBER,
           "知识产权数|知识产权|知识产权数量|知识产权总数|知识产权件数|知识产权拥有量|自主知识产权数|专利数|"
           "专利数量|专利总数|专利件数|有效专利数|ip count|ip rights|ip number|number of ip rights|"
           "intellectual property rights|intellectual property|patents|number of patents|patent count"),
    _fact("registered_capital_cny", Kind.MONEY,
           "注册资本|注册资金|注册资本金|注册资本额|注册资本总额|registered capital|registered capital cny|"
           "authorised capital|authorized capital"),
    _fact("total_assets_cny", Kind.MONEY,
           "资产总额|总资产|资产总计|资产合计|资产规模|资产总值|期末资产总额|total assets|total assets cny|assets"),
    _fact("investment_cny", Kind.MONEY,
           "项目投资额|总投资|项目总投资|项目总投资额|项目投资总额|投资总额|总投资额|计划投资|计划投资额|投资额|"
           "投资金额|投资规模|项目投资|项目投资规模|拟投资额|拟投资总额|计划总投资|计划总投资额|investment|"
           "investment cny|investment amount|project investment|planned investment|total investment"),
    _fact("revenue_growth", Kind.SHARE,
           "营业收入增长率|营收增长率|营收增长|营业收入增长|营收增速|营收增幅|营业收入增速|营业收入增幅|"
           "营业收入同比增长率|营业收入同比增长|营业收入同比增速|营收同比|营收同比增长|营收同比增长率|收入增长率|"
           "销售增长率|销售收入增长率|销售额增长率|同比增长率|revenue growth|revenue growth rate|"
           "annual revenue growth|sales growth|sales growth rate|growth rate|growth|yoy growth"),
    _fact("leading_enterprise", Kind.FLAG,
           "是否龙头企业|龙头企业|属于龙头企业|是否龙头|是否为龙头企业|是否属于龙头企业|leading enterprise"),
    _fact("lead_enterprise_bio", Kind.FLAG,
           "是否生物制造龙头企业|生物制造龙头企业|属于生物制造龙头企业|是否为生物制造龙头企业"),
    _fact("leader_in_field", Kind.FLAG,
           "是否领军企业|领军企业|属于领军企业|是否为领军企业|是否属于领军企业|leader in field"),
    _fact("chain_leader", Kind.FLAG,
           "是否链主企业|链主企业|是否链主|链主|属于“链主”企业|是否为链主企业|是否产业链链主|产业链链主|"
           "chain leader|supply chain leader"),
    _fact("core_enterprise", Kind.FLAG,
           "是否核心企业|核心企业|属于核心企业|是否为核心企业|是否产业链核心企业|core enterprise"),
    _fact("innovative_enterprise", Kind.FLAG,
           "是否创新型企业|创新型企业|属于创新型企业|是否为创新型企业|innovative enterprise"),
    _fact("key_enterprise", Kind.FLAG, "是否重点企业|重点企业|属于重点企业|是否为重点企业|key enterprise"),
    _fact("university_or_institute", Kind.FLAG,
           "是否高校或科研院所|高校或科研院所|是否高校院所|是否科研院所|是否高校|属于高校或科研院所|"
           "university or institute|university or research institute"),
    _fact("hospital", Kind.FLAG,
           "是否医疗机构|医疗机构|是否医院|属于医疗机构|是否为医疗机构|hospital|is hospital|medical institution"),
    _fact("financial_institution", Kind.FLAG,
           "是否金融机构|金融机构|属于金融机构|是否为金融机构|financial institution|is financial institution"),
    _fact("high_energy_user", Kind.FLAG,
           "是否高耗能企业|是否高耗能|高耗能企业|属于高耗能企业|是否为高耗能企业|high energy user|energy intensive"),
    _fact("social_capital", Kind.FLAG,
           "是否社会资本|社会资本|属于社会资本|是否为社会资本|social capital|private capital"),
    _fact("partners_with_research", Kind.FLAG,
           "是否产学研合作|产学研合作|是否有产学研合作|是否开展产学研合作|是否联合高校院所|联合高校或科研机构开展|"
           "是否与高校或科研机构合作|partners with research|works with research institutes|"
           "industry university cooperation"),
    _field("facts", Kind.DECLARED, "facts"),
    _field("ignored", Kind.IGNORED,
           "备注|序号|行号|说明|联系人|联系人姓名|联系电话|电话|电话号码|手机|手机号|手机号码|联系方式|联系人电话|"
           "联系人手机|传真|邮箱|电子邮箱|电子邮件|邮编|邮政编码|网址|网站|官网|微信|微信号|法定代表人|法人|"
           "法人代表|法人姓名|法定代表人姓名|负责人|负责人姓名|企业负责人|姓名|职务|身份证号|身份证号码|经营范围|"
           "楼栋|楼宇|楼层|房号|房间号|门牌号|入驻时间|入驻日期|入园时间|入园日期|租赁面积|建筑面积|占地面积|租金|"
           "面积|园区|所在园区|园区名称|企业类型|企业性质|公司类型|公司性质|单位性质|单位类型|企业类别|类型|性质|"
           "登记状态|经营状态|存续状态|状态|填报人|填表人|经办人|填报时间|填报日期|填表日期|更新时间|更新日期|"
           "数据来源|税收|税收额|纳税额|纳税总额|上缴税金|利润|利润总额|净利润|净利率|企业简介|公司简介|企业介绍|"
           "简介|年份|统计年份|年度|日期|注册号|工商注册号|组织机构代码|登记机关|开户行|银行账号|remark|remarks|"
           "notes|note|comment|comments|contact|contact person|phone|telephone|tel|mobile|fax|email|website|url|"
           "number|serial number|legal representative|legal person|business scope|company type|enterprise type|tax|"
           "net profit|profit|year"),
)  # fmt: skip

BY_ID = {field.id: field for field in FIELDS}
