# What one does with this checkout. Needs make, Python 3.11 or newer, and the package registries.

.DEFAULT_GOAL := help
SHELL := /bin/bash
.DELETE_ON_ERROR:
MAKEFLAGS += --no-print-directory

VENV := .venv
BIN := $(VENV)/bin
# pip compiles what it installs with one processor; COMPILE does the same with all of them.
PIP := $(BIN)/python -m pip install -qq --disable-pip-version-check --no-input --no-compile
COMPILE := $(BIN)/python -m compileall -qq -j 0 $(VENV)/lib || true
VENDOR := src/asset_tracker/web/static/vendor
# One more than there are processors: a worker often waits for a browser or for a process to start.
WORKERS ?= $(shell echo $$(( $$(nproc) + 1 )))
# A file's tests stay together, and files go out in the order that tests/conftest.py gives them.
SPREAD := -n $(WORKERS) --dist loadfile --no-loadscope-reorder

# A step tells what it does in one line; what it prints besides is only shown when it matters.
say = @printf '\033[1m%-12s\033[0m %s\n' "$(1)" "$(2)"

export PIP_DISABLE_PIP_VERSION_CHECK := 1
ifdef PORT
export ASSET_TRACKER_PORT := $(PORT)
endif
ifdef DATA_DIR
export ASSET_TRACKER_DATA_DIR := $(DATA_DIR)
endif

.PHONY: help run env dev assets test lint types style audit sbom fmt migrations fuzz faults blackout failover rolling pooled stalls watch-check mutants bench bench-all demo wheel try-wheel lock clean

help: ## list what can be made
	@awk -F ':.*## ' '/^[a-z-]+:.*## /{printf "  make %-12s %s\n", $$1, $$2}' $(MAKEFILE_LIST)
	@echo "  Variables: PORT=8000 DATA_DIR=.data (run, demo), WORKERS=3 and ARGS= (test)"

run: env assets ## serve the product with demonstration data at http://127.0.0.1:8000
	$(call say,Server,starting)
	@exec $(BIN)/asset-tracker serve --demo

demo: env ## load the demonstration data into the database
	@$(BIN)/asset-tracker demo

env: $(BIN)/.run ## make .venv with what the product needs

dev: $(BIN)/.dev ## make .venv with what tests and linters need as well

assets: $(VENDOR)/.made ## fetch the browser libraries

test: dev assets ## run all tests (ARGS='-k words' for some of them)
	@$(BIN)/pytest $(SPREAD) $(ARGS)

lint: types style ## check types, format, style, security, layers, the rules of the house and that no secret is written down

types: dev
	$(BIN)/mypy --python-executable $(BIN)/python

style: dev assets
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	PYTHONPATH=src $(BIN)/lint-imports
	$(BIN)/python tools/lint_rules.py
	$(BIN)/python tools/scan_secrets.py
	PATH="$(CURDIR)/$(BIN):$$PATH" node_modules/.bin/tsc --project .
	PATH="$(CURDIR)/$(BIN):$$PATH" $(BIN)/python tools/check_dashboard.py

audit: dev ## ask the advisory service about every pinned package
	@$(BIN)/python tools/audit.py

sbom: dev ## list what the product is made of (CycloneDX), and check that nothing else is installed
	@$(BIN)/python tools/sbom.py --check

fmt: dev ## format the code and fix what can be fixed
	$(BIN)/ruff check --fix-only --quiet .
	$(BIN)/ruff format .

migrations: dev ## check that migrations make what the code expects, and can be taken back
	@$(BIN)/pytest -q tests/integration/test_migrations.py

fuzz: dev ## send the API what nobody would, for some ten minutes (FUZZ_EXAMPLES=300 of each operation)
	@export FUZZ_EXAMPLES=$${FUZZ_EXAMPLES:-300} FUZZ_SEED=$${FUZZ_SEED:-$$RANDOM} FUZZ_ASKED_EVERY=1 FUZZ_REFUSED_EVERY=1; \
	echo "FUZZ_SEED=$$FUZZ_SEED sends the same again"; \
	$(BIN)/pytest $(SPREAD) tests/integration/access/test_described_*.py

faults: dev ## kill, fill, cut off and cancel for some minutes (CANCELLED=5000 requests, CYCLES=10 deaths)
	@CANCELLED=$${CANCELLED:-5000} CYCLES=$${CYCLES:-10} $(BIN)/pytest $(SPREAD) tests/integration/faults tests/integration/ledger/test_killed.py

