//! Four times as many layers are four times as much code: each layer is dropped once on the
//! mainline, once where the drop is cancelled, and once where a destructor panics, however many
//! there are around it.

//@ ignore-cross-compile
//@ needs-unwind

use run_make_support::{rfs, rustc};

fn count_blocks(cfg: &[&str]) -> usize {
    rustc()
        .input("layers.rs")
        .edition("2024")
        .opt_level("0")
        .args(cfg)
        .emit("llvm-ir")
        .output("layers.ll")
        .run();
    let code = rfs::read_to_string("layers.ll");
    code.lines().filter(|line| line.starts_with("bb")).count()
}

fn main() {
    let (few, many) = (count_blocks(&["--cfg", "few"]), count_blocks(&[]));
    assert!(many < few * 5, "{few} blocks for 16 layers, {many} for 64");
}
