# AdPulse++: each line calls a command; the logic lives in adpulse, adbench and .ci/.
PYTHON   ?= python3
VENV     := .venv
BIN      := $(VENV)/bin
EVENTS   ?= 1000000
DURATION ?= 10
MINUTES  ?= 60
PORT     ?= 8888
SEED     ?= 1
CYCLES   ?= 20
PIP      := $(BIN)/python -m pip --disable-pip-version-check

.DEFAULT_GOAL := help
.PHONY: help setup demo test faults fuzz packages audit lint screenshots lab site format docs lock clean

help:  ## show this list
	@awk -F ':.*## ' '/^[a-z]+:.*## / {printf "  make %-11s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

setup: $(VENV)/.dev  ## create .venv with everything that development needs

demo: $(VENV)/.bench  ## load events, run the service under k6, audit the answers (EVENTS=1000000 DURATION=10)
	$(BIN)/adbench demo --events $(EVENTS) --duration $(DURATION)

test: $(VENV)/.dev  ## run every test, in parallel
	$(BIN)/pytest -n auto --dist worksteal

faults: $(VENV)/.dev  ## kill, cut, freeze and fill what runs, and count that nothing is lost (CYCLES=20 SEED=1)
	$(BIN)/adbench faults run --cycles $(CYCLES) --seed $(SEED)

fuzz: $(VENV)/.dev  ## requests drawn from the OpenAPI document, and spoilt ones (MINUTES=60 SEED=1)
	$(BIN)/adbench fuzz --minutes $(MINUTES) --seed $(SEED)

packages: $(VENV)/.bench  ## build the wheel and the sdist into dist/
	$(BIN)/hatchling build -d dist

audit: $(VENV)/.dev  ## known vulnerabilities of what is locked; needs the network (.ci/lint-infra does it, too)
	$(BIN)/pip-audit --requirement requirements/runtime.txt --require-hashes --disable-pip --strict

lint: $(VENV)/.dev  ## ruff, mypy, import-linter, squawk, and what checks infra/ and .github/ (.ci/lint-infra)
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/mypy infra/lambda/*.py hatch_build.py
	$(BIN)/lint-imports
	$(BIN)/squawk $$(find sql -name '*.sql')
	.ci/lint-infra

screenshots: $(VENV)/.dev  ## run the notebooks on the committed results and draw every picture again
	$(BIN)/adbench figures

lab: $(VENV)/.lab  ## open the notebooks in JupyterLab, on loopback (PORT=8888)
	$(BIN)/jupyter lab notebooks --port $(PORT) --allow-root

site: $(VENV)/.site  ## build the documentation with a search, and the results to explore, into .adpulse/site
	$(BIN)/adbench site

format: $(VENV)/.dev  ## reformat the Python code
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

docs: $(VENV)/.dev  ## write the generated tables of docs/ and the dashboards again
	$(BIN)/python docs/generate.py
	$(BIN)/python infra/grafana/generate.py

lock: $(VENV)/.dev  ## compile requirements/*.txt again from pyproject.toml
	$(BIN)/python requirements/compile.py

clean:  ## remove .venv, caches and the embedded database (.adpulse)
	-$(BIN)/adpulse down
	rm -rf $(VENV) .adpulse .pytest_cache .mypy_cache .ruff_cache .import_linter_cache .hypothesis

# Depths of the same environment: what the demo needs, what development adds, and JupyterLab or what builds the site.
$(VENV)/.bench: requirements/bench.txt pyproject.toml
	test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	$(PIP) install --quiet --require-hashes -r requirements/bench.txt
	$(PIP) install --quiet --no-deps --no-build-isolation --no-index --editable .
	touch $@

$(VENV)/.dev: requirements/dev.txt $(VENV)/.bench
	$(PIP) install --quiet --require-hashes -r requirements/dev.txt
	touch $@

$(VENV)/.lab: requirements/lab.txt $(VENV)/.dev
	$(PIP) install --quiet --require-hashes -r requirements/lab.txt
	touch $@

$(VENV)/.site: requirements/site.txt $(VENV)/.dev
	$(PIP) install --quiet --require-hashes -r requirements/site.txt
	touch $@
