"""Publishing: verified before it is served, all or nothing whatever kills it, one publisher at a time, and back again."""

import contextlib
import json
import os
import pathlib
import shutil
import signal
import sqlite3
import threading
import time
import traceback
from datetime import date
from functools import partial

import pytest

from matcher.answers.engine import Engine
from matcher.profiles.profile import MatchRequest, Profile
from matcher.ranking.compiling import compile_catalogue
from rules.catalogue.catalogue import CatalogueError
from rules.catalogue.content import load_written, open_catalogue, write_catalogue
from rules.catalogue.examples import example_faults
from seeds.faults import CodedError, SeedError
from service import cli
from service.catalogues import publishing
from service.catalogues.editions import Action, Editions, EditionsBusyError, OpenEditions
from service.catalogues.publishing import ConflictError, Stamp, publish, roll_back


def version_of(file):
    with contextlib.closing(sqlite3.connect(file)) as opened:
        return opened.execute("SELECT value FROM meta WHERE key = 'version'").fetchone()[0]


def stamp(at=1_000_000.0, by="发布员"):
    return Stamp(by=by, at=at, source="test")


def put(editions, file, at=1_000_000.0, **options):
    return publish(editions, partial(shutil.copyfile, file), stamp(at), **options)


def everything(editions):
    return sorted(path.name for path in (*editions.served.parent.iterdir(), *editions.folder.iterdir()))


@pytest.fixture(scope="module", autouse=True)
def _each_content_opened_once():
    """Open the same bytes once: that takes most of the time of these tests."""
    known, open_, patched = {}, publishing.open_catalogue, pytest.MonkeyPatch()

    def once(path):
        content = path.read_bytes()
        return known.get(content) or known.setdefault(content, open_(path))

    patched.setattr(publishing, "open_catalogue", once)
    yield
    patched.undo()


@pytest.fixture
def editions(tmp_path):
    return Editions(tmp_path / "catalogue.sqlite")


def test_an_edition_is_named_by_its_content_and_stays_readable_after_the_next_one(editions, first, second):
    put(editions, first, 86_400.0 * 10)
    done = put(editions, second, 86_400.0 * 20)
    old, new = version_of(first), version_of(second)
    assert (done.version, done.replaced, done.action) == (new, old, Action.PUBLISHED)
    assert editions.current() == version_of(editions.served) == new
    assert [one.version for one in editions.history()] == [old, new]
    assert editions.catalogue(old).version == old
    assert len(editions.catalogue(old).measures) == len(editions.catalogue(new).measures) + 1
    assert everything(editions) == sorted(
        ["catalogue.editions", "catalogue.sqlite", f"{old}.sqlite", f"{new}.sqlite", "history.json", "lock"]
    )


def test_the_edition_of_a_day_is_the_last_that_came_into_force_by_its_end_in_china(editions, first, second):
    put(editions, first, at=1_767_193_200.0)  # 2025-12-31 23:00 in China
    put(editions, second, at=1_767_200_400.0)  # two hours later
    assert editions.on(date(2025, 12, 30)) is None
    assert editions.on(date(2025, 12, 31)) == version_of(first)
    assert editions.on(date(2026, 1, 1)) == version_of(second)


def test_going_back_is_one_step_and_can_name_any_edition(editions, first, second, third):
    for file in (first, second, third):
        put(editions, file)
    assert roll_back(editions, None, stamp()).version == version_of(second)
    assert roll_back(editions, None, stamp()).version == version_of(first)
    assert roll_back(editions, version_of(third), stamp()).version == editions.current() == version_of(third)
    assert [one.action for one in editions.history()] == [*[Action.PUBLISHED] * 3, *[Action.ROLLED_BACK] * 3]
    assert put(editions, first).version == version_of(first), "what was left can be published again"


def test_going_back_needs_an_edition_that_is_there_and_sound(editions, first, second):
    put(editions, first)
    with pytest.raises(CodedError, match="no other edition"):
        roll_back(editions, None, stamp())
    put(editions, second)
    with pytest.raises(CodedError, match="no edition '0000000000000000'"):
        roll_back(editions, "0" * 16, stamp())
    for name in ("../../etc/passwd", "latest", ""):
        with pytest.raises(CatalogueError, match="no version"):
            editions.path(name)
    editions.path(version_of(first)).write_bytes(b"rubbish")
    with pytest.raises(CatalogueError):
        roll_back(editions, version_of(first), stamp())
    assert version_of(editions.served) == version_of(second)


