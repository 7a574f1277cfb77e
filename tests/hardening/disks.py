"""Disks that can be filled and freed under a running server: a file system of its own where one can be mounted, else
(and as well) the most bytes that a file of the server may have, which is how quotas show, too."""

import json
import os
import re
import resource
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from tests.service.conftest import Reply, Server

JSON = {"Content-Type": "application/json"}
MOUNTED = "24m"


@cache
def can_mount() -> bool:
    """Tell whether a file system can be mounted here without being root."""
    probe = ["unshare", "-rm", "mount", "-t", "tmpfs", "tmpfs", "/mnt"]
    try:
        return subprocess.run(probe, capture_output=True, timeout=20, check=False).returncode == 0
    except (OSError, subprocess.TimeoutExpired):
        return False


def tree(pid: int) -> list[int]:
    """Return a process and all below it."""
    parents = {}
    for stat in Path("/proc").glob("[0-9]*/stat"):
        try:
            parents[int(stat.parent.name)] = int(stat.read_text().rpartition(")")[2].split()[1])
        except (OSError, ValueError):
            continue
    found, new = [pid], [pid]
    while new:
        new = [child for child, parent in parents.items() if parent in new]
        found += new
    return found


@dataclass
class Disk:
    """The data folder of a running server, one of its operators, and a way to leave it no room."""

    server: Server
    data: Path
    key: str
    squeeze: Callable[["Disk"], None]
    release: Callable[["Disk"], None]

    @property
    def seen(self) -> Path:
        """Return the data folder as this process reaches it."""
        return Path(f"/proc/{self.server.process.pid}/root{self.data}")

    def call(self, method: str, path: str, body: bytes | None = None, **headers: str) -> Reply:
        return self.server.call(method, path, body=body, headers={"Authorization": f"Bearer {self.key}", **headers})

    def get(self, path: str) -> Any:
        return self.call("GET", path).json

    def screen(self, rows: int = 3) -> Reply:
        tenants = [{"name": f"某某{n}公司", "city": "合肥", "products": ["聚乳酸"]} for n in range(rows)]
        body = json.dumps({"tenants": tenants}, ensure_ascii=False).encode()
        return self.call("POST", "/v1/screenings", body, **JSON)

    def upload(self, content: bytes, path: str = "/v1/screenings", **headers: str) -> Reply:
        head = b'--cut\r\nContent-Disposition: form-data; name="file"; filename="t.csv"\r\n\r\n'
        kind = {"Content-Type": "multipart/form-data; boundary=cut"}
        return self.call("POST", path, head + content + b"\r\n--cut--\r\n", **kind, **headers)

    def finished(self, rows: int = 3) -> str:
        reply = self.screen(rows)
        assert reply.status == 202, reply.body
        place = reply.headers["Location"]
        assert self.ended(place)["state"] == "finished", self.get(place)
        return place

    def ended(self, place: str) -> Any:
        return wait_for(lambda: (told := self.get(place))["state"] not in {"queued", "running"} and told)

    def full(self) -> "Full":
        return Full(self)


@dataclass
class Full:
    """The time in which the disk has no room."""

    disk: Disk

    def __enter__(self) -> None:
        self.disk.squeeze(self.disk)

    def __exit__(self, *_: object) -> None:
        self.disk.release(self.disk)


def wait_for(found: Callable[[], Any], seconds: float = 90) -> Any:
    """Wait until there is something, and return it."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if result := found():
            return result
        time.sleep(0.1)
    return pytest.fail("it never came")


def limit_files(disk: Disk, most: int = 0) -> None:
    for pid in tree(disk.server.process.pid):
        _, hard = resource.prlimit(pid, resource.RLIMIT_FSIZE)
        resource.prlimit(pid, resource.RLIMIT_FSIZE, (most, hard))


def let_files_grow(disk: Disk) -> None:
    limit_files(disk, resource.RLIM_INFINITY)


def fill(disk: Disk, *, leave: int = 0) -> None:
    """Fill the file system of the data to the last byte, but for `leave` bytes."""
    with (disk.seen / "filler").open("ab", buffering=0) as filler:
        for size in (1 << 16, 1 << 12, 1):
            try:
                while filler.write(bytes(size)) == size:
                    pass
            except OSError:
                continue
        if leave:
            filler.truncate(filler.tell() - leave)


def empty(disk: Disk) -> None:
    (disk.seen / "filler").unlink(missing_ok=True)


def command(kind: str, data: Path) -> list[str]:
    serve = [sys.executable, "-m", "service.cli", "serve", "--local-key"]
    if kind == "limit":
        return serve
    mount = f"mount -t tmpfs -o size={MOUNTED},mode=700 tmpfs {data}"
    return ["unshare", "-rm", "sh", "-c", f'{mount} && exec "$@"', "sh", *serve]


KINDS = {"limit": (limit_files, let_files_grow), "mount": (fill, empty)}


def kinds() -> list[str]:
    return ["limit", *(["mount"] if can_mount() else [])]


def key_of(server: Server) -> str:
    """Return the key that the server printed at its start."""
    return wait_for(lambda: re.search(r"cepei_[0-9a-f]{12}_[\w-]{43}", server.errors.read_text("utf-8")), 20)[0]


def kill_all(server: Server) -> None:
    """Kill a server and all its processes at once, as losing power would."""
    for pid in tree(server.process.pid):
        os.kill(pid, signal.SIGKILL)
    server.process.wait(20)
