# Every target sets up what it needs: Python 3.11 or later with pip, make and git are enough.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
READY := $(VENV)/.ready

.PHONY: demo bench test soak check format clean

demo: $(READY)
	$(BIN)/outbound demo

# Measures speed and size against other ways of sending; `make bench OPTIONS=--quick` takes two minutes.
OPTIONS ?=
bench: $(READY)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --constraint deploy/constraints.txt --editable '.[dev,bench]'
	$(BIN)/python -m tests.bench $(OPTIONS)

test: check
	$(BIN)/python -m pytest --cov --cov-report=term:skip-covered --durations=15

# Kills real workers and servers at random for an hour, then simulated ones on new seeds for another;
# `make soak SECONDS=600` for ten minutes each.
SECONDS ?= 3600
soak: $(READY)
	LONG_TESTS=1 SOAK_S=$(SECONDS) $(BIN)/python -m pytest tests/chaos tests/laws/test_simulation.py --timeout 0

check: $(READY)
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports

format: $(READY)
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

$(READY): pyproject.toml deploy/constraints.txt
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --constraint deploy/constraints.txt --editable '.[dev]'
	touch $(READY)

clean:
	rm -rf $(VENV) .mypy_cache .ruff_cache .pytest_cache .hypothesis .coverage .coverage.*