def test_a_file_built_over_the_one_served_becomes_an_edition_with_the_next(editions, first, second, third):
    shutil.copyfile(first, editions.served)
    put(editions, second)
    shutil.copyfile(third, editions.served)  # as `make run` and `cepei build` do
    assert editions.current() == version_of(third)
    put(editions, first)
    assert [(one.version, one.action) for one in editions.history()] == [
        (version_of(first), Action.FOUND), (version_of(second), Action.PUBLISHED),
        (version_of(third), Action.FOUND), (version_of(first), Action.PUBLISHED),
    ]  # fmt: skip
    assert roll_back(editions, None, stamp()).version == version_of(third)


def wrong_example(pack):
    pack["measures"][0]["examples"][0]["verdict"] = "not_applicable"


def rubbish(fresh):
    fresh.write_bytes(b"no catalogue")


def changed_text(file, fresh):
    shutil.copyfile(file, fresh)
    with contextlib.closing(sqlite3.connect(fresh)) as opened:
        opened.execute("UPDATE documents SET text = replace(text, '。', '，')")
        opened.commit()


def refuse(_):
    raise CodedError("scores_worse", kinds=("must@10 12.0%",), cases=())


def test_what_is_not_sound_is_never_served(editions, first, second, small):
    put(editions, first)
    before = everything(editions)
    for make, error in (
        (rubbish, CatalogueError),
        (partial(changed_text, second), CatalogueError),
        (partial(shutil.copyfile, small("wrong example", wrong_example)), SeedError),
    ):
        with pytest.raises(error):
            publish(editions, make, stamp())
    with pytest.raises(CodedError, match="score worse"):
        put(editions, second, judge=refuse)
    with pytest.raises(CodedError, match="is the edition in force"):
        put(editions, first)
    assert version_of(editions.served) == version_of(first)
    assert everything(editions) == before
    assert len(editions.history()) == 1


def test_beside_a_published_edition_only_what_differs_is_decided_and_what_is_wrong_there_is_found(
    editions, small, tmp_path, monkeypatch
):
    def compiled(name, change):
        file = tmp_path / f"{name}.sqlite"
        write_catalogue(load_written(small(name, change)), file, compile_catalogue)
        return file

    decided = []
    monkeypatch.setattr(
        publishing,
        "example_faults",
        lambda catalogue, some: decided.append(list(some)) or example_faults(catalogue, some),
    )
    sound, titled = (
        compiled("first", lambda _: None),
        compiled("titled", lambda pack: pack["measures"][1].update(title="又一个标题")),
    )
    put(editions, sound)
    put(editions, titled)
    assert [len(one) for one in decided] == [len(open_catalogue(sound).measures), 1]
    with pytest.raises(SeedError):
        put(editions, compiled("wrong example", wrong_example))
    held = editions.path(version_of(titled))
    held.write_bytes(held.read_bytes()[:-9] + b"?" * 9)  # damaged: nothing is taken from it
    put(editions, sound)
    assert len(decided[-1]) == len(open_catalogue(sound).measures)


def test_a_pack_that_names_a_measure_that_is_none_is_refused(small):
    with pytest.raises(SeedError, match="there is no measure 'nowhere'"):
        small("dangling", lambda pack: pack["measures"][0].update(supersedes=["nowhere"]))


def test_of_two_publishers_at_once_one_is_told_who_was_first(editions, first, second, third):
    put(editions, first)
    begun, go_on = threading.Event(), threading.Event()

    def slowly(fresh):
        begun.set()
        assert go_on.wait(20)
        shutil.copyfile(second, fresh)

    slow = threading.Thread(target=lambda: publish(editions, slowly, stamp(by="甲")))
    slow.start()
    assert begun.wait(20)
    with pytest.raises(ConflictError, match="甲 is publishing"):
        put(editions, third)
    with pytest.raises(ConflictError, match="甲 is publishing"):
        roll_back(editions, version_of(first), stamp())
    go_on.set()
    slow.join()
    assert editions.current() == version_of(second)
    with pytest.raises(ConflictError, match=f"in force is {version_of(second)}, not {version_of(first)}"):
        put(editions, third, replaces=version_of(first))
    assert put(editions, third, replaces=version_of(second)).version == editions.current()


def test_a_file_built_over_the_one_served_meanwhile_is_a_conflict_too(editions, first, second, third):
    put(editions, first)
    with pytest.raises(ConflictError, match="nothing was changed"):
        put(editions, second, judge=lambda _: shutil.copyfile(third, editions.served))
    assert editions.current() == version_of(third)
    assert [one.version for one in editions.history()] == [version_of(first)]


