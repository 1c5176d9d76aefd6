//! R12, R24: with the feature, futures of plain values are as large as without it, and none of
//! their code drops by await. The futures hold futures, values, and values across an `.await`.
//! Packing, which comes with the feature, would make them smaller.

//@ revisions: OFF ON
//@ edition: 2024
//@ compile-flags: -C opt-level=3
//@[ON] compile-flags: -Zpack-coroutine-layout=no
//@ only-64bit
#![crate_type = "lib"]
#![cfg_attr(on, feature(async_drop))]
#![cfg_attr(on, allow(incomplete_features))]

// CHECK-NOT: async_drop_in_place

async fn leaf(value: String) -> usize {
    std::future::ready(()).await;
    value.len()
}

async fn branch(first: String, second: Vec<u8>) -> usize {
    let third = vec![first.clone()];
    let unpolled = leaf(String::new());
    let length = leaf(first).await;
    drop(unpolled);
    length + second.len() + third.len() + leaf(String::new()).await
}

// CHECK-LABEL: @size_of_branch
// CHECK: ret i64 240
#[unsafe(no_mangle)]
pub fn size_of_branch() -> usize {
    size_of_val(&branch(String::new(), Vec::new()))
}

// CHECK-LABEL: @size_of_leaf
// CHECK: ret i64 56
#[unsafe(no_mangle)]
pub fn size_of_leaf() -> usize {
    size_of_val(&leaf(String::new()))
}

// Makes the code of the futures: its drop glue, and `poll`.
#[unsafe(no_mangle)]
pub fn erase() -> std::pin::Pin<Box<dyn Future<Output = usize>>> {
    Box::pin(branch(String::new(), Vec::new()))
}
