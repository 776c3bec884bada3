# One word each; nothing is needed beforehand but python3 (3.11 or newer) and make. `make` alone lists the words.
#
# The virtual environment is made when it is missing, and brought up to date when pyproject.toml has changed. `make demo`
# installs what blogarc itself needs; `make test` and the others add the tools of the `dev` group.

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
READY := $(VENV)/.ready
READY_DEV := $(VENV)/.ready-dev
PIP := $(BIN)/python -m pip install --quiet --disable-pip-version-check
SHELL := /bin/sh

.DEFAULT_GOAL := help
.PHONY: help demo ready test check fix docs site faults fuzz words learn bench-dedupe-pool bench-dedupe clean

help: ## List these words
	@echo "Usage: make WORD   (PYTHON=python3.12 make WORD for another Python)"
	@sed -n 's/^\([a-z-]*\):.* ## \(.*\)/  \1|\2/p' Makefile | awk -F'|' '{ printf "%-18s %s\n", $$1, $$2 }'

demo: $(READY) ## Make a corpus of sample_data/ in demo/, and show it
	@rm -rf demo
	@$(BIN)/blogarc demo demo

ready: $(READY_DEV) ## Install what the other words need

test: $(READY_DEV) ## Run the tests; ARGS="-k spans" chooses
	@$(BIN)/python -m pytest $(ARGS)

check: $(READY_DEV) ## Lint, formatting, types, docs up to date and whole as a site
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/mypy --strict src
	@$(BIN)/python -m tests.make_docs --check
	@$(BIN)/mkdocs build --strict

fix: $(READY_DEV) ## Format, and mend what the linter can mend
	@$(BIN)/ruff check --fix .
	@$(BIN)/ruff format .

docs: $(READY_DEV) ## Write docs/commands.md, docs/database.md and docs/json.md anew
	@$(BIN)/python -m tests.make_docs

site: $(READY_DEV) ## Build docs/ as a site in site/; fails on a link that leads nowhere
	@$(BIN)/mkdocs build --strict

faults: $(READY_DEV) ## Make every fault happen, and count; ARGS="corruption --share 0.1" chooses
	@$(BIN)/python -m tests.faults $(ARGS)

fuzz: $(READY_DEV) ## Feed the readers and the splitter odd bytes; SECONDS=60 each, ARGS=segment chooses
	@$(PIP) "atheris>=3"
	@$(BIN)/python -m tests.fuzzing --seconds $(or $(SECONDS),60) $(ARGS)

words: $(READY_DEV) ## Collect the messages to translate, and compile those that are; ARGS=--missing lists the others
	@$(BIN)/python -m tests.make_words $(ARGS)

learn: $(READY_DEV) ## Learn the weights for splitting anew; ARGS="--gold FOLDER" adds dumps
	@$(PIP) -r benchmarks/segmentation/requirements.txt
	@$(BIN)/python -m benchmarks.segmentation.train $(ARGS)

bench-dedupe-pool: $(READY_DEV) ## Make the pool of sentences for bench-dedupe
	@$(BIN)/python -m benchmarks.dedupe.pool

bench-dedupe: $(READY_DEV) ## Compare duplicates with peers; SIZE=20000 ARGS="--python PEERS/bin/python"
	@$(PIP) "orjson>=3.9"
	@$(BIN)/python -m benchmarks.dedupe.compare $(or $(SIZE),20000) $(ARGS)

clean: ## Take away everything that these words made
	rm -rf $(VENV) demo site build dist .pytest_cache .mypy_cache .ruff_cache .hypothesis
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

$(VENV)/bin/python:
	@command -v $(PYTHON) >/dev/null || { echo "There is no $(PYTHON): install Python 3.11 or newer, or name one: PYTHON=python3.12 make ..."; exit 1; }
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "$(PYTHON) is $$($(PYTHON) --version 2>&1), and blogarc needs 3.11 or newer: PYTHON=python3.12 make ..."; exit 1; }
	@$(PYTHON) -c 'import ensurepip, venv' 2>/dev/null || { echo "$(PYTHON) lacks venv or pip: on Debian and Ubuntu, apt install python3-venv"; exit 1; }
	@echo "Making $(VENV) with $$($(PYTHON) --version) ..."
	@$(PYTHON) -m venv $(VENV)

$(READY): pyproject.toml | $(VENV)/bin/python
	@echo "Installing blogarc into $(VENV) ..."
	@$(BIN)/python -m pip --version >/dev/null 2>&1 || $(BIN)/python -m ensurepip
	@$(PIP) --upgrade "pip>=25.1"
	@$(PIP) --editable .
	@touch $@

$(READY_DEV): pyproject.toml | $(READY)
	@echo "Installing the development tools into $(VENV) ..."
	@$(PIP) --group dev
	@touch $@
