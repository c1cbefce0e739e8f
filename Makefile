# Every target sets up .venv by itself and needs nothing but python3 (3.11 or newer) and make.
VENV := .venv
BIN := $(VENV)/bin
READY := $(VENV)/.ready
# nbgrader, otter-grader and Jupyter are many packages: only their own tests need them
PLATFORMS := .venv-platforms
PLATFORMS_READY := $(PLATFORMS)/.ready

.DEFAULT_GOAL := help
.PHONY: help demo test test-slow test-platforms check fix build certify certify-oldest bench lock clean

help: ## show the targets
	@grep -E '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/^([a-z-]+):[^#]*## /\1\t/' | expand -t 12

$(READY): requirements.lock pyproject.toml
	python3 -c 'import sys; sys.exit("Python 3.11 or newer is needed, this is " + sys.version.split()[0] if sys.version_info < (3, 11) else 0)'
	python3 -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --requirement requirements.lock
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation --editable .
	touch $@

$(PLATFORMS_READY): requirements-platforms.lock pyproject.toml
	python3 -m venv $(PLATFORMS)
	$(PLATFORMS)/bin/python -m pip install --quiet --disable-pip-version-check --requirement requirements-platforms.lock
	$(PLATFORMS)/bin/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation --editable .
	touch $@

demo: $(READY) ## grade the sample submissions of every assignment
	@$(BIN)/python submissions/demo.py

test: $(READY) ## run the tests
	$(BIN)/pytest --numprocesses=auto

test-slow: $(READY) ## run the exhaustive tests too
	$(BIN)/pytest --numprocesses=auto -m "not platforms"

test-platforms: $(PLATFORMS_READY) ## run nbgrader, otter-grader and Jupyter themselves on what we export to them
	$(PLATFORMS)/bin/pytest tests/platforms -m "platforms and not slow"

check: $(READY) ## everything that CI checks besides the tests
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/autograder build --check
	$(BIN)/python submissions/make.py --check
	$(BIN)/python -m benchmarks.report --check
	$(BIN)/check-jsonschema --builtin-schema vendor.github-workflows .github/workflows/*.yml autograder/kit/check.yml
	$(BIN)/check-jsonschema --builtin-schema vendor.gitlab-ci docs/examples/gitlab-ci.yml
	$(BIN)/zizmor --offline --quiet .github/workflows autograder/kit/check.yml

fix: $(READY) ## format, and repair what can be repaired mechanically
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

build: $(READY) ## make assignments/ from solutions/, and the sample submissions
	$(BIN)/autograder build
	$(BIN)/python submissions/make.py

certify: $(READY) ## test the tests, and compare with solutions/CERTIFICATE.md (`autograder certify` renews it)
	$(BIN)/autograder certify --check

certify-oldest: ## compare verdicts with the oldest supported numpy, scipy and scikit-learn
	python3 -m venv $(VENV)-oldest
	$(VENV)-oldest/bin/python -m pip install --quiet --disable-pip-version-check \
		"numpy==1.26.*" "scipy==1.13.*" "scikit-learn==1.4.*" --editable ".[staff,certify]"
	$(VENV)-oldest/bin/autograder certify --only gates --only alternatives --only oracle --only stability --salts 6

bench: $(READY) $(VENV)-peers/.ready ## measure speed and memory, beside nbgrader and otter-grader; about 20 minutes
	$(BIN)/python -m benchmarks
	$(BIN)/python benchmarks/sandbox.py
	$(BIN)/python benchmarks/assignments.py

$(VENV)-peers/.ready: benchmarks/peers/requirements.txt
	python3 -m venv $(VENV)-peers
	$(VENV)-peers/bin/python -m pip install --quiet --disable-pip-version-check --requirement $<
	touch $@

lock: $(READY) ## renew requirements.lock and requirements-platforms.lock
	$(BIN)/python -m pip install --quiet uv
	$(BIN)/uv pip compile --quiet --universal --python-version 3.11 --extra staff --extra certify \
		--extra cluster --extra postgresql --extra push --group dev --upgrade \
		--no-annotate --no-emit-index-url --no-emit-find-links --custom-compile-command "make lock" \
		--output-file requirements.lock pyproject.toml
	$(BIN)/uv pip compile --quiet --universal --python-version 3.11 --extra staff --extra postgresql \
		--extra platforms --group dev --upgrade --constraint requirements.lock \
		--no-annotate --no-emit-index-url --no-emit-find-links --custom-compile-command "make lock" \
		--output-file requirements-platforms.lock pyproject.toml

clean: ## remove everything that was generated here and is not in git
	rm -rf $(VENV) $(PLATFORMS) $(VENV)-oldest $(VENV)-peers demo dist .certify
	rm -rf .pytest_cache .mypy_cache .ruff_cache .import_linter_cache .hypothesis
	find . -name __pycache__ -type d -prune -exec rm -rf {} +
