"""How the benchmarks tell their figures: one line each, beside its goal."""

import sys


def say(*words: object) -> None:
    """Write one line at once."""
    sys.stdout.write(" ".join(str(word) for word in words) + "\n")
    sys.stdout.flush()


def judge(name: str, value: float, goal: float, *, at_least: bool = False) -> bool:
    """Tell a figure beside its goal; True when it is missed."""
    missed = value < goal if at_least else value > goal
    say(f"  {name:64} {value:9.2f}  {'goal >=' if at_least else 'goal <='} {goal:g}  {'MISSED' if missed else 'ok'}")
    return missed
