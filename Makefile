# Every target sets up what it needs: Python 3.11 or later with pip, make and git are enough.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
READY := $(VENV)/.ready

# What Python has compiled is kept, whatever the environment says: tests start hundreds of processes.
unexport PYTHONDONTWRITEBYTECODE

.PHONY: demo bench test quick soak mutate check format clean

demo: $(READY)
	$(BIN)/outbound demo

# Measures speed and size against other ways of sending; `make bench OPTIONS=--quick` takes two minutes.
OPTIONS ?=
bench: $(READY)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --constraint deploy/constraints.txt --editable '.[dev,bench]'
	$(BIN)/python -m tests.bench $(OPTIONS)

# Everything, in a process more than there are cores, as many tests sleep; what measures time runs alone.
PROCESSES := $(shell expr 1 + $$(getconf _NPROCESSORS_ONLN))
PYTEST := $(BIN)/python -m pytest --numprocesses $(PROCESSES) --dist loadfile --no-loadscope-reorder
test: check
	$(PYTEST) --cov --cov-report=term:skip-covered --durations=15

# Under a minute: format, lint, types and imports, and the tests that start no worker, on Valkey, which is several times
# faster than fakeredis; stops at the first that fails.
PURE := tests/producer tests/conformance tests/service $(addprefix tests/worker/,call client config judge settle take)
quick: check
	$(PYTEST) --exitfirst --quiet -m 'not process and not long' -k 'not fakeredis' $(PURE)

# Kills real workers and servers at random for an hour, then simulated ones on new seeds for another;
# `make soak SECONDS=600` for ten minutes each. Then odd inputs: commands, answers, HTTP, Redis, files (`INPUTS=3000`).
SECONDS ?= 3600
INPUTS ?= 300000
soak: $(READY)
	LONG_TESTS=1 SOAK_S=$(SECONDS) $(BIN)/python -m pytest tests/chaos tests/laws/test_simulation.py --timeout 0
	FUZZ_INPUTS=$(INPUTS) $(BIN)/python -m pytest tests/fuzz --timeout 0

# Breaks lines of the engine and of delivery, one at a time in a copy, and tells which breaks no test notices: hours.
# `make mutate BREAKS='--count 50 --only worker/settle'` for a part of it.
BREAKS ?=
mutate: $(READY)
	$(BIN)/python -m tests.mutation $(BREAKS)

check: $(READY)
	@$(MAKE) --no-print-directory --jobs 2 lint types

.PHONY: lint types
lint: $(READY)
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/lint-imports

types: $(READY)
	$(BIN)/mypy

format: $(READY)
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

$(READY): pyproject.toml deploy/constraints.txt
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --constraint deploy/constraints.txt --editable '.[dev]'
	touch $(READY)

# Writes deploy/locked, the hashes of all that the image installs, from PyPI; wants uv.
COMPILE := uv pip compile --constraint deploy/constraints.txt --universal --python-version 3.11 \
	--generate-hashes --no-annotate --no-header --quiet
.PHONY: lock
lock:
	for extra in worker door testing tracing; do \
		$(COMPILE) pyproject.toml --extra $$extra --output-file deploy/locked/$$extra.txt || exit 1; \
	done
	echo 'hatchling>=1.27' | $(COMPILE) - --output-file deploy/locked/build.txt

clean:
	rm -rf $(VENV) .mypy_cache .ruff_cache .pytest_cache .hypothesis .coverage .coverage.*
