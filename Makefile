# Every target works on a machine that has only python3 and make.
.DEFAULT_GOAL := help
.PHONY: help run test check bench contract screenshots environment

BIN := .venv/bin
UV := $(shell command -v uv 2>/dev/null)
export UV_PROJECT_ENVIRONMENT := $(CURDIR)/.venv

help: ## Show this list
	@awk -F ':.*## ' '/^[a-z]+:.*## /{printf "  make %-12s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

environment: .venv/.ready ## Create .venv with everything that tests and checks need

.venv/.ready: pyproject.toml uv.lock
	@python3 tools/environment.py
	@touch $@

run: environment ## Start the server on http://localhost:3000 in development mode, on SQLite in ./data
	CHATROOM_ENV=development $(BIN)/python -m chatroom serve

test: environment ## Run every test: pytest, the web client's, the browser's
	$(BIN)/python -m pytest

check: environment ## Format, lint, types, contracts, sizes: under two minutes
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports
