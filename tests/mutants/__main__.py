"""Tries small changes to our own code and tells how many the nearest tests notice, and which ones they do not.

python -m tests.mutants FOLDER ... [--seed 10] [--count 350] [--minutes 15] [--processes 2] [--at-least 0.85]
A module's nearest tests are the files of the folder of tests that mirrors its own which reach the changed line: the one
of its name first, then those that reach most of the module, until a share of time is spent. What no test need notice
stands with its reason in accepted.yaml.
"""

import argparse
import shutil
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path

import yaml

from tests.mutants.changes import Change, changes
from tests.mutants.trying import Reach, copied, forked, in_processes, load_modules_of_others, measured

ROOT = Path(__file__).parents[2]
ACCEPTED = Path(__file__).with_name("accepted.yaml")
SECONDS_A_CHANGE = 25.0


def nearest(change: Change, reach: dict[str, Reach]) -> list[str]:
    """Return the test files to try a change with, the nearest first."""
    module = Path(change.file)
    package = f"tests/{package_of(module)}/"
    reaching = [
        test
        for test, one in reach.items()
        if test.startswith(package) and not one.lines.get(change.file, frozenset()).isdisjoint(change.statement)
    ]
    reaching.sort(
        key=lambda test: (
            Path(test).stem != f"test_{module.stem}",
            Path(test).parent != Path("tests", module).parent,
            -len(reach[test].lines[change.file]),
            reach[test].seconds,
        )
    )
    chosen, seconds = [], 0.0
    for test in reaching:
        if not chosen or seconds + reach[test].seconds <= SECONDS_A_CHANGE:
            chosen.append(test)
            seconds += reach[test].seconds
    return chosen


def package_of(module: Path) -> Path:
    """Return the package whose tests try a module: that of the data flow, in the service its first folder."""
    return Path(*module.parts[: 2 if module.parts[0] == "service" else 1])


def tried(
    drawn: list[Change], whole: Path, folders: list[Path], reach: dict[str, Reach], until: float
) -> dict[Change, str]:
    """Return each change with `killed`, `survived` or `unreached`; those the time did not suffice for are left out.

    Each is put into one of `folders`, and what stands in `whole` back in its place.
    """
    tests = {change: nearest(change, reach) for change in drawn}
    outcome = {change: "unreached" for change in drawn if not tests[change]}

    def start(change: Change, place: int) -> int:
        target = folders[place] / change.file
        target.write_text(change.text((whole / change.file).read_text()))
        return forked(folders[place], tests[change], 10 + 3 * sum(reach[test].seconds for test in tests[change]))

    jobs = (change for change in drawn if tests[change] and time.monotonic() < until)
    for change, place, code, _seconds in in_processes(jobs, start, len(folders)):
        outcome[change] = "killed" if code else "survived"
        shutil.copy2(whole / change.file, folders[place] / change.file)
    return outcome


def main() -> int:
    """Print the share killed and the rest, line by line; return 1 below `--at-least`."""
    reader = argparse.ArgumentParser()
    reader.add_argument("folders", nargs="+")
    for name, kind, default in (
        ("seed", int, 10),
        ("count", int, 350),
        ("minutes", float, 15),
        ("processes", int, 2),
        ("at-least", float, 0),
    ):
        reader.add_argument(f"--{name}", type=kind, default=default)
    asked = reader.parse_args()
    began = time.monotonic()
    accepted = {
        (one["file"], one["operator"], one["before"], one.get("after")) for one in yaml.safe_load(ACCEPTED.read_text())
    }
    with tempfile.TemporaryDirectory() as scratch:
        whole, *folders = [copied(ROOT, Path(scratch, str(place))) for place in range(asked.processes + 1)]
        tests = [
            str(file.relative_to(folders[0]))
            for name in dict.fromkeys(package_of(Path(folder, "module")) for folder in asked.folders)
            for file in sorted((folders[0] / "tests" / name).rglob("test_*.py"))
        ]
        load_modules_of_others(folders[0], tests)
        reach = measured(folders, tests, asked.folders)
        print(f"{len(tests)} test files measured in {time.monotonic() - began:.0f} s", flush=True)
        every = changes(whole, asked.folders, asked.seed)
        drawn = every[: asked.count]
        outcome = tried(drawn, whole, folders, reach, began + 60 * (asked.minutes - 1))  # what has begun takes a while
        lines = {change: change.lines((whole / change.file).read_text()) for change in outcome}
    rest = []
    counts: Counter[str] = Counter()
    for change, how in sorted(outcome.items(), key=lambda item: (item[0].file, item[0].line)):
        before, after = lines[change]
        settled = how != "killed" and not accepted.isdisjoint(
            (change.file, change.operator, before, one) for one in (after, None)
        )
        counts["accepted" if settled else how] += 1
        if how != "killed" and not settled:
            rest.append(f"{change.file}:{change.line} {change.operator} {how}\n  - {before}\n  + {after}")
    print("\n".join(rest))
    judged = sum(counts.values()) - counts["accepted"]
    print(
        f"seed {asked.seed}, {time.monotonic() - began:.0f} s, {len(drawn)} of {len(every)} drawn, {len(outcome)} tried: {dict(counts)}"
    )
    print(f"killed: {counts['killed']} of {judged}, {counts['killed'] / judged:.1%}")
    return int(counts["killed"] < asked.at_least * judged)


if __name__ == "__main__":
    sys.exit(main())