def killed_at(step, publishes):
    """Do it in a process that is killed before the given step of those that touch the disk; tell whether it was."""
    child = os.fork()
    if child:
        return os.WIFSIGNALED(os.waitpid(child, 0)[1])
    left = iter(range(step))

    def dying(call):
        def or_die(*args, **kwargs):
            if next(left, None) is None:
                os.kill(os.getpid(), signal.SIGKILL)
            return call(*args, **kwargs)

        return or_die

    try:
        os.fsync, shutil.copyfile = dying(os.fsync), dying(shutil.copyfile)
        pathlib.Path.replace, pathlib.Path.write_bytes = dying(pathlib.Path.replace), dying(pathlib.Path.write_bytes)
        publishes()
    except BaseException:  # noqa: BLE001 - nothing of the test's own may go on in the child
        traceback.print_exc()
        os._exit(3)
    os._exit(0)


def test_a_kill_at_any_point_leaves_the_old_edition_or_the_new_one_and_the_next_publisher_goes_on(
    tmp_path, first, second, third
):
    old, new, step, seen = version_of(first), version_of(second), 0, []
    whole = {first.read_bytes(): old, second.read_bytes(): new}
    for file in (second, first):
        put(Editions(tmp_path / file.stem / "catalogue.sqlite"), file)
    while True:
        editions = Editions(shutil.copytree(tmp_path / "first", tmp_path / str(step)) / "catalogue.sqlite")
        was_killed = killed_at(step, lambda editions=editions: put(editions, second))
        seen.append(whole[editions.served.read_bytes()])
        assert [one.version for one in editions.history()] == [old, new][: 1 + (seen[-1] == new)]
        if not was_killed:
            break
        if step % 4 == 0:
            assert put(editions, third).replaced == seen[-1]
            assert not [name for name in everything(editions) if name.startswith(".")]
        step += 1
    assert step >= 12
    assert seen == sorted(seen, key=[old, new].index), "once the new one is there, it stays"
    assert seen.count(new) >= 3, "killed after the swap too"


def test_asking_for_earlier_editions_opens_one_at_a_time_keeps_some_and_holds_nobody_up(monkeypatch, editions):
    begun, go_on, opened = threading.Event(), threading.Event(), []

    def slowly(version):
        opened.append(version)
        begun.set()
        assert go_on.wait(20)
        return version

    monkeypatch.setattr(Editions, "catalogue", lambda _, version: slowly(version))
    monkeypatch.setattr("service.catalogues.editions.Engine", lambda catalogue: f"engine of {catalogue}")
    held, patient = OpenEditions(editions, most=1), OpenEditions(editions, most=2)
    waiting = [threading.Thread(target=one.engine, args=("a",)) for one in (held, patient, patient)]
    for thread in waiting:
        thread.start()
    while len(opened) < 2:
        assert begun.wait(20)
        time.sleep(0.01)
    with pytest.raises(EditionsBusyError):
        held.engine("b")
    go_on.set()
    for thread in waiting:
        thread.join()
    assert opened == ["a", "a"], "two who asked the same process for the same had it opened once"
    opened.clear()
    assert [held.engine(name) for name in "abcde"] == [f"engine of {name}" for name in "abcde"]
    assert held.engine("e")
    assert opened == list("bcde")
    held.engine("a")
    assert opened == list("bcdea"), "the first one made room for the fifth"


def test_an_edition_with_which_labelled_companies_score_worse_is_refused(tmp_path, first, small, capsys):
    question = {"city": "广州", "products": ["基因测序仪"], "sector": ["医疗器械"]}
    best = (
        Engine(open_catalogue(first))
        .match(MatchRequest(profile=Profile(**question), on=date(2026, 11, 21)))
        .recommendations[0]
    )
    source, name = best.measure.source, best.measure.id
    cases, target = tmp_path / "cases.yaml", tmp_path / "catalogue.sqlite"
    label = [source.document, source.clause, source.quote]
    cases.write_text(
        json.dumps([{"id": "sequencers", "profile": question, "must": [label]}], ensure_ascii=False), "utf-8"
    )

    def drop(pack):
        pack["measures"] = [measure for measure in pack["measures"] if measure["id"] != name]

    def retitle(pack):
        pack["measures"][0]["title"] = "又一个标题"

    words = ["publish", "--catalogue", str(target), "--cases", str(cases)]
    assert cli.main([*words, str(small("without", drop))]) == 1, "where none is in force the goals must be reached"
    assert not target.exists()
    assert cli.main([*words, str(first)]) == 0
    assert cli.main([*words, str(small("without", drop))]) == 1
    assert "must@5 0.0%" in capsys.readouterr().err
    assert version_of(target) == version_of(first)
    assert cli.main([*words, str(small("retitled", retitle))]) == 0
    assert cli.main([*words, str(small("retitled", retitle))]) == 0, "there is nothing to do"
    assert cli.main([*words, "--replaces", version_of(first), str(first)]) == 4
