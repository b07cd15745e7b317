# Two commands do everything: `make demo` and `make test`. The others are for those who change the house.

CARGO ?= cargo
ARGS ?=
SEEDS ?= 2000
TOWNS ?= 2000000

.PHONY: demo test lint bench sim fuzz fmt

## The month of July 2022 at a museum, against simulators; leaves the pages open. ARGS="--exit --json FILE" runs without screens.
demo:
	$(CARGO) run --quiet --package town --bin demo -- $(ARGS)

## Installs what the tests need (PostgreSQL, Chromium) and runs them all.
test:
	scripts/install-test-tools.sh
	scripts/run-tests.sh

## fmt, clippy, rustdoc, licences and advisories; warnings are errors.
lint:
	$(CARGO) fmt --all --check
	$(CARGO) clippy --workspace --all-targets -- --deny warnings
	RUSTDOCFLAGS="--deny warnings" $(CARGO) doc --workspace --no-deps --document-private-items
	scripts/run-deny.sh

## Ratios against a baseline measured in the same run.
bench:
	$(CARGO) build --release --package pos-agent --package recon-server
	$(CARGO) run --release --quiet --package town --bin bench -- $(ARGS)

## The seeded simulation for longer, and the engine against its oracle: SEEDS=100000 TOWNS=2000000 make sim
sim:
	TOWNS=$(TOWNS) $(CARGO) test --release --quiet --package engine --test matching towns::
	$(CARGO) run --release --quiet --package town --bin sim -- --seeds $(SEEDS) $(ARGS)

## Every codec against a coverage-guided fuzzer: SECONDS_EACH=600 make fuzz
fuzz:
	scripts/run-fuzz.sh
