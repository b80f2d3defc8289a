# Everything a newcomer needs: `make run` opens a living company, `make test` runs every check that CI runs.
PYTHON ?= $(shell for p in python3 python3.13 python3.12 python3.11 python3.14; do \
	"$$p" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && echo "$$p" && break; done)
BIN := .venv/bin
.DEFAULT_GOAL := help
.PHONY: help venv run dev test check bench seed demo-reset docs lock new-room screenshots messages

help: ## list the targets
	@grep -E '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/^([a-z-]+):.*## (.*)/  make \1\t\2/' | expand -t 22

venv:
	@test -n "$(PYTHON)" || { echo "Duecourse needs Python 3.11 or newer, and found none."; exit 1; }
	@$(PYTHON) duecourse/config/environment.py

run: venv ## set everything up and open a living company (database, demo data, web server, worker)
	@exec $(BIN)/duecourse run

dev: venv ## the same, with reload on change and detailed error pages
	@exec $(BIN)/duecourse run --dev

test: venv ## every check that CI runs
	@exec $(BIN)/python -m duecourse.config.check all

check: venv ## the fast checks only: lint, types, walls, migrations
	@exec $(BIN)/python -m duecourse.config.check fast

bench: venv ## measure speed against COPY and print the figures
	@exec $(BIN)/python -m benchmarks

seed: venv ## build the demo company when the database is empty
	@$(BIN)/duecourse migrate && exec $(BIN)/duecourse seed

demo-reset: venv ## throw the demo company away and build it anew (refuses where a company of your own lives)
	@$(BIN)/duecourse demo-reset && $(BIN)/duecourse migrate && exec $(BIN)/duecourse seed

docs: venv ## write docs/reference and the Python client anew
	@$(BIN)/python -m duecourse.config.reference && exec $(BIN)/python -m duecourse.config.client

screenshots: venv ## take the pictures in docs/ anew, light and dark
	@exec $(BIN)/python -m tests.pictures

messages: venv ## collect the words on screen for translation, and compile them
	@DJANGO_SETTINGS_MODULE=duecourse.config.settings exec $(BIN)/python -m duecourse.config.messages

new-room: venv ## make a new room: make new-room NAME=shipping [ABOVE=orders]
	@ABOVE="$(ABOVE)" exec $(BIN)/python -m duecourse.config.new_room "$(NAME)"

lock: ## resolve pyproject.toml into requirements.lock, with hashes
	@$(PYTHON) -m venv .duecourse/lock && .duecourse/lock/bin/pip install --quiet --disable-pip-version-check uv
	@.duecourse/lock/bin/uv lock --quiet --upgrade
	@.duecourse/lock/bin/uv export --quiet --format requirements-txt --no-header --no-emit-project --all-groups --no-annotate --output-file requirements.lock
	@.duecourse/lock/bin/uv export --quiet --format requirements-txt --no-header --no-emit-project --no-dev --no-annotate --output-file deploy/requirements.lock
	@rm -f uv.lock
