"""How gunicorn runs the service, in production and under `make run` alike; each number with its reason."""

from __future__ import annotations

import gc
import os
from pathlib import Path
from typing import Any

from service.logs import server_log_config
from service.running.processes import Companion, remove_run_folder, run_folder
from service.settings import load_settings

os.environ.setdefault("PROMETHEUS_MULTIPROC_DIR", str(run_folder()))
os.environ.setdefault("CEPEI_RATE_STORE", str(run_folder() / "rate.sqlite"))
settings = load_settings()

bind = f"{settings.host}:{settings.port}"
# Matching is pure computation: more workers than cores only queue inside instead of outside.
workers = settings.workers
# Threads wait for slow clients and idle browser connections, which would each block a sync worker.
worker_class = "service.running.web_worker.Worker"
threads = settings.threads
# The catalogue is read once and shared by fork; without a sound one every worker answers 503 and says so in the log.
preload_app = True
# Nothing of what is loaded is garbage; looking for some would take two fifths of the time.
gc.disable()
# A match takes milliseconds; what has not ended after 30 s never will.
timeout = 30
graceful_timeout = 15
# Idle connections are given back soon, so that busy ones do not pile up on one worker.
keepalive = 2
# A worker that leaked is replaced before it matters; the jitter keeps them from leaving together.
max_requests = 20_000
max_requests_jitter = 2_000
# Memory, not disk: a slow disk must not look like a dead worker.
worker_tmp_dir = "/dev/shm" if Path("/dev/shm").is_dir() else None  # noqa: S108 - gunicorn makes its own file there
# Bodies carry the data; a request line or header longer than this is no client of ours (8190 is gunicorn's most).
limit_request_line = 8190
limit_request_fields = 64
limit_request_field_size = 8190
# Opened by default since gunicorn 25.1; nobody here uses it.
control_socket_disable = True
# Requests are logged by the application, by route; gunicorn's own lines would hold addresses and query strings.
accesslog = None
logconfig_dict = server_log_config(settings.log_level)


# One process beside the web workers decides the screenings, so that no upload slows a match down.
companion = Companion()


def when_ready(_server: Any) -> None:  # noqa: ANN401 - gunicorn has no types
    """Let workers share what was loaded, and start the screening worker, once, in the master process."""
    # Looks for garbage would write to every object, in each worker: memory shared no longer, and a slow end.
    gc.freeze()
    gc.enable()
    if settings.screening_worker:
        companion.start()


def child_exit(_server: Any, worker: Any) -> None:  # noqa: ANN401 - gunicorn has no types
    """Let the metrics of a dead worker no longer count as live."""
    # Imported here: prometheus_client decides when it is imported whether processes count together.
    from prometheus_client.multiprocess import mark_process_dead  # noqa: PLC0415

    mark_process_dead(worker.pid)  # type: ignore[no-untyped-call]


def on_exit(_server: Any) -> None:  # noqa: ANN401 - gunicorn has no types
    """Stop the screening worker and remove the counters of this server."""
    companion.stop()
    remove_run_folder()
