//! R8, R12, R13, R14, R17: the last `Rc` or `Arc` awaits what it owns, the others do nothing. While
//! that happens, and after it, a `Weak` finds nothing; it keeps the memory and no more.
//@ edition: 2024
//@ run-pass
//@ check-run-results
//@ needs-unwind
#![feature(async_drop)]
#![allow(async_drop_in_sync_context, incomplete_features)]

#[path = "auxiliary/owned.rs"]
mod owned;
use std::cell::RefCell;
use std::future::AsyncDrop;
use std::pin::Pin;
use std::rc::{self, Rc};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{self, Arc, Barrier};
use std::thread;

use owned::*;

trait Trait {}
impl<T> Trait for T {}

macro_rules! check_shared {
    ($Shared:ident, $module:ident) => {{
        const NAME: &str = stringify!($Shared);
        let title = |rest: &str| format!("{NAME}{rest}");
        check!(&title(""), 1, $Shared::new(conn("value")));
        check!(&title(" of a tuple"), 2, $Shared::new((conn("0"), plain("1"), conn("2"))));
        check!(&title(" of a slice"), 2, $Shared::<[Conn]>::from(["0", "1", "2"].map(conn)));
        check!(&title(" of a vector's elements"), 2, {
            $Shared::<[Conn]>::from(Vec::from(["0", "1", "2"].map(conn)))
        });
        check!(&title(" of a trait object"), 1, {
            let shared: $Shared<dyn Trait> = $Shared::new((plain("0"), conn("1")));
            shared
        });
        check!(&title(" of a shared value"), 1, $Shared::new($Shared::new(conn("value"))));
        check!(&title(", two in a tuple"), 1, {
            let first = $Shared::new(conn("value"));
            (Some(first.clone()), plain("between"), first)
        });

        check_block!(&title(", cloned"), 1, {
            let first = $Shared::new(conn("value"));
            let second = $Shared::clone(&first);
            {
                let _third = first.clone();
                let _second = second;
            }
            tell($Shared::strong_count(&first));
        });
        check_block!(&title(", assigned"), 1, {
            let mut first = $Shared::new(conn("first"));
            let second = first.clone();
            first = $Shared::new(conn("second"));
            tell(first.is("second") && $Shared::strong_count(&second) == 1);
            first = second;
            tell($Shared::strong_count(&first));
        });
        check_block!(&title(", unwrapped"), 1, {
            let shared = $Shared::new(conn("value"));
            let _value = $Shared::into_inner(shared);
            tell("unwrapped");
        });
        check_block!(&title(" and a Weak that lives on"), 1, {
            let weak;
            {
                let shared = $Shared::new(conn("value"));
                weak = $Shared::downgrade(&shared);
                tell(weak.upgrade().is_some());
            }
            tell(weak.upgrade().is_some());
            let _upgraded = weak.upgrade();
        });
        check_block!(&title(" and a Weak of a slice that lives on"), 1, {
            let weak: $module::Weak<[Conn]>;
            {
                let shared: $Shared<[Conn]> = $Shared::from(["0", "1"].map(conn));
                weak = $Shared::downgrade(&shared);
            }
            tell(weak.upgrade().is_some());
        });
        check!(&title(", Weak only"), 1, {
            // A `Weak` drops nothing; the tuple's other field does.
            let shared = $Shared::new(Vec::<Conn>::new());
            ($Shared::downgrade(&shared), conn("field"))
        });
    }};
}

/// Knows the `Rc` and the `Arc` that own it.
struct Knowing {
    rc: rc::Weak<Knowing>,
    arc: sync::Weak<Knowing>,
    conn: Option<Conn>,
}

impl Knowing {
    fn new(rc: rc::Weak<Knowing>, arc: sync::Weak<Knowing>) -> Knowing {
        Knowing { rc, arc, conn: Some(conn("field")) }
    }

    fn tell(&self, when: &str) {
        assert_eq!((self.rc.strong_count(), self.arc.strong_count()), (0, 0), "{when}");
        assert!(self.rc.upgrade().is_none() && self.arc.upgrade().is_none(), "{when}");
        tell(format!("{when}: {}", self.conn.is_some()));
    }
}

impl Drop for Knowing {
    fn drop(&mut self) {
        self.tell("sync knowing");
    }
}

impl AsyncDrop for Knowing {
    async fn drop(self: Pin<&mut Self>) {
        self.tell("begin knowing");
        suspend().await;
        self.tell("end knowing");
    }
}

/// The way from the `Arc` of one task to that of another one: whoever is last awaits.
fn last_of_two_threads() {
    static AWAITED: AtomicUsize = AtomicUsize::new(0);
    static DROPPED: AtomicUsize = AtomicUsize::new(0);

    struct Atomic(Vec<u64>);

    impl Drop for Atomic {
        fn drop(&mut self) {
            DROPPED.fetch_add(1, Ordering::Relaxed);
        }
    }

    impl AsyncDrop for Atomic {
        async fn drop(mut self: Pin<&mut Self>) {
            suspend().await;
            self.0.push(1);
            AWAITED.fetch_add(1, Ordering::Relaxed);
        }
    }

    const TURNS: usize = 200;
    for _ in 0..TURNS {
        let value = Arc::new(Atomic(vec![0]));
        let clone = value.clone();
        let barrier = Arc::new(Barrier::new(2));
        let threads = [value, clone].map(|value| {
            let barrier = barrier.clone();
            thread::spawn(move || {
                barrier.wait();
                block_on(hold(|| value));
            })
        });
        for thread in threads {
            thread.join().unwrap();
        }
    }
    assert_eq!(AWAITED.load(Ordering::Relaxed), TURNS);
    assert_eq!(DROPPED.load(Ordering::Relaxed), 0);
}

fn main() {
    check_shared!(Rc, rc);
    check_shared!(Arc, sync);
    check!("Rc<RefCell>", 1, Rc::new(RefCell::new(conn("value"))));
    check!("Arc<dyn Trait + Send + Sync>", 1, {
        let shared: Arc<dyn Trait + Send + Sync> = Arc::new(conn("value"));
        shared
    });
    check!("Rc, known to its value", 1, {
        Rc::new_cyclic(|weak| Knowing::new(weak.clone(), sync::Weak::new()))
    });
    check!("Arc, known to its value", 1, {
        Arc::new_cyclic(|weak| Knowing::new(rc::Weak::new(), weak.clone()))
    });
    last_of_two_threads();
    check_nothing_to_await(|| Rc::<[Conn]>::from([]));
    check_nothing_to_await(|| Arc::<[Conn]>::from([]));
    check_nothing_to_await(rc::Weak::<Conn>::new);
    check_nothing_to_await(sync::Weak::<Conn>::new);
    check_nothing_to_await(|| Rc::new(None::<Conn>));
}
