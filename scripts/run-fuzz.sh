#!/usr/bin/env bash
# Every fuzz target for SECONDS_EACH seconds (default 30), from the seeds in fuzz/corpus; what reaches new code is kept in
# fuzz/grown for the next run.
# TARGET=zvt runs one. A crash, an input that takes over a second, or more than 256 MiB ends the run and leaves the input in fuzz/artifacts.
set -euo pipefail
cd "$(dirname "$0")/.."
seconds=${SECONDS_EACH:-30}
tools=target/tools
if ! PATH="$tools/bin:$PATH" cargo fuzz --version >/dev/null 2>&1; then
    cargo install --quiet --locked --root "$tools" cargo-fuzz
fi
export PATH="$PWD/$tools/bin:$PATH"
if ! command -v c++ >/dev/null; then
    echo "libFuzzer is C++: please install a C++ compiler (Debian: g++)" >&2
    exit 1
fi
# The stable toolchain has coverage counters but no address sanitizer; the house forbids unsafe code.
cargo fuzz build --sanitizer none
for target in ${TARGET:-$(cargo fuzz list)}; do
    echo "== $target, $seconds s"
    mkdir -p "fuzz/grown/$target"
    cargo fuzz run --sanitizer none "$target" "fuzz/grown/$target" "fuzz/corpus/$target" -- -max_total_time="$seconds" -timeout=1 -rss_limit_mb=256 -max_len=65536 -print_final_stats=1 2>&1 |
        grep -E '^(stat::number_of_executed_units|stat::peak_rss_mb|==|SUMMARY|thread|.*panicked|.*ERROR|Done)' || { echo "$target failed: see fuzz/artifacts/$target" >&2; exit 1; }
    [ -z "$(ls -A "fuzz/artifacts/$target" 2>/dev/null)" ] || { echo "$target failed: see fuzz/artifacts/$target" >&2; exit 1; }
done
