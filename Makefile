# Each target works from nothing: a machine with Python >= 3.10 and make.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
STAMP := $(VENV)/.ready

.PHONY: help setup test lint format demo channel bench clean

help:  ## Show these lines
	@grep -hE '^[a-z]+:.*##' $(MAKEFILE_LIST) | sed 's/:[^#]*## */: /'

$(STAMP): pyproject.toml scripts/setup.sh
	PYTHON="$(PYTHON)" sh scripts/setup.sh $(VENV)
	@touch $@

setup: $(STAMP)  ## Make .venv with everything for tests and checks

test: $(STAMP)  ## Run all tests
	$(BIN)/python -m pytest $(ARGS)

lint: $(STAMP)  ## Check style and types, change nothing
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy

format: $(STAMP)  ## Put the code into shape
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

demo: $(STAMP)  ## Make an environment from a file and run a notebook on it
	$(BIN)/python -m demo

channel: $(STAMP)  ## Build the local test channel; its URL is the last line
	$(BIN)/python -m tests.support.channel

bench: $(STAMP)  ## Measure, in comparison with peers
	$(BIN)/python -m benchmarks

clean:  ## Remove what was built, caches too
	rm -rf $(VENV) .cache .mypy_cache .ruff_cache .pytest_cache build dist
