//! R1, R20: the code of an implicit await is that of a close by hand. Each shape is compiled both
//! ways, and LLVM's optimised IR of the two `poll` functions is the same up to names: those of
//! values and blocks, the numbers of states, and the offsets of what the coroutine stores.
//!
//! A coroutine with awaited drops has states of its own for being cancelled, in which `poll`
//! panics as if it had completed. These arms of its first branch are left out. Panics abort here:
//! what unwinds is another matter.

//@ only-x86_64
//@ ignore-cross-compile

mod canonical;

use run_make_support::{diff, rfs, rustc, shallow_find_files};

use canonical::canonical;

fn main() {
    let mut shapes = shallow_find_files("shapes", |_| true);
    shapes.sort();
    assert!(shapes.len() >= 10, "{shapes:?}");
    for shape in shapes {
        let [implicit, by_hand] = ["implicit", "by_hand"].map(|side| {
            let ir = format!("{side}.ll");
            rustc()
                .input(&shape)
                .edition("2024")
                .cfg(side)
                .opt_level("3")
                .arg("-Cpanic=abort")
                .arg("-Ccodegen-units=1")
                .arg("-Zpack-coroutine-layout=yes")
                .emit(format!("llvm-ir={ir}"))
                .run();
            canonical(&rfs::read_to_string(&ir))
        });
        println!("{}: {} lines", shape.display(), implicit.lines().count());
        let shape = shape.display();
        diff()
            .expected_text(&format!("{shape}, by hand"), by_hand)
            .actual_text(&format!("{shape}, implicit"), implicit)
            .run();
    }
}
