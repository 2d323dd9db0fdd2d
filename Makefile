# The one front door. `make` alone lists what there is.
#
# `make run` and `make test` install what they need and say so: tools go into a folder of their own per version, below
# $(CACHE), so that other clones use them too and nothing that is already installed is touched. Only the WebAssembly
# target (rustup) and the browsers (apt) go where they always go. Once everything is there, no command needs a network.

SHELL := /bin/bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help
# The order of what a command needs is the order in which it runs.
.NOTPARALLEL:
MAKEFLAGS += --no-print-directory

PORT ?= 8080
CACHE := $(or $(XDG_CACHE_HOME),$(HOME)/.cache)/queuescope

# Each version has one place: Trunk's is here, the others follow what the build already names.
TRUNK_VERSION := 0.21.14
BINDGEN_VERSION := $(shell awk -F'"' '/^name = "wasm-bindgen"$$/ { getline; print $$2 }' Cargo.lock)
BINARYEN_VERSION := $(shell sed -n 's/^wasm_opt = "version_\(.*\)"/\1/p' Trunk.toml).0.0
DRIVER_VERSION := $(shell sha256sum tests/browser/package-lock.json | cut -c1-12)

TRUNK := $(CACHE)/trunk-$(TRUNK_VERSION)/bin/trunk
BINDGEN := $(CACHE)/wasm-bindgen-$(BINDGEN_VERSION)/bin/wasm-bindgen
WASM_OPT := $(CACHE)/binaryen-$(BINARYEN_VERSION)/node_modules/.bin/wasm-opt
DRIVER := $(CACHE)/browser-driver-$(DRIVER_VERSION)/node_modules

# Only for `make bench`: what a user would pick instead.
EVTX_DUMP := $(CACHE)/evtx_dump-0.15.1/bin/evtx_dump
BENCH_PYTHON := $(CACHE)/python-polars-1/bin/python
BENCH_MB ?= 1000

TOOLS_PATH := $(CACHE)/trunk-$(TRUNK_VERSION)/bin:$(CACHE)/wasm-bindgen-$(BINDGEN_VERSION)/bin:$(dir $(WASM_OPT))
export PATH := $(TOOLS_PATH):$(PATH)
# Panic messages carry the path of the source file. Without this the page would tell where it was built.
CARGO_REGISTRY := $(or $(CARGO_HOME),$(HOME)/.cargo)/registry/src
export CARGO_TARGET_WASM32_UNKNOWN_UNKNOWN_RUSTFLAGS := --remap-path-prefix=$(CARGO_REGISTRY)=registry

STEP := .ci/step
WASM := --target wasm32-unknown-unknown --features page
# Tools share what they have in common while they are built.
INSTALL := CARGO_TARGET_DIR=$(CACHE)/build cargo install --quiet

.PHONY: help run serve page bundle test test-native test-browser lint fmt bench screenshots codes env tools clean

help: ## Lists these commands
	@awk -F':.*## ' '/^[a-z-]+:.*## / { printf "  make %-13s %s\n", $$1, $$2 }' Makefile
	@echo
	@echo "  Set PORT for another port than 8080, CHROMIUM and FIREFOX for other browsers than the installed ones."

run: page ## Builds the page and serves it on http://127.0.0.1:8080
	@echo
	@echo "Single file, to open by double click: $(CURDIR)/dist/queuescope.html"
	@exec node tests/browser/server.mjs dist $(PORT)

serve: tools ## Serves a debug build and builds again after each change (for development; press F5)
	@exec trunk serve --port $(PORT)

bundle: page ## Builds the single file dist/queuescope.html
	@echo "$(CURDIR)/dist/queuescope.html"

page: tools
	@$(STEP) "Building the page (about 6 minutes after a change, 8 the first time)" trunk build --release --locked

test: tools .browsers lint test-native page test-browser ## Runs every check and every test
	@.ci/tally

# With the page, so that what it knows is tested as well; that everything else does without it, Clippy shows.
test-native: ## Runs the tests that need no browser
	@mkdir -p target
	@$(STEP) "Tests without a browser (about 11 minutes)" bash -o pipefail -c \
	  'cargo test --locked --no-fail-fast --features page 2>&1 | tee target/test-native.log'

test-browser: $(DRIVER) .browsers
	@ln -sfn $(DRIVER) tests/browser/node_modules
	@mkdir -p target
	@$(STEP) "Tests in Chromium and Firefox, from a web server and from a file (about 17 minutes)" \
	  bash -o pipefail -c 'node --test --test-concurrency=1 --test-reporter=spec tests/browser/*.test.mjs 2>&1 | tee target/test-browser.log'

lint: .wasm-target
	@$(STEP) "Formatting" cargo fmt --check
	@$(STEP) "Clippy" cargo clippy --locked --quiet --all-targets --features tables -- -D warnings
	@$(STEP) "Clippy for WebAssembly" cargo clippy --locked --quiet $(WASM) --lib --bin app -- -D warnings

fmt: ## Formats the source
	@cargo fmt

