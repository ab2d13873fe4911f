# petlab: every target sets up .venv first where that is needed. `make help` lists them.
PYTHON ?= python3
BENCH ?= embedded
BASE ?= nano_t5
ARGS ?=
VENV := .venv
BIN := $(VENV)/bin
STAMP := $(VENV)/.installed

.DEFAULT_GOAL := help
.PHONY: help setup bench plan tables report test test-slow test-faults faults test-slurm slurm speed lint pretrain clean

help: ## list the targets
	@grep -hE '^[a-z-]+:.*?## ' $(MAKEFILE_LIST) | awk -F ':.*?## ' '{ printf "  make %-11s %s\n", $$1, $$2 }'

setup: $(STAMP) ## build .venv and install petlab with its tools

$(STAMP): pyproject.toml constraints.txt
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
		{ echo "petlab needs Python 3.11 or later; $(PYTHON) is $$($(PYTHON) --version). Say: make PYTHON=python3.11"; exit 2; }
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -c constraints.txt -e '.[dev,nlg]'
	@touch $(STAMP)

bench: $(STAMP) ## train what is missing of a benchmark and print its tables (BENCH=embedded ARGS='model=...')
	@$(BIN)/petlab bench $(BENCH) $(ARGS)

plan: $(STAMP) ## show what `make bench` would train (BENCH=... ARGS=...)
	@$(BIN)/petlab plan $(BENCH) $(ARGS)

tables: $(STAMP) ## write and print a benchmark's tables from the records there are (BENCH=... ARGS=...)
	@$(BIN)/petlab tables $(BENCH) $(ARGS)

report: $(STAMP) ## write results/report/index.html: tables, figures, every run (ARGS='NAME ...')
	@$(BIN)/petlab report $(ARGS)

test: lint ## lint, then the whole test suite, offline
	@$(BIN)/python -m pytest -n auto --dist worksteal

test-slow: $(STAMP) ## what takes longer: torchrun, memory, 100,000 records into tables, seconds, every claim judged anew
	@$(BIN)/python -m pytest -m slow -s

test-faults: $(STAMP) ## sweeps that are killed, stopped, cut off from their disk, started twice (minutes)
	@$(BIN)/python -m pytest -m faults -n auto -rs tests/faults

test-slurm: $(STAMP) ## sweeps on a SLURM of this machine alone (minutes; needs root and Debian's packages)
	@scripts/slurm_cluster.sh install
	@$(BIN)/python -m pytest -m slurm -rs tests/slurm

faults: test-faults
slurm: test-slurm

speed: $(STAMP) ## measure petlab beside peft + Trainer and a bare loop (GROUPS='step cell …')
	@$(BIN)/petlab speed $(GROUPS) $(ARGS)

lint: $(STAMP) ## ruff and mypy --strict
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/mypy

pretrain: $(STAMP) ## make an embedded base anew, at most 2.5 hours on 2 cores (BASE=nano_t5 | nano_roberta | nano_gpt2)
	@$(BIN)/petlab pretrain $(BASE) $(ARGS)

clean: ## remove .venv and caches; results stay
	rm -rf $(VENV) .mypy_cache .ruff_cache .pytest_cache build *.egg-info src/*.egg-info
