//! R24: each vtable has a slot for the function that makes the future of an awaited drop. A crate
//! without the feature leaves it null, as does one with it if nothing is to be awaited.

//@ revisions: OFF ON
//@ edition: 2024
//@ compile-flags: -C opt-level=3 -Z merge-functions=disabled
//@ only-64bit
#![crate_type = "lib"]
#![cfg_attr(on, feature(async_drop))]
#![cfg_attr(on, allow(incomplete_features))]

pub trait Value {
    fn get(&self) -> u8;
}

pub struct Plain(Vec<u8>);

impl Value for Plain {
    fn get(&self) -> u8 {
        self.0[0]
    }
}

// What a `dyn Value` owns may have to be awaited.
pub struct Owner(Box<dyn Value>);

impl Value for Owner {
    fn get(&self) -> u8 {
        self.0.get()
    }
}

// What comes before the method is the glue of a sync drop, the size, the alignment, and the slot.
// CHECK-DAG: [[PLAIN:@vtable[.0-9]*]] = {{.*}} <{ ptr, [24 x i8], ptr }> <{ {{.*}}Plain
// OFF-DAG: [[OWNER:@vtable[.0-9]*]] = {{.*}} <{ ptr, [24 x i8], ptr }> <{ {{.*}}Owner
// ON-DAG: [[OWNER:@vtable[.0-9]*]] = {{.*}} <{ ptr, [16 x i8], ptr, ptr }> <{ {{.*}}_drop_erased

// CHECK-LABEL: @erase_plain
#[unsafe(no_mangle)]
pub fn erase_plain(plain: Box<Plain>) -> Box<dyn Value> {
    // CHECK: [[PLAIN]]
    plain
}

// CHECK-LABEL: @erase_owner
#[unsafe(no_mangle)]
pub fn erase_owner(owner: Box<Owner>) -> Box<dyn Value> {
    // CHECK: [[OWNER]]
    owner
}
