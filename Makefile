# Quarterdeck. `make demo` and `make test` are all you need; each sets up what it needs on a machine with Python 3.11, git and make.
PYTHON ?= $(shell command -v python3.11 || command -v python3.12 || command -v python3.13 || command -v python3)
VENV := .venv
BIN := $(VENV)/bin
DEMO ?= .demo
PORT ?= 8320
SHELL := /bin/bash
.DEFAULT_GOAL := help
.PHONY: help demo demo-clean test test-fast lint format types docs simulate prove lock clean

help:  ## what can be made
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "  make %-11s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

$(BIN)/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "Quarterdeck needs Python 3.11 or newer; set PYTHON=/path/to/python3.11" >&2; exit 2; }
	@$(PYTHON) -m venv $(VENV)

$(VENV)/.run: $(BIN)/python requirements/run.txt requirements/build.txt pyproject.toml
	@echo "Setting up (once; about half a minute) …"
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements/build.txt -r requirements/run.txt
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation --editable .
	@touch $@

$(VENV)/.dev: $(VENV)/.run requirements/dev.txt
	@echo "Setting up the tests (once) …"
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements/dev.txt
	@touch $@

demo: $(VENV)/.run  ## the bot in its playground, in your browser
	@$(BIN)/quarterdeck demo --folder $(DEMO) --port $(PORT)

demo-clean: $(VENV)/.run  ## stop everything the demo started and forget it
	@$(BIN)/quarterdeck demo --folder $(DEMO) --clean

# Three legs side by side: the long stories have a core of their own; what waits for real processes mostly waits.
LONG := tests/simulation tests/kills
WAITING := tests/browser tests/cli tests/app tests/playground
PYTEST := -m pytest -q -m "not prove and not mutants" -p no:cacheprovider
MEASURED := $(BIN)/python -m coverage run --data-file

test: $(VENV)/.dev lint  ## everything that belongs to a change
	@$(BIN)/python $(PYTEST) $(LONG) >.long.log 2>&1 & long=$$!; \
	$(MEASURED) .coverage.waiting $(PYTEST) $(WAITING) >.waiting.log 2>&1 & waiting=$$!; \
	trap 'kill $$long $$waiting 2>/dev/null' EXIT; \
	$(MEASURED) .coverage.rest $(PYTEST) $(addprefix --ignore=,$(LONG) $(WAITING)); failed=$$?; \
	wait $$waiting; failed=$$((failed | $$?)); echo "── $(WAITING)"; cat .waiting.log; \
	wait $$long; failed=$$((failed | $$?)); echo "── $(LONG)"; cat .long.log; exit $$failed
	$(BIN)/python -m coverage combine -q .coverage.waiting .coverage.rest
	$(BIN)/python -m coverage report --fail-under=90
	$(BIN)/python -m coverage report --include='bot/domain/*' --fail-under=100

test-fast: $(VENV)/.dev  ## without browser and slow tests: under a minute
	$(BIN)/python -m pytest -q -m "not browser and not slow and not mutants and not prove"

lint: $(VENV)/.dev  ## style and types
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy

format: $(VENV)/.dev  ## put style right
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

docs: $(VENV)/.dev  ## write the generated parts of the documentation anew
	$(BIN)/python -m tests.support.docs

simulate: $(VENV)/.dev  ## N simulated operations from SEED (N=100000 takes more than an hour), with a progress bar
	$(BIN)/python -m tests.simulation.run --operations $(or $(N),1000) --seed $(or $(SEED),1)

prove: $(VENV)/.dev  ## the long runs, by hand
	$(BIN)/python -m pytest -q -m "prove or mutants"

lock: $(VENV)/.dev  ## resolve the dependencies anew (needs uv)
	uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-emit-index-url pyproject.toml -o requirements/run.txt
	uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-emit-index-url pyproject.toml --group dev -o requirements/dev.txt
	uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-emit-index-url --group build -o requirements/build.txt

clean:  ## remove the environment and the caches
	rm -rf $(VENV) .mypy_cache .ruff_cache .pytest_cache .hypothesis .coverage*