bench: $(EVTX_DUMP) $(BENCH_PYTHON) $(DRIVER) .browsers page ## Measures reading and diagnosing, native and in browsers (about 15 minutes)
	@ln -sfn $(DRIVER) tests/browser/node_modules
	@rm -rf target/bench && mkdir -p target/bench
	@$(STEP) "Generating a mixed folder of $(BENCH_MB) MB" cargo bench --locked --quiet --bench reading -- --write $(CURDIR)/target/bench/folder $(BENCH_MB)
	@$(STEP) "Reading it natively" bash -c 'cargo bench --locked --quiet --bench reading -- --measure $(CURDIR)/target/bench/folder > target/bench/native.jsonl'
	@$(STEP) "What the rules cost" cargo bench --locked --quiet --bench reading -- --rules $(CURDIR)/target/bench/folder
	@EVTX_DUMP=$(EVTX_DUMP) BENCH_PYTHON=$(BENCH_PYTHON) node tests/browser/bench.mjs target/bench/folder target/bench/native.jsonl target/bench/bench
	@rm -rf target/bench/folder

screenshots: $(DRIVER) .browsers page ## Takes pictures of the page into target/screenshots
	@ln -sfn $(DRIVER) tests/browser/node_modules
	@node tests/browser/screenshots.mjs target/screenshots

codes: ## Writes the tables of codes of Windows anew from the crate windows-sys of Cargo.lock
	@cargo run --locked --quiet --features tables --bin codes src/knowledge/codes

env: tools ## Prints what puts the tools on the PATH: eval "$(make env)"
	@echo 'export PATH="$(TOOLS_PATH):$$PATH"'

clean: ## Removes what was built here (not the tools)
	@rm -rf dist tests/browser/node_modules tests/browser/out
	@cargo clean

# ---- Tools. Each is installed once; a version is a folder, so another version is another file. ----

tools: .node .wasm-target .crates $(TRUNK) $(BINDGEN) $(WASM_OPT)
	@rm -rf $(CACHE)/build

.PHONY: .node .wasm-target .crates .browsers
.node:
	@node -e 'process.exit(parseInt(process.versions.node) < 20 ? 1 : 0)' || \
	  { echo "Queuescope's build needs Node 20 or newer (https://nodejs.org)." >&2; exit 1; }

.wasm-target:
	@[ -d "$$(rustc --print sysroot)/lib/rustlib/wasm32-unknown-unknown" ] || \
	  $(STEP) "Adding the WebAssembly target to Rust (about 10 seconds)" rustup target add wasm32-unknown-unknown

# Trunk builds without a network; what the lock file names is fetched before. Without anything to fetch, no network is asked.
.crates:
	@cargo fetch --locked --quiet

# Not optimized: Trunk only calls other tools, and this halves the time its own build takes.
$(TRUNK):
	@$(STEP) "Installing trunk $(TRUNK_VERSION) into $(CACHE) (about 4 minutes on 2 cores)" env \
	  CARGO_PROFILE_RELEASE_OPT_LEVEL=0 CARGO_PROFILE_RELEASE_LTO=off CARGO_PROFILE_RELEASE_CODEGEN_UNITS=256 \
	  $(INSTALL) trunk --version $(TRUNK_VERSION) --locked --no-default-features --root $(CACHE)/trunk-$(TRUNK_VERSION)

# Not --locked: its own lock file names a crate version that is not to be had. Optimized a little: the build takes 40 s less, a
# run no longer.
$(BINDGEN):
	@$(STEP) "Installing wasm-bindgen $(BINDGEN_VERSION) into $(CACHE) (about 3 minutes on 2 cores)" env \
	  CARGO_PROFILE_RELEASE_OPT_LEVEL=1 CARGO_PROFILE_RELEASE_LTO=off CARGO_PROFILE_RELEASE_CODEGEN_UNITS=256 \
	  $(INSTALL) wasm-bindgen-cli --version $(BINDGEN_VERSION) --root $(CACHE)/wasm-bindgen-$(BINDGEN_VERSION)

$(WASM_OPT):
	@$(STEP) "Installing wasm-opt (binaryen $(BINARYEN_VERSION)) into $(CACHE) (about 10 seconds)" \
	  npm install --silent --no-audit --no-fund --prefix $(CACHE)/binaryen-$(BINARYEN_VERSION) binaryen@$(BINARYEN_VERSION)

$(DRIVER): tests/browser/package-lock.json
	@mkdir -p $(@D)
	@cp tests/browser/package.json tests/browser/package-lock.json $(@D)
	@$(STEP) "Installing the browser driver into $(CACHE) (about 10 seconds)" \
	  npm ci --silent --no-audit --no-fund --prefix $(@D)
	@touch $@

$(EVTX_DUMP):
	@$(STEP) "Installing evtx_dump into $(CACHE) (about 1 minute)" env \
	  $(INSTALL) evtx --version 0.15.1 --locked --root $(CACHE)/evtx_dump-0.15.1

$(BENCH_PYTHON):
	@$(STEP) "Installing polars into $(CACHE) (about 20 seconds)" bash -c \
	  'python3 -m venv $(CACHE)/python-polars-1 && $(CACHE)/python-polars-1/bin/pip install --quiet "polars==1.*"'

.browsers:
	@.ci/browsers
