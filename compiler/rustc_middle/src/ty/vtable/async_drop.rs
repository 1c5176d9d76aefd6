//! The vtable slot that drops a value by await.
//!
//! Each vtable has this slot, whichever crate it was made in, so that whoever reads it finds one:
//!
//! ```text
//! vtable of `Conn` as `dyn Trait`: [drop, size, align, async drop, methods…]
//!                                                      ^ async_drop_erased::<Conn>, or null
//! ```
//!
//! A coroutine has `async_drop_erased_coroutine` there. Either function makes the future that drops
//! the value, polls it and drops it (`core::future::async_drop::erased`).
//!
//! Null means that the value is dropped synchronously: its type does not need async drop, or the
//! crate that made the vtable neither uses the feature nor depends on one that does. A crate that
//! depends on one instantiates its generic functions, and others may share these instances. Crates
//! of the standard library use the feature for what they define; vtables that they make themselves
//! are the same as without it.

use rustc_span::DUMMY_SP;

use crate::ty::{self, Instance, Ty, TyCtxt};

impl TyCtxt<'_> {
    /// Whether this crate uses the feature, and not only for what it defines, as those of the
    /// library do.
    pub fn uses_async_drop(self) -> bool {
        self.features().async_drop() && !self.features().staged_api()
    }
}

impl<'tcx> Instance<'tcx> {
    /// The function that the vtables of `ty` name in this slot.
    pub fn resolve_async_drop_in_vtable(tcx: TyCtxt<'tcx>, ty: Ty<'tcx>) -> Option<Instance<'tcx>> {
        if !tcx.vtables_have_async_drop(()) {
            return None;
        }
        let function = if ty.is_coroutine() {
            tcx.lang_items().async_drop_erased_coroutine_fn()?
        } else {
            // It allocates, and so there is none without the crate `alloc`.
            tcx.lang_items().async_drop_erased_fn()?
        };
        let typing_env = ty::TypingEnv::fully_monomorphized();
        let args = tcx.mk_args(&[ty.into()]);
        ty.needs_async_drop(tcx, typing_env)
            .then(|| Instance::expect_resolve(tcx, typing_env, function, args, DUMMY_SP))
    }
}
