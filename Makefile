# Every target sets up .venv by itself and needs nothing but python3 (3.11 or newer) and make.
VENV := .venv
BIN := $(VENV)/bin
READY := $(VENV)/.ready

.DEFAULT_GOAL := help
.PHONY: help demo test test-slow check fix build certify bench lock clean

help: ## show the targets
	@grep -E '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/^([a-z-]+):[^#]*## /\1\t/' | expand -t 12

$(READY): requirements.lock pyproject.toml
	python3 -c 'import sys; sys.exit("Python 3.11 or newer is needed, this is " + sys.version.split()[0] if sys.version_info < (3, 11) else 0)'
	python3 -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --requirement requirements.lock
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation --editable .
	touch $@

demo: $(READY) ## grade the sample submissions of every assignment
	@$(BIN)/python submissions/demo.py

test: $(READY) ## run the tests
	$(BIN)/pytest --numprocesses=auto

test-slow: $(READY) ## run the exhaustive tests too
	$(BIN)/pytest --numprocesses=auto -m "slow or not slow"

check: $(READY) ## everything that CI checks besides the tests
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/autograder build --check
	$(BIN)/python submissions/make.py --check
	$(BIN)/python -m benchmarks.report --check
	$(BIN)/check-jsonschema --builtin-schema vendor.github-workflows .github/workflows/*.yml
	$(BIN)/zizmor --offline --quiet .github/workflows

fix: $(READY) ## format, and repair what can be repaired mechanically
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

build: $(READY) ## make assignments/ from solutions/, and the sample submissions
	$(BIN)/autograder build
	$(BIN)/python submissions/make.py

certify: $(READY) ## test the tests: solutions, blanks, mistakes, alternatives
	$(BIN)/autograder certify

bench: $(READY) $(VENV)-peers/.ready ## measure speed and memory, beside nbgrader and otter-grader; about ten minutes
	$(BIN)/python -m benchmarks

$(VENV)-peers/.ready: benchmarks/peers/requirements.txt
	python3 -m venv $(VENV)-peers
	$(VENV)-peers/bin/python -m pip install --quiet --disable-pip-version-check --requirement $<
	touch $@

lock: $(READY) ## renew requirements.lock
	$(BIN)/python -m pip install --quiet uv
	$(BIN)/uv pip compile --quiet --universal --python-version 3.11 --extra staff --extra certify \
		--extra cluster --extra postgresql --extra push --group dev --upgrade \
		--no-annotate --no-emit-index-url --no-emit-find-links --custom-compile-command "make lock" \
		--output-file requirements.lock pyproject.toml

clean: ## remove everything that was generated here and is not in git
	rm -rf $(VENV) $(VENV)-peers demo dist .pytest_cache .mypy_cache .ruff_cache .import_linter_cache .hypothesis
	find . -name __pycache__ -type d -prune -exec rm -rf {} +
