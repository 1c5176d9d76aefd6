//! R24: the program, with the feature. It compares the sizes of futures with those that `plain`
//! has.

#![feature(async_drop)]
#![allow(incomplete_features)]

extern crate plain;

use plain::*;

fn main() {
    let here = [
        size_of_val(&future()),
        size_of_val(&vector()),
        size_of_val(&array()),
        size_of_val(&shared()),
        size_of_val(&generator()),
        size_of_val(&dropping_generator()),
    ];
    assert_eq!(here, *sizes());
    run(future());
    run(vector());
    run(array());
    run(shared());
    run(generator());
    run(dropping_generator());
    run_all();
}
