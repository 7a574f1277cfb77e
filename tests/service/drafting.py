"""A policy of an invented district, as a file and as the draft that is read of it."""

import shutil
from pathlib import Path

from service.drafts.source import read_sent_draft

POLICY = """云溪区支持企业发展若干措施
一、支持做强
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
（二）各街道负责做好宣传工作，每年安排不超过300万元工作经费。
（三）本措施自2026年1月1日起施行。
"""
PLACE = "岳阳市云溪区"


def sent_draft(folder: Path, lexicon, document_id: str = "yunxi-2026", text: str = POLICY):
    """Return the draft that is read of the policy."""
    file = folder / "policy.txt"
    file.write_text(text, "utf-8")
    return read_sent_draft(file, document_id, lexicon)


def copy_of(catalogue: Path, folder: Path) -> Path:
    """Return a catalogue that may be replaced, in a folder of its own."""
    return Path(shutil.copyfile(catalogue, folder / "catalogue.sqlite"))
