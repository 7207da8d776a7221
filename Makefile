SHELL := /bin/bash
.SHELLFLAGS := -eu -o pipefail -c
.DEFAULT_GOAL := help
.PHONY: help run test bench check soak lock

PYTHON ?= python3
BIN := .venv/bin
RUN_STAMP := .venv/.run-installed
DEV_STAMP := .venv/.dev-installed
PIP := $(BIN)/python -m pip --disable-pip-version-check --quiet

export DEBUG ?= 0

help:
	@echo "make run    a demo clinic on http://127.0.0.1:8000 (PORT, HOST, DATA_DIR move it)"
	@echo "make test   the whole suite, on a PostgreSQL of its own"
	@echo "make check  format, lint, contracts, missing migrations, deployment settings"
	@echo "make bench  the benchmark with its ratios (SIZES selects the sizes)"
	@echo "make soak   the promises at full size"

$(BIN)/python:
	$(PYTHON) -m venv .venv

$(RUN_STAMP): requirements.txt | $(BIN)/python
	$(PIP) install --requirement requirements.txt
	@touch $@

$(DEV_STAMP): requirements-dev.txt | $(BIN)/python
	$(PIP) install --requirement requirements-dev.txt
	@touch $@

run: export DEMO ?= 1
run: $(RUN_STAMP)
	exec $(BIN)/python manage.py up

test: $(DEV_STAMP)
	$(BIN)/python -m pytest -n 2 $(ARGS)

check: export SECRET_KEY = only-for-the-deployment-check-0123456789-abcdefghijklmnopqrstuvwxyz
check: export DEMO = 0
check: $(DEV_STAMP)
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/lint-imports
	$(BIN)/python manage.py makemigrations --check --dry-run
	$(BIN)/python manage.py check --deploy --fail-level WARNING

bench: $(DEV_STAMP)
	$(BIN)/python -m bench $(ARGS)

soak: export SOAK = 1
soak: $(DEV_STAMP)
	$(BIN)/python -m pytest -n 2 --timeout 3600 $(ARGS)

lock: $(DEV_STAMP)
	$(PIP) install uv
	$(BIN)/uv pip compile $(LOCK) pyproject.toml --output-file requirements.txt
	$(BIN)/uv pip compile $(LOCK) --extra dev --constraint requirements.txt pyproject.toml --output-file requirements-dev.txt

LOCK := --quiet --universal --python-version 3.11.0 --no-emit-index-url --no-emit-find-links --no-header --no-annotate
