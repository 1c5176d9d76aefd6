//! R12, R16: an `.await` that is over has nothing to drop, be its future ready or left by a panic.
//! Where the caller is cancelled, there is, unless the future never holds anything that is dropped.
//! Of a future that is no coroutine nothing is known.
//@ edition: 2024
//@ needs-unwind
// skip-filecheck
#![feature(async_drop)]
#![allow(incomplete_features)]
#![crate_type = "lib"]

use std::pin::Pin;
use std::task::{Context, Poll};

async fn callee(name: String) -> usize {
    std::future::pending::<()>().await;
    name.len()
}

// EMIT_MIR spent_futures.caller-{closure#0}.RemoveSpentDrops.diff
pub async fn caller() -> usize {
    callee(String::new()).await
}

struct Other(String);

impl Future for Other {
    type Output = usize;

    fn poll(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<usize> {
        Poll::Ready(self.0.len())
    }
}

// EMIT_MIR spent_futures.other-{closure#0}.RemoveSpentDrops.diff
pub async fn other() -> usize {
    Other(String::new()).await
}

async fn nothing() {
    std::future::pending::<()>().await;
}

// EMIT_MIR spent_futures.plain-{closure#0}.RemoveSpentDrops.diff
pub async fn plain() {
    nothing().await
}
