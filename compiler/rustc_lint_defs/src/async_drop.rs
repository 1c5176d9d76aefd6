//! The lints of async drop. They are computed on MIR, in `rustc_mir_transform`, before drops are
//! elaborated. A crate without the feature does not know them.

use crate::{declare_lint, declare_lint_pass};

declare_lint_pass! {
    /// Registers the lints; they do not run as a pass over HIR.
    AsyncDropLints => [ASYNC_DROP_IN_SYNC_CONTEXT, IMPLICIT_ASYNC_DROP]
}

declare_lint! {
    /// The `async_drop_in_sync_context` lint detects values with an async destructor that are
    /// dropped where nothing can await it.
    ///
    /// ### Example
    ///
    /// ```rust
    /// #![feature(async_drop)]
    /// #![allow(incomplete_features)]
    ///
    /// use std::future::AsyncDrop;
    /// use std::pin::Pin;
    ///
    /// pub struct Connection;
    ///
    /// impl Drop for Connection {
    ///     fn drop(&mut self) {}
    /// }
    ///
    /// impl AsyncDrop for Connection {
    ///     async fn drop(self: Pin<&mut Self>) {}
    /// }
    ///
    /// pub fn connect() {
    ///     let _connection = Connection;
    /// }
    /// ```
    ///
    /// {{produces}}
    ///
    /// ### Explanation
    ///
    /// A type that implements `AsyncDrop` has two destructors. The async one does the better work:
    /// it says goodbye, flushes, or rolls back. Where a value is dropped by a function that is not
    /// async, or by a method such as `Vec::clear`, only `Drop` runs. That may be what is wanted,
    /// but it is easily overlooked. `std::future::async_drop(value).await` drops a value by await.
    ///
    /// A type that may or may not have an async destructor is left alone: a type parameter, a trait
    /// object, a future whose state is not known, and a reference counter that may not be the last.
    pub ASYNC_DROP_IN_SYNC_CONTEXT,
    Warn,
    "a value with an async destructor is dropped where nothing can await",
    @feature_gate = async_drop;
}

declare_lint! {
    /// The `implicit_async_drop` lint marks each place where an async body awaits the destructor of
    /// a value, which nothing in the source shows.
    ///
    /// ### Example
    ///
    /// ```rust,compile_fail
    /// #![feature(async_drop)]
    /// #![allow(incomplete_features)]
    /// #![deny(implicit_async_drop)]
    ///
    /// use std::future::AsyncDrop;
    /// use std::pin::Pin;
    ///
    /// pub struct Connection;
    ///
    /// impl Drop for Connection {
    ///     fn drop(&mut self) {}
    /// }
    ///
    /// impl AsyncDrop for Connection {
    ///     async fn drop(self: Pin<&mut Self>) {}
    /// }
    ///
    /// pub async fn connect() {
    ///     let _connection = Connection;
    /// }
    /// ```
    ///
    /// {{produces}}
    ///
    /// ### Explanation
    ///
    /// A body is suspended while a destructor is awaited: other tasks run, locks stay taken, and
    /// the future may be cancelled there. This lint is for reviews, and for editors that show the
    /// awaits. It names the value, its destructor, and the ways out of the scope that await it.
    pub IMPLICIT_ASYNC_DROP,
    Allow,
    "the destructor of a value is awaited",
    @feature_gate = async_drop;
}
