# `make train` and `make test` need Python 3.11 or newer and make; they set up the rest.
PYTHON ?= python3
DATA   ?= cities/demo
RUN    ?= runs/demo
EPOCHS ?= 100

BIN   := .venv/bin
READY := .venv/.ready

.PHONY: train test lint types tests format lock clean

train: $(READY) $(DATA)/decisions.csv
	$(BIN)/rideflex train --data $(DATA) --out $(RUN) --epochs $(EPOCHS)

test: lint types tests

lint: $(READY)
	$(BIN)/ruff check
	$(BIN)/ruff format --check

types: $(READY)
	$(BIN)/mypy

tests: $(READY)
	$(BIN)/pytest -n 2 --dist worksteal

format: $(READY)
	$(BIN)/ruff format
	$(BIN)/ruff check --fix

cities/demo/decisions.csv: | $(READY)
	$(BIN)/rideflex generate cities/demo --travelers 30 --trips 52 --zones 31 --seed 7

$(READY): requirements.lock pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' \
		|| { echo "rideflex needs Python 3.11 or newer; name one with PYTHON=…"; exit 1; }
	@echo 'Installing into .venv; the first time takes a minute or two.'
	test -x $(BIN)/python || $(PYTHON) -m venv .venv
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -r requirements.lock
	$(BIN)/python -m pip install --quiet --disable-pip-version-check \
		--no-deps --no-build-isolation --editable .
	touch $@

# Pin again after a change of pyproject.toml.
lock: $(READY)
	$(BIN)/python -m pip install --quiet pip-tools
	$(BIN)/pip-compile --quiet --strip-extras --allow-unsafe --extra bench --extra dev \
		--no-emit-index-url --no-emit-find-links --no-emit-trusted-host \
		--output-file requirements.lock pyproject.toml
	sed -i 's/^\(torch==[0-9.]*\)+cpu/\1/' requirements.lock

clean:
	rm -rf .venv build .mypy_cache .ruff_cache .pytest_cache .hypothesis
