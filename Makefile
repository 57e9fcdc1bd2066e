# The recipes of the house. Each only calls what CI calls; what a step does stands in scripts/.
SHELL := /bin/bash
UI := $(CURDIR)/target/web
BUILT := target/web.built
WEB := $(shell find web \( -name node_modules -o -name e2e -o -name schema.d.ts -o -name dist \) -prune -o -type f -print)

# Cargo never builds the interface itself here: it takes the one that was built once.
export UI_DIST := $(UI)

.PHONY: help run test check faults bench soak fuzz fuzz-parsers openapi e2e screens setup web
help: ## says what there is
	@sed -n 's/^\([a-z0-9-]*\):.*## /\1\t/p' $(MAKEFILE_LIST) | expand -t 10

run: web ## builds everything and starts a filled demo desk on http://localhost:8080
	cargo build -p candor-server
	scripts/run.sh

test: web ## everything once, small: what CI runs
	scripts/test.sh

check: web ## lints, types, strings, sizes, licences: no tests
	scripts/check.sh

faults: web ## disk, database, the way to it and the clock broken under load, small
	cargo build -p candor-server -p candor-bench
	scripts/faults.sh small

bench: web ## the figures, on a release build
	cargo build --release -p candor-server -p candor-bench -p candor-connect --bins --example mail_speed
	scripts/bench.sh

soak: web ## kills, cuts and fuzzing in full counts, on a release build
	cargo build --release -p candor-server -p candor-bench
	scripts/soak.sh

fuzz: web ## the API, fuzzed from its own OpenAPI document
	cargo build -p candor-server
	scripts/fuzz.sh

fuzz-parsers: web ## every parser under libFuzzer, ten minutes each; SECONDS_EACH says how long
	scripts/fuzz_parsers.sh

openapi: setup ## writes the published contract, unless it would break programs written against it
	cargo run -q -p candor-server -- openapi --write web/openapi.json $(if $(DECISION),--decision $(DECISION))
	cd web && npm run -s types

e2e: web ## the real binary in a real browser, on both databases; ONLY=story runs one file
	cargo build -p candor-server -p candor-connect --bins --example html_clean
	scripts/e2e.sh $(ONLY)

screens: web ## draws every screen and copies the chosen pictures into docs/screens
	cargo build -p candor-server
	rm -rf target/screens
	for file in screens mailview letter join outbound; do E2E_DATABASE=sqlite scripts/e2e.sh $$file || exit 1; done
	node web/e2e/choose.mjs

setup: ## installs what building and testing need
	scripts/setup.sh

web: $(BUILT) ## builds the interface into target/web when a source changed

$(BUILT): $(WEB) | setup
	mkdir -p target
	cd web && UI_OUT=$(UI).new npm run -s build
	rm -rf $(UI)
	mv $(UI).new $(UI)
	touch $@
