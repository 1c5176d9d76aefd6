//! R9: in an async body, the drop of a collection without async drop is the one that a sync
//! function does. It is no suspension point, so it takes no byte of the future either.
//! Packing, which comes with the feature, would make them smaller.

//@ revisions: OFF ON
//@ edition: 2024
//@ compile-flags: -C opt-level=3
//@[ON] compile-flags: -Zpack-coroutine-layout=no
//@ only-64bit
#![crate_type = "lib"]
#![cfg_attr(on, feature(async_drop))]
#![cfg_attr(on, allow(incomplete_features))]

use std::collections::{BTreeMap, HashMap, VecDeque};
use std::rc::Rc;
use std::sync::Arc;

pub struct Plain {
    bytes: Vec<u8>,
    shared: Rc<[String]>,
    map: HashMap<String, Arc<str>>,
    tree: BTreeMap<u32, Box<[u8]>>,
    deque: VecDeque<Option<Box<String>>>,
}

#[cfg(on)]
const _: () = assert!(!std::mem::needs_async_drop::<Plain>());
#[cfg(on)]
const _: () = assert!(std::mem::needs_async_drop::<(Plain, Box<dyn Send>)>());

// CHECK-NOT: async_drop

pub async fn body(plain: Plain) {
    std::future::ready(()).await;
    let _plain = plain;
}

// CHECK-LABEL: @size_of_body
// CHECK: ret i64 296
#[unsafe(no_mangle)]
pub fn size_of_body(plain: Plain) -> usize {
    let future = body(plain);
    let size = size_of_val(&future);
    std::mem::forget(future);
    size
}

// Makes the code of the future: its drop glue, and `poll`.
#[unsafe(no_mangle)]
pub fn erase(plain: Plain) -> std::pin::Pin<Box<dyn Future<Output = ()>>> {
    Box::pin(body(plain))
}
