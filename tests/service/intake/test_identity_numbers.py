"""A resident's identity number typed as a credit code is refused with its own word, and no credit code is taken for one."""

import pytest
from marshmallow import ValidationError
from stdnum.cn import ric, uscc

from service.complaints import complaints_of
from service.intake.strict_fields import CreditCode
from tests.service.intake.on_a_day import read_tenants

NUMBERS = {
    "of the standard's example": "11010519491231002X",
    "of a child of this century": "440308200102280126",
    "with its check digit wrong": "440300198001011230",
    "with spaces": "440300 19800101 1234",
    "with hyphens": "440300-19800101-1234",
    "with a small x": "11010519491231002x",
    "full width": "１１０１０５１９４９１２３１００２Ｘ",
    "of Hong Kong's residents": "810000199408230021",
    "of a former county": "342622198402090497",
    "of a district that is no more": "440102197001010018",
}

CODES = {
    "of a company": "91110000600037341L",
    "of an institution, all digits": "124400004558601231",
    "of an association": "51440000500000000A",
    "of a place that ends in 20": "914401206000373410",
}


def problem(text: str) -> str:
    try:
        CreditCode().deserialize(text)
    except ValidationError as error:
        return complaints_of(error.messages)[0].code
    return ""


@pytest.mark.parametrize("number", NUMBERS.values(), ids=NUMBERS.keys())
def test_an_identity_number_is_refused_with_its_own_word(number: str) -> None:
    assert problem(number) == "credit_code_of_a_person"


@pytest.mark.parametrize("code", CODES.values(), ids=CODES.keys())
def test_a_credit_code_is_never_taken_for_a_person(code: str) -> None:
    assert problem(code) in ("", "credit_code_checksum", "credit_code_format")


def test_a_number_that_is_right_as_a_credit_code_too_is_a_person_s_where_its_own_check_digit_says_so() -> None:
    both = next(
        body + digit
        for number in range(1000)
        for body in [f"11010519491231{number:03d}"]
        for digit in [ric.calc_check_digit(body + "0")]
        if uscc.is_valid(body + digit)
    )
    assert problem(both) == "credit_code_of_a_person"


def test_a_table_tells_the_heading_and_does_not_repeat_the_number(csv_bytes) -> None:
    content = csv_bytes([["企业名称", "统一社会信用代码"], ["某某公司", "11010519491231002X"]])
    (row,) = read_tenants(content)
    (fault,) = row.unread
    assert (fault.field, fault.code, fault.value) == ("uscc", "credit_code_of_a_person", "")
