# `make demo` shows it, `make test` tests it. Both need Python 3.11 or newer and nothing else.
PYTHON ?= python3
PY := .venv/bin/python
PIP := $(PY) -m pip install --quiet --disable-pip-version-check --prefer-binary
PYTEST := $(PY) -m pytest
# Many tests wait for time-outs on purpose: more of them than cores.
WORKERS ?= 4
VAR_DIR ?= $(CURDIR)/var
SOURCES := backoffice catalog fulfillment orders tests manage.py $(wildcard benchmarks)

# Loading settings must start no server for tools that never connect.
OFFLINE := DATABASE_URL=postgres://nobody@127.0.0.1/none REDIS_URL=redis://127.0.0.1/0
# What `check --deploy` looks at is a production that exists nowhere.
AS_PRODUCTION := PRODUCTION=1 DEBUG=0 PUBLIC_URL=https://backoffice.example.com \
	MYPROMO_URL=https://connect.example.com/api MYPROMO_CLIENT_ID=id MYPROMO_CLIENT_SECRET=secret \
	MYPROMO_CALLBACK_SECRET=$$($(PY) -c 'import secrets; print(secrets.token_urlsafe(48))') \
	SECRET_KEY=$$($(PY) -c 'import secrets; print(secrets.token_urlsafe(64))') \
	ENCRYPTION_KEYS=$$($(PY) -c 'from cryptography.fernet import Fernet; print(Fernet.generate_key().decode())')

.PHONY: help install install-dev demo demo-reset stop test check format bench soak

help:
	@echo "make demo        everything on this machine, with a vendor to play with; Ctrl-C stops it"
	@echo "make demo-reset  the same from an empty database"
	@echo "make test        every test (WORKERS=$(WORKERS))"
	@echo "make check       what CI runs: format, lint, types, import rules, deployment, migrations, tests"
	@echo "make format      put the code in shape"
	@echo "make bench       measure, and compare with the bare minimum"
	@echo "make soak        10,000 orders through every fault"
	@echo "make stop        stop the PostgreSQL and Redis under $(VAR_DIR)/"

install: .venv/installed
install-dev: .venv/installed-dev

.venv/bin/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
		{ echo "Python 3.11 or newer is needed; choose one with: make $(MAKECMDGOALS) PYTHON=python3.12"; exit 1; }
	@echo "Making the virtual environment .venv ..."
	@$(PYTHON) -m venv .venv

# Compiled on first import: compiling everything at once would double the wait.
.venv/installed: requirements.txt | .venv/bin/python
	@echo "Installing what the product needs (about half a minute) ..."
	@$(PIP) --no-compile -r requirements.txt
	@touch $@

.venv/installed-dev: requirements-dev.txt requirements.txt | .venv/bin/python
	@echo "Installing what tests and checks need (about half a minute) ..."
	@$(PIP) --no-compile -r requirements-dev.txt
	@touch .venv/installed $@

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

check: install-dev
	@echo "== format";      .venv/bin/ruff format --check --quiet $(SOURCES) || { echo "run: make format"; exit 1; }
	@echo "== lint";        .venv/bin/ruff check --quiet $(SOURCES)
	@echo "== types";       $(OFFLINE) .venv/bin/mypy
	@echo "== imports";     .venv/bin/lint-imports --no-logo --no-cache
	@echo "== deployment";  $(OFFLINE) $(AS_PRODUCTION) $(PY) manage.py check --deploy --fail-level WARNING
	@echo "== migrations";  $(PY) manage.py makemigrations --check --dry-run
	@echo "== tests";       $(MAKE) --no-print-directory test

format: install-dev
	@.venv/bin/ruff check --fix --quiet --exit-zero $(SOURCES)
	@.venv/bin/ruff format $(SOURCES)

bench: install-dev
	@$(PY) -m benchmarks

soak: install-dev
	@$(PYTEST) -m soak -s
