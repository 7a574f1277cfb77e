"""Dossiers opened and read back: what stands in them, on how many pages, the same bytes for the same question."""

import io
import itertools
import zipfile
from dataclasses import replace
from datetime import date

import docx
import pypdfium2
import pytest

from matcher.answers.engine import Engine
from matcher.profiles.profile import MatchRequest, Profile
from seeds.documents import clause_name
from seeds.faults import worded
from service.dossiers.contents import DossierForm, DossierWriter, Whose, group_of
from service.dossiers.docx import docx_bytes
from service.dossiers.orders import Clerk, DossierFormat, Maker, Orders, OrderState, Wanted, file_name
from service.dossiers.pdf import FONTS, PACKAGE, NoFontError, font_of, pdf_bytes
from service.screenings.stored.folders import Tenant
from service.screenings.stored.jobs import Jobs, LeaseLostError, Options
from service.store import Store

ON = date(2026, 11, 21)
NASTY = '某某生物公司 #set text(red) $x^2$ *粗* <script> "]\\ @ref'
PROFILE = Profile(name=NASTY, city="蚌埠市", products=("聚乳酸",), stage=("中试",), needs=("中试验证",), employees=120)


@pytest.fixture(scope="module")
def engine(catalogue):
    return Engine(catalogue)


def answer(engine, profile=PROFILE, language="zh"):
    return engine.match(MatchRequest(profile=profile, on=ON, limit=100, language=language))


def pages_of(content):
    return [page.get_textpage().get_text_range() for page in pypdfium2.PdfDocument(content)]


def joined(text):
    """A text without the breaks of its lines."""
    return "".join(text.split())


@pytest.mark.parametrize("language", ["zh", "en"])
@pytest.mark.parametrize("kind", ["pdf", "docx"])
def test_a_full_dossier_holds_every_measure_with_its_quote_and_source(engine, language, kind):
    told = answer(engine, language=language)
    whose = Whose(
        name=NASTY, row=3, letterhead=("某某产业园", "服务部"), work={told.recommendations[0].measure.id: "已申报"}
    )
    dossier = DossierWriter(engine.catalogue, language).write(told, whose, DossierForm.FULL)
    made = (pdf_bytes if kind == "pdf" else docx_bytes)(dossier, DossierForm.FULL)
    if kind == "pdf":
        text = "\n".join(pages_of(made))
    else:
        text = "\n".join(paragraph.text for paragraph in docx.Document(io.BytesIO(made)).paragraphs)
    found = joined(text)
    assert len(told.recommendations) > 10
    for one in told.recommendations:
        source = one.measure.source
        assert joined(one.measure.title) in found
        assert joined(source.quote) in found, "word for word"
        assert joined(clause_name(engine.catalogue.documents[source.document], source.clause)) in found
    for question in told.questions:
        assert joined(question.question) in found
    for words in (NASTY, "某某产业园", "服务部", "已申报", ON.isoformat(), told.catalogue.version, *dossier.sources):
        assert joined(words) in found
    assert ("原文未写明" if language == "zh" else joined("not stated in the text")) in found


@pytest.mark.parametrize("form", DossierForm)
@pytest.mark.parametrize("kind", DossierFormat)
def test_the_same_question_gives_the_same_bytes(engine, form, kind):
    question = MatchRequest(profile=PROFILE, on=ON)
    made = [Maker(engine, Wanted(format=kind, form=form)).of_company(question) for _ in range(2)]
    assert made[0] == made[1]
    other = Maker(engine, Wanted(format=kind, form=form)).of_company(replace(question, profile=Profile(city="广州")))
    assert other != made[0]


@pytest.mark.parametrize("language", ["zh", "en"])
def test_a_dossier_on_one_page_is_one_page_whoever_it_is_for(engine, language):
    writer = DossierWriter(engine.catalogue, language)
    whose = Whose(
        name="很长" * 30, uscc="91110000600037341L", row=7, letterhead=("某" * 60, "企" * 60, "电" * 60, "d" * 60)
    )
    companies = itertools.product(
        ("蚌埠市", "广州", ""), (("聚乳酸",), ("合成生物", "PHA", "体外诊断"), ()), (("融资", "人才"), ())
    )
    for city, products, needs in companies:
        told = answer(engine, Profile(city=city, products=products, needs=needs, stage=("中试",)), language)
        dossier = writer.write(told, whose, DossierForm.BRIEF)
        (page,) = pages_of(pdf_bytes(dossier, DossierForm.BRIEF))
        shown = sum(len(group.entries) for group in dossier.groups)
        if shown < len(told.recommendations):
            assert joined(writer.words["more"].format(count=len(told.recommendations) - shown)) in joined(page)
        assert shown == len(told.recommendations) or shown >= 2


