"""`make soak`: one real server under mixed load while its processes are killed and its disk is filled; 10 minutes.

python -m tests.soak CATALOGUE [--seconds N]: prints what was asked, answered and done, and exits with 1 where an answer
was not expected, a screening differs from an undisturbed one, memory grew, or the log holds what it may not.
"""

import argparse
import contextlib
import json
import os
import re
import subprocess
import sys
import tempfile
import threading
import time
from collections import Counter
from pathlib import Path

from service.keys import Keys, Role
from service.store import Store
from tests.service.conftest import running
from tests.service.newer import build_newer
from tests.soak.asking import ALLOWED, Client, Notes, keep_asking
from tests.soak.files import BOMBS, MARK, SOUND
from tests.soak.harming import Harm, is_expected, memory_of

CALLERS = 4
HARM_PAUSE_SECONDS = 4.0
MOUNTED = "CEPEI_SOAK_MOUNTED"
DISK_MEGABYTES = 192
STUCK_SECONDS = 120.0
FEWEST_SECONDS = 480
"""In less time memory cannot be told to grow: what is kept on purpose is still filling up."""
MOST_GROWTH, LEAST_BYTES = 0.10, 32 * 2**20


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("catalogue", type=Path)
    parser.add_argument("--seconds", type=float, default=float(os.environ.get("SOAK_SECONDS") or 600))
    options = parser.parse_args()
    enter_a_place_of_our_own()
    with tempfile.TemporaryDirectory(prefix="cepei-soak-") as folder:
        status = soak(Path(folder), options.catalogue, options.seconds)
        if MOUNTED in os.environ:
            subprocess.run(["umount", Path(folder) / "data"], check=True)
    sys.exit(status)


def enter_a_place_of_our_own():
    """Begin again where a disk can be mounted, if that can be had; say aloud where it cannot."""
    if MOUNTED in os.environ:
        return
    alone = ["unshare", "--user", "--map-root-user", "--mount"]
    probe = [*alone, "sh", "-c", "mount -t tmpfs -o size=1m tmpfs /mnt"]
    with contextlib.suppress(FileNotFoundError):
        if subprocess.run(probe, capture_output=True, check=False).returncode == 0:
            os.execvpe(
                alone[0], [*alone, sys.executable, "-m", "tests.soak", *sys.argv[1:]], {**os.environ, MOUNTED: "1"}
            )
    print("no disk can be mounted here (unshare, tmpfs): what happens when it is full is NOT tried")


def soak(folder, catalogue, seconds):
    data, notes = folder / "data", Notes()
    data.mkdir()
    if is_mounted := MOUNTED in os.environ:
        subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={DISK_MEGABYTES}m", "tmpfs", data], check=True)
    build_newer(folder / "newer.sqlite")
    (folder / "catalogue.sqlite").write_bytes(catalogue.read_bytes())
    environment = {
        "CEPEI_CATALOGUE": str(folder / "catalogue.sqlite"), "CEPEI_DATA": str(data / "data.sqlite"),
        "CEPEI_OPERATOR_RECORDS": "1000000000", "CEPEI_RATE_LIMIT": "100000/minute", "TMPDIR": str(folder),
        "CEPEI_SCREENING_PROCESSES": "1",
    }  # fmt: skip
    with running(folder, [sys.executable, "-m", "service.cli", "serve"], environment) as server:
        key = Keys(Store(data / "data.sqlite")).add(Role.OPERATOR)[1]
        client = Client(server.port, key, notes)
        harm = Harm(server.process, server.port, folder, data, (catalogue, folder / "newer.sqlite"), is_mounted)
        undisturbed, client.kept = references(client, harm)
        notes.answers.clear()
        sizes, compared = under_load(client, harm, undisturbed, seconds)
    log = server.log.read_text("utf-8", "replace") + server.errors.read_text("utf-8", "replace")
    return report(notes, harm.done, compared, sizes, log)


