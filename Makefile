# Two commands matter: `make demo` and `make test`. Each sets up .venv if needed, then does its job.
PYTHON ?= python3
BIN := .venv/bin
ARGS ?=

# Whatever decides what .venv must hold, its place included: change any of it and the set-up is done anew.
KEY := $(shell (echo "$(CURDIR)"; $(PYTHON) -V; cat pyproject.toml scripts/set_up requirements/*.txt) 2>&1 | cksum | cut -d ' ' -f 1)
RUN := .venv/.run-$(KEY)
DEV := .venv/.dev-$(KEY)
DOCS := .venv/.docs-$(KEY)

.PHONY: help demo test warm lint docs wheel-check bench lock clean
.DELETE_ON_ERROR:

help:
	@echo "make demo         reproduce the papers, train a model, name the reports"
	@echo "make test         run the test suite (ARGS='-k heat' passes options to pytest)"
	@echo "make lint         ruff, mypy, import layers, news fragments"
	@echo "make docs         build the documentation into docs/_build/html"
	@echo "make wheel-check  build the wheel and run an example from it, away from the checkout"
	@echo "make bench        measure the speed of this machine"
	@echo "make lock         resolve requirements/*.txt again (ARGS=--upgrade for newer versions)"
	@echo "make clean        remove .venv and everything built"

demo: $(RUN)
	@$(BIN)/magheat demo $(ARGS)

test: $(DEV) warm
	@$(BIN)/python -m pytest -n 2 $(ARGS)

# One process compiles before several would.
warm: $(RUN)
	@echo "magheat: compiling the kernels (once; later runs load them)"
	@$(BIN)/python -m magheat.benchmarks.warm

lint: $(DEV)
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/towncrier build --draft --version next > /dev/null

docs: $(DOCS) warm
	@rm -rf docs/generated
	$(BIN)/sphinx-build -W --keep-going -b html docs docs/_build/html

wheel-check: $(RUN)
	@scripts/wheel_check

bench: $(RUN)
	@$(BIN)/magheat bench $(ARGS)

lock: $(RUN)
	@scripts/lock $(ARGS)

clean:
	rm -rf .venv dist build docs/_build docs/generated .pytest_cache .mypy_cache .ruff_cache .hypothesis

$(RUN):
	@PYTHON="$(PYTHON)" scripts/set_up run
	@touch $@

$(DEV): $(RUN)
	@scripts/set_up dev
	@touch $@

$(DOCS): $(DEV)
	@scripts/set_up docs
	@touch $@
