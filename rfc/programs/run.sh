#!/bin/sh
# Compiles and runs the RFC's programs:  run.sh COMPILER…
# for stock   run.sh rustc +1.95.0
# for the fork   run.sh "$(../../x.py print rustc)"
# Each program is built at opt-level 0 and 3; `array…` at all levels; `impls` and `future_size` once for each of their cases.
cd "$(dirname "$0")" || exit
out=$(mktemp -d)
export RUSTC_BOOTSTRAP=1 RUSTC_ICE=0 RUST_BACKTRACE=0

try() {
    source=$1.rs
    program=$(basename "$1")
    shift
    echo "== $program $*"
    if "$@" --edition 2024 "$source" -L "$out" --out-dir "$out" 2>"$out/messages"; then
        [ -e "$out/lib$program.rlib" ] || timeout 10 "$out/$program" 2>&1
        echo "[exit $?]"
    else
        grep -m1 -oE '^error(\[E[0-9]+\])?: (internal compiler error|.*)' "$out/messages"
    fi
}

for level in 0 3; do
    for program in leak scope_exit stale_context registered_node across_crates_lib across_crates send half_finished \
        guide pending_value pending_panic owned async_gen drop_points assignment_panic; do
        try $program "$@" -C opt-level=$level
    done
done
for level in 0 1 2 3 s; do
    try array "$@" -C opt-level=$level
    try array_cancel "$@" -C opt-level=$level
done
for case in off on; do
    try ../../benches/future_size "$@" --cfg $case
done
for case in general specialised specialised_used bounded bounded_used reference without_drop copy called; do
    try impls "$@" --cfg $case
done
rm -r "$out"
