//! A program without the feature polls a future of a library that has it, `across_crates_lib`.
extern crate across_crates_lib;

use std::pin::pin;
use std::task::{Context, Waker};

fn main() {
    println!("size here {}", size_of_val(&across_crates_lib::request()));
    println!("size in its library {}", across_crates_lib::size_of_request());
    let mut request = pin!(across_crates_lib::request());
    let polled = request.as_mut().poll(&mut Context::from_waker(Waker::noop()));
    println!("ready: {}", polled.is_ready());
}
