//! R8, R12, R13, R14: a type that owns values of its own type, directly or through other types, is
//! dropped like any other, to a depth of a thousand at least.
//@ edition: 2024
//@ run-pass
//@ check-run-results
//@ needs-unwind
#![feature(async_drop)]
#![allow(dead_code, incomplete_features)]

#[path = "auxiliary/owned.rs"]
mod owned;
use std::collections::{BTreeMap, HashMap};
use std::future::AsyncDrop;
use std::pin::Pin;
use std::rc::Rc;

use owned::*;

struct Node {
    _conn: Conn,
    _next: Option<Box<Node>>,
}

fn list(names: impl DoubleEndedIterator<Item = &'static str>) -> Option<Box<Node>> {
    let push = |next, name| Some(Box::new(Node { _conn: conn(name), _next: next }));
    names.rev().fold(None, push)
}

/// A list whose nodes have a destructor of their own, besides what they own.
struct Station(&'static str, Conn, Option<Box<Station>>);

impl Drop for Station {
    fn drop(&mut self) {
        tell(format!("force {}", self.0));
    }
}

impl AsyncDrop for Station {
    async fn drop(self: Pin<&mut Self>) {
        tell(format!("shut {}", self.0));
    }
}

fn line() -> Station {
    Station("a", conn("0"), Some(Box::new(Station("b", conn("1"), None))))
}

struct Tree(Conn, Vec<Tree>);

fn tree() -> Tree {
    let leaf = |name| Tree(conn(name), vec![]);
    let left = Tree(conn("0"), vec![leaf("0.0"), leaf("0.1")]);
    Tree(conn("root"), vec![left, leaf("1"), Tree(conn("2"), vec![leaf("2.0")])])
}

/// Two types that own each other.
enum Even {
    Zero(Plain),
    Next(Conn, Box<Odd>),
}

struct Odd(Option<Even>, Conn);

fn even() -> Even {
    let inner = Even::Next(conn("2"), Box::new(Odd(Some(Even::Zero(plain("0"))), conn("1"))));
    Even::Next(conn("4"), Box::new(Odd(Some(inner), conn("3"))))
}

/// A generic list: the cycle is in each of its instances.
enum List<T> {
    Nil,
    Cons(T, Box<List<T>>),
}

fn generic<T>(values: impl IntoIterator<IntoIter: DoubleEndedIterator<Item = T>>) -> List<T> {
    let cons = |rest, value| List::Cons(value, Box::new(rest));
    values.into_iter().rev().fold(List::Nil, cons)
}

/// The cycle goes through other owners.
struct Map {
    _conn: Conn,
    _children: BTreeMap<u8, Map>,
    _one_more: HashMap<u8, Rc<Map>>,
}

fn map() -> Map {
    let leaf =
        |name| Map { _conn: conn(name), _children: BTreeMap::new(), _one_more: HashMap::new() };
    Map {
        _conn: conn("root"),
        _children: BTreeMap::from([(1, leaf("b")), (0, leaf("a"))]),
        _one_more: HashMap::from([(0, Rc::new(leaf("c")))]),
    }
}

trait Visit {}

/// The cycle goes through a trait object, which hides it.
struct Hidden(Conn, Option<Box<dyn Visit>>);

impl Visit for Hidden {}

fn hidden() -> Hidden {
    let inner = Hidden(conn("1"), Some(Box::new(Hidden(conn("2"), None))));
    Hidden(conn("0"), Some(Box::new(inner)))
}

/// A closure that owns a value of a type that can own closures of its kind.
struct Callback(Conn, Option<Box<dyn Fn() -> usize>>);

fn callback() -> Callback {
    let inner = Callback(conn("inner"), Some(Box::new(|| 1)));
    let call = move || {
        let inner = &inner;
        inner.1.as_ref().map_or(0, |call| call())
    };
    Callback(conn("outer"), Some(Box::new(call)))
}

/// A recursive future, suspended at the end: each call is boxed by the one before.
fn descend(depth: usize) -> Pin<Box<dyn Future<Output = ()>>> {
    Box::pin(async move {
        let _conn = conn(["0", "1", "2", "3"][depth]);
        match depth {
            0 => forever().await,
            _ => descend(depth - 1).await,
        }
    })
}

fn small() {
    check!("linked list", 2, list(["0", "1", "2", "3"].into_iter()));
    check!("linked list of nodes with destructors", 1, line());
    check!("one in a tuple", 1, (0, Some(line()), plain("2")));
    check!("tree", 3, tree());
    check!("mutual recursion", 2, even());
    check!("generic list", 2, generic([conn("0"), conn("1"), conn("2")]));
    check!("generic list of lists", 2, {
        generic([generic([conn("0.0"), conn("0.1")]), generic([conn("1.0")])])
    });
    check!("maps in a map", 2, map());
    check!("through trait objects", 2, hidden());
    check!("through boxed closures", 2, callback());
    check!("recursive futures", 2, {
        let mut future = descend(3);
        assert!(poll_once(future.as_mut()).is_pending());
        future
    });
}

/// As many values as `block_on` can await.
fn large() {
    let many = || names().cycle().take(999);
    let all: &Vec<_> = &many().collect();
    check_order(many(), || list(all.iter().copied()));
    check_order(many(), || generic(all.iter().copied().map(conn)));
    check_order(many(), || {
        let around = |tree, name| Tree(conn(name), vec![tree]);
        let (innermost, others) = all.split_last().unwrap();
        others.iter().copied().rev().fold(Tree(conn(innermost), vec![]), around)
    });
    check_order(many(), || {
        let around = |hidden, name| Hidden(conn(name), Some(Box::new(hidden)));
        let (innermost, others) = all.split_last().unwrap();
        others.iter().copied().rev().fold(Hidden(conn(innermost), None), around)
    });
    check_order(many(), || {
        Tree(conn("0"), all[1..].iter().map(|name| Tree(conn(name), vec![])).collect())
    });
}

fn main() {
    small();
    large();
    check_nothing_to_await(|| None::<Box<Node>>);
    check_nothing_to_await(|| List::<Conn>::Nil);
    check_nothing_to_await(Vec::<Tree>::new);
}
