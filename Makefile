# pbvote: `make run` starts it, `make test` proves it, `make help` lists the rest.
SHELL := /bin/bash
PYTHON ?= python3
BIN := .venv/bin
PORT ?= 8000
JOBS ?= 2
DIR ?= ../shared/elections
export PIP_DISABLE_PIP_VERSION_CHECK := 1
export PIP_NO_INPUT := 1

.DEFAULT_GOAL := help
.PHONY: assets help run test check format bench soak elections mutation demo-reset requirements clean browser-tests

help: ## list what can be done here
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/^([a-z-]+):.*## /\1|/' | while IFS='|' read -r name text; do printf '  make %-14s %s\n' "$$name" "$$text"; done

.venv/bin/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null || { echo "pbvote needs Python 3.11 or newer: sudo apt-get install -y python3 python3-venv"; exit 1; }
	@$(PYTHON) -m venv .venv || { echo "Python's venv is missing: sudo apt-get install -y python3-venv"; rm -rf .venv; exit 1; }

.venv/run.stamp: requirements.txt pyproject.toml pbvote/tally/kernel.c | .venv/bin/python
	@echo "Installing what pbvote needs …"
	@$(BIN)/python -m pip install -q --require-hashes -r requirements.txt
	@$(BIN)/python -m pip install -q --no-deps --no-build-isolation -e .
	@touch $@

.venv/test.stamp: requirements-test.txt .venv/run.stamp
	@echo "Installing what its tests need …"
	@$(BIN)/python -m pip install -q --require-hashes -r requirements-test.txt
	@touch $@

run: .venv/run.stamp ## start everything on 127.0.0.1:8000, with the demonstration rounds
	@.ci/system-packages run
	@PBVOTE_DEMO=yes PBVOTE_BASE_URL=http://127.0.0.1:$(PORT) $(BIN)/pbvote run

test: .venv/test.stamp ## check and test everything (Chromium and PostgreSQL included)
	@.ci/system-packages test
	@$(MAKE) --no-print-directory check
	@$(BIN)/python -m pytest -n $(JOBS) --dist worksteal -m "not slow" --ignore tests/architecture

test-slow: .venv/test.stamp ## the tests that take minutes each
	@.ci/system-packages test
	@$(BIN)/python -m pytest -n $(JOBS) --dist worksteal -m slow

check: .venv/test.stamp ## format, lint, types, contracts, templates
	@$(BIN)/ruff format --check .
	@$(BIN)/ruff check .
	@$(BIN)/mypy
	@set -o pipefail; $(BIN)/lint-imports --no-cache | grep -vE '[╔╚║╩╗╝◀▶─└┘▲]'
	@$(BIN)/djlint --quiet --lint templates
	@$(BIN)/python -m pytest tests/architecture

format: .venv/test.stamp ## put the code into its one format
	@$(BIN)/ruff format .
	@$(BIN)/ruff check --fix .

browser-tests: .venv/test.stamp ## only the journeys in Chromium
	@.ci/system-packages test
	@$(BIN)/python -m pytest -n $(JOBS) tests/browser

elections: .venv/run.stamp ## recount every .pb file in DIR=… and say which official outcomes follow
	@$(BIN)/python -m pbvote.tally.official "$(DIR)" --jobs $(JOBS)

bench: .venv/test.stamp ## measure what has a figure to reach, side by side with what else there is
	@.ci/system-packages bench
	@for file in benchmarks/*.py; do $(BIN)/python -m benchmarks.$$(basename $$file .py) || exit 1; done

assets: .venv/run.stamp ## rebuild the checked-in CSS and vendored scripts (needs npm)
	@cd static/source && npm install --no-package-lock --ignore-scripts --silent
	@$(BIN)/python static/source/build.py

soak: .venv/test.stamp ## pull the plug 500 times on each database and 50 times on the server; count the syncs
	@.ci/system-packages bench
	@$(BIN)/python -m benchmarks.syncs
	@$(BIN)/python -m benchmarks.soak

linkage: .venv/test.stamp ## try to link 1,000 voters to their ballots with everything that is stored
	@$(BIN)/python -m benchmarks.linkage

mutation: .venv/test.stamp ## break the count in small ways, see that a test notices (an hour; PARTS='shares rules' or SAMPLE=900 for less)
	@$(BIN)/python -m pip install -q mutmut==3.8.1
	@nice -n 19 $(BIN)/mutmut run --max-children $(JOBS) '$(or $(MUTANTS),pbvote.tally.rules.choose_one.*)'
	@nice -n 19 $(BIN)/python -m benchmarks.mutation --jobs $(JOBS) $(if $(MUTANTS),--show,$(if $(PARTS),--parts $(PARTS)) $(if $(SAMPLE),--sample $(SAMPLE)))

demo-reset: .venv/run.stamp ## throw the demonstration away and make it anew, dated from today
	@PBVOTE_DEMO=yes PBVOTE_BASE_URL=http://127.0.0.1:$(PORT) $(BIN)/pbvote demo --reset

requirements: .venv/bin/python ## pin every package with its hashes, from pyproject.toml
	@$(BIN)/python -m pip install -q pip-tools==7.6.2
	@$(BIN)/pip-compile -q --generate-hashes --allow-unsafe --strip-extras --no-emit-index-url --no-emit-find-links --no-header --no-annotate --extra setup --output-file requirements.txt pyproject.toml
	@$(BIN)/pip-compile -q --generate-hashes --allow-unsafe --strip-extras --no-emit-index-url --no-emit-find-links --no-header --no-annotate --extra setup --extra test --output-file requirements-test.txt pyproject.toml

clean: ## remove the environment and everything built; instance/ stays
	@rm -rf .venv build pbvote/tally/_kernel*.so *.egg-info .pytest_cache .mypy_cache .ruff_cache .hypothesis mutants
