# `make demo` shows it, `make test` tests it. Both need Python 3.11 or newer and nothing else.
PYTHON ?= python3
PY := .venv/bin/python
PIP := $(PY) -m pip install --quiet --disable-pip-version-check --prefer-binary
PYTEST := $(PY) -m pytest
# Many tests wait for time-outs on purpose: more of them than cores.
WORKERS ?= 4
VAR_DIR ?= $(CURDIR)/var
SOURCES := backoffice catalog deploy fulfillment orders tests manage.py $(wildcard benchmarks)

# Loading settings must start no server for tools that never connect.
OFFLINE := DATABASE_URL=postgres://nobody@127.0.0.1/none REDIS_URL=redis://127.0.0.1/0
# What `check --deploy` looks at is a production that exists nowhere.
AS_PRODUCTION := PRODUCTION=1 DEBUG=0 PUBLIC_URL=https://backoffice.example.com \
	MYPROMO_URL=https://connect.example.com/api MYPROMO_CLIENT_ID=id MYPROMO_CLIENT_SECRET=secret \
	MYPROMO_CALLBACK_SECRET=$$($(PY) -c 'import secrets; print(secrets.token_urlsafe(48))') \
	SECRET_KEY=$$($(PY) -c 'import secrets; print(secrets.token_urlsafe(64))') \
	ENCRYPTION_KEYS=$$($(PY) -c 'from cryptography.fernet import Fernet; print(Fernet.generate_key().decode())')

.PHONY: help install install-dev demo demo-reset stop test check format bench soak docs screens sbom

help:
	@echo "make demo        everything on this machine, with a vendor to play with; Ctrl-C stops it"
	@echo "make demo-reset  the same from an empty database"
	@echo "make test        every test (WORKERS=$(WORKERS))"
	@echo "make check       what CI runs: format, lint, types, import rules, deployment, migrations, tests"
	@echo "make format      put the code in shape"
	@echo "make docs        the documentation as a site, with search, under $(VAR_DIR)/site"
	@echo "make bench       measure, and compare with the bare minimum"
	@echo "make soak        10,000 orders through every fault"
	@echo "make sbom        what the product is made of, as a CycloneDX document"
	@echo "make screens     the handbook's pictures, from a demo that runs (NAMES=... for some)"
	@echo "make stop        stop the PostgreSQL and Redis under $(VAR_DIR)/"

install: .venv/installed
install-dev: .venv/installed-dev

.venv/bin/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
		{ echo "Python 3.11 or newer is needed; choose one with: make $(MAKECMDGOALS) PYTHON=python3.12"; exit 1; }
	@echo "Making the virtual environment .venv ..."
	@$(PYTHON) -m venv .venv

# Compiled on first import: compiling everything at once would double the wait.
.venv/installed: requirements.txt requirements-embedded.txt | .venv/bin/python
	@echo "Installing what the product needs (about half a minute) ..."
	@$(PIP) --no-compile -r requirements.txt -r requirements-embedded.txt
	@touch $@

.venv/installed-dev: requirements-dev.txt requirements.txt requirements-embedded.txt | .venv/bin/python
	@echo "Installing what tests and checks need (about half a minute) ..."
	@$(PIP) --no-compile -r requirements-dev.txt
	@touch .venv/installed $@

.venv/installed-docs: requirements-docs.txt | .venv/bin/python
	@echo "Installing what builds the documentation ..."
	@$(PIP) --no-compile -r requirements-docs.txt
	@touch $@

.venv/installed-lint: requirements-lint.txt | .venv/bin/python
	@echo "Installing what looks at the shipped files ..."
	@$(PIP) --no-compile -r requirements-lint.txt
	@touch $@

demo: install
	@$(PY) manage.py demo

demo-reset: install stop
	@echo "Removing the demo's data under $(VAR_DIR)/ ..."
	@cd "$(VAR_DIR)" && rm -rf postgres redis epoch media static celerybeat-schedule* demo* sandbox*
	@$(MAKE) --no-print-directory demo

stop: install
	@$(PY) -m backoffice.embedded stop --var "$(VAR_DIR)"

# Bytecode is kept, whatever the environment says: else each worker and each process of a test compiles everything anew.
# `tests/conftest.py` says what begins first.
test: export PYTHONDONTWRITEBYTECODE =
test: install-dev
	@$(PYTEST) -n $(WORKERS) --dist loadgroup --no-loadscope-reorder -m "not soak and not bench"

CHECKS := check-types check-format check-lint check-imports check-deployment check-migrations

.PHONY: $(CHECKS)

# Types take as long as all the others together: beside each other, each with its output in one piece.
check: install-dev
	@$(MAKE) --no-print-directory -j2 -O $(CHECKS)
	@echo "== tests";       $(MAKE) --no-print-directory test

check-format:
	@echo "== format";      .venv/bin/ruff format --check --quiet $(SOURCES) || { echo "run: make format"; exit 1; }
check-lint:
	@echo "== lint";        .venv/bin/ruff check --quiet $(SOURCES)
check-types:
	@echo "== types";       $(OFFLINE) .venv/bin/mypy
check-imports:
	@echo "== imports";     .venv/bin/lint-imports --no-logo --no-cache
check-deployment:
	@echo "== deployment";  $(OFFLINE) $(AS_PRODUCTION) $(PY) manage.py check --deploy --fail-level WARNING
check-migrations:
	@echo "== migrations";  $(PY) manage.py makemigrations --check --dry-run

format: install-dev
	@.venv/bin/ruff check --fix --quiet --exit-zero $(SOURCES)
	@.venv/bin/ruff format $(SOURCES)

docs: .venv/installed-docs
	@NO_MKDOCS_2_WARNING=1 .venv/bin/mkdocs --quiet build --strict --site-dir "$(VAR_DIR)/site"
	@echo "The documentation is at $(VAR_DIR)/site/index.html"

# Of an environment that holds the product alone, with all that its parts need themselves.
sbom: .venv/installed-lint
	@rm -rf "$(VAR_DIR)/sbom"
	@$(PYTHON) -m venv "$(VAR_DIR)/sbom"
	@"$(VAR_DIR)/sbom/bin/python" -m pip install --quiet --disable-pip-version-check --no-compile -r requirements.txt
	@.venv/bin/cyclonedx-py environment --output-format JSON --output-file "$(VAR_DIR)/sbom.json" "$(VAR_DIR)/sbom/bin/python"
	@rm -rf "$(VAR_DIR)/sbom"
	@echo "The parts of the product, as CycloneDX 1.6: $(VAR_DIR)/sbom.json"

bench: install-dev
	@$(PY) -m benchmarks

soak: install-dev
	@$(PYTEST) -m soak -s

screens: install-dev
	@$(PY) -m tests.browser.handbook_screens $(NAMES)
