//! Sizes of futures. `--cfg on` switches the feature on; the last rows need it.
#![cfg_attr(on, feature(async_drop))]
#![cfg_attr(on, allow(incomplete_features))]
use std::future::ready;

/// Without an async destructor. `close` is the one that is called by hand.
struct Plain([u8; 100]);

impl Drop for Plain {
    fn drop(&mut self) {}
}

impl Plain {
    async fn close(&mut self) {
        ready(()).await;
        self.0[0] = 1;
    }

    /// Needs memory of its own meanwhile.
    async fn close_slowly(&mut self) {
        let frame = [0; 1000];
        ready(()).await;
        self.0[0] = frame[0];
    }
}

async fn holds() {
    let _plain = Plain([0; 100]);
    ready(()).await;
}

async fn calls() {
    holds().await;
    holds().await;
}

async fn owns_a_future() {
    let _future = holds();
    ready(()).await;
}

async fn generic<T>(value: T) {
    let _value = Some(value);
    ready(()).await;
}

async fn closes_one() {
    let mut plain = Plain([0; 100]);
    ready(()).await;
    plain.close().await;
}

async fn closes_two() {
    let mut first = Plain([0; 100]);
    let mut second = Plain([0; 100]);
    ready(()).await;
    second.close().await;
    first.close().await;
}

async fn closes_one_after_the_other() {
    {
        let mut first = Plain([0; 100]);
        ready(()).await;
        first.close().await;
    }
    {
        let mut second = Plain([0; 100]);
        ready(()).await;
        second.close().await;
    }
}

async fn closes_slowly() {
    let mut plain = Plain([0; 100]);
    ready(()).await;
    plain.close_slowly().await;
}

async fn closes_two_slowly() {
    let mut plain = (Plain([0; 100]), Plain([0; 100]));
    ready(()).await;
    plain.0.close_slowly().await;
    plain.1.close_slowly().await;
}

async fn closes_a_vec_slowly() {
    let mut plain = vec![Plain([0; 100])];
    ready(()).await;
    for plain in &mut plain {
        plain.close_slowly().await;
    }
}

fn row<T>(name: &str, future: T) {
    println!("{name:<34} {:>4}", size_of_val(&future));
}

fn main() {
    row("a plain value", holds());
    row("two calls", calls());
    row("a future in a local", owns_a_future());
    row("generic, of a plain value", generic(Plain([0; 100])));
    row("generic, of a String", generic(String::new()));
    row("closed by hand: one", closes_one());
    row("closed by hand: two", closes_two());
    row("closed by hand: two scopes", closes_one_after_the_other());
    row("closed by hand: slowly", closes_slowly());
    row("closed by hand: a pair, slowly", closes_two_slowly());
    row("closed by hand: a Vec, slowly", closes_a_vec_slowly());
    #[cfg(on)]
    awaited::rows();
}

#[cfg(on)]
mod awaited {
    use std::future::{AsyncDrop, ready};
    use std::pin::Pin;

    struct Graceful([u8; 100]);

    impl Drop for Graceful {
        fn drop(&mut self) {}
    }

    impl AsyncDrop for Graceful {
        async fn drop(mut self: Pin<&mut Self>) {
            ready(()).await;
            self.0[0] = 1;
        }
    }

    async fn one() {
        let _graceful = Graceful([0; 100]);
        ready(()).await;
    }

    async fn two() {
        let _first = Graceful([0; 100]);
        let _second = Graceful([0; 100]);
        ready(()).await;
    }

    async fn one_after_the_other() {
        {
            let _first = Graceful([0; 100]);
            ready(()).await;
        }
        {
            let _second = Graceful([0; 100]);
            ready(()).await;
        }
    }

    struct Slow([u8; 100]);

    impl Drop for Slow {
        fn drop(&mut self) {}
    }

    impl AsyncDrop for Slow {
        async fn drop(mut self: Pin<&mut Self>) {
            let frame = [0; 1000];
            ready(()).await;
            self.0[0] = frame[0];
        }
    }

    fn slow() -> Slow {
        Slow([0; 100])
    }

    async fn slowly() {
        let _slow = slow();
        ready(()).await;
    }

    async fn a_pair_slowly() {
        let _pair = (slow(), slow());
        ready(()).await;
    }

    async fn a_vec_slowly() {
        let _vec = vec![slow()];
        ready(()).await;
    }

    pub fn rows() {
        crate::row("awaited: one", one());
        crate::row("awaited: two", two());
        crate::row("awaited: two scopes", one_after_the_other());
        crate::row("awaited: slowly", slowly());
        crate::row("awaited: a pair, slowly", a_pair_slowly());
        crate::row("awaited: a Vec, slowly", a_vec_slowly());
    }
}
