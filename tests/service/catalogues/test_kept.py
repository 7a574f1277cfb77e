"""Copies of the catalogue: one a version, the newest read again when its file changes, unneeded old ones deleted."""

import os
import shutil
import time

import pytest

from rules.catalogue.catalogue import CatalogueError
from service.catalogues.editions import UNUSED_SECONDS, KeptCatalogues, Newest


@pytest.fixture
def live(catalogue_file, tmp_path):
    return shutil.copyfile(catalogue_file, tmp_path / "catalogue.sqlite")


def test_a_kept_copy_outlives_its_source_and_there_is_one_a_version(live, tmp_path):
    kept = KeptCatalogues(tmp_path)
    version = kept.keep(live).version
    assert kept.keep(live).version == version
    live.unlink()
    assert kept.catalogue(version).version == version
    assert kept.engine(version).catalogue.version == version
    assert [path.name for path in (tmp_path / "catalogues").iterdir()] == [f"{version}.sqlite"]


def test_the_newest_is_read_again_only_when_its_file_changed(live, tmp_path):
    newest = Newest(live, KeptCatalogues(tmp_path))
    first = newest.catalogue()
    assert newest.catalogue() is first
    os.utime(live, ns=(0, 0))
    assert newest.catalogue() is not first


def test_a_bad_file_leaves_the_last_good_catalogue_but_cannot_be_the_first(live, tmp_path):
    newest = Newest(live, KeptCatalogues(tmp_path))
    first = newest.catalogue()
    live.write_bytes(b"no catalogue")
    assert newest.catalogue() is first
    with pytest.raises(CatalogueError):
        Newest(live, KeptCatalogues(tmp_path)).catalogue()
    live.unlink()
    assert newest.catalogue() is first
    with pytest.raises(CatalogueError):
        Newest(live, KeptCatalogues(tmp_path)).catalogue()


def test_only_old_copies_that_nothing_needs_are_deleted(live, tmp_path):
    kept = KeptCatalogues(tmp_path)
    version = kept.keep(live).version
    path = kept.path(version)
    kept.forget(())
    assert path.exists()
    old = time.time() - UNUSED_SECONDS - 1
    os.utime(path, (old, old))
    kept.forget({version})
    assert path.exists()
    kept.forget(())
    assert not path.exists()
    with pytest.raises(CatalogueError):
        kept.catalogue(version)
