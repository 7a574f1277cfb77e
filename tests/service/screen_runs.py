"""Runs of `cepei screen` for its tests: a file of tenants, the command, what it leaves in the folder."""

import json
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]
ROWS = 4500


def write_tenants(file):
    places, products = ("合肥", "蚌埠市", "广州", "北京", ""), ("聚乳酸", "疫苗", "服装", "")
    lines = [
        {"external_id": f"r{n}", "city": places[n % 5], "products": [products[n // 5 % 4]], "employees": n % 50 - 1}
        for n in range(ROWS)
    ]
    file.write_text("".join(json.dumps(line, ensure_ascii=False) + "\n" for line in lines), "utf-8")
    return file


def command(file, output, catalogue, *more):
    return ["screen", str(file), "-o", str(output), "--on", "2026-11-21", "--catalogue", str(catalogue), *more]


def start(*arguments):
    """Start the command as a process of its own; what it complains of can be read.

    An interrupt ends it also where the tests run in the background of a shell, which has it ignored.
    """
    run = ["env", "--default-signal=INT", sys.executable, "-m", "service.cli", *arguments]
    return subprocess.Popen(run, cwd=ROOT, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)


def outcome(folder):
    return {
        file.name: file.read_bytes() for file in folder.iterdir() if file.is_file() and not file.name.startswith(".")
    }
