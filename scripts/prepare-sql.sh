#!/bin/sh
# Checks every statement of the centre's stores against a real SQLite and a real PostgreSQL, and writes what the offline build needs
# (recon-server/store-*/.sqlx). Run it after each change of recon-server/sql or migrations/recon-*. With --check it writes nothing
# into the tree and fails where the committed files differ.
#
# It does what `cargo sqlx prepare` inside each leaf would do, without needing sqlx-cli. Needs: sqlite3 or python3, and PostgreSQL's
# initdb, postgres and psql. Starts a private PostgreSQL on loopback in a temporary directory and ends only that.
set -eu

root=$(CDPATH= cd -- "$(dirname -- "$0")/.." && pwd)
check=no
[ "${1:-}" = "--check" ] && check=yes

work=$(mktemp -d)
server=
cleanup() {
    if [ -n "$server" ]; then
        kill "$server" 2>/dev/null || true
        wait "$server" 2>/dev/null || true
    fi
    rm -rf "$work"
}
trap cleanup EXIT
trap 'exit 1' INT TERM
chmod 777 "$work"

# --- PostgreSQL: the newest that is here; never as root
programs=$(dirname "$(command -v initdb || ls -d /usr/lib/postgresql/*/bin/initdb | sort -V | tail -n 1)")
as_user=""
[ "$(id -u)" = 0 ] && as_user="setpriv --reuid postgres --regid postgres --init-groups --"
cd "$work"
$as_user "$programs/initdb" -A trust -U postgres -E UTF8 --locale=C -D "$work/data" >"$work/initdb.log" 2>&1
port=$(python3 -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])')
$as_user "$programs/postgres" -D "$work/data" -k "$work" -c listen_addresses=127.0.0.1 -c port="$port" -c fsync=off \
    >"$work/server.log" 2>&1 &
server=$!
tries=0
until psql -q -h 127.0.0.1 -p "$port" -U postgres -c 'SELECT 1' postgres >/dev/null 2>&1; do
    tries=$((tries + 1))
    [ "$tries" -lt 100 ] || { cat "$work/server.log" >&2; exit 1; }
    sleep 0.2
done
for migration in "$root"/migrations/recon-postgres/*.sql; do
    psql -q -v ON_ERROR_STOP=1 -h 127.0.0.1 -p "$port" -U postgres -f "$migration" postgres
done

# --- SQLite
for migration in "$root"/migrations/recon-sqlite/*.sql; do
    python3 -c 'import sqlite3, sys; sqlite3.connect(sys.argv[1]).executescript(open(sys.argv[2], encoding="utf-8").read())' \
        "$work/check.db" "$migration"
done

export SQLX_OFFLINE=false
export RECON_SQLITE_URL="sqlite://$work/check.db"
export RECON_POSTGRES_URL="postgres://postgres@127.0.0.1:$port/postgres"

# One engine at a time, inside its leaf: the files are named by the statement alone, so that a shared folder would mix the engines.
for leaf in sqlite postgres; do
    cd "$root/recon-server/store-$leaf"
    fresh="$work/sqlx-$leaf"
    mkdir "$fresh"
    touch src/lib.rs
    SQLX_OFFLINE_DIR="$fresh" cargo check --quiet
    if [ "$check" = yes ]; then
        diff -r "$fresh" .sqlx || { echo "store-$leaf: .sqlx is not up to date; run scripts/prepare-sql.sh" >&2; exit 1; }
    else
        mkdir -p .sqlx
        find .sqlx -name 'query-*.json' -delete
        cp "$fresh"/query-*.json .sqlx/
        echo "store-$leaf: $(ls .sqlx | wc -l) statements"
    fi
done
