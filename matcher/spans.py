"""Runs of whole numbers laid out one after the other, for taking several entries of a flat array for each row."""

from __future__ import annotations

import numpy as np

from matcher.passages import Positions


def spans(starts: Positions, counts: Positions) -> Positions:
    """Return starts[0], starts[0] + 1 ... (counts[0] of them), then those from starts[1] and so on."""
    return np.arange(counts.sum()) - np.repeat(np.cumsum(counts) - counts - starts, counts)