blackout: dev ## fifty phones come back at once while donors read; prints p50, p95 and p99
	@PYTHONPATH=tests $(BIN)/python tests/bench/blackout.py

failover: dev ## kill the primary of two PostgreSQL under load (needs root, and Debian's postgresql, patroni, etcd-server)
	@$(BIN)/python tests/several/failover.py

pooled: dev ## two servers behind PgBouncer in transaction mode (needs Debian's pgbouncer)
	@$(BIN)/python tests/several/pooled.py

stalls: dev ## hold the database up in every way we know of, and see that everybody is answered (HELD=60 seconds of a lock)
	@$(BIN)/python tests/several/stalls.py

watch-check: dev ## let a Prometheus watch the demonstration, and ask all that panels and rules ask (needs Debian's prometheus)
	@$(BIN)/python tests/several/watch.py

rolling: dev ## go from an earlier version (FROM=a tag or commit) to this one under load, one server after the other
	@$(BIN)/python tests/several/rolling.py $(FROM)

mutants: dev ## break the code that decides, and see that tests notice (SAMPLE=24 of each module, for less than an hour)
	@$(BIN)/python tools/mutants.py $(if $(SAMPLE),--sample $(SAMPLE))

bench: dev ## one table: what the product takes beside the least that could do it (ARGS='--write docs/benchmarks.md')
	@PYTHONPATH=tests $(BIN)/python tests/bench/summary.py $(ARGS)

BENCHES := beside stack wall ledger_write ledger_verify imports imports_beside labels_pdf labels_symbols labels_readback \
	reports field blackout growth scale

bench-all: dev assets ## each benchmark with all that it prints, for an hour or more; they judge nothing
	@for each in $(BENCHES); do echo "== $$each"; PYTHONPATH=tests $(BIN)/python "tests/bench/$$each.py"; done

wheel: env assets ## build a wheel with everything in it, into dist/
	@$(BIN)/python -m pip wheel --quiet --no-deps --no-build-isolation --wheel-dir dist .
	@ls dist/*.whl

try-wheel: dev wheel ## install the wheel into an environment of its own, start it in an empty folder, and use it
	@$(BIN)/python tools/try_wheel.py dist/*.whl

lock: dev ## renew the pinned versions (ARGS=--upgrade for the newest ones)
	@$(BIN)/python tools/lock.py $(ARGS)
	@npm install --package-lock-only

clean: ## remove everything made, but not .data
	rm -rf $(VENV) node_modules build dist $(VENDOR) src/*.egg-info .pytest_cache .mypy_cache .ruff_cache \
		.hypothesis .import_linter_cache

# The first Python that is new enough and can make environments.
$(BIN)/python:
	$(call say,Python,making $(VENV))
	@for python in python3.13 python3.12 python3.11 python3 python3.14 python3.15; do \
		if "$$python" -c 'import sys, ensurepip, venv; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then \
			exec "$$python" -m venv --clear $(VENV); \
		fi; \
	done; \
	echo "No Python 3.11 or newer with its venv module was found on the path (Debian: apt install python3-venv)." >&2; \
	exit 1

$(BIN)/.run: requirements/build.txt requirements/run.txt pyproject.toml | $(BIN)/python
	$(call say,Packages,$(words $(shell grep -E '^[a-z0-9].*==' requirements/run.txt | cut -d' ' -f1)) pinned by hash)
	@$(PIP) --require-hashes --no-deps -r requirements/build.txt -r requirements/run.txt
	@$(PIP) --no-deps --no-build-isolation --editable .
	@$(COMPILE)
	@touch $@

$(BIN)/.dev: requirements/dev.txt $(BIN)/.run
	$(call say,Packages,for tests and linters)
	@$(PIP) --require-hashes --no-deps -r requirements/dev.txt
	@$(COMPILE)
	@touch $@

$(VENDOR)/.made: package.json package-lock.json .npmrc tools/vendor_assets.py | $(BIN)/.run
	$(call say,Assets,browser libraries)
	@mkdir -p build && { $(BIN)/python tools/vendor_assets.py > build/assets.log 2>&1 || { cat build/assets.log >&2; exit 1; }; }
	@touch $@
