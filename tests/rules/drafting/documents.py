"""Invented documents to be drafted from."""

import hashlib

MEASURES = """一、支持做强
（一）对首次达到规模以上的企业，给予20万元奖励。已享受其他同类政策的，不重复享受。
（二）支持龙头企业建设中试平台。
（三）对符合下列条件的企业给予50万元奖励：
1.注册资本不低于1000万元；
2.近两年未发生重大安全事故。
二、申报
（一）申报时间为每年4月1日至5月31日，通过“云溪通”平台申报。
（二）申报材料：营业执照、上年度审计报告、承诺书。
三、附则
（一）本措施所称企业，是指在本区注册的法人。
"""
"""The measures of a district, how one applies, and the beginning of its last part."""


def document_of(body: str, **more):
    """Return metadata and text of a document whose title stands above its body."""
    title = "云溪区支持企业发展若干措施"
    text = f"{title}\n{body}"
    unknown = (
        "number",
        "issued_on",
        "written_on",
        "published_on",
        "effective_from",
        "valid_to",
        "source_url",
        "checked_on",
    )
    metadata = {
        "schema": 1, "id": "yunxi-measures", "title": title, "heading": title, "status": "in_force", "region": "440114",
        "issuers": ["云溪区人民政府"], "sha256": hashlib.sha256(text.encode()).hexdigest(),
        **dict.fromkeys(unknown, "unknown"), **more,
    }  # fmt: skip
    return metadata, text
