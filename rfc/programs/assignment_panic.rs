//! Without async drop: what becomes of the new value of an assignment if the drop of the old one panics.
use std::panic::catch_unwind;

struct Value(&'static str);

impl Drop for Value {
    fn drop(&mut self) {
        println!("{}", self.0);
        if self.0 == "old" {
            panic!();
        }
    }
}

#[allow(unused_assignments)]
fn main() {
    let _ = catch_unwind(|| {
        let _before = Value("before");
        let mut _assigned = Value("old");
        let _after = Value("after");
        _assigned = Value("new");
    });
}
