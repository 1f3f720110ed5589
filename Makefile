# The doors of the project. Each works from a bare checkout that has Python 3.11 or newer and make.

PYTHON ?= $(shell command -v python3.11 || command -v python3.12 || command -v python3.13 || command -v python3)
PY := .venv/bin/python
# checks read the code, not a shop: they get an empty database in memory
CHECKING := DATABASE_URL=sqlite:///:memory: REDIS_URL=

.PHONY: help run test setup check style types rooms system migrations templates architecture screens runtime chaos chaos-controls soak bench security prism karrio
.DEFAULT_GOAL := help

help: ## list the doors
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "make %-14s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

run: runtime ## start the shop at http://127.0.0.1:8000 (PORT=…), with demo data; Ctrl-C stops it
	@exec $(PY) manage.py run

test: setup ## the whole suite: embedded default, then PostgreSQL and Redis where found (ARGS="-k words")
	@exec $(PY) tools/run_tests.py $(ARGS)

setup: ## the virtual environment .venv with runtime and development dependencies
	@"$(PYTHON)" tools/environment.py dev

runtime:
	@"$(PYTHON)" tools/environment.py runtime

check: style types rooms system migrations templates architecture ## lint, types, architecture, migrations, templates

style: setup
	$(PY) -m ruff check .
	$(PY) -m ruff format --check .

types: setup
	$(CHECKING) $(PY) -m mypy

rooms: setup
	.venv/bin/lint-imports

system: setup
	$(CHECKING) $(PY) manage.py check

migrations: setup
	$(CHECKING) $(PY) manage.py makemigrations --check --dry-run

templates: setup
	$(PY) -m djlint . --lint --check --quiet

architecture: setup
	$(CHECKING) $(PY) -m pytest tests/architecture -q

chaos: setup ## whole order lives while processes are killed; PostgreSQL's programs and redis-server are needed
	@exec $(PY) -m tests.chaos.run $(or $(ARGS),gate)

chaos-controls: setup ## the same, smaller, eight times with one guard taken away: each must end red
	@exec $(PY) -m tests.chaos.controls $(ARGS)

soak: setup ## twenty thousand lives
	@exec $(PY) -m tests.chaos.run soak $(ARGS)

bench: setup ## every figure beside its limit, in a shop of its own (ARGS="--only capture life")
	@exec $(PY) -m tests.bench.run $(ARGS)

security: ## the security bar: settings, rules, secrets, dependencies, fuzz of the API, who may what (ARGS="fuzz matrix")
	@"$(PYTHON)" tools/environment.py security
	@exec $(PY) -m tests.security.run $(ARGS)

prism: ## the server that plays carriers in tests, laid into tools/prism; node and npm are needed
	@test tools/prism/node_modules/.package-lock.json -nt tools/prism/package-lock.json || \
	  npm ci --prefix tools/prism --ignore-scripts --no-audit --no-fund --loglevel=error

karrio: ## a second reader of carriers' answers for tests, in var/karrio
	@test var/karrio/.installed -nt tools/karrio/requirements.txt || { \
	  "$(PYTHON)" -m venv --clear var/karrio && \
	  var/karrio/bin/python -m pip install -qq --disable-pip-version-check -r tools/karrio/requirements.txt && \
	  touch var/karrio/.installed; }

screens: setup ## photograph every page into var/screens/
	@exec $(PY) tools/screens.py $(ARGS)
