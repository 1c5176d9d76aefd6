//! R21: a future that drops a `Session` by await, and has to be `Send`.

#![feature(async_drop)]
#![allow(incomplete_features)]

mod session;

fn spawn<F: Future + Send + 'static>(_: F) {}

async fn request() {
    let _session = session::Session;
}

fn requests() -> impl Future<Output = ()> {
    spawn(request());
    request()
}

fn main() {
    spawn(requests());
}
