"""cepei check: every fault of documents, vocabularies and rule packs, with file and pointer."""

from __future__ import annotations

import argparse
from pathlib import Path

import rules
import seeds
from rules.catalogue.content import check_seeds
from seeds.faults import CodedError, SeedError
from service.commands.console import CommandError, Exit, counted, existing_file, existing_folder, refusal, tell
from service.drafts.judging import read_cases
from service.evaluation import Json

SEEDS = Path(seeds.__file__).parent
PACKS = Path(rules.__file__).parent / "packs"


def add_folders(parser: argparse.ArgumentParser) -> None:
    """Declare where seeds and packs are read; the shipped ones if not given."""
    parser.add_argument("--seeds", type=Path, default=SEEDS, metavar="FOLDER", help="documents and vocabularies")
    parser.add_argument("--packs", type=Path, default=PACKS, metavar="FOLDER", help="rule packs")


def add_to(parser: argparse.ArgumentParser) -> None:
    """Declare the options."""
    add_folders(parser)
    parser.add_argument("--language", choices=("zh", "en"), default="zh")


def run(options: argparse.Namespace) -> int:
    """Print every fault; done when there is none."""
    faults = check_seeds(existing_folder(options.seeds), existing_folder(options.packs))
    for fault in faults:
        tell(fault.line(options.language))
    tell(counted(len(faults), options.language))
    return Exit.FAULTS_FOUND if faults else Exit.DONE


def load_cases(file: Path) -> tuple[list[Json], dict[str, float]]:
    """Load labelled cases, and the goals that stand beside them; raise CommandError when the file holds none."""
    try:
        return read_cases(existing_file(file))
    except SeedError as error:
        raise CommandError(str(error)) from error
    except CodedError as error:
        raise refusal(error.code, **error.params) from error
