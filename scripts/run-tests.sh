#!/usr/bin/env bash
# Runs every test of the workspace; nextest where it is at hand (its closing line counts the tests), cargo test otherwise.
set -euo pipefail
cd "$(dirname "$0")/.."
if cargo nextest --version >/dev/null 2>&1; then
    exec cargo nextest run --workspace --all-targets --no-fail-fast
fi
exec cargo test --workspace --all-targets --no-fail-fast
