"""What is done to the service meanwhile: processes killed, the catalogue swapped, slow clients, a full disk."""

import contextlib
import itertools
import math
import os
import shutil
import signal
import socket
import time
from dataclasses import dataclass, field
from pathlib import Path

DURING = {
    "web worker killed": {0},
    "screening worker killed": set(),
    "catalogue swapped": set(),
    "run folder deleted": set(),
    "slow clients": {503},
    "disk full": {503, 507},
}
"""What is done -> what more may be answered meanwhile; 0 is a connection that broke."""
UNHURT = {"alive": {503, 507}, "delete": {503, 507}}
"""Kind -> what of that it may not be answered all the same: liveness answers, and deletion frees space."""
SLACK_SECONDS = 3.0
SLOW_SECONDS, FULL_SECONDS = 8.0, 5.0
ELSEWHERE = "127.0.0.2"
"""Slow clients come from another address than the others."""


@dataclass
class Harm:
    """The service as somebody sees it who may kill its processes and touch its files."""

    process: object
    port: int
    folder: Path
    data: Path
    catalogues: tuple
    is_mounted: bool
    done: list = field(default_factory=list)
    swaps: int = 0

    def all_in_turn(self, is_over, pause):
        """Do one after the other until it is over; what is being done has no end yet."""
        harms = {
            "web worker killed": self.kill_web,
            "screening worker killed": self.kill_work,
            "catalogue swapped": self.swap,
            "run folder deleted": self.delete_run_folder,
            "slow clients": self.slow,
            **({"disk full": self.fill} if self.is_mounted else {}),
        }
        for name, harm in itertools.cycle(harms.items()):
            if is_over():
                return
            began = time.monotonic()
            self.done.append((name, began, math.inf))
            harm()
            self.done[-1] = (name, began, time.monotonic())
            end = time.monotonic() + pause
            while time.monotonic() < end and not is_over():
                time.sleep(0.2)

    def kill_web(self):
        self._kill(lambda command: "gunicorn" in command)

    def kill_work(self):
        self._kill(lambda command: "service.cli\0work" in command)

    def swap(self):
        self.swaps += 1
        fresh = self.folder / "fresh.sqlite"
        shutil.copyfile(self.catalogues[self.swaps % len(self.catalogues)], fresh)
        fresh.replace(self.folder / "catalogue.sqlite")

    def delete_run_folder(self):
        """As those do who clean a folder for temporary files, wherever the service has it."""
        for place in (self.folder, self.data):
            for folder, names, _ in os.walk(place):  # which minds no folder that goes meanwhile
                for name in names:
                    if name.startswith("cepei-run-"):
                        shutil.rmtree(Path(folder, name), ignore_errors=True)

    def slow(self):
        heads = (
            b"GET /v1/measures HTTP/1.1\r\nHost: x\r\nX-A: ",
            b"POST /v1/match HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 900000\r\n\r\n",
            b"GET /openapi.yaml HTTP/1.1\r\nHost: x\r\n\r\n",
            b"POST /none HTTP/1.1\r\nHost: x\r\nContent-Length: 900000\r\n\r\n",
            b"POST /v1/match HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n1",
        )
        open_ones = []
        for number in range(24):
            with contextlib.suppress(OSError):
                one = socket.create_connection(("127.0.0.1", self.port), timeout=2, source_address=(ELSEWHERE, 0))
                one.sendall(heads[number % len(heads)])
                open_ones.append((one, number % len(heads)))
        end = time.monotonic() + SLOW_SECONDS
        while time.monotonic() < end:
            for one, kind in open_ones:
                with contextlib.suppress(OSError):
                    if kind != 2:  # one only reads nothing
                        one.send(b"1")
            time.sleep(0.5)
        for one, _ in open_ones:
            one.close()

    def fill(self):
        filler = self.data / "filler"
        with contextlib.suppress(OSError), filler.open("wb", buffering=0) as file:
            while True:
                file.write(bytes(65_536))
        end = time.monotonic() + FULL_SECONDS
        while time.monotonic() < end:
            with contextlib.suppress(OSError), filler.open("ab", buffering=0) as file:
                file.write(bytes(4096))  # what is freed meanwhile is taken too
            time.sleep(0.2)
        filler.unlink()

    def was_full(self, since):
        """Tell whether the disk has been full since a moment."""
        return any(name == "disk full" and ended > since for name, _, ended in self.done)

    def _kill(self, is_meant):
        for pid in sorted(family(self.process.pid), reverse=True):
            if pid != self.process.pid and is_meant(command_of(pid)):
                with contextlib.suppress(ProcessLookupError):
                    os.kill(pid, signal.SIGKILL)
                return


def is_expected(kind, allowed, answer, harms):
    """Tell whether an answer is one of its kind, or may come of what was done at that time."""
    began, ended, status = answer
    if status in allowed:
        return True
    at_once = {
        more
        for name, harm_began, harm_ended in harms
        if began < harm_ended + SLACK_SECONDS and ended > harm_began
        for more in DURING[name]
    }
    return status in at_once - UNHURT.get(kind, set())


def family(pid):
    """Return a process and all that came of it."""
    parents = {}
    for place in Path("/proc").glob("[0-9]*/stat"):
        with contextlib.suppress(OSError):
            head, _, rest = place.read_text().rpartition(")")
            parents[int(head.split()[0])] = int(rest.split()[1])
    found, before = {pid}, set()
    while found != before:
        before, found = found, found | {child for child, parent in parents.items() if parent in found}
    return found


def command_of(pid):
    try:
        return Path(f"/proc/{pid}/cmdline").read_text()
    except OSError:
        return ""


def memory_of(pid):
    """Return the bytes that a process and all that came of it hold, shared pages counted once."""
    total = 0
    for one in family(pid):
        with contextlib.suppress(OSError, StopIteration):
            lines = Path(f"/proc/{one}/smaps_rollup").read_text().splitlines()
            total += int(next(line for line in lines if line.startswith("Pss:")).split()[1]) * 1024
    return total
