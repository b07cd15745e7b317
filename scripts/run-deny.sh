#!/usr/bin/env bash
# Licences, bans and sources of every dependency. Installs cargo-deny from the registry once.
set -euo pipefail
cd "$(dirname "$0")/.."
command -v cargo-deny >/dev/null 2>&1 || cargo install --locked --quiet cargo-deny
exec cargo deny --all-features check bans licenses sources
