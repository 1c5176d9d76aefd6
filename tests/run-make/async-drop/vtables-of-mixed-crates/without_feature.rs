//! Has not the feature, and instantiates what a crate with it has. Optimization inlines the first
//! two functions into other crates.
#![crate_type = "lib"]

extern crate with_feature;

use std::any::Any;

use with_feature::{Guard, erase, hold};

pub fn erased() -> Box<dyn Any> {
    Box::new(Guard)
}

pub fn erased_elsewhere() -> Box<dyn Any> {
    erase(vec![Guard])
}

#[inline(never)]
pub fn erased_here() -> Box<dyn Any + Send> {
    Box::new(Some(Guard))
}

pub fn held() -> impl Future<Output = ()> {
    hold((Guard, 1))
}
