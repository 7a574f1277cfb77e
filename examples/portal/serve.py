"""A portal of another origin that embeds the self-check: static pages on their own port, for trying things out.

python examples/portal/serve.py --port 8090 --service http://127.0.0.1:8000
"""

# ruff: noqa: INP001 - a script, no package
from __future__ import annotations

import argparse
import base64
import hashlib
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import urlsplit

FOLDER = Path(__file__).parent
SCRIPT = FOLDER.parents[1] / "service" / "static" / "embed-v1.js"


def integrity() -> str:
    """Return the value of the integrity attribute for the script of this checkout."""
    return "sha384-" + base64.b64encode(hashlib.sha384(SCRIPT.read_bytes()).digest()).decode()


class Pages(SimpleHTTPRequestHandler):
    """Serves a folder; pages get the address of the service and the hash of its script put in."""

    def __init__(self, *arguments: object, service: str, folder: Path, **more: object) -> None:
        """Remember which service is embedded."""
        self.service, self.folder = service, folder
        super().__init__(*arguments, directory=str(folder), **more)  # type: ignore[arg-type]

    def do_GET(self) -> None:
        """Send a page or a file."""
        name = urlsplit(self.path).path.lstrip("/") or "index.html"
        page = self.folder / Path(name).name
        if page.suffix != ".html" or not page.is_file():
            super().do_GET()
            return
        text = page.read_text("utf-8").replace("{{service}}", self.service).replace("{{integrity}}", integrity())
        body = text.encode()
        self.send_response(200)
        self.send_header("Content-Type", "text/html; charset=utf-8")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def end_headers(self) -> None:
        """Send what a careful portal sends: nothing runs or is framed but its own files and the service."""
        own = "default-src 'none'; style-src 'self'; img-src data:"
        policy = f"{own}; script-src 'self' {self.service}; frame-src {self.service}"
        self.send_header("Content-Security-Policy", policy)
        self.send_header("Cache-Control", "no-store")
        super().end_headers()

    def log_message(self, *_: object) -> None:
        """Keep quiet."""


def create_server(port: int, service: str, folder: Path = FOLDER) -> ThreadingHTTPServer:
    """Return the server, bound to this machine only; port 0 takes a free one."""
    return ThreadingHTTPServer(("127.0.0.1", port), partial(Pages, service=service.rstrip("/"), folder=folder))


def main() -> None:
    """Serve until interrupted."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--port", type=int, default=8090)
    parser.add_argument("--service", default="http://127.0.0.1:8000", help="address of the Cepei service")
    options = parser.parse_args()
    server = create_server(options.port, options.service)
    print(f"http://127.0.0.1:{server.server_port}  (the service needs CEPEI_EMBED_ORIGINS with this origin)")  # noqa: T201
    try:
        server.serve_forever()
    except KeyboardInterrupt:
        server.server_close()


if __name__ == "__main__":
    main()
