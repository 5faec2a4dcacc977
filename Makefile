# One command for each thing one does here; CI runs the same ones. `make` alone lists them.

SHELL := bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
MAKEFLAGS += --no-print-directory

VENV := .venv
BIN := $(VENV)/bin
READY := $(VENV)/.ready
# New enough, and able to make environments (Debian splits that into python3-venv).
SUITABLE := import ensurepip, sys, venv; sys.exit(sys.version_info < (3, 11))
UNSUITABLE := redthread needs Python 3.11 or newer with venv (Debian, Ubuntu: apt-get install python3-venv); set PYTHON to choose one
# The system's own comes first: distributions build with optimisations, version managers mostly without, which costs up to 1.4 times the CPU.
PYTHON ?= $(firstword $(foreach python,/usr/bin/python3 python3 python3.14 python3.13 python3.12 python3.11,\
	$(shell $(python) -c '$(SUITABLE)' 2>/dev/null && echo $(python))))
# The suite starts servers of its own, and waits for them: the machines that run it have two cores.
JOBS ?= 2
# More arguments for pytest: make test ARGS="-k identity -x"
ARGS ?=
PYTEST := $(BIN)/pytest -n $(JOBS) --dist loadfile --no-loadscope-reorder

export UV_PYTHON_DOWNLOADS := never
export UV_SYSTEM_CERTS ?= true
UV := $(BIN)/uv --quiet --no-progress
PIP := $(BIN)/python -m pip install --quiet --disable-pip-version-check

.PHONY: help
help: ## list the targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-10s %s\n", $$1, $$2 }' Makefile

.PHONY: setup
setup: $(READY) ## create or bring up to date the environment in .venv

$(READY): requirements.lock pyproject.toml
	@echo 'setup: installing the versions of requirements.lock into $(VENV)'
	@$(BIN)/python -m pip --version >/dev/null 2>&1 || { $(MAKE) python >/dev/null && "$(PYTHON)" -m venv --clear $(VENV); }
	@sed -n '/^uv==/,/# via/p' requirements.lock >$(VENV)/uv.txt && $(PIP) --no-deps --require-hashes --requirement $(VENV)/uv.txt
# uv takes seconds where pip takes half a minute; pip knows the mirrors that only its own configuration names.
	@$(UV) pip sync --python $(BIN)/python --require-hashes requirements.lock || $(PIP) --require-hashes --requirement requirements.lock
	@$(PIP) --no-deps --no-build-isolation --no-index --editable .
	@touch $@

.PHONY: python
python: ## print the interpreter that setup would use
	@"$(PYTHON)" -c '$(SUITABLE)' 2>/dev/null && command -v "$(PYTHON)" || { echo >&2 '$(UNSUITABLE)'; exit 1; }

COMPILED := build/compiled
.PHONY: compiled
compiled: setup ## the packages in build/compiled with a compiled core, for PYTHONPATH; needs a C compiler
	@echo 'compiled: a minute or two' && mkdir -p $(dir $(COMPILED))
	@PYTHON=$(BIN)/python deploy/compile $(COMPILED) >$(COMPILED).log 2>&1 || { cat >&2 $(COMPILED).log; exit 1; }

.PHONY: demo
demo: setup ## simulate a company, find its broken journeys, leave the tables for queries
	@$(BIN)/redthread demo

.PHONY: test
test: setup ## run the tests
	@$(PYTEST) $(ARGS)

# How long things are broken, on how many brokers (1 or 3), and a SEED to do the same again.
MINUTES ?= 30
BROKERS ?= 1
.PHONY: chaos
chaos: setup ## kill everything at random under load, then compare every table with the truth: MINUTES=30 BROKERS=1 SEED=
	@$(BIN)/python -m tests.chaos.run --minutes $(MINUTES) --brokers $(BROKERS) $(if $(SEED),--seed $(SEED))

.PHONY: coverage
coverage: setup ## the pure part must be covered to the last branch, by its own tests, which leave nothing to chance
	@$(PYTEST) --quiet --cov --cov-report=term -m 'not law' tests/schemas tests/core $(ARGS)

# make bench EVENTS=100000 ROUNDS=1 RATE=0: shorter, and without latencies. ENGINES="redthread bytewax" for some only.
EVENTS ?= 500000
ROUNDS ?= 3
RATE ?= 10000
ENGINES ?=

.PHONY: bench
bench: setup ## one workload side by side: stock Faust, this engine, Quix Streams, Bytewax, Kafka Streams
	@$(BIN)/python -m tests.bench.engines --events $(EVENTS) --rounds $(ROUNDS) --rate $(RATE) $(if $(ENGINES),--engines $(ENGINES))

WORKERS ?= 2
.PHONY: bench-chain
bench-chain: setup ## the whole chain on Kafka, events to alerts in ClickHouse; WORKERS=1; KNOWN="20000 1000000" for its growth with the customers
	@$(BIN)/python -m tests.bench.bench_chain --events $(EVENTS) --workers $(WORKERS) $(if $(KNOWN),--known $(KNOWN))

.PHONY: check
check: lint types contracts coverage test ## everything that CI checks

.PHONY: format
format: setup ## format the code and sort the imports
	@$(BIN)/ruff check --quiet --select I,RUF022,RUF023 --fix .
	@$(BIN)/ruff format .

.PHONY: lint
lint: setup ## format check and lint
	@$(BIN)/ruff format --quiet --diff .
	@$(BIN)/ruff check .

.PHONY: types
types: setup ## type check
	@$(BIN)/mypy

.PHONY: contracts
contracts: setup ## check which package may import which
	@$(BIN)/lint-imports --no-logo

.PHONY: lock
lock: setup ## solve again after a change of the dependencies in pyproject.toml; UPGRADE=1 takes the newest versions
	@$(UV) pip compile --universal --all-extras --generate-hashes --no-emit-index-url --no-emit-find-links \
		--custom-compile-command 'make lock' $(if $(UPGRADE),--upgrade) --output-file requirements.lock pyproject.toml >/dev/null
	@$(MAKE) setup

.PHONY: clean
clean: ## remove the environment, caches and build output
	@rm -rf $(VENV) .coverage .coverage.* .hypothesis .import_linter_cache .mypy_cache .pytest_cache .ruff_cache build dist
	@find schemas streams sinks tests -name __pycache__ -type d -prune -exec rm -rf {} +
