//! R8, R12, R13, R14, R17: what is behind `dyn Trait` is awaited if its dynamic type has something
//! to await, whatever pointer owns it; the other dynamic types are sync-dropped in their turn.
//@ edition: 2024
//@ run-pass
//@ check-run-results
//@ needs-unwind
#![feature(async_drop)]
#![allow(dead_code, incomplete_features)]

#[path = "auxiliary/owned.rs"]
mod owned;
use std::cell::RefCell;
use std::collections::{BTreeMap, HashMap, VecDeque};
use std::fmt::Debug;
use std::pin::Pin;
use std::rc::Rc;
use std::sync::{Arc, Mutex};

use owned::*;

trait Base {
    fn number(&self) -> u32;
}

trait Middle: Base {}

trait Other {}

trait Top: Middle + Other + Send + Sync {}

/// Has a destructor by its field only.
struct Field(u32, Conn);

/// Has nothing to await.
struct Without(Plain);

/// Has nothing to drop.
struct Nothing;

/// A generic type behind `dyn` is known by its arguments.
struct Generic<T>(Option<T>, Vec<T>);

impl Base for Field {
    fn number(&self) -> u32 {
        self.0
    }
}

impl Base for Without {
    fn number(&self) -> u32 {
        self.0.name().len() as u32
    }
}

impl Base for Nothing {
    fn number(&self) -> u32 {
        0
    }
}

impl<T> Base for Generic<T> {
    fn number(&self) -> u32 {
        self.0.iter().chain(&self.1).count() as u32
    }
}

impl Middle for Field {}
impl Other for Field {}
impl Top for Field {}

fn objects() -> Vec<Box<dyn Base>> {
    vec![
        Box::new(Without(plain("0"))),
        Box::new(Field(1, conn("1"))),
        Box::new(Nothing),
        Box::new(Generic(Some(conn("3.0")), vec![conn("3.1"), conn("3.2")])),
        Box::new(Generic(Some(plain("4.0")), vec![plain("4.1")])),
        Box::new(Field(5, conn("5"))),
    ]
}

fn collections() {
    check!("Vec<Box<dyn Trait>>", 2, objects());
    check!("Box<[Box<dyn Trait>]>", 4, objects().into_boxed_slice());
    check!("VecDeque<Box<dyn Trait>>", 3, VecDeque::from(objects()));
    check!("BTreeMap<_, Box<dyn Trait>>", 2, {
        BTreeMap::from_iter(objects().into_iter().enumerate())
    });
    check!(
        "HashMap<_, Box<dyn Trait>> of one",
        1,
        HashMap::from([(1, quietly(|| objects().remove(1)))])
    );
    check!(
        "Vec<Rc<dyn Trait>>",
        3,
        Vec::from_iter(objects().into_iter().map(Rc::<dyn Base>::from))
    );
    check!("Vec of structs", 2, {
        objects().into_iter().map(|object| (object, plain("and"))).collect::<Vec<_>>()
    });
}

fn pointers() {
    check!("Rc<dyn Trait>", 1, {
        let shared: Rc<dyn Base> = Rc::new(Field(1, conn("value")));
        assert_eq!(shared.number(), 1);
        shared
    });
    check!("Arc<dyn Trait + Send + Sync>", 1, {
        let shared: Arc<dyn Top + Send + Sync> = Arc::new(Field(1, conn("value")));
        shared
    });
    check!("Rc<RefCell<dyn Trait>>", 1, {
        let shared: Rc<RefCell<dyn Base>> = Rc::new(RefCell::new(Field(1, conn("value"))));
        shared
    });
    check!("Arc<Mutex<dyn Trait>>", 1, {
        let shared: Arc<Mutex<dyn Top>> = Arc::new(Mutex::new(Field(1, conn("value"))));
        shared
    });
    check!("Pin<Box<dyn Trait>>", 1, {
        let pinned: Pin<Box<dyn Base>> = Box::pin(Field(1, conn("value")));
        pinned
    });
}

/// A vtable of a supertrait is a part of that of the trait, or a vtable of its own.
fn upcasting() {
    fn top() -> Box<dyn Top> {
        Box::new(Field(7, conn("value")))
    }
    check!("Box<dyn Trait>", 1, top());
    check!("upcast to the first supertrait", 1, top() as Box<dyn Middle>);
    check!("upcast to the first supertrait's", 1, top() as Box<dyn Base>);
    check!("upcast to another supertrait", 1, top() as Box<dyn Other>);
    check!("upcast to an auto trait", 1, top() as Box<dyn Send>);
    check!("upcast in an Rc", 1, {
        let top: Rc<dyn Top> = Rc::from(top());
        let base: Rc<dyn Base> = top.clone();
        assert_eq!(base.number(), 7);
        (top, base)
    });
}

impl Debug for Field {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.0.fmt(f)
    }
}

/// `Box<dyn Error>` and the like come from the standard library.
fn of_the_standard_library() {
    check!("Box<dyn Debug>", 1, Box::new(Field(1, conn("value"))) as Box<dyn Debug>);
    check!("Box<dyn Iterator>", 2, {
        let iterator: Box<dyn Iterator<Item = Conn>> =
            Box::new(after(1, ["0", "1", "2", "3"].map(conn).into_iter()));
        iterator
    });
    check!("Box<dyn Iterator>, lazy", 1, {
        let captured = conn("captured");
        let iterator: Box<dyn Iterator<Item = bool>> =
            Box::new((0..3).map(move |_| captured.is("captured")));
        iterator
    });
}

fn main() {
    collections();
    pointers();
    upcasting();
    of_the_standard_library();
    check_nothing_to_await(|| Box::new(Nothing) as Box<dyn Base>);
    check_nothing_to_await(|| Rc::new(Nothing) as Rc<dyn Base>);
    check_nothing_to_await(Vec::<Box<dyn Top>>::new);
    check_nothing_to_await(|| Box::new(Generic::<Conn>(None, vec![])) as Box<dyn Base>);
}