def references(client, harm):
    """Screen every sound register with both catalogues while nothing is done; keep one screening."""
    found, kept = {}, ""
    for _ in harm.catalogues:
        version = None
        for name, content in SOUND.items():
            place = client.send("upload", name, content)[1]["Location"]
            state = ended(client, place)
            version = state["catalogue"]["version"]
            found[name, version] = client.as_operator("results", "GET", f"{place}/results.csv")[2]
            if name == "sound.csv" and not kept:
                kept = place
            else:
                client.as_operator("delete", "DELETE", place)
        harm.swap()
        client.ask("match", "GET", "/readyz")
        time.sleep(5)
    assert len(found) == len(SOUND) * len(harm.catalogues), "the catalogue was not swapped in time"
    return found, kept


def ended(client, place):
    end = time.monotonic() + STUCK_SECONDS
    while time.monotonic() < end:
        state = client.state(place)
        if state and state["state"] in {"finished", "failed"}:
            return state
        time.sleep(0.3)
    return {"state": "stuck", "failure": None}


def under_load(client, harm, undisturbed, seconds):
    """Ask, harm, measure and compare at the same time; return the memory by time and what screenings came to."""
    ends, sizes, compared = time.monotonic() + seconds, [], Counter()
    is_over = lambda: time.monotonic() > ends  # noqa: E731
    threads = [
        *(threading.Thread(target=keep_asking, args=(client, seed, is_over)) for seed in range(CALLERS)),
        threading.Thread(target=harm.all_in_turn, args=(is_over, HARM_PAUSE_SECONDS)),
    ]
    for thread in threads:
        thread.start()
    while not is_over():
        sizes.append((time.monotonic(), memory_of(harm.process.pid)))
        compare(client, undisturbed, compared, harm)
        time.sleep(1)
    for thread in threads:
        thread.join()
    last = time.monotonic() + STUCK_SECONDS
    while client.notes.tracked and time.monotonic() < last:
        compare(client, undisturbed, compared, harm)
        time.sleep(0.5)
    compared["never ended"] += len(client.notes.tracked)
    for place, (name, _) in client.notes.tracked.items():
        print("never ended:", name, (client.state(place) or {}).get("state", "not found"))
    return sizes, compared


def compare(client, undisturbed, compared, harm):
    """Compare what has ended with what came of it undisturbed, then delete it."""
    for place, (name, since) in list(client.notes.tracked.items()):
        state = client.state(place)
        if state is None or state["state"] in {"queued", "running"}:
            continue
        outcome = judged(client, place, name, state, undisturbed)
        if outcome == "sound, failed":
            if (state["failure"] or {}).get("code") == "storage_full" and harm.was_full(since):
                outcome = "sound, failed for want of space"
            else:
                print("failed:", name, state["failure"])
        compared[outcome] += 1
        forget(client, place)


def forget(client, place):
    """Delete what has been compared; a deletion that was cut off may have been done."""
    if client.as_operator("delete", "DELETE", place)[0] == 0:
        client.as_operator("delete", "DELETE", place)
    del client.notes.tracked[place]


def judged(client, place, name, state, undisturbed):
    if name in BOMBS:
        return f"bomb {state['state']}" + (f" ({state['failure']['code']})" if state["failure"] else "")
    if state["state"] != "finished":
        return "sound, failed"
    for _ in range(5):
        status, _, body = client.as_operator("results", "GET", f"{place}/results.csv")
        if status == 200 and body == undisturbed[name, state["catalogue"]["version"]]:
            return "sound, as undisturbed"
        if status == 200 and body.endswith(b"\n"):
            return "sound, DIFFERENT"
        time.sleep(1)
    return "sound, results not read"


