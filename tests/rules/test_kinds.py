"""What a company can ask for or use is a support; what it can only cite is a direction: the shipped packs say which."""

import pytest

GIVEN = {
    "a research programme one applies to": "gd-core-research",
    "a subsidy": "gl-frontier-product-subsidy",
    "a fund": "gd-guidance-fund",
    "a loan": "ah-credit",
    "a list that is called for": "gd-signature-product-list",
    "a catalogue of products": "ah-promotion-catalogue",
    "a recognition": "ah-three-firsts",
    "a title": "gl-little-giants",
    "a permission": "gd-ftz-stem-cell-gene",
    "a pilot one is admitted to": "gd-segmented-production-pilot",
    "procurement": "ah-buy-local",
    "a platform": "gl-hetao-pilot",
    "shared instruments": "gd-instrument-sharing-centres",
    "public computing": "gl-ai-drug-computing",
    "a park": "gd-specialised-parks",
    "training": "gl-compliance-training",
    "matching": "ah-pilot-matchmaking",
    "a contest": "ah-maker-contest",
    "a fast track": "ah-pilot-fast-track",
    "land, energy and siting": "gd-major-project-list",
    "a demonstration project": "gd-biorefinery-demonstration",
    "being courted as a newcomer": "ah-investment-promotion",
}
CITED = {
    "products a province means to have": "ah-priority-biofood",
    "a layout of a region": "ah-layout-north",
    "the part a city plays": "gl-shenzhen",
    "technology to be developed": "gd-enzyme-design-tools",
    "research somebody carries out": "gl-core-technology-rd",
    "a field to grow": "gd-marine-feed",
    "wider use": "gd-biopesticide-application",
    "a use to be explored": "gd-biosensing-monitoring",
    "a service to be explored": "gd-custom-medical-aesthetics",
    "what polluters are called upon to do": "ah-polluters-upgrade",
    "clinical trials to be advanced": "gl-gene-editing-trials",
    "standards to be completed": "ah-standards",
    "exchange with a region": "ah-yangtze-delta-cooperation",
}


@pytest.mark.parametrize("measure_id", GIVEN.values(), ids=GIVEN)
def test_what_can_be_asked_for_or_used_is_a_support(shipped, measure_id):
    assert shipped.measures[measure_id].kind == "support"


@pytest.mark.parametrize("measure_id", CITED.values(), ids=CITED)
def test_what_can_only_be_cited_is_a_direction(shipped, measure_id):
    assert shipped.measures[measure_id].kind == "direction"


GRANTED_BY_NATURE = {
    "first_equipment",
    "first_material",
    "product_list",
    "procurement",
    "fast_track",
    "subsidy",
    "fund",
}


def test_money_lists_recognition_procurement_and_fast_tracks_are_supports_but_for_who_is_called_upon_to_give(shipped):
    measures = [one for one in shipped.measures.values() if one.instrument in GRANTED_BY_NATURE]
    assert {one.id for one in measures if one.kind == "direction"} == {"gl-venture-funds"}


def test_the_boxes_of_the_anhui_draft_hold_no_support(shipped):
    assert {one.kind for one in shipped.measures.values() if one.source.clause.startswith("box")} == {"direction"}
