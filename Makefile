# All that is needed beyond this file: Python 3.11 or later with venv.
PYTHON ?= python3
UV ?= uv
VENV := .venv
BIN := $(VENV)/bin
# How many tests at a time: they wait more than they work. Those in a browser run by themselves: its event loop stays.
JOBS ?= 4
PIP := $(BIN)/python -m pip --disable-pip-version-check --quiet
MODULES := $(patsubst bench/%.py,bench.%,$(filter-out bench/__init__.py,$(wildcard bench/*.py)))

.PHONY: help up install install-dev test test-at lint format chaos bench contracts screenshots lock clean

help: ## what can be made
	@grep -E '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/^([a-z-]+):.*## /\1\t/' | expand -t 14

up: install ## set up, then run everything with sample data; PORT=8000 by default
	$(BIN)/dze up --demo $(if $(PORT),--port $(PORT))

install: $(VENV)/.installed ## set up only

install-dev: $(VENV)/.installed-dev

$(BIN)/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "Python 3.11 or later is needed; say which: make PYTHON=python3.11 ..."; exit 1; }
	@$(PYTHON) -m venv $(VENV) || { rm -rf $(VENV); exit 1; }

$(VENV)/.installed: $(BIN)/python requirements.lock pyproject.toml
	@echo "Setting up in $(VENV), once; this takes a minute ..."
	@$(PIP) install --require-hashes -r requirements.lock
	@$(PIP) install --no-deps --no-build-isolation --editable .
	@touch $@

$(VENV)/.installed-dev: $(VENV)/.installed requirements-dev.lock
	@echo "Setting up what the tests need ..."
	@$(PIP) install --require-hashes -r requirements-dev.lock
	@touch $@

test: lint ## check the code, then run all tests but the long ones
	$(BIN)/pytest -n $(JOBS) --dist loadfile -m "not chaos and not browser"
	$(BIN)/pytest -m browser

test-at: install-dev ## what depends on the time, at another: AT='2027-12-31 23:30' ZONE=Asia/Kolkata TESTS='-m clock'
	$(BIN)/python -m ops.faketime '$(or $(AT),2027-12-31 23:30)' '$(or $(ZONE),UTC)' $(or $(TESTS),-m clock)

lint: install-dev ## ruff, mypy, import-linter
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

format: install-dev ## put the code into its form
	$(BIN)/ruff format .

chaos: install-dev ## the long proof: kills, pauses, a restart of Redis; DZE_TEST_SEED repeats one
	$(BIN)/pytest -m chaos -s

bench: install-dev ## each benchmark beside its peer or limit
	@for module in $(MODULES); do echo "== $$module"; $(BIN)/python -m $$module || exit 1; done

contracts: install ## write what was added to the contracts
	$(BIN)/python -m shared.contracts.schemas

screenshots: install-dev ## the pictures in docs/images; needs Chromium
	$(BIN)/python -m ops.screenshots

lock: ## bring the lock files up to pyproject.toml; needs uv
	$(UV) pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-emit-index-url --output-file requirements.lock pyproject.toml --extra build
	$(UV) pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-emit-index-url --output-file requirements-dev.lock --constraint requirements.lock --group dev

clean: ## remove what was set up; data stays
	rm -rf $(VENV) *.egg-info .mypy_cache .ruff_cache .pytest_cache .import_linter_cache .hypothesis