def report(notes, harms, compared, sizes, log):
    """Print what happened; return 1 where something of it may not happen."""
    kinds, unexpected = {}, Counter()
    for kind, *answer in notes.answers:
        kinds.setdefault(kind, []).append(answer)
        if not is_expected(kind, ALLOWED[kind], answer, harms):
            unexpected[kind, answer[2]] += 1
    print(f"{'asked':<16}{'times':>7}{'median ms':>11}{'99 % ms':>9}{'most ms':>9}  answered")
    for kind in sorted(kinds):
        took = sorted((ended - began) * 1000 for began, ended, _ in kinds[kind])
        counted = Counter(status for *_, status in kinds[kind])
        answered = ", ".join(f"{status or 'broken'}: {count}" for status, count in sorted(counted.items()))
        middle, late = took[len(took) // 2], took[min(len(took) - 1, int(len(took) * 0.99))]
        print(f"{kind:<16}{len(took):>7}{middle:>11.0f}{late:>9.0f}{took[-1]:>9.0f}  {answered}")
    print("done meanwhile:", ", ".join(f"{name}: {count}" for name, count in Counter(h[0] for h in harms).items()))
    print("screenings:", ", ".join(f"{name}: {count}" for name, count in sorted(compared.items()) if count))
    faults = [
        f"{kind} answered {status or 'with a broken connection'}: {n}" for (kind, status), n in unexpected.items()
    ]
    faults += [f"screenings {name}: {compared[name]}" for name in BAD if compared[name]]
    faults += [*notes.faults, *memory_faults(sizes), *log_faults(log)]
    print("\n".join(["NOT AS PROMISED:", *faults]) if faults else "all as promised")
    return 1 if faults else 0


TRACEBACK = re.compile(r"^.*Traceback.*(?:\n(?!.*Traceback).*){0,40}", re.MULTILINE)
BAD = ("sound, failed", "sound, DIFFERENT", "sound, results not read", "never ended")


def memory_faults(sizes):
    """Fit a line through the least of every ten seconds of the second half."""
    half = sizes[len(sizes) // 2 :]
    windows = {}
    for moment, size in half:
        windows.setdefault(moment // 10, []).append(size)
    points = [(window * 10, min(found)) for window, found in sorted(windows.items())]
    middle, mean = sum(x for x, _ in points) / len(points), sum(y for _, y in points) / len(points)
    spread = sum((x - middle) ** 2 for x, _ in points) or 1
    slope = sum((x - middle) * (y - mean) for x, y in points) / spread
    growth, seconds = slope * (half[-1][0] - half[0][0]), sizes[-1][0] - sizes[0][0]
    most = max(size for _, size in sizes)
    print(
        f"memory of all processes: {mean / 2**20:.0f} MB, {growth / 2**20:+.0f} MB over the second half, at most {most / 2**20:.0f} MB"
    )
    if seconds < FEWEST_SECONDS:
        print(f"memory: {seconds:.0f} s are too short to tell whether it grows")
        return []
    return [f"memory grew by {growth / 2**20:.0f} MB"] if growth > max(LEAST_BYTES, MOST_GROWTH * mean) else []


def log_faults(log):
    lines = log.splitlines()
    told = (json.loads(line) for line in lines if '"exception": "' in line)
    found = Counter((one["exception"], one["frames"][-1]) for one in told)
    faults = [f"the log tells {count} times of {name} in {frame}" for (name, frame), count in found.items()]
    tracebacks = [told for told in TRACEBACK.findall(log) if not is_orphan(told)]
    faults += [f"the log holds a traceback:\n{told}" for told in tracebacks[:3]]
    return faults + (["the log names a company"] if MARK in log else [])


def is_orphan(traceback):
    """Tell whether Python says that a process was being started when its parent was killed: nobody else can say it."""
    last = next((line for line in traceback.splitlines()[1:] if not line.startswith(" ")), "")
    return "load(from_parent)" in traceback and last.startswith(("EOFError:", "_pickle.UnpicklingError:"))


if __name__ == "__main__":
    main()
