//! Four times as many layers are four times as much code, however many values they make. Each layer
//! is dropped once on the mainline, once where the drop is cancelled, and once where a destructor
//! panics, or it has glue of its own, which is there once.

//@ ignore-cross-compile
//@ needs-unwind

use run_make_support::{rfs, rustc};

fn count_blocks(cfgs: &[&str]) -> usize {
    let mut rustc = rustc();
    for cfg in cfgs {
        rustc.cfg(cfg);
    }
    rustc
        .input("layers.rs")
        .edition("2024")
        .opt_level("0")
        .emit("llvm-ir")
        .output("layers.ll")
        .run();
    let code = rfs::read_to_string("layers.ll");
    code.lines().filter(|line| line.starts_with("bb")).count()
}

fn main() {
    for (layer, few, many, factor) in [
        ("destructors", "twelve", "forty_eight", 4),
        // In twelve layers there are 4,096 values, and eight times as many as in nine.
        ("pairs", "nine", "twelve", 2),
        ("arrays", "three", "twelve", 4),
    ] {
        let (fewer, more) = (count_blocks(&[layer, few]), count_blocks(&[layer, many]));
        let message = "blocks for so many layers";
        assert!(more < fewer * factor, "{layer}: {fewer} {message}: {few}; {more}: {many}");
    }
}
