#!/usr/bin/env bash
# Installs what the tests need beside Rust and a C compiler: a PostgreSQL server, Chromium with its driver, Japanese fonts.
# Does nothing where everything is there. Fails, and says what is missing, where it cannot install.
set -euo pipefail

have_postgres() { command -v initdb >/dev/null 2>&1 || ls /usr/lib/postgresql/*/bin/initdb >/dev/null 2>&1; }
have_chromium() { command -v chromedriver >/dev/null 2>&1 && { command -v chromium || command -v chromium-browser; } >/dev/null 2>&1; }
have_fonts() { fc-list :lang=ja 2>/dev/null | grep -q .; }

# Ubuntu's chromium packages only point at a snap; there the names differ and are tried in turn.
wanted=()
have_postgres || wanted+=(postgresql)
have_chromium || wanted+=(chromium chromium-driver)
have_fonts || wanted+=(fontconfig fonts-noto-cjk)
command -v cc >/dev/null 2>&1 || wanted+=(build-essential)
[ ${#wanted[@]} -eq 0 ] && exit 0

if [ "$(id -u)" -eq 0 ]; then sudo=(); elif command -v sudo >/dev/null 2>&1; then sudo=(sudo); else
    echo "tests need: ${wanted[*]}; neither root nor sudo is at hand to install them" >&2
    exit 1
fi
command -v apt-get >/dev/null 2>&1 || { echo "tests need: ${wanted[*]}; no apt-get here, please install them" >&2; exit 1; }
echo "installing for the tests: ${wanted[*]}"
export DEBIAN_FRONTEND=noninteractive
"${sudo[@]}" apt-get update -qq
"${sudo[@]}" apt-get install -y -qq --no-install-recommends "${wanted[@]}" >/dev/null

have_postgres || { echo "PostgreSQL could not be installed" >&2; exit 1; }
have_chromium || { echo "Chromium and chromedriver could not be installed" >&2; exit 1; }
