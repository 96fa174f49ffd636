# Two commands are all it takes: `make run` and `make test`. Everything they install goes into .venv, pinned by hash.

VENV := .venv
BIN := $(VENV)/bin
PIP := $(BIN)/pip --disable-pip-version-check --quiet
ARGS ?=
REQUIREMENTS ?= run
MINUTES ?= 60
# A file's tests stay together: what they share, such as a broker, starts once.
PARALLEL := --numprocesses auto --maxprocesses 4 --dist loadfile

.PHONY: help run test test-slow test-real lint goldens docs pictures soak fuzz bench wheel release clean lock

help: ## Show this list
	@sed -n 's/^\([a-z-]*\):.*## /\1\t/p' $(MAKEFILE_LIST) | expand -t 12

run: $(VENV)/$(REQUIREMENTS) ## Run the service and its console (ARGS="--config FILE", ARGS=--no-console, REQUIREMENTS=all for every extra)
	@exec $(BIN)/cdevents-adapters run --console $(ARGS)

test: $(VENV)/dev ## Run the tests (ARGS="tests/sinks -x" for some of them)
	$(BIN)/pytest -m "not slow and not real" $(PARALLEL) $(ARGS)

test-slow: $(VENV)/dev ## Run the tests that take minutes: crashes, faults of brokers and networks, load, the wheel
	$(BIN)/pytest -m "slow and not real" $(PARALLEL) $(ARGS)

test-real: $(VENV)/dev ## Run the tests against real tools: Gerrit, Hudson, Kafka (Java, Maven), registries, signatures, Kubernetes (skopeo, Go)
	$(BIN)/pytest -m real -rs $(ARGS)

lint: $(VENV)/dev ## Check style, types, what looks unsafe, and the licences of dependencies
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/bandit --quiet --recursive --configfile pyproject.toml adapters
	$(BIN)/python tools/licences.py --check

goldens: $(VENV)/run ## Translate every mapping's inputs and show what differs from what is expected
	$(BIN)/cdevents-adapters check --all --review $(ARGS)

docs: $(VENV)/dev ## Write the table of events and the schemas for editors anew, from the mappings and the code
	$(BIN)/cdevents-adapters describe > docs/events.md.new && mv docs/events.md.new docs/events.md
	$(BIN)/python tools/licences.py
	for of in config export mapping shared; do $(BIN)/cdevents-adapters schema $$of > config/schema/$$of.schema.json; done

pictures: $(VENV)/dev ## Take the pictures of the console's pages anew, in Chromium (ARGS="Flow Live" for some of them)
	$(BIN)/python -m tests.console.browser.pictures $(ARGS)

soak: $(VENV)/dev ## Run it under mixed load and attack for an hour (MINUTES=n), and see that nothing grows or is lost
	MINUTES=$(MINUTES) $(BIN)/pytest -m slow --log-cli-level=INFO tests/soak $(ARGS)

fuzz: $(VENV)/fuzz ## Fuzz decoders and mappings by coverage for an hour (MINUTES=n, SEED=n to do it again); what is found is in build/fuzz/found
	$(BIN)/python -m tests.fuzz $(MINUTES) $(SEED)

bench: $(VENV)/dev ## Measure speed, latency, start-up and memory (a quarter of an hour; ARGS="tail sinks" for some of it)
	$(BIN)/python -m bench $(ARGS)

wheel: $(VENV)/dev ## Build the wheel in dist/
	$(BIN)/python -m build --wheel --no-isolation

release: $(VENV)/dev ## Make in dist/ what a release is: wheel, sdist, list of components, provenance, digests (BUILDER=URI of who builds)
	BUILDER=$(BUILDER) $(BIN)/python tools/release.py

clean: ## Remove what the other targets made, but for the journal and events in var/
	rm -rf $(VENV) dist build .pytest_cache .mypy_cache .ruff_cache .hypothesis
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

$(BIN)/pip:
	tools/venv $(VENV)

$(VENV)/run $(VENV)/all: $(VENV)/%: requirements/%.txt $(BIN)/pip requirements/build.txt pyproject.toml
	$(INSTALL)

$(VENV)/dev: requirements/dev.txt $(BIN)/pip requirements/build.txt pyproject.toml
	$(INSTALL)

$(VENV)/fuzz: requirements/fuzz.txt $(VENV)/dev
	$(PIP) install --require-hashes -r $<
	@touch $@

# What is released as sources alone is built by what was pinned for it, not by what the index has newest.
define INSTALL
$(PIP) install --require-hashes -r requirements/build.txt
$(PIP) install --require-hashes --no-build-isolation --use-pep517 -r $<
$(PIP) install --no-deps --no-build-isolation --editable .
$(BIN)/python -m compileall -q adapters
@touch $@
endef

UV := build/uv/bin/uv
COMPILE := UV_CUSTOM_COMPILE_COMMAND="make lock" $(UV) pip compile --quiet --universal --python-version 3.11 --generate-hashes

lock: $(UV) ## Pin the dependencies anew (ARGS=--upgrade for the newest of each)
	$(COMPILE) $(ARGS) pyproject.toml -o requirements/run.txt
	$(COMPILE) $(ARGS) pyproject.toml --extra all -c requirements/run.txt -o requirements/all.txt
	$(COMPILE) $(ARGS) --group build -c requirements/all.txt -o requirements/build.txt
	$(COMPILE) $(ARGS) pyproject.toml --all-extras --group dev -c requirements/all.txt -c requirements/build.txt -o requirements/dev.txt
	$(COMPILE) $(ARGS) --group fuzz -o requirements/fuzz.txt

$(UV):
	tools/venv build/uv
	build/uv/bin/pip --disable-pip-version-check --quiet install uv
