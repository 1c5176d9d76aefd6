//! R8, R10: `needs_async_drop` is known at compile time, and true for what may own a value with an
//! async destructor: not for what borrows one, points at one, or has none to drop.
//@ edition: 2024
//@ run-pass
#![feature(allocator_api, async_drop)]
#![allow(async_drop_in_sync_context, dead_code, incomplete_features)]

use std::any::Any;
use std::array;
use std::cell::{Cell, LazyCell, OnceCell, RefCell, UnsafeCell};
use std::collections::{
    BTreeMap, BTreeSet, BinaryHeap, HashMap, HashSet, LinkedList, VecDeque, binary_heap, btree_map,
    btree_set, hash_map, hash_set, linked_list, vec_deque,
};
use std::future::AsyncDrop;
use std::marker::PhantomData;
use std::mem::{ManuallyDrop, MaybeUninit, needs_async_drop};
use std::pin::Pin;
use std::rc::{self, Rc};
use std::sync::{self, Arc, LazyLock, Mutex, OnceLock, RwLock};

struct Conn;

impl Drop for Conn {
    fn drop(&mut self) {}
}

impl AsyncDrop for Conn {
    async fn drop(self: Pin<&mut Self>) {}
}

struct Plain(String);

impl Drop for Plain {
    fn drop(&mut self) {}
}

struct Node {
    conn: Conn,
    next: Option<Box<Node>>,
}

struct PlainNode {
    plain: Plain,
    next: Option<Box<PlainNode>>,
    children: Vec<PlainNode>,
}

/// Owns a `Conn` on a long way only.
struct Tree(Vec<(u8, Result<Tree, Mutex<Rc<Conn>>>)>);

struct Tail<T: ?Sized>(u8, T);

union Union {
    number: u8,
    conn: ManuallyDrop<Conn>,
}

trait Trait {}

fn assert<T: ?Sized>(expected: bool) {
    assert_eq!(needs_async_drop::<T>(), expected, "{}", std::any::type_name::<T>());
}

macro_rules! assert_all {
    ($expected:literal: $($ty:ty,)*) => {$(
        const { assert!(needs_async_drop::<$ty>() == $expected, stringify!($ty)) };
        assert::<$ty>($expected);
    )*};
}

fn assert_value<T>(expected: bool, _: &T) {
    assert::<T>(expected);
}

async fn holds(conn: Conn) {
    std::future::ready(()).await;
    drop(conn);
}

async fn borrows(_: &Conn) {
    std::future::ready(()).await;
}

async fn makes() {
    let _conn = Conn;
}

async fn makes_boxed() {
    let _boxed: Box<dyn Any> = Box::new(1);
}

async fn awaits(conn: &Conn) {
    borrows(conn).await;
}

async fn generic<T>(value: T) {
    let _value = value;
}

