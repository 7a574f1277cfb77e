"""schemathesis, with all its checks and an operator's key, against a running server finds nothing."""

import subprocess
import sys
from pathlib import Path

from service.keys import Keys, Role
from service.store import Store

SECONDS = 15


def test_schemathesis_finds_nothing(serve, root):
    with serve() as server:
        _, key = Keys(Store(Path(server.given["CEPEI_DATA"]))).add(Role.OPERATOR)
        command = [
            str(Path(sys.executable).parent / "schemathesis"), "run", "openapi.yaml", "--url", server.base,
            "--checks", "all", "--max-examples", "25", "--max-time", str(SECONDS), "--seed", "20261121",
            "--workers", "1", "--no-color", "--generation-database", "none",
            "--header", f"Authorization: Bearer {key}",
        ]  # fmt: skip
        run = subprocess.run(command, cwd=root, capture_output=True, text=True, timeout=SECONDS * 4, check=False)
    assert run.returncode == 0, run.stdout[-6000:] + run.stderr[-2000:]
