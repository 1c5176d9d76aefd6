#![crate_type = "rlib"]
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
