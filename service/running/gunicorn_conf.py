"""How gunicorn runs the service, in production and under `make run` alike; each number with its reason."""

from __future__ import annotations

import gc
import os
from contextlib import suppress
from pathlib import Path
from typing import Any

from service.data_folder import RUNS, enter
from service.logs import configure_logs, server_log_config
from service.running.processes import Companion, remove_run_folder, run_folder
from service.settings import load_command_settings, load_settings
from service.store import Store

# Whatever is written is company data or counts of callers: for this user only, in the workers too.
os.umask(0o077)
configure_logs(load_command_settings().log_level)
_store = Store(load_command_settings().data)
enter(_store)
# Beside the data, where no cleaner of temporary files comes; a folder for each server, as several may share the data.
_folder = run_folder(_store.folder / RUNS)
os.environ.setdefault("PROMETHEUS_MULTIPROC_DIR", str(_folder))
os.environ.setdefault("CEPEI_RATE_STORE", str(_folder / "rate.sqlite"))
settings = load_settings()

bind = f"{settings.host}:{settings.port}"
# Matching is pure computation: more workers than cores only queue inside instead of outside.
workers = settings.workers
# An event loop waits for slow clients and idle browsers; a thread has only requests that are there.
worker_class = "service.running.web_worker.Worker"
threads = settings.threads
# What the descriptors of a process (often 1,024) hold, beside the files that it reads.
worker_connections = settings.connections
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
# No header of a client says who asks, where this service stands or how it was reached. Whom a proxy speaks for is read
# by the application, from as many hops as CEPEI_PROXIES says.
forwarder_headers = ""
forwarded_allow_ips = ""
secure_scheme_headers: dict[str, str] = {}
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

    with suppress(OSError):  # the files may be gone
        mark_process_dead(worker.pid)  # type: ignore[no-untyped-call]


def on_exit(_server: Any) -> None:  # noqa: ANN401 - gunicorn has no types
    """Stop the screening worker and remove the counters of this server."""
    companion.stop()
    remove_run_folder()
