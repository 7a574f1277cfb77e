"""Examples that a draft makes of its own conditions come out as it says, and do not count before a person has looked."""

import pytest

from rules.drafting.draft import draft_pack, trial_document
from rules.language.condition_parsing import PackError
from rules.language.pack import parse_pack
from rules.language.reference import evaluate
from tests.rules.drafting.documents import document_of

BODY = """第一条 对年营业收入2000万元以上、从业人员不超过300人的企业，给予10万元奖励。
第二条 给予优秀企业20万元奖励。
第三条 申请第二条奖励的企业应符合下列条件之一：
（一）注册资本超过500万元；
（二）成立满2年。
第四条 有下列情形之一的，不予奖励：
（一）提供虚假材料的；
（二）研发人员占职工总数的比例不足10%的。
第五条 支持企业建设中试平台。"""


@pytest.fixture(scope="module")
def drafted(lexicon):
    document = trial_document(*document_of(BODY))
    pack = draft_pack(document, lexicon).pack
    kwargs = {"file": f"{document.id}.yaml", "documents": {document.id: document}, "lexicon": lexicon}
    return pack, kwargs


def test_the_examples_of_a_draft_come_out_as_it_says(drafted, answers_from, taxonomies):
    pack, kwargs = drafted
    measures = parse_pack(pack, **kwargs, is_draft=True).measures
    assert len(measures) == 3
    for measure in measures:
        verdicts = [example.verdict for example in measure.examples]
        assert [evaluate(measure, answers_from(one.facts), taxonomies).verdict for one in measure.examples] == verdicts
        assert len(set(verdicts)) == len(verdicts) > 1


def test_a_drafted_example_is_a_fault_once_the_pack_is_no_draft(drafted):
    pack, kwargs = drafted
    with pytest.raises(PackError) as error:
        parse_pack({**pack, "measures": [{**one, "title_en": "A measure"} for one in pack["measures"]]}, **kwargs)
    assert {fault.code for fault in error.value.faults} == {"example_drafted"}
