# make run    sets everything up and serves page and API on http://127.0.0.1:$(PORT)
# make portal serves a portal of another origin that embeds the service, on http://127.0.0.1:8090
# make test   sets everything up and runs the whole test suite
# make check  format, lint, types, import layers, data, generated files, labelled companies, tests
# make examples  records what the service answers to the examples of the contract, and writes the contract with them
# make eval   scores the labelled companies of tests/golden and fails where they score worse than they did
# make eval-messy  the same for companies as people type them, whose goals are not reached yet
# make eval-reading  scores what is read of labelled documents, FILES and READING_CASES, against the goals for reading
# make eval-scans  reads pages of SCANNED made like scans with the real recogniser, and counts the characters it gets right (some minutes)
# make benchmark  scores the service at URL with the public benchmark, simple means beside it
# make mutants  puts small changes into the deciding code and lists those that no test notices (15 minutes at most)
# make house  measures the source: rooms, imports, comments, how many files one match and one row run through
# make bench  measures matching, deciding beside other engines, and the screening of 100,000 tenants (some minutes)
# make soak   one server under mixed load while its processes are killed and its disk is filled (10 minutes, SOAK_SECONDS)
# make screenshots  writes a picture of every page at three widths to var/screenshots, and tells what is wrong
# make bench-grid  measures what docs/scaling.md tabulates: registers of three sizes on three catalogues
PORT ?= 8000
HOST ?= 127.0.0.1
PYTHON ?= python3
BIN := .venv/bin
TEST_PROCESSES ?= 2
URL ?= http://127.0.0.1:$(PORT)
TABLE_READERS := $(addprefix service/intake/,files headings rows xlsx)
# The documents that labels of tests/reading are of, and further labelled ones; neither is kept here.
FILES ?= ../shared/corpus
SCANNED ?= $(FILES)/beijing_guide_2024_part1.pdf 9 14
READING_CASES ?= ../shared/reading-cases
CATALOGUE := var/catalogue.sqlite
# What the labelled companies have reached, a hair below: a change that scores worse is told at once.
REACHED := must@5=0.87 must@10=0.965 should@20=0.94 quote=1 applicable=1
SOURCES := $(shell find seeds rules matcher -type f -not -name '*.pyc')

.PHONY: run portal test check format lint types layers data drift examples eval eval-messy eval-reading eval-scans benchmark mutants house bench bench-grid soak screenshots lock clean
.DELETE_ON_ERROR:

run: .venv/runtime $(CATALOGUE)
	CEPEI_CATALOGUE=$(CATALOGUE) $(BIN)/cepei serve --host $(HOST) --port $(PORT) --local-key

portal: .venv/bin/python
	$(BIN)/python examples/portal/serve.py --port 8090 --service http://127.0.0.1:$(PORT)

test: .venv/dev
	$(BIN)/pytest -n $(TEST_PROCESSES) --dist worksteal

# What needs one core each goes two at a time; the tests, which need all, go alone.
check: .venv/dev $(CATALOGUE)
	$(MAKE) --jobs=2 --output-sync=target format lint types layers data drift eval
	$(MAKE) test

format: .venv/dev
	$(BIN)/ruff format --check .

lint: .venv/dev
	$(BIN)/ruff check .

types: .venv/dev
	$(BIN)/mypy

layers: .venv/dev
	$(BIN)/lint-imports

data: .venv/dev
	$(BIN)/cepei check

drift: .venv/dev
	$(BIN)/python -m service.openapi --check openapi.yaml

examples: .venv/dev
	CEPEI_RECORD_EXAMPLES=1 $(BIN)/pytest -q -k examples tests/service/api/test_examples.py tests/service/catalogues/test_editions_served.py
	$(BIN)/python -m service.openapi openapi.yaml

eval: .venv/dev $(CATALOGUE)
	$(BIN)/cepei eval tests/golden/cases.yaml --catalogue $(CATALOGUE) $(REACHED:%=--at-least %)
	$(BIN)/python -m tests.golden.baselines $(CATALOGUE) tests/golden/cases.yaml tests/golden/messy.yaml

eval-messy: .venv/dev $(CATALOGUE)
	$(BIN)/cepei eval tests/golden/messy.yaml --catalogue $(CATALOGUE)

eval-reading: .venv/dev
	$(BIN)/python -m tests.reading $(FILES) tests/reading/labels $(READING_CASES) $(READING_CASES) --verbose

# The extra has a place of its own: tests hold what is said without it.
eval-scans: var/ocr/installed
	var/ocr/bin/python -m tests.reading.scans $(SCANNED)

var/ocr/installed: pyproject.toml
	$(PYTHON) -m venv var/ocr
	var/ocr/bin/python -m pip install --quiet --editable '.[ocr]'
	touch $@

benchmark: .venv/dev
	$(BIN)/python -m benchmark --url $(URL) --baselines

mutants: .venv/dev
	$(BIN)/python -m tests.mutants matcher rules seeds $(TABLE_READERS) --processes $(TEST_PROCESSES) --at-least 0.85

house: .venv/dev
	$(BIN)/python -m tests.house

bench: .venv/dev $(CATALOGUE)
	$(BIN)/python -m tests.bench $(CATALOGUE)

soak: .venv/dev $(CATALOGUE)
	$(BIN)/python -m tests.soak $(CATALOGUE)

screenshots: .venv/dev $(CATALOGUE)
	$(BIN)/python -m tests.screenshots $(CATALOGUE) var/screenshots

bench-grid: .venv/dev
	$(BIN)/python -m tests.bench.end_to_end --grid

$(CATALOGUE): .venv/runtime $(SOURCES)
	$(BIN)/cepei build $@

# The runtime alone is enough to serve; the development tools come on top, in the same environment.
.venv/runtime: requirements.txt pyproject.toml | .venv/bin/python
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements.txt
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --editable .
	touch $@

.venv/dev: requirements-dev.txt .venv/runtime
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements-dev.txt
	touch $@

.venv/bin/python:
	@$(PYTHON) -c 'import sys; sys.exit("Cepei needs Python 3.11 or newer; run make PYTHON=python3.11") if sys.version_info < (3, 11) else None'
	$(PYTHON) -m venv .venv

# Pins every package with its hashes, without naming any index.
lock: .venv/dev
	$(BIN)/uv pip compile -q pyproject.toml --upgrade --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-header -o requirements.txt
	$(BIN)/uv pip compile -q pyproject.toml --upgrade --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-header --extra dev --extra dask --extra bench --extra mcp -c requirements.txt -o requirements-dev.txt

clean:
	rm -rf .venv var build *.egg-info
