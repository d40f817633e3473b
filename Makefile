# Everything a reader, runner, author or instructor does here is a verb below.
# Each verb works on a fresh machine: it makes or updates .venv when it must.

PYTHON ?= python3
PORT ?= 8000
VENV := .venv/$(if $(filter Windows_NT,$(OS)),Scripts,bin)/python
BOOK_ENV = $(PYTHON) tools/environment.py book
FULL_ENV = $(PYTHON) tools/environment.py full
STAGES := format style spelling types package rules notebooks assignments tools site grading

.DEFAULT_GOAL := help
.PHONY: help book serve lab run bench test lint $(STAGES:%=test-%) format screenshot guide audits lock clean

help:  ## list the verbs
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "  make %-10s %s\n", $$1, $$2}' $(MAKEFILE_LIST)
	@echo "  make test-STAGE  one stage of the tests: $(STAGES)"

book:  ## build the site from the stored runs, and say where to open it
	@$(BOOK_ENV)
	@$(VENV) tools/build_book.py

serve: book  ## build the site and serve it on this machine; PORT=8000
	@$(VENV) -c "import socket; socket.create_server(('127.0.0.1', $(PORT))).close()" 2>/dev/null \
	    || { echo "error: port $(PORT) is taken; try make serve PORT=8001"; exit 1; }
	@$(VENV) -m http.server --bind 127.0.0.1 --directory _build/html $(PORT)

lab:  ## open the notebooks in JupyterLab
	@$(FULL_ENV)
	@$(VENV) -m jupyterlab notebooks

run:  ## execute the notebooks in place: all, or one with NB=01-sequence-data
	@$(FULL_ENV)
	@$(VENV) tools/run_notebooks.py $(NB)

bench:  ## measure the package against torch.nn on this machine
	@$(FULL_ENV)
	@OMP_NUM_THREADS=1 $(VENV) benchmarks/run.py
	@$(VENV) benchmarks/grading.py

test:  ## run every test and check; a summary at the end
	@$(FULL_ENV)
	@$(VENV) tools/run_tests.py

lint:  ## the quick part of the tests: style, spelling, types, rules of the text
	@$(FULL_ENV)
	@$(VENV) tools/run_tests.py format style spelling types rules

$(STAGES:%=test-%): test-%:
	@$(FULL_ENV)
	@$(VENV) tools/run_tests.py $*

format:  ## let ruff format code and notebooks and mend what it can
	@$(FULL_ENV)
	@$(VENV) -m ruff check --fix-only --quiet .
	@$(VENV) -m ruff format .

screenshot: book  ## take the README's picture of the built site
	@$(FULL_ENV)
	@$(VENV) tools/screenshot.py

guide:  ## run what the instructor's guide shows and keep what is seen
	@$(FULL_ENV)
	@$(VENV) tools/guide.py

audits:  ## audit the graders that have changed, or one with NB=01-sequence-data
	@$(FULL_ENV)
	@$(VENV) tools/audits.py $(NB)

lock:  ## renew requirements.lock from pyproject.toml; UPGRADE=--upgrade for newest
	@$(FULL_ENV)
	@$(VENV) tools/lock.py $(UPGRADE)

clean:  ## remove what the verbs made, except .venv
	rm -rf _build .pytest_cache .mypy_cache .ruff_cache .hypothesis
	find . -name __pycache__ -not -path './.venv/*' -prune -exec rm -rf {} +
