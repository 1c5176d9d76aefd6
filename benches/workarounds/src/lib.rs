//! What is done today in place of async drop. The files of `../strategies` that need these crates use them from here.

pub use async_dropper_simple::{AsyncDrop, AsyncDropper};
pub use async_trait::async_trait;
pub use pollster::block_on;
pub use tokio::runtime::Runtime;
pub use tokio::{spawn, task};

/// A runtime with one thread, or with a second one, which async-dropper needs.
pub fn runtime(threads: usize) -> Runtime {
    let mut builder = match threads {
        0 => tokio::runtime::Builder::new_current_thread(),
        _ => tokio::runtime::Builder::new_multi_thread(),
    };
    builder.worker_threads(threads.max(1)).build().expect("a runtime")
}