def test_measures_stand_under_what_can_be_done_with_them(engine):
    told = answer(engine)
    dossier = DossierWriter(engine.catalogue, "zh").write(told, Whose(name="甲"), DossierForm.FULL)
    words = DossierWriter(engine.catalogue, "zh").words
    assert [group.heading for group in dossier.groups] == [
        words[f"group.{name}"]
        for name in ("now", "later", "open", "cite")
        if name in set(map(group_of, told.recommendations))
    ]
    for group in dossier.groups:
        for entry in group.entries:
            assert ("还缺" in dict(entry.lines)) == ("可能相符" in entry.title)
            if group.heading == words["group.now"]:
                assert "现行有效" in entry.title


def test_of_somebody_unknown_nothing_is_made_up(engine):
    dossier = DossierWriter(engine.catalogue, "zh").write(answer(engine, Profile()), Whose(), DossierForm.FULL)
    assert (dossier.name, dossier.groups, dossier.more) == ("一家企业", (), "没有列出措施。")
    assert "没有可用的企业情况" in dossier.facts[0]
    assert pages_of(pdf_bytes(dossier, DossierForm.FULL))


def test_a_pdf_holds_the_font_that_it_is_set_with(engine):
    made = Maker(engine, Wanted()).of_company(MatchRequest(profile=PROFILE, on=ON))
    assert b"FontFile3" in made or b"FontFile2" in made
    assert b"NotoSansCJK" in made


def test_without_a_chinese_font_the_package_is_named():
    assert font_of(frozenset({"DejaVu Sans", FONTS[2]})) == FONTS[2]
    with pytest.raises(NoFontError):
        font_of(frozenset({"DejaVu Sans"}))
    for language in ("zh", "en"):
        assert PACKAGE in worded("no_font", {"package": PACKAGE}, language)[1]


def test_the_package_of_the_font_is_installed_in_the_image_and_named_to_readers(root):
    assert PACKAGE in (root / "Dockerfile").read_text("utf-8")
    assert PACKAGE in (root / "README.md").read_text("utf-8")


@pytest.mark.parametrize(
    ("name", "called"),
    [("甲公司", "000007-甲公司.pdf"), ("", "000007.pdf"), ("../a/b:c", "000007-abc.pdf"), ("长" * 99, f"000007-{'长' * 40}.pdf")],
)  # fmt: skip
def test_a_file_in_a_zip_is_called_so_that_every_system_takes_it(name, called):
    assert file_name(Tenant(7, Profile(name=name)), Wanted()) == called


@pytest.fixture
def store(tmp_path):
    return Store(tmp_path / "data.sqlite")


def test_an_order_whose_clerk_was_killed_is_taken_up_and_given_up_at_last(store, clock):
    jobs = Jobs(store, clock=clock)
    job = jobs.create("a" * 32, "k", form="csv", options=Options(on=ON, statuses=("draft",)))
    orders = Orders(store, clock=clock)
    order = orders.add(job.id, Wanted(rows=(1, 2)))
    assert orders.lease("one").id == order.id
    assert orders.lease("two") is None, "it is being made"
    clock.now += 61
    assert orders.lease("two").id == order.id
    with pytest.raises(LeaseLostError):
        orders.beat(order.id, "one", 1)
    clock.now += 61
    assert orders.lease("three")
    clock.now += 61
    assert orders.lease("four") is None
    (ended,) = orders.of(job.id)
    assert (ended.state, ended.failure) == (OrderState.FAILED, "dossiers_crashed")
    jobs.delete(job.id)
    assert orders.of(job.id) == []


def test_an_order_of_a_catalogue_that_is_gone_says_so(store):
    job = Jobs(store).create("a" * 32, "k", form="csv", options=Options(on=ON, statuses=("draft",)))
    orders = Orders(store)
    orders.add(job.id, Wanted(rows=(1,)))
    assert Clerk(store).step()
    assert [(one.state, one.failure) for one in orders.of(job.id)] == [(OrderState.FAILED, "other_catalogue")]


def test_a_docx_is_a_sound_archive_with_its_times_fixed(engine):
    made = Maker(engine, Wanted(format=DossierFormat.DOCX)).of_company(MatchRequest(profile=PROFILE, on=ON))
    with zipfile.ZipFile(io.BytesIO(made)) as packed:
        assert packed.testzip() is None
        assert {info.date_time for info in packed.infolist()} == {(2025, 1, 1, 0, 0, 0)}
    fonts = {run.font.name for paragraph in docx.Document(io.BytesIO(made)).paragraphs for run in paragraph.runs}
    assert fonts == {None}, "all of it is set by styles"
