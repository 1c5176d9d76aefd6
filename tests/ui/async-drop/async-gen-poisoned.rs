//! R12, R13, R15: an `async gen` whose body panicked holds nothing, and neither does one that is
//! exhausted. Dropping it touches nothing. Polling it again panics in the one case, and gives
//! `None` in the other.
//@ edition: 2024
//@ run-pass
//@ exec-env: RUST_BACKTRACE=0
//@ needs-unwind
#![feature(async_drop, async_iterator, gen_blocks)]
#![allow(incomplete_features)]

#[path = "auxiliary/support.rs"]
mod support;
use std::async_iter::AsyncIterator;
use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use std::pin::{Pin, pin};
use std::task::{Context, Poll, Waker};

use support::*;

async gen fn generator(panics: bool, _parameter: Graceful) -> usize {
    let _plain = Plain::new("plain");
    {
        let _first = (Graceful::new("first.0"), Plain::new("first.1"));
        yield 0;
    }
    let _second = Graceful::new("second");
    suspend().await;
    if panics {
        resume_unwind(Box::new("panic"));
    }
    yield 1;
}

type Step = Result<Poll<Option<usize>>, &'static str>;

fn step(generator: Pin<&mut impl AsyncIterator<Item = usize>>) -> Step {
    catch_unwind(AssertUnwindSafe(|| generator.poll_next(&mut Context::from_waker(Waker::noop()))))
        .map_err(|payload| *payload.downcast().unwrap())
}

/// Polls until it has panicked or is exhausted.
fn finish(mut generator: Pin<&mut impl AsyncIterator<Item = usize>>, panics: bool) {
    for _ in 0..100 {
        match step(generator.as_mut()) {
            Ok(Poll::Pending | Poll::Ready(Some(_))) => {}
            last => {
                assert_eq!(last, if panics { Err("panic") } else { Ok(Poll::Ready(None)) });
                assert_none_alive();
                for _ in 0..2 {
                    let again = step(generator.as_mut());
                    assert_eq!(again.is_err(), panics);
                    assert!(panics || again == Ok(Poll::Ready(None)));
                }
                assert_none_alive();
                return;
            }
        }
    }
    panic!("the generator does not end");
}

fn main() {
    std::panic::set_hook(Box::new(|_| {}));
    for panics in [true, false] {
        let mut boxed = Box::pin(generator(panics, Graceful::new("parameter")));
        finish(boxed.as_mut(), panics);
        drop(boxed);
        assert_none_alive();

        block_on(async {
            {
                let mut generator = pin!(generator(panics, Graceful::new("parameter")));
                finish(generator.as_mut(), panics);
            }
            assert_none_alive();
            let _other = Graceful::new("other");
        });
        assert_none_alive();
    }
}
