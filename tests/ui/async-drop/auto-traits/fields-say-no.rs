//! R21: a type whose fields are not `Send` is not `Send`, whatever its destructor is. So that is
//! known while bodies are type checked, and may choose between impls and between methods.
//@ edition: 2024
//@ revisions: current next
//@[next] compile-flags: -Znext-solver
//@ run-pass
#![feature(async_drop)]
#![allow(async_drop_in_sync_context, dead_code, incomplete_features)]

use std::future::AsyncDrop;
use std::pin::Pin;

struct Conn(*mut u8);

impl Drop for Conn {
    fn drop(&mut self) {}
}

impl AsyncDrop for Conn {
    async fn drop(self: Pin<&mut Self>) {}
}

/// It contains itself, and what is not `Send` comes last.
struct Node(Option<Box<Node>>, Conn);

impl Drop for Node {
    fn drop(&mut self) {}
}

impl AsyncDrop for Node {
    async fn drop(self: Pin<&mut Self>) {}
}

/// As `assert_not_impl_any!` of the crate `static_assertions` has it.
macro_rules! assert_not_send {
    ($ty:ty) => {
        const _: fn() = || {
            trait AmbiguousIfImpl<A> {
                fn some_item() {}
            }
            impl<T: ?Sized> AmbiguousIfImpl<()> for T {}
            struct Invalid;
            impl<T: ?Sized + Send> AmbiguousIfImpl<Invalid> for T {}
            let _ = <$ty as AmbiguousIfImpl<_>>::some_item;
        };
    };
}

assert_not_send!(Conn);
assert_not_send!(Node);
assert_not_send!(Vec<(u8, Node)>);

struct Probe<T>(#[allow(unused)] T);

trait NotSend {
    fn is_send(&self) -> bool {
        false
    }
}

impl<T> NotSend for &Probe<T> {}

impl<T: Send> Probe<T> {
    fn is_send(&self) -> bool {
        true
    }
}

trait Spawn<How> {
    fn spawn(&self) -> u8;
}

impl<T: Send> Spawn<u8> for T {
    fn spawn(&self) -> u8 {
        1
    }
}

impl Spawn<u16> for Conn {
    fn spawn(&self) -> u8 {
        2
    }
}

fn main() {
    let conn = || Conn(std::ptr::null_mut());
    assert!(!(&Probe(conn())).is_send());
    assert!(!(&Probe(Node(None, conn()))).is_send());
    assert!((&Probe(1)).is_send());
    assert_eq!(conn().spawn(), 2);
}
