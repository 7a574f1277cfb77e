"""A file that is written and sent at once: what was written since is taken away piece by piece."""

from __future__ import annotations

import io


class Sink(io.RawIOBase):
    """Takes what a writer writes that never goes back."""

    def __init__(self) -> None:
        """Hold nothing yet."""
        super().__init__()
        self._held = bytearray()

    def writable(self) -> bool:
        """Tell that it can be written to."""
        return True

    def write(self, content: bytes) -> int:  # type: ignore[override]  # any buffer of bytes
        """Hold what is written."""
        self._held += content
        return len(content)

    def taken(self) -> bytes:
        """Return what was written since the last time."""
        taken, self._held = bytes(self._held), bytearray()
        return taken
