"""Writes openapi.yaml from the code, or tells that the file has drifted."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

import flask

from seeds.docstrings import docstring_of
from service.app import register_resources
from service.web.blueprints import create_api, openapi_document, openapi_yaml


def published_contract() -> str:
    """Return the text of openapi.yaml; it depends on the code alone, on no catalogue and no setting."""
    api = create_api(flask.Flask("service"))
    register_resources(api)
    return openapi_yaml(openapi_document(api))


def main(arguments: list[str] | None = None) -> int:
    """Write openapi.yaml, or with --check compare it: `python -m service.openapi [--check] FILE`."""
    parser = argparse.ArgumentParser(prog="python -m service.openapi", description=docstring_of(main))
    parser.add_argument("file", type=Path)
    parser.add_argument("--check", action="store_true", help="write nothing; exit with 1 when the file differs")
    options = parser.parse_args(arguments)
    contract = published_contract()
    if not options.check:
        options.file.write_text(contract, "utf-8")
        return 0
    if options.file.is_file() and options.file.read_text("utf-8") == contract:
        return 0
    print(f"{options.file} is not what the code says; write it again: python -m service.openapi {options.file}")  # noqa: T201
    return 1


if __name__ == "__main__":
    sys.exit(main())
