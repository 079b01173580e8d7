# Every target makes what it needs. The machine needs Python 3.11 or newer with pip.
.DEFAULT_GOAL := help
.PHONY: help setup demo test fuzz check format bench docs docs-pictures clean
SHELL := /bin/sh

VENV := .venv
BIN := $(VENV)/bin
WORKERS ?= 2
CORPUS ?=
MINUTES ?= 10
SEED ?=
SOURCES := src tests benchmarks docs/pictures.py docs/hooks

help: ## Show these lines
	@echo "Firth: word embeddings. Targets:"
	@grep -E '^[a-z-]+: .*## ' Makefile | sed -e 's/: .*## /\t/' | while IFS="$$(printf '\t')" read -r name text; do \
		printf '  make %-13s %s\n' "$$name" "$$text"; done

setup: $(VENV)/.installed-test ## Make .venv and install Firth with everything the tests need

demo: $(VENV)/.installed-demo ## Train on real text and query the vectors (under a minute)
	@$(BIN)/firth demo

test: $(VENV)/.installed-test ## Lint, check types and run the whole default test suite
	@$(MAKE) --no-print-directory check
	$(BIN)/python tests/warm_up.py
	$(BIN)/python -m pytest -n $(WORKERS) --dist loadgroup

fuzz: $(VENV)/.installed-test ## Damage files of every format for MINUTES=10 and see that they are read or refused
	@seed="$(SEED)"; seed=$${seed:-$$(date +%s)}; echo "seed $$seed (repeat with: make fuzz SEED=$$seed)"; \
	FUZZ_SEED=$$seed FUZZ_MINUTES=$(MINUTES) $(BIN)/python -m pytest tests/fuzz -q --capture=no

check: $(VENV)/.installed-test ## Lint, formatting and types only
	$(BIN)/ruff check $(SOURCES)
	$(BIN)/ruff format --check $(SOURCES)
	$(BIN)/mypy

format: $(VENV)/.installed-test ## Format the code and fix what the linter can fix
	$(BIN)/ruff check --fix $(SOURCES)
	$(BIN)/ruff format $(SOURCES)

bench: $(VENV)/.installed-bench ## Measure speed and quality, compared with gensim, on the text CORPUS=path
	@test -n "$(CORPUS)" || { echo "name the text to train on: make bench CORPUS=path/to/text.txt" >&2; exit 2; }
	$(BIN)/python benchmarks/run.py $(CORPUS)

docs: $(VENV)/.installed-docs ## Build the documentation as a site: site/index.html, searchable, nothing fetched
	NO_MKDOCS_2_WARNING=1 $(BIN)/python -m mkdocs build --strict --quiet
	@echo "open site/index.html in a browser"

docs-pictures: $(VENV)/.installed-test ## Make the pictures of docs/plots.md by its own code, and run the tour
	$(BIN)/python docs/pictures.py

clean: ## Remove .venv, caches and build output
	rm -rf $(VENV) build dist site .pytest_cache .mypy_cache .ruff_cache .hypothesis
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

# The first interpreter that is new enough. Where its venv module lacks ensurepip (Debian without python3-venv),
# the environment gets its pip from the pip that is there.
$(BIN)/python:
	@for python in $(PYTHON) python3 python3.14 python3.13 python3.12 python3.11 python; do \
		if $$python -c 'import sys; sys.exit(sys.version_info < (3, 11))' >/dev/null 2>&1; then found=$$python; break; fi; \
	done; \
	if [ -z "$$found" ]; then echo "Firth needs Python 3.11 or newer; name one with: make PYTHON=/path/to/python3" >&2; exit 1; fi; \
	echo "making $(VENV) with $$($$found --version)"; \
	$$found -m venv $(VENV) >/dev/null 2>&1 || { \
		rm -rf $(VENV) && $$found -m venv --without-pip $(VENV) && \
		$$found -m pip --disable-pip-version-check --python $(VENV)/bin/python install -qq pip; }

# One stamp for each extra: pip runs again only when pyproject.toml has changed.
$(VENV)/.installed-%: pyproject.toml | $(BIN)/python
	@echo "installing Firth with its $* packages into $(VENV)"
	@$(BIN)/python -m pip --disable-pip-version-check install -qq --editable '.[$*]'
	@touch $@
