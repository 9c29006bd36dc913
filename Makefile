# Everything here works from a bare checkout: each target first sees to what it needs (tools/setup.py).
PYTHON ?= python3
# Files given to pytest: make test TESTS=tests/engine
TESTS ?=
# For make fuzz: seconds for each property, and a word in their names
SECONDS ?=
WORD ?=
# For make soak: how many days, and the seed of their drift and faults
DAYS ?=
SEED ?=
# ... and after how many minutes no day begins
MINUTES ?=
# For make bench: AZ=1 compares with a program that calls the Azure CLI too (0.7 GB in .tools, once)
AZ ?=
# As root: make test APT=1 installs skopeo with apt-get, instead of building oras
APT ?=

BIN := .venv/bin
WORKERS := -n 2 --dist worksteal
# .venv first, for the Python that Pulumi's language host finds; .tools last: an installed Pulumi is used as it is.
RUN := PATH="$(CURDIR)/.venv/bin:$$PATH:$(CURDIR)/.tools/bin"

.DEFAULT_GOAL := help
# Set-up runs its own steps side by side; two set-ups in one checkout would get in each other's way.
.NOTPARALLEL:
.PHONY: help setup setup-python setup-tests setup-kubernetes demo demo-federated demo-nodes lock schema lint check test test-clients test-kubernetes test-packaging test-sdks sdks rights soak fuzz dist release-check site format faults bench bench-fleet bench-federated clean distclean

help: ## this list
	@sed -n 's/^\([a-z-]*\):.*## /\1\t/p' Makefile | expand -t 14

setup: ## .venv and, where there is no Pulumi, .tools/bin (once; the other targets do it by themselves)
	@$(PYTHON) tools/setup.py

setup-python: ## .venv alone
	@$(PYTHON) tools/setup.py --only python

setup-tests: ## what setup does, and what tests alone need: a YAML host, pulumi-kubernetes, registry clients
	@$(PYTHON) tools/setup.py --tests $(if $(APT),--apt)

setup-kubernetes: ## what setup does, and the Kubernetes API of the sandbox's clusters (once; 7 minutes on 2 cores)
	@$(PYTHON) tools/setup.py --kubernetes

demo: setup ## the quickstart against two tenants on this machine, step by step
	@$(RUN) $(BIN)/python tools/demo.py

demo-federated: setup-kubernetes ## a pull without a secret: the same, with a real Kubernetes API, step by step
	@$(RUN) $(BIN)/python tools/demo_federated.py

demo-nodes: setup-kubernetes ## the proof on nodes, and the drift that only the nodes see, step by step
	@$(RUN) $(BIN)/python tools/demo_nodes.py

lint: setup-python ## ruff, the rooms (import-linter), schema.json, the site, pyright
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/lint-imports
	$(BIN)/python tools/schema_copy.py --check
	$(BIN)/python tools/build_site.py --check
	$(BIN)/pyright

check: lint ## lint, then the tests that need neither an engine nor other people's clients: three minutes
	$(RUN) $(BIN)/pytest $(WORKERS) -m "not engine and not clients and not kubernetes and not large" $(TESTS)

test: setup-tests lint ## lint, then all tests but those of make test-clients and make test-kubernetes
	$(RUN) $(BIN)/pytest $(WORKERS) -m "not large and not kubernetes" $(TESTS)

test-clients: ## other people's clients, a real provider plugin, a policy pack (1 GB in .tools; 15 minutes, once)
	@$(PYTHON) tools/setup.py --tests --clients $(if $(APT),--apt)
	$(RUN) $(BIN)/pytest $(WORKERS) --durations 5 $(or $(TESTS),tests/clients tests/engine/test_policy_pack.py)

test-packaging: setup-tests ## tests/packaging: what is installed, also from PyPI (two minutes)
	$(RUN) $(BIN)/pytest --durations 5 $(or $(TESTS),tests/packaging)

test-kubernetes: ## tests/kubernetes: clusters with a real Kubernetes API (20 minutes of set-up, once)
	@$(PYTHON) tools/setup.py --tests --kubernetes $(if $(APT),--apt)
	$(RUN) $(BIN)/pytest -m "not large" --durations 5 $(or $(TESTS),tests/kubernetes)

test-sdks: setup ## tests/sdks: Go and TypeScript programs compile and deploy (npm; two minutes)
	$(RUN) $(BIN)/pytest --durations 5 $(or $(TESTS),tests/sdks)

sdks: setup-python ## the SDKs of TypeScript, Go, C# and Python, in sdks/ (its generators are built once)
	$(BIN)/python tools/write_sdks.py

rights: setup-tests ## stacks whose callers have exactly the documented rights, and all but one of them (two minutes)
	$(RUN) $(BIN)/pytest $(WORKERS) --durations 5 tests/engine/test_rights.py

soak: setup ## days in the life of a chain, by the sandbox's clock: DAYS=365 SEED=1; PAGE=docs/soak.md writes the page
	@$(RUN) $(BIN)/python tools/soak.py $(if $(DAYS),--days $(DAYS)) $(if $(SEED),--seed $(SEED)) $(if $(MINUTES),--minutes $(MINUTES)) $(if $(PAGE),--page $(PAGE))

fuzz: setup-python ## hostile input for every parser, ever new: SECONDS=20 for each property (8 minutes in all)
	$(BIN)/python tools/fuzz.py $(if $(SECONDS),--seconds $(SECONDS)) $(WORD)

dist: setup-python ## the wheel, the sdist and the archives of the plugin, in dist/
	rm -rf dist
	$(BIN)/python -m hatchling build -d dist -t sdist -t wheel
	$(BIN)/python tools/plugin_archive.py

release-check: dist ## what a release of this commit lacks; with TAG=v0.1.0 as the release workflow runs it
	$(BIN)/python tools/release_check.py "$$TAG"

format: setup-python ## rewrite the code in ruff's format
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

faults: setup-tests ## each call of the plugin in each kind of fault, and deaths; writes docs/faults.md; goes on where it was
	@$(RUN) PYTHONPATH=tools $(BIN)/python -m tests.faults

bench: setup ## the cost beside programs without the package, and of more clusters and registries; AZ=1 PAGE=docs/performance.md writes it down
	@$(if $(AZ),$(PYTHON) tools/setup.py --clients --only az)
	@$(RUN) $(BIN)/python tools/bench.py $(PAGE)

bench-federated: setup-kubernetes ## what a chain without a secret costs, for one cluster and twenty, and in an hour
	@$(RUN) $(BIN)/python tools/bench_federated.py

bench-fleet: setup ## what a hundred clusters cost beside one, in time and memory; fails past the bounds
	@$(RUN) $(BIN)/python tools/bench_fleet.py

site: setup-python ## the site of docs/, README and examples, in build/site (10 seconds, no network)
	$(BIN)/python tools/build_site.py

schema: setup-python ## schema.json and docs/reference.md anew: what programs in other languages see of the package
	$(BIN)/python tools/schema_copy.py

lock: setup-python ## the hashes of what set-up installs, anew from constraints.txt (toolchain/python)
	$(BIN)/python tools/lock.py

clean: ## what runs leave behind: .sandbox, caches, build results, SDKs
	rm -rf .sandbox .pytest_cache .ruff_cache build dist sdks
	find . -name __pycache__ -not -path './.venv/*' -prune -exec rm -rf {} +

distclean: clean ## .venv and .tools too; making them again takes minutes
	rm -rf .venv .tools
