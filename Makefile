# Two commands on a fresh machine: `make demo` and `make test`. Each does all the set-up that it needs.

SHELL := /usr/bin/env bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help
.PHONY: help setup demo test check bench lock clean

# The programs of .venv first, as an activated one would have them.
IN := PATH="$(CURDIR)/.venv/bin:$$PATH"
# How many tests at once.
JOBS ?= 2
# Passed on to pytest, such as ARGS="-k images".
ARGS ?=
# A folder with tasks/ (task files) and flux/ (repositories): `make bench CORPUS=…` reads them as well.
CORPUS ?=

help: ## Say what can be made
	@sed -n 's/^\([a-z]*\):.*## /make \1\t/p' $(MAKEFILE_LIST) | expand -t 14

setup: ## Prepare .venv with the command `executor`, and the programs that it calls
	@bash scripts/setup.sh

demo: setup ## Run tasks/TASK-001.md for real, in a clone of its own
	@$(IN) python scripts/demo.py

test: check ## Static checks and all tests
	@$(IN) python -m pytest -n $(JOBS) $(ARGS)

check: .setup-test ## Static checks alone: ruff, mypy, import-linter
	@$(IN) ruff check .
	@$(IN) ruff format --check .
	@$(IN) mypy
	@$(IN) mypy scripts/*.py
	@$(IN) lint-imports --no-cache --no-logo

bench: .setup-test ## Measure; figures and how to read them are in docs/performance.md
	@$(IN) python benchmarks/speed.py
ifneq ($(CORPUS),)
	@$(IN) python benchmarks/corpus_ticks.py $(CORPUS)/tasks
	@$(IN) python benchmarks/corpus_bumps.py $(CORPUS)/flux
	@$(IN) python benchmarks/corpus_sentences.py $(CORPUS)
endif

.PHONY: .setup-test
.setup-test:
	@bash scripts/setup.sh test

lock: setup ## Resolve requirements.lock and requirements-dev.lock anew from pyproject.toml (needs uv)
	@bash scripts/lock.sh

clean: ## Remove .venv and everything that the services left behind
	@if [ -x .venv/bin/python ]; then .venv/bin/python scripts/services.py stop; fi
	@rm -rf .venv .setup .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache
