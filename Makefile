# Every target makes what it needs. The machine needs Python 3.11 or newer with pip.
.DEFAULT_GOAL := help
.PHONY: help setup demo test warm-up test-kernels test-oldest oldest install-oldest test-wheel portability fuzz faults soak test-software-gpu software-gpu check format bench docs docs-pictures clean
SHELL := /bin/sh

VENV := .venv
BIN := $(VENV)/bin
WORKERS ?= 2
CORPUS ?=
COUNT ?= 1000000
KILLS ?= 200
MINUTES ?= 60
SEED ?=
# Tests start Firth in a thousand processes: without Python's __pycache__ each would compile all its sources, for 0.3 s.
export PYTHONDONTWRITEBYTECODE :=

SOURCES := src tests benchmarks docs/pictures.py docs/live_pictures.py docs/explorer_pictures.py docs/hooks

help: ## Show these lines
	@echo "Firth: word embeddings. Targets:"
	@grep -E '^[a-z-]+: .*## ' Makefile | sed -e 's/: .*## /\t/' | while IFS="$$(printf '\t')" read -r name text; do \
		printf '  make %-13s %s\n' "$$name" "$$text"; done

setup: $(VENV)/.installed-test ## Make .venv and install Firth with everything the tests need

demo: $(VENV)/.installed-demo ## Train on real text and query the vectors (under a minute)
	@$(BIN)/firth demo

# pip and mypy take one core each, so two things are done at a time.
test: $(VENV)/.installed-test ## Lint, check types and run all tests, also of other machines and old versions
	+@$(BESIDE_EACH_OTHER) install-oldest check warm-up
	$(BIN)/python -m pytest -n $(WORKERS) --dist loadgroup
	+@$(BESIDE_EACH_OTHER) test-oldest test-kernels

BESIDE_EACH_OTHER := $(MAKE) --no-print-directory --jobs $(WORKERS) --output-sync=target

warm-up: $(VENV)/.installed-test
	$(BIN)/python tests/warm_up.py

# Kernels as other processors run them, and with every index checked. Each run compiles its own machine code.
test-kernels: test-lanes-4 test-lanes-8 test-lanes-16 test-bounds ## Test kernels at 4, 8 and 16 lanes, and their array bounds

KERNEL_TESTS := $(BIN)/python -m pytest -q -p no:cacheprovider tests/unit/kernels

test-lanes-%: $(VENV)/.installed-test
	FIRTH_LANES=$* $(KERNEL_TESTS) -k "$(WIDTHS)"

test-bounds: $(VENV)/.installed-test
	NUMBA_BOUNDSCHECK=1 $(KERNEL_TESTS) -k "$(BOUNDS)"

# Registers matter in these; of the training kernels a few are enough for each width, one of each kind for bounds.
WIDTHS := test_simd or test_activation or test_hot_rows or test_single or every_vector_size and 50 or every_objective and 7 and skipgram
BOUNDS := not test_epoch or every_vector_size and 50 or every_objective and 7

test-oldest: ## Test with the oldest versions that pyproject.toml allows, on Python 3.11 (skipped without it)
	+@if command -v python3.11 >/dev/null; then $(WITH_OLDEST) oldest; \
	else echo "no python3.11: the oldest versions are not tested"; fi

WITH_OLDEST := $(MAKE) --no-print-directory VENV=.venv-oldest PYTHON=python3.11

install-oldest:
	+@if command -v python3.11 >/dev/null; then $(WITH_OLDEST) .venv-oldest/.installed-oldest; fi

# Old versions warn of what newer ones changed; only their results are judged here.
oldest: $(VENV)/.installed-oldest
	$(BIN)/python -m pytest -q -p no:cacheprovider -W ignore::DeprecationWarning -W ignore::FutureWarning $(OLDEST_TESTS)

# What meets other packages: files, pictures, the index, compressed corpora, and of the command line whatever needs more
# than its parser: training (Numba, NumPy), progress (Rich), tables, pictures, the index, the server. Not what compares
# Firth with spaCy and model2vec, which are not installed there.
OLDEST_COMMANDS := completion corpora demo evaluate help index lm main phrases plot queries recommend serve \
	sweep targets train
OLDEST_TESTS := $(OLDEST_COMMANDS:%=tests/cli/test_%.py) tests/cli/test_documents.py::test_train_similar_and_nearest \
	tests/unit/formats tests/unit/plots tests/unit/vectors/ann tests/unit/corpus/test_sources.py \
	--ignore=tests/unit/formats/test_spacy_exchange.py --ignore=tests/unit/formats/test_static_embedding.py

$(VENV)/.installed-oldest: pyproject.toml tests/oldest_versions.py | $(BIN)/python
	@echo "installing Firth and the oldest versions it allows into $(VENV)"
	@$(BIN)/python tests/oldest_versions.py > $(VENV)/constraints.txt
	@$(BIN)/python -m pip --disable-pip-version-check install -qq --no-compile --constraint $(VENV)/constraints.txt \
		--editable '.[ann,demo,explore,frames,keyboard,maps,plot,zstd]' duckdb fasttext-wheel gensim hypothesis pytest
	@touch $@

test-wheel: $(BIN)/python ## Build the package, install it in a clean environment, and run it there (minutes)
	$(BIN)/python tests/wheel.py

portability: $(VENV)/.installed-test ## Train as older x86 processors would, and on ARM under an emulator (minutes)
	$(BIN)/python tests/portability/processors.py

# The GPU code, on machines without a GPU: tests/software_gpu is a driver that runs it on the processor.
test-software-gpu: ## Run the tests of GPUs on a GPU in software: what docs/gpu.md says of it (minutes)
	@$(MAKE) --no-print-directory VENV=.venv-gpu software-gpu

software-gpu: $(VENV)/.installed-test $(VENV)/.installed-cuda
	SG_MULTIPROCESSORS=3 $(BIN)/python tests/software_gpu $(BIN)/python -m pytest -q -p no:cacheprovider tests/gpu

# What docs/reliability.md reports; a short part of all three is in `make test`.
fuzz: $(VENV)/.installed-test ## Damage COUNT=1000000 files of every kind and see that they are read or refused
	@seed="$(SEED)"; seed=$${seed:-$$(date +%s)}; echo "seed $$seed (repeat with: make fuzz SEED=$$seed)"; \
	$(BIN)/python tests/fuzz/campaign.py --count $(COUNT) --seed $$seed --workers $(WORKERS)

faults: $(VENV)/.installed-test ## Kill all that writes KILLS=200 times, fill disks, and look at the files then
	$(BIN)/python tests/faults/campaign.py --kills $(KILLS) --seed $(or $(SEED),1)

soak: $(VENV)/.installed-test ## Query, train, save and load for MINUTES=60, at steady memory, files and threads
	$(BIN)/python tests/soak/soak.py --minutes $(MINUTES)

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

docs-pictures: $(VENV)/.installed-test ## Make the pictures of the docs by their own code and those of the explorer, and run the notebook
	$(BIN)/python docs/pictures.py
	$(BIN)/python docs/explorer_pictures.py

clean: ## Remove .venv, caches and build output
	rm -rf .venv .venv-gpu .venv-oldest tests/software_gpu/.built build dist site .pytest_cache .mypy_cache .ruff_cache .hypothesis
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

# One stamp for each extra: pip runs again only when pyproject.toml has changed. pip would compile the packages on one
# core; files in them that are templates cannot be compiled.
$(VENV)/.installed-%: pyproject.toml | $(BIN)/python
	@echo "installing Firth with its $* packages into $(VENV)"
	@$(BIN)/python -m pip --disable-pip-version-check install -qq --no-compile --editable '.[$*]'
	@$(BIN)/python -m compileall -q -j $(WORKERS) $(VENV)/lib >/dev/null 2>&1 || true
	@touch $@
