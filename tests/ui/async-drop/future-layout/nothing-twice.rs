//! What a value knows is not saved beside it. The contents of a `Box` are dropped through the
//! pointer that the `Box` has; a coroutine that is dropped by await knows how much of it is left;
//! and an erased drop, of a `dyn` or of a recursive type, is one pointer, where a boxed future is
//! two. So each of these futures takes at most as many bytes as the one in which the values are
//! closed by hand, and the erased ones less: the owner, that pointer and the state.
//@ edition: 2024
//@ run-pass
//@ only-64bit
//@ revisions: awaited sync
//@[sync] compile-flags: -Zasync-drop-unwind=sync
#![feature(async_drop)]
#![allow(incomplete_features, dead_code)]

use std::future::AsyncDrop;
use std::mem::{ManuallyDrop, size_of_val};
use std::pin::Pin;

#[path = "auxiliary/checked.rs"]
mod checked;

use checked::{Guard, block_on, cancel_everywhere, suspend};

impl Guard {
    async fn close(&mut self) {
        suspend().await;
        assert_eq!(self.0, 7);
    }
}


/// Nothing is awaited for this one. It is closed by hand.
fn plain() -> ManuallyDrop<Guard> {
    ManuallyDrop::new(Guard(7))
}

async fn boxed() {
    let _guard = Box::new(Guard(7));
    suspend().await;
}

async fn boxed_by_hand() {
    let mut guard = Box::new(plain());
    suspend().await;
    guard.close().await;
    drop(guard);
}

struct Pair(Guard, Guard);

async fn boxed_pair() {
    let _pair = Box::new(Pair(Guard(7), Guard(7)));
    suspend().await;
}

async fn boxed_twice() {
    let _guard = Box::new(Box::new(Guard(7)));
    suspend().await;
}

async fn takes(_guard: Guard) {
    suspend().await;
}

async fn takes_by_hand(mut guard: ManuallyDrop<Guard>) {
    suspend().await;
    guard.close().await;
}

async fn calls() {
    takes(Guard(7)).await;
}

async fn calls_by_hand() {
    takes_by_hand(plain()).await;
}

trait Session {
    fn close(&mut self) -> Pin<Box<dyn Future<Output = ()> + '_>>;
}

impl Session for ManuallyDrop<Guard> {
    fn close(&mut self) -> Pin<Box<dyn Future<Output = ()> + '_>> {
        Box::pin(Guard::close(self))
    }
}

trait Any {}

impl Any for Guard {}

async fn erased() {
    let _session: Box<dyn Any> = Box::new(Guard(7));
    suspend().await;
}

async fn erased_by_hand() {
    let mut session: Box<dyn Session> = Box::new(plain());
    suspend().await;
    session.close().await;
    drop(session);
}

/// The future that drops one would contain that of the next.
struct Node {
    guard: Guard,
    next: Option<Box<Node>>,
}

async fn recursive() {
    let next = Some(Box::new(Node { guard: Guard(7), next: None }));
    let _node = Box::new(Node { guard: Guard(7), next });
    suspend().await;
}

fn close_all(node: &mut NodeByHand) -> Pin<Box<dyn Future<Output = ()> + '_>> {
    Box::pin(async move {
        node.guard.close().await;
        if let Some(next) = &mut node.next {
            close_all(next).await;
        }
    })
}

struct NodeByHand {
    guard: ManuallyDrop<Guard>,
    next: Option<Box<NodeByHand>>,
}

async fn recursive_by_hand() {
    let next = Some(Box::new(NodeByHand { guard: plain(), next: None }));
    let mut node = Box::new(NodeByHand { guard: plain(), next });
    suspend().await;
    close_all(&mut node).await;
    drop(node);
}

/// Its close has memory of its own meanwhile, and much of it.
struct Slow([u8; 100]);

impl Slow {
    async fn close(&mut self) {
        let message = [self.0[0]; 1000];
        suspend().await;
        assert!(message.iter().all(|&byte| byte == 7));
    }
}

impl Drop for Slow {
    fn drop(&mut self) {
        assert_eq!(self.0, [7; 100]);
    }
}

impl AsyncDrop for Slow {
    async fn drop(mut self: Pin<&mut Self>) {
        self.close().await;
    }
}

fn slow() -> Slow {
    Slow([7; 100])
}

/// The first is there alone while the second is made: if that panics, it is dropped by itself.
async fn pair_slowly() {
    let _pair = (slow(), slow());
    suspend().await;
}

async fn pair_slowly_by_hand() {
    let mut pair = (ManuallyDrop::new(slow()), ManuallyDrop::new(slow()));
    suspend().await;
    pair.0.close().await;
    pair.1.close().await;
}

fn run<F: Future<Output = ()>>(make: fn() -> F) {
    block_on(make());
    cancel_everywhere(make);
}

fn main() {
    assert!(size_of_val(&boxed()) <= size_of_val(&boxed_by_hand()));
    assert!(size_of_val(&boxed_pair()) <= size_of_val(&boxed_by_hand()));
    assert!(size_of_val(&boxed_twice()) <= size_of_val(&boxed_by_hand()));
    assert!(size_of_val(&calls()) <= size_of_val(&calls_by_hand()));
    let [ours, by_hand] = [size_of_val(&pair_slowly()), size_of_val(&pair_slowly_by_hand())];
    assert!(ours <= by_hand + 24, "{ours} and {by_hand}");
    let word = size_of::<*const ()>();
    assert!(size_of_val(&erased()) < size_of_val(&erased_by_hand()));
    assert_eq!(size_of_val(&erased()), size_of::<Box<dyn Any>>() + word + word);
    assert!(size_of_val(&recursive()) < size_of_val(&recursive_by_hand()));
    assert_eq!(size_of_val(&recursive()), size_of::<Box<Node>>() + word + word);

    run(boxed);
    run(boxed_pair);
    run(boxed_twice);
    run(calls);
    run(erased);
    run(recursive);
    run(pair_slowly);
}
