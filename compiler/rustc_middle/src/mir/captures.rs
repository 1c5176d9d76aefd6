//! Where the captures of a coroutine have their bytes.
//!
//! A capture belongs to the coroutine itself, and could be said to be in it in all states. In a
//! packed layout its bytes are those of a saved local, which others may share: it has a value
//! before the coroutine is resumed for the first time, and in the states that save the local.

use rustc_abi::{FieldIdx, VariantIdx};

use super::{CoroutineLayout, CoroutineSavedLocal};
use crate::ty::{CoroutineArgs, CoroutineArgsExt};

impl CoroutineLayout<'_> {
    /// Whether `capture` may have a value in the state `variant`.
    pub fn holds_capture(&self, variant: VariantIdx, capture: FieldIdx) -> bool {
        self.captures.get(capture).is_none_or(|saved| {
            variant.as_usize() == CoroutineArgs::UNRESUMED
                || self.variant_fields[variant].raw.contains(saved)
        })
    }

    /// The capture that `saved` is, if it is one.
    pub fn capture_of(&self, saved: CoroutineSavedLocal) -> Option<FieldIdx> {
        self.captures.iter_enumerated().find(|&(_, &local)| local == saved).map(|(field, _)| field)
    }
}
