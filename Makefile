# The commands of this project. They need only Python 3.10 or newer (and venv, its own module):
#
#   make demo   checks the example with mypy and shows the errors that the plugin finds
#   make test   runs the linter, the type checker and all tests
#   make fuzz   compares the plugin with what random programs do when they are run, for SECONDS=60;
#               each difference is shown as small as it can be made; SEED=... repeats a run
#   make parity compares what mypy says cold, warm with each kind of cache, in workers and as a
#               daemon, after each of STEPS=100 random edits (about 5 seconds each); SEED=... as above
#   make pages  writes docs/rules/ anew, from the table of rules
#   make torture sends the sources of whole libraries, and random ones for SECONDS=60, through the
#               analysis: no internal fault, no alarm, no file slower than a bound; the libraries
#               through mypy, too (some hours; EVERY=20 takes every 20th file).  It begins with
#               pathological code of growing size; docs/torture.md has the figures
#   make mutants changes the analysis in COUNT=200 places, one at a time, and shows which changes
#               the tests don't notice; SEED=... as above
#   make compiled builds the package with the analysis compiled to machine code (needs a C compiler
#               and some minutes) in .compiled and runs the scenarios and a fuzzer on it
#   make vscode builds the extension for VS Code and tests it against the real server; needs npm
#   make matrix runs the tests on each combination of versions in tests/matrix/combinations.py (some
#               5 GB and half an hour the first time) and writes the tables of docs/versions.md;
#               ONLY="0.11 3.13" runs those with 0.11 or 3.13 in their name
#
# The first run of each fills .venv; stamp files keep later runs quick. `make PYTHON=python3.12 ...`
# chooses another interpreter for a .venv that does not exist yet. `make clean` removes everything.

MAKEFLAGS += --no-print-directory
SHELL := /bin/sh

VENV := .venv
BIN := $(VENV)/bin
STAMPS := $(VENV)/stamps

ifndef PYTHON
PYTHON := $(shell for candidate in python3 python3.14 python3.13 python3.12 python3.11 python3.10; do \
	$$candidate -c 'import sys; sys.exit(sys.version_info < (3, 10))' >/dev/null 2>&1 \
	&& { echo $$candidate; break; }; done)
endif

.PHONY: demo test fuzz parity pages torture mutants compiled vscode matrix clean

SECONDS := 60
STEPS := 100
EVERY := 1
COUNT := 200

demo: $(STAMPS)/examples
	@echo '$$ mypy --config-file examples/mypy.ini examples/counter.py'
	@output=$$($(BIN)/mypy --config-file examples/mypy.ini examples/counter.py); status=$$?; \
	printf '%s\n' "$$output"; \
	case "$$status $$output" in \
		'1 '*'[state-stale]'*) ;; \
		*) echo 'demo: expected mypy to report [state-stale]' >&2; exit 1 ;; \
	esac
	@echo
	@echo '$$ mypy --config-file examples/mypy.ini examples/counter_fixed.py'
	@$(BIN)/mypy --config-file examples/mypy.ini examples/counter_fixed.py

test: $(STAMPS)/test
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/python -m pytest

fuzz: $(STAMPS)/test
	$(BIN)/python -m tests.differential.fuzz $(SECONDS) $(SEED)

parity: $(STAMPS)/test
	$(BIN)/python -m tests.parity.drive --steps $(STEPS) $(if $(SEED),--seed $(SEED))

pages: $(STAMPS)/test
	$(BIN)/mypy-eqxstate rules --write docs/rules

torture: $(STAMPS)/torture
	$(BIN)/python -m tests.torture.growth
	$(BIN)/python -m tests.torture.drive --every $(EVERY) --random $(SECONDS) $(if $(SEED),--seed $(SEED))
	$(BIN)/python -m tests.torture.through_mypy --every $(EVERY)

mutants: $(STAMPS)/test
	$(BIN)/python -m tests.mutation.drive --count $(COUNT) $(if $(SEED),--seed $(SEED))

# The sources with the wheel unpacked over them: what is compiled is found before its source.
compiled: $(STAMPS)/compiled
	rm -rf .compiled
	HATCH_BUILD_HOOK_ENABLE_MYPYC=true $(BIN)/python -m build --no-isolation --outdir .compiled
	mkdir .compiled/package
	tar -x -f .compiled/*.tar.gz -C .compiled/package --strip-components=1
	$(BIN)/python -m zipfile -e .compiled/*.whl .compiled/package
	# Type checkers would take it for a second copy of stubs/.
	rm -rf .compiled/package/equinox-stubs
	cd .compiled/package && PYTHONPATH=.:stubs ../../$(BIN)/python -m tests.compiled
	cd .compiled/package && PYTHONPATH=$$PWD:$$PWD/stubs ../../$(BIN)/python -m pytest tests/scenarios
	cd .compiled/package && PYTHONPATH=$$PWD:$$PWD/stubs ../../$(BIN)/python -m tests.differential.fuzz $(SECONDS) $(SEED)

vscode: $(STAMPS)/test
	cd editors/vscode && npm ci --no-audit --no-fund
	cd editors/vscode && EQXSTATE_PYTHON=$(abspath $(BIN)/python) npm test

matrix:
	$(PYTHON) -m tests.matrix.run $(ONLY)

clean:
	rm -rf $(VENV) .compiled .matrix .mypy_cache .pytest_cache .ruff_cache

# Editable, so that what is checked is always what stands in the checkout.
$(STAMPS)/examples $(STAMPS)/test $(STAMPS)/torture $(STAMPS)/compiled: $(STAMPS)/%: pyproject.toml | $(STAMPS)/venv
	@echo 'installing what `make $(if $(filter examples,$*),demo,test)` needs into $(VENV) ...'
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --editable '.[$*]'
	@touch $@

$(STAMPS)/venv:
	@test -n '$(PYTHON)' || { echo 'Python 3.10 or newer is needed' >&2; exit 1; }
	@$(PYTHON) -m venv --clear $(VENV)
	@mkdir -p $(STAMPS)
	@touch $@
