"""schemathesis, with all its checks, against a running server finds nothing."""

import subprocess
import sys
from pathlib import Path

SECONDS = 60


def test_schemathesis_finds_nothing(serve, root):
    with serve() as server:
        command = [
            str(Path(sys.executable).parent / "schemathesis"), "run", "openapi.yaml", "--url", server.base,
            "--checks", "all", "--max-examples", "25", "--max-time", str(SECONDS), "--seed", "20261121",
            "--workers", "2", "--no-color", "--generation-database", "none",
        ]  # fmt: skip
        run = subprocess.run(command, cwd=root, capture_output=True, text=True, timeout=SECONDS * 4, check=False)
    assert run.returncode == 0, run.stdout[-6000:] + run.stderr[-2000:]
