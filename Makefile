# Two commands are the whole set-up: `make demo` and `make test`. `make help` lists the rest.

PORT ?=
SERVE ?= 1
PATIENTS ?=
DAYS ?=
WORKERS ?= 1
PROCESSES ?= 2

PYTHON ?=
PY := .venv/bin/python

.DEFAULT_GOAL := help
.PHONY: help demo serve test test-browser check bench requirements setup setup-dev test-mqtt test-kills test-moves \
	check-format check-lint check-house check-security check-types check-imports check-migrations check-templates \
	check-deploy check-schema

help:
	@echo 'make demo      set up, seed, run the main job, print the log-ins, serve until Ctrl-C'
	@echo '               SERVE=0 stops after the summary; PORT= PATIENTS= DAYS= change it'
	@echo 'make serve     web, worker, beat and database on what is there (PORT=8000 WORKERS=1)'
	@echo 'make test      every test that needs no service beyond the wheels (ARGS= for pytest)'
	@echo 'make test-browser   the pages and passkeys in Chromium (/usr/bin/chromium must be there)'
	@echo 'make test-mqtt      readings by a broker, Mosquitto (/usr/sbin/mosquitto must be there)'
	@echo 'make test-kills     readings while web workers and PostgreSQL are killed; hostile bodies'
	@echo 'make check     format, lint, rules of the house, bandit, types, layers, migrations, deployment'
	@echo 'make bench     the hot paths beside their raw limits; writes var/bench/*.json'
	@echo 'make requirements   pin requirements*.txt anew from pyproject.toml'

demo: setup
	@$(PY) manage.py demo \
		$(if $(filter 0 no false off,$(SERVE)),--no-serve) \
		$(if $(PORT),--port $(PORT)) \
		$(if $(PATIENTS),--patients $(PATIENTS)) \
		$(if $(DAYS),--days $(DAYS))

serve: setup
	@$(PY) manage.py serve $(if $(PORT),--port $(PORT)) --workers $(WORKERS)

test: setup-dev
	@$(PY) -m pytest -n $(PROCESSES) $(ARGS)

test-browser: setup-dev
	@$(PY) -m pytest tests/browser $(ARGS)

test-mqtt: setup-dev
	@$(PY) -m pytest tests/mqtt $(ARGS)

test-kills: setup-dev
	@$(PY) -m pytest tests/kills $(ARGS)

test-moves: setup-dev
	@$(PY) -m pytest -n $(PROCESSES) tests/moves $(ARGS)

bench: setup
	@$(PY) -m benchmarks $(ARGS)

check: check-format check-lint check-house check-security check-types check-imports \
	check-migrations check-templates check-deploy check-schema

check-format: setup-dev
	@.venv/bin/ruff format --check .

check-lint: setup-dev
	@.venv/bin/ruff check .

# Queries inside a scope, one way to wake a worker, no statement made of pieces.
check-house: setup-dev
	@$(PY) -m tests.architecture.rules

check-security: setup-dev
	@said=$$(.venv/bin/bandit --quiet --configfile pyproject.toml --recursive \
		manage.py healthcare devices packages reports portal 2>&1) || { echo "$$said"; exit 1; }

check-types: setup-dev
	@.venv/bin/mypy

check-imports: setup-dev
	@.venv/bin/lint-imports

check-migrations: setup-dev
	@$(PY) manage.py makemigrations --check --dry-run

check-templates: setup-dev
	@.venv/bin/djlint --lint --quiet portal

# As it would run behind https: what is unsafe there is an error here.
check-deploy: setup-dev
	@DEBUG=0 HTTPS=1 BEHIND_PROXY=1 ALLOWED_HOSTS=health.example \
		SECRET_KEY=$$($(PY) -c 'import secrets; print(secrets.token_urlsafe(64))') \
		$(PY) manage.py check --deploy --fail-level WARNING

check-schema: setup-dev
	@$(PY) manage.py spectacular --validate --fail-on-warn --file /dev/null

requirements: setup-dev
	@for extra in '' dev; do \
		uv pip compile pyproject.toml $${extra:+--extra $$extra --extra redis --extra mqtt --extra parquet -c requirements.txt} \
			--generate-hashes --universal --no-emit-index-url --python-version 3.11 \
			--no-header --upgrade --quiet \
			--output-file requirements$${extra:+-$$extra}.txt || exit 1; \
	done

setup:
	@$(call bootstrap,requirements.txt)

setup-dev:
	@$(call bootstrap,requirements-dev.txt)

# The first Python that is new enough, unless PYTHON= names one.
define bootstrap
for python in $(if $(PYTHON),$(PYTHON),python3 python3.14 python3.13 python3.12 python3.11); do \
	if "$$python" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then \
		exec "$$python" healthcare/runtime/bootstrap.py $(1); \
	fi; \
done; \
echo 'Python 3.11 or newer is needed$(if $(PYTHON), and PYTHON=$(PYTHON) is none) - install it'; \
echo '(Debian, Ubuntu: sudo apt install python3 python3-venv), or say where: make PYTHON=...'; \
exit 1
endef
