# The commands of daily work. Each target is one line: what it does is in scripts/ and in `cargo xtask`.

SHELL := bash
.DEFAULT_GOAL := help
.PHONY: help run build test faults speed-pages sweep shots fmt postgres postgres-stop clean-data

help: ## this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "  make %-14s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

run: ## install what is missing, build, serve ./data with demo data on http://127.0.0.1:8080
	@scripts/install.sh build
	@scripts/run.sh

build: ## the release binary with the web application, target/release/lifeloom
	@scripts/install.sh build
	cd web && npm run --silent build
	cargo build --release --locked --package cli

test: ## install what is missing, run every check and test on SQLite and PostgreSQL
	@scripts/install.sh test
	@scripts/test.sh

faults: ## play every fault ROUNDS times (200), write what was seen to docs/faults.md
	@scripts/install.sh test
	@scripts/faults.sh $(or $(ROUNDS),200)

speed-pages: ## how long large views take in a browser, with the release binary or LIFELOOM=binary
	@scripts/install.sh test
	cd web && npm run --silent build
	cd web && LIFELOOM=$(abspath $(or $(LIFELOOM),target/release/lifeloom)) LIFELOOM_PAGES=1 node scripts/speed.mjs

sweep: ## every screen in every language, both themes, at a desk and on a phone; an import of 20,000 lines; with LIFELOOM=binary, SHOTS=folder
	@scripts/install.sh test
	cd web && npm run --silent build
	cd web && LIFELOOM_SWEEP=1 LIFELOOM_PAGES=1 LIFELOOM=$(abspath $(or $(LIFELOOM),target/release/lifeloom)) \
		LIFELOOM_SHOTS=$(if $(SHOTS),$(abspath $(SHOTS))) node --test --test-concurrency=1 \
		e2e/screens.test.mjs e2e/import.test.mjs

shots: ## a picture of every page in the folder SHOTS (target/shots)
	@$(MAKE) --no-print-directory sweep SHOTS=$(or $(SHOTS),target/shots)

fmt: ## format the code, write the generated pages and schemas
	cargo fmt --all
	cargo xtask codegen

postgres: ## start a throw-away PostgreSQL for tests, print its URL
	@scripts/install.sh test
	@scripts/postgres.sh start

postgres-stop: ## stop it and remove its data
	@scripts/postgres.sh stop

clean-data: ## remove ./data (asks first)
	@read -r -p "Remove ./data with everything in it? [y/N] " answer && [ "$$answer" = y ] && rm -rf data
