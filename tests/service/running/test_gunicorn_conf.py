"""How gunicorn is told to run the service, read in a process of its own: it makes the folder of a server."""

import os
import subprocess
import sys

READY = """
import gc
from service.running import gunicorn_conf
before = gc.isenabled(), gc.get_freeze_count()
gunicorn_conf.when_ready(None)
print(*before, gc.isenabled(), gc.get_freeze_count() > 10_000)
"""


def test_what_is_loaded_before_the_fork_is_no_worker_s_garbage_to_look_through(tmp_path, root):
    settings = {"CEPEI_DATA": str(tmp_path / "data.sqlite"), "CEPEI_SCREENING_WORKER": "off", "TMPDIR": str(tmp_path)}
    done = subprocess.run(
        [sys.executable, "-c", READY],
        cwd=root,
        env={"PATH": os.environ["PATH"], **settings},
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout.split() == ["False", "0", "True", "True"]
