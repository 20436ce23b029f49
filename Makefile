# Each target works from nothing: a machine with Python >= 3.10 and make.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
STAMP := $(VENV)/.ready
# The tests of a file stay together, since they share what is dear to make.
JOBS := --numprocesses=auto --maxprocesses=4 --dist=loadfile
NODE := $(VENV)/.node
MODULES := node_modules/.ready
LABEXTENSION := jupyter_envs/labextension/package.json
LINK := $(VENV)/share/jupyter/labextensions/jupyter_envs
# With the folders: one changes when a file in it comes or goes.
SOURCES := $(shell find src style schema) package.json tsconfig.json
# jlpm and what it starts look for node in PATH; scripts/node.sh may have put one into .venv.
WITH_NODE := PATH="$(CURDIR)/$(BIN):$$PATH"
JLPM := $(WITH_NODE) $(BIN)/jlpm

.PHONY: help setup frontend test lint format demo lab channel bench chaos dist clean

help:  ## Show these lines
	@grep -hE '^[a-z]+:.*##' $(MAKEFILE_LIST) | sed 's/:[^#]*## */: /'

$(STAMP): pyproject.toml scripts/setup.sh
	PYTHON="$(PYTHON)" sh scripts/setup.sh $(VENV)
	@touch $@

setup: $(STAMP)  ## Make .venv with everything for tests and checks

$(NODE): $(STAMP) scripts/node.sh
	sh scripts/node.sh $(VENV)
	@touch $@

$(MODULES): package.json yarn.lock .yarnrc.yml | $(NODE)
	$(JLPM) install --immutable
	@touch $@

$(LABEXTENSION): $(SOURCES) $(MODULES)
	$(JLPM) build:prod
	@touch $@

# An editable install has no front end of its own: JupyterLab finds the built one by this link.
$(LINK): | $(STAMP) $(LABEXTENSION)
	rm -rf $@
	mkdir -p $(@D)
	ln -s ../../../../jupyter_envs/labextension $@

frontend: $(LABEXTENSION) $(LINK)  ## Build the JupyterLab extension and link it into .venv

test: $(STAMP) $(LABEXTENSION) $(LINK)  ## Run all tests; with ARGS, pytest with these alone
	$(if $(ARGS),,$(JLPM) test)
	$(BIN)/python -m pytest $(if $(ARGS),$(ARGS),$(JOBS))

lint: $(STAMP) $(MODULES)  ## Check style and types, change nothing
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(JLPM) lint:check
	$(JLPM) check:api
	$(BIN)/python scripts/texts.py --check

format: $(STAMP) $(MODULES)  ## Put the code into shape
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .
	$(JLPM) lint

demo: $(STAMP)  ## Make an environment through a Jupyter server and run a notebook on it
	$(BIN)/python -m demo

lab: $(STAMP) $(LABEXTENSION) $(LINK)  ## The same set-up, with JupyterLab open on the panel
	$(BIN)/python -m demo.lab $(ARGS)

channel: $(STAMP)  ## Build the local test channel; its URL is the last line
	$(BIN)/python -m tests.support.channel

bench: $(STAMP)  ## Measure, in comparison with peers
	$(BIN)/python -m benchmarks
	$(BIN)/python -m benchmarks.table

chaos: $(STAMP)  ## Kill things at hundreds of moments; ARGS="--seed N" repeats a run
	$(BIN)/python -m tests.chaos $(ARGS)

# From nothing: the build hook takes a front end that is there for a good one.
dist: $(MODULES)  ## Build the sdist and the wheel into dist/
	rm -rf dist
	$(JLPM) clean:all
	$(WITH_NODE) YARN_ENABLE_IMMUTABLE_INSTALLS=true $(BIN)/python -m build

clean:  ## Remove what was built, caches too
	rm -rf $(VENV) .cache .mypy_cache .ruff_cache .pytest_cache build dist
	rm -rf node_modules .yarn lib tsconfig.tsbuildinfo jupyter_envs/labextension
