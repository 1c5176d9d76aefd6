//! R21 and incremental compilation: whether a future is `Send` depends on the body of a destructor
//! in another module. It is asked again when that body changes, and only its error is reported when
//! nothing changes.

//@ ignore-cross-compile

use run_make_support::{CompletedProcess, rfs, rustc};

fn main() {
    let session = rfs::read_to_string("session.rs");
    let compile_with = |shared: &str| {
        rfs::write("session.rs", session.replace("SHARED", shared));
        let mut rustc = rustc();
        rustc.edition("2024").input("main.rs").arg("-Cincremental=incremental");
        rustc
    };
    let is_rejected = |output: CompletedProcess| {
        output.assert_stderr_contains("future cannot be sent between threads safely");
    };
    compile_with("std::sync::Arc").run();
    is_rejected(compile_with("std::rc::Rc").run_fail());
    is_rejected(compile_with("std::rc::Rc").run_fail());
    compile_with("std::sync::Arc").run();
    compile_with("std::sync::Arc").run();
    is_rejected(compile_with("std::rc::Rc").run_fail());
    compile_with("Box").run();
}