fn main() {
    assert_all! { true:
        Conn,
        (u8, Conn),
        [Conn; 1],
        [Conn],
        Option<Conn>,
        Result<(), Conn>,
        Box<Conn>,
        Box<[Conn]>,
        Box<Box<Conn>>,
        Option<Box<Conn>>,
        Pin<Box<Conn>>,
        Box<Conn, &'static std::alloc::Global>,
        dyn Trait,
        dyn Any + Send,
        Box<dyn Trait>,
        Box<dyn Trait + Send + 'static>,
        Box<dyn Any>,
        Box<dyn Fn()>,
        Box<dyn FnOnce() + Send>,
        Pin<Box<dyn Future<Output = ()>>>,
        Rc<dyn Trait>,
        Arc<dyn Trait + Send + Sync>,
        Vec<Box<dyn Trait>>,
        Tail<Conn>,
        Tail<dyn Trait>,
        Box<Tail<[Conn]>>,
        Vec<Conn>,
        std::vec::IntoIter<Conn>,
        std::vec::Drain<'static, Conn>,
        VecDeque<Conn>,
        vec_deque::IntoIter<Conn>,
        vec_deque::Drain<'static, Conn>,
        LinkedList<Conn>,
        linked_list::IntoIter<Conn>,
        BinaryHeap<Conn>,
        binary_heap::IntoIter<Conn>,
        binary_heap::Drain<'static, Conn>,
        BTreeMap<u8, Conn>,
        BTreeMap<Conn, u8>,
        BTreeSet<Conn>,
        btree_map::IntoIter<u8, Conn>,
        btree_map::IntoKeys<Conn, u8>,
        btree_map::IntoKeys<u8, Conn>,
        btree_map::IntoValues<u8, Conn>,
        btree_set::IntoIter<Conn>,
        HashMap<u8, Conn>,
        HashMap<Conn, u8>,
        HashSet<Conn>,
        hash_map::IntoIter<u8, Conn>,
        hash_map::IntoKeys<u8, Conn>,
        hash_map::IntoValues<u8, Conn>,
        hash_map::Drain<'static, u8, Conn>,
        hash_set::IntoIter<Conn>,
        hash_set::Drain<'static, Conn>,
        array::IntoIter<Conn, 2>,
        std::iter::Peekable<std::vec::IntoIter<Conn>>,
        Cell<Conn>,
        RefCell<Conn>,
        UnsafeCell<Conn>,
        OnceCell<Conn>,
        LazyCell<Conn>,
        LazyCell<u8, Conn>,
        Mutex<Conn>,
        RwLock<Conn>,
        OnceLock<Conn>,
        LazyLock<Conn>,
        LazyLock<u8, Conn>,
        Rc<Conn>,
        Rc<[Conn]>,
        Arc<Conn>,
        Arc<Mutex<Vec<Conn>>>,
        Node,
        Box<Node>,
        Tree,
    }
    assert_all! { false:
        (),
        u8,
        str,
        [u8],
        fn(Conn) -> Conn,
        &'static Conn,
        &'static mut Conn,
        &'static dyn Trait,
        *mut Conn,
        *const dyn Trait,
        [Conn; 0],
        ManuallyDrop<Conn>,
        ManuallyDrop<Box<dyn Trait>>,
        MaybeUninit<Conn>,
        Union,
        PhantomData<Conn>,
        rc::Weak<Conn>,
        sync::Weak<Conn>,
        rc::Weak<dyn Trait>,
        String,
        Plain,
        PlainNode,
        Box<u8>,
        Box<str>,
        Box<[u8]>,
        Box<Plain>,
        Box<&'static Conn>,
        Option<Box<Plain>>,
        Pin<&'static mut Conn>,
        Vec<u8>,
        Vec<Plain>,
        Vec<&'static Conn>,
        Vec<*mut Conn>,
        Vec<[Conn; 0]>,
        std::vec::IntoIter<u8>,
        std::vec::Drain<'static, Plain>,
        std::slice::Iter<'static, Conn>,
        std::slice::IterMut<'static, Conn>,
        VecDeque<Plain>,
        LinkedList<Plain>,
        BinaryHeap<Plain>,
        BTreeMap<String, Plain>,
        BTreeSet<String>,
        btree_map::IntoIter<u8, u8>,
        HashMap<String, u8>,
        HashSet<String>,
        hash_map::IntoIter<String, Plain>,
        hash_map::Iter<'static, u8, Conn>,
        array::IntoIter<Plain, 2>,
        array::IntoIter<Conn, 0>,
        Cell<u8>,
        RefCell<Plain>,
        OnceCell<String>,
        LazyCell<String>,
        Mutex<Plain>,
        std::sync::MutexGuard<'static, Conn>,
        OnceLock<Plain>,
        LazyLock<Plain>,
        Rc<u8>,
        Rc<[Plain]>,
        Arc<u8>,
        Arc<&'static Conn>,
        rc::Weak<u8>,
    }

    let (conn, number) = (Conn, 1);
    assert_value(true, &holds(Conn));
    assert_value(true, &makes());
    assert_value(true, &makes_boxed());
    assert_value(true, &generic(Conn));
    assert_value(true, &generic(vec![Conn]));
    assert_value(true, &generic(generic(Conn)));
    assert_value(false, &borrows(&conn));
    assert_value(false, &awaits(&conn));
    assert_value(false, &generic(1));
    assert_value(false, &generic(&conn));
    assert_value(false, &generic(String::new()));
    assert_value(false, &generic(generic(vec![1])));
    assert_value(false, &|| _ = (&conn, number));
    assert_value(true, &move || _ = (&conn, number));
}
