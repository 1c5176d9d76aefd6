//! R21: a future that is not `Send` because of a drop in another crate.
#![feature(async_drop)]
#![allow(incomplete_features)]

extern crate conns;

fn spawn<F: Future + Send>(_: F) {}

async fn request() {
    conns::query().await;
}

pub fn serve() {
    spawn(request());
}
