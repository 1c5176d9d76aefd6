//! R21 across crates: the types, their destructors and the generic bodies come from another crate.
//[without_feature,next_without_feature]~^ WARN found async drop types in dependency `sessions`
//@ edition: 2024
//@ aux-build: sessions.rs
//@ revisions: with_feature without_feature next next_without_feature
//@[next] compile-flags: -Znext-solver
//@[next_without_feature] compile-flags: -Znext-solver
#![cfg_attr(any(with_feature, next), feature(async_drop))]
#![cfg_attr(any(with_feature, next), allow(incomplete_features))]

extern crate sessions;
use std::marker::PhantomData;
use std::rc::Rc;

use sessions::*;

fn main() {
    send(Remote);
    send(hidden_remote());
    send(Holds::<String>(PhantomData));
    spawn(serve_remote());
    spawn(drop_beside_rc(1));
    spawn(drop_beside_rc(hidden_plain()));
    spawn(drop_beside_rc(std::future::ready(())));
    spawn(async {
        let _remote = Remote;
    });

    // The type's auto traits are the same everywhere.
    send(Local); //~ ERROR cannot be sent between threads safely
    send(vec![Local]); //~ ERROR cannot be sent between threads safely
    send(hidden_local()); //~ ERROR cannot be sent between threads safely
    send(Holds::<Rc<()>>(PhantomData)); //~ ERROR cannot be sent between threads safely
    spawn(serve_local()); //~ ERROR cannot be sent between threads safely
    spawn(drop_beside_rc(Remote)); //~ ERROR cannot be sent between threads safely
    spawn(drop_beside_rc(hidden_remote())); //~ ERROR cannot be sent between threads safely
}

// A crate without the feature awaits no drops in its own bodies.
fn alive_at_drop_point() {
    spawn(async {
        //[with_feature,next]~^ ERROR cannot be sent between threads safely
        let _shared = Rc::new(());
        let _remote = Remote;
    });
}
