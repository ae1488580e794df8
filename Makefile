# `make train`, `make calls`, `make test` and `make docs` need Python 3.11 or newer and make; they set up the rest.
PYTHON ?= python3
DATA   ?= cities/demo
RUN    ?= runs/demo
SERVICE ?= services/demo
DATE   ?= 2026-02-03
EPOCHS ?= 100
MUTANTS ?= 40
ROOMS  ?=
# Where PyTorch comes from, if not from where pip takes everything else: for a build without CUDA,
# the index of CPU builds that PyTorch's own installation page names.
TORCH_INDEX ?=

BIN     := .venv/bin
READY   := .venv/.ready
DOCS    := .venv-docs/bin
INSTALL := -m pip install --quiet --disable-pip-version-check

.PHONY: train calls test lint types tests matrix mutants docs format lock clean

train: $(READY) $(DATA)/decisions.csv
	$(BIN)/rideflex train --data $(DATA) --out $(RUN) --epochs $(EPOCHS)

# Whom to call about a date of a made-up service; calls.html is the sheet to print or to tick.
calls: $(READY) $(SERVICE)/bookings.csv $(SERVICE)/tolerances.model
	$(BIN)/rideflex calls $(SERVICE) --date $(DATE) --model $(SERVICE)/tolerances.model \
		--page $(SERVICE)/calls.html --csv $(SERVICE)/calls.csv

test: lint types tests

lint: $(READY)
	$(BIN)/ruff check
	$(BIN)/ruff format --check

types: $(READY)
	$(BIN)/mypy

tests: $(READY)
	$(BIN)/pytest -n 2 --dist worksteal

# What works without the extras, on each Python from 3.11 to 3.14 that is found.
matrix:
	.ci/matrix

# Small changes to the program that the tests should notice; MUTANTS=all tries all of them.
mutants: $(READY) .venv-mutants/.ready
	.venv-mutants/bin/python tests/mutants.py --python $(BIN)/python --mutants $(MUTANTS) \
		--rooms "$(ROOMS)"

# The site, in site/; a warning is an error.
docs: .venv-docs/.ready
	NO_MKDOCS_2_WARNING=1 $(DOCS)/mkdocs build --strict --quiet
	@echo 'The site is in site/.'

format: $(READY)
	$(BIN)/ruff format
	$(BIN)/ruff check --fix

cities/demo/decisions.csv: | $(READY)
	$(BIN)/rideflex generate cities/demo --travelers 30 --trips 52 --zones 31 --seed 7

services/demo/bookings.csv: | $(READY)
	$(BIN)/rideflex generate services/demo --bookings --travelers 80 --days 60 --seed 7

$(SERVICE)/tolerances.model: $(SERVICE)/bookings.csv
	$(BIN)/rideflex fit --model tolerance --outcomes $(SERVICE)/answers.csv --out $@

$(READY): requirements.lock pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' \
		|| { echo "rideflex needs Python 3.11 or newer; name one with PYTHON=…"; exit 1; }
	@echo 'Installing into .venv; the first time takes a minute or two.'
	@test -n "$(TORCH_INDEX)" || echo 'Where pip would take a CUDA build of PyTorch (5.5 GB),' \
		'TORCH_INDEX=… names the index of CPU builds.'
	test -x $(BIN)/python || $(PYTHON) -m venv .venv
	$(BIN)/python $(INSTALL) $(if $(TORCH_INDEX),--extra-index-url $(TORCH_INDEX)) \
		-r requirements.lock
	$(BIN)/python $(INSTALL) --no-deps --no-build-isolation --editable .
	touch $@

.venv-docs/.ready: requirements-docs.lock
	test -x $(DOCS)/python || $(PYTHON) -m venv .venv-docs
	$(DOCS)/python $(INSTALL) -r requirements-docs.lock
	touch $@

.venv-mutants/.ready: requirements-mutants.lock
	test -x .venv-mutants/bin/python || $(PYTHON) -m venv .venv-mutants
	.venv-mutants/bin/python $(INSTALL) -r requirements-mutants.lock
	touch $@

# Pin again after a change of pyproject.toml.
lock: $(READY)
	$(BIN)/python $(INSTALL) pip-tools
	$(BIN)/pip-compile $(PIN) --extra dev --output-file requirements.lock pyproject.toml
	$(BIN)/python -c 'import tomllib; \
		project = tomllib.load(open("pyproject.toml", "rb"))["project"]; \
		print(*project["optional-dependencies"]["docs"], sep="\n")' \
		| $(BIN)/pip-compile $(PIN) --output-file requirements-docs.lock -
	echo 'cosmic-ray>=8.4,<9' \
		| $(BIN)/pip-compile $(PIN) --output-file requirements-mutants.lock -
	sed -i -e 's/^\(torch==[0-9.]*\)+cpu/\1/' -e '/^rideflex @ /,+1d' requirements.lock

PIN := --quiet --strip-extras --allow-unsafe --no-emit-index-url --no-emit-find-links \
	--no-emit-trusted-host

clean:
	rm -rf .venv .venv-docs .venv-matrix .venv-mutants build dist site \
		.mypy_cache .ruff_cache .pytest_cache .hypothesis
