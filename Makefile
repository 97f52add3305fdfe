# Two commands set everything up on a fresh machine with Python 3.11 or newer: make demo, make test.
PYTHON ?= python3
VENV ?= .venv
BIN = $(VENV)/bin

.PHONY: demo test check clean

demo: $(VENV)/.demo
	$(BIN)/ethoprism demo --out demo

# on the virtual screen each process draws a screen of its own: windows then cannot take each
# other's focus, and nothing depends on the machine's OpenGL
test: check
	QT_QPA_PLATFORM=offscreen tests/with_display $(BIN)/python -m pytest -n 2 --dist loadfile

# what CI checks beside the tests, with the commands that you type
check: $(VENV)/.test
	$(BIN)/ruff check
	$(BIN)/ruff format --check
	$(BIN)/mypy
	$(BIN)/lint-imports

$(VENV)/bin/python:
	$(PYTHON) -m venv $(VENV)

$(VENV)/.demo: $(VENV)/bin/python pyproject.toml constraints.txt
	$(BIN)/python -m pip install --quiet --constraint constraints.txt --editable .
	touch $@

$(VENV)/.test: $(VENV)/bin/python pyproject.toml constraints.txt
	$(BIN)/python -m pip install --quiet --constraint constraints.txt --editable ".[gui,test]"
	touch $@

clean:
	rm -rf $(VENV) demo build dist
