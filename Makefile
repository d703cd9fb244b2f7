# Every target works on a machine that has only make and python3 (3.11 or newer).
.DEFAULT_GOAL := help
.PHONY: help run test check bench bench-check bounds contract floors screenshots environment web clients

PYTHON := .venv/bin/python
export UV_PROJECT_ENVIRONMENT := $(CURDIR)/.venv

help: ## Show this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## /{printf "  make %-12s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

run: environment web ## Start the server on http://localhost:3000: development mode, SQLite in ./data
	@CHATROOM_ENV=development $(PYTHON) -m chatroom serve

test: environment web clients ## Run every test: the server's, the web client's, the browsers'
	$(PYTHON) -m tools.web test
	$(PYTHON) -m pytest -n auto --maxprocesses 4 --dist loadfile --ignore tests/browser
	$(PYTHON) -m pytest -n 2 --dist loadfile tests/browser

check: environment ## Format, lint, types, dependency rule, sizes, contract: under two minutes
	.venv/bin/ruff format --check .
	.venv/bin/ruff check .
	.venv/bin/mypy
	.venv/bin/lint-imports
	.venv/bin/deptry .
	$(PYTHON) tools/sizes.py
	$(PYTHON) tools/emits.py
	$(PYTHON) tools/requirements.py --check
	$(PYTHON) -m chatroom contract --check
	$(PYTHON) -m tools.web check

bench: environment ## Measure this server and its peers side by side: under 15 minutes
	$(PYTHON) -m bench
	$(PYTHON) -m bench --report
	$(PYTHON) -m bench.profile

bench-check: environment ## Measure briefly and name what got worse than the stored ratios by more than 20 %
	$(PYTHON) -m bench --check

bounds: environment ## Attack a server in every way for a minute each, and print what it cost; BOUNDS="--seconds 5 --only head"
	$(PYTHON) -m tests.security.bounds $(BOUNDS)

contract: environment ## Write what follows from the code and the lock: OpenAPI, AsyncAPI, reference, requirements
	$(PYTHON) -m chatroom contract
	$(PYTHON) tools/requirements.py

floors: environment ## Install the oldest releases that pyproject.toml allows, and see that a server runs on them
	$(PYTHON) tools/floors.py

screenshots: environment web ## Take the pictures of docs/images with a real server and two browsers
	$(PYTHON) tools/screenshots.py

environment: .venv/.ready # .venv with everything that running, testing and checking need

.venv/.ready: pyproject.toml uv.lock
	@python3 tools/environment.py
	@touch $@

web: environment # the bundle in chatroom/static, when its sources changed
	@$(PYTHON) hatch_build.py

clients: environment
	@$(PYTHON) -m tools.web clients
