//! Awaited drops in the coroutine transform.
//!
//! Rust drops a value at a drop point: the end of a scope, an early exit, an assignment. In an
//! async body, the drop of a value whose type needs async drop is awaited. That takes four steps:
//!
//! 1. `spent_futures.rs` takes out the drop of a future that holds nothing, and
//!    `pending_values.rs` sees to values that no scope owns while another is being dropped.
//! 2. Drop elaboration marks the `Drop` terminator with the local that will hold the destructor's
//!    future (`elaborate.rs`, `untracked.rs`).
//! 3. Before `StateTransform` computes what the coroutine must save, the cleanup of a panic gets a
//!    line of its own on which it can suspend (`unwindline.rs`), each marked terminator becomes the
//!    construction of that future and a loop that polls it, and each suspension point gets the two
//!    ways in which a coroutine can be cancelled there (`lines.rs`, `poll_loop.rs`, `expand.rs`).
//! 4. `StateTransform` turns the body into the resume function, and `shims.rs` turns copies of it
//!    into the functions that drop the coroutine: one that awaits, and one that does not.
//!
//! What future an awaited drop polls is decided in step 2 (`destructor.rs`). A field is dropped by
//! the glue of what it is a field of. What is behind a pointer has another way: a `Box` drops its
//! contents by a drop of its own, a collection or a reference counter as it says in the library
//! (`AsyncDropContents`, `AsyncDropGlue`), and a `dyn Trait` by the function that its vtable names.
//! That function hides the type of the future, and so does the one that drops an owner which can
//! own another value of its type: the future would contain itself otherwise.
//!
//! What a coroutine stores is packed: `captures_in_place.rs` keeps parameters where they were
//! captured, `contents_pointers.rs` saves no pointer that an owner has, `idle_switches.rs` and
//! `pin_derefs.rs` take out what would keep a value for nothing, `live_values.rs` tells when a
//! local needs its bytes, `named_captures.rs` has it tell of captures too, and
//! `rustc_abi/src/layout/coroutine/packed.rs` lets them share bytes. The tag may be in the padding
//! of what is awaited (`rustc_ty_utils/src/coroutine_padding.rs`): it means nothing as long as the
//! coroutine runs, so no code may rely on it then.
//!
//! Before all this, `drop_points.rs` tells what is alive at each drop that may be awaited, for the
//! auto traits of the coroutine.
//!
//! `alike.rs` finds blocks that do the same, of which a function needs one. `future_drop.rs` drops
//! the futures of `async_drop_in_place` themselves. `saved_indices.rs` keeps an index across a
//! suspension.
//!
//! A coroutine of any kind has a sync drop shim, whatever it awaits: it may be dropped in a
//! function, in a `Vec`, by an executor that shuts down, or while unwinding. What the shim drops is
//! what the coroutine holds in its current state:
//!
//! | state                       | dropped                                                       |
//! |-----------------------------|---------------------------------------------------------------|
//! | unresumed                   | the captures                                                  |
//! | suspended at an `.await`    | the values in scope                                           |
//! | suspended in a destructor   | its future, then the value by `Drop`, then the values in scope |
//! | the same, unwinding         | the same; then the panic ends                                 |
//! | returned, poisoned          | nothing                                                       |

use rustc_data_structures::fx::FxIndexSet;
use rustc_session::config::OptLevel;
use rustc_span::{DesugaringKind, sym};

use super::*;

mod alike;
mod captures_in_place;
mod contents_pointers;
mod destructor;
mod drop_points;
mod expand;
mod idle_switches;
mod lines;
mod live_values;
mod named_captures;
mod pending_values;
mod pin_derefs;
mod poll_loop;
mod saved_indices;
mod shims;
mod spent_futures;
mod unwindline;
mod validate;

use self::unwindline::{is_awaited_by_unwinding_alone, is_poisoned_awaitee};
pub(super) use captures_in_place::use_captures_in_place;
pub(crate) use destructor::{Destructor, dropee_ty, output_ty};
pub(super) use drop_points::drop_points;
pub(crate) use drop_points::without_imaginary_edges;
pub(super) use expand::{Cancellation, expand_async_drops};
pub(super) use idle_switches::remove_idle_switches;
pub(super) use live_values::LiveValues;
pub(super) use named_captures::{NamedCaptures, name_captures};
pub(crate) use pending_values::DropPendingValues;
pub(super) use pin_derefs::look_through_pins;
pub(crate) use poll_loop::{Emitter, dropee_pointer};
pub(super) use saved_indices::copy_saved_indices;
pub(super) use shims::{DropShims, finish_poll, insert_unresumed_drop};
pub(crate) use spent_futures::RemoveSpentDrops;
pub(crate) use unwindline::awaits_while_unwinding;

/// The types of the places that `body` drops, for `needs_async_drop` to look through the future.
/// Cleanup has drops that no other path has: of what a call was to be given, if the next argument
/// panics. A crate without the feature awaits none of these drops, and that has to be known in
/// other crates: layouts depend on it.
pub(super) fn dropped_tys<'tcx>(tcx: TyCtxt<'tcx>, body: &Body<'tcx>) -> Option<Vec<Ty<'tcx>>> {
    if !tcx.features().async_drop() {
        return None;
    }
    let typing_env = body.typing_env(tcx);
    let unwinds = awaits_while_unwinding(tcx);
    let mut tys = FxIndexSet::default();
    for data in body.basic_blocks.iter().filter(|data| !data.is_cleanup || unwinds) {
        // The coroutine drops its captures; those are known from its type.
        let TerminatorKind::Drop { place, .. } = data.terminator().kind else { continue };
        if place.as_local() == Some(SELF_ARG) {
            continue;
        }
        let ty = place.ty(body, tcx).ty;
        if !data.is_cleanup
            || !is_poisoned_awaitee(tcx, body, place)
                && ty.needs_async_drop(tcx, typing_env)
                && is_awaited_by_unwinding_alone(tcx, typing_env, body, ty)
        {
            tys.insert(ty);
        }
    }
    Some(tys.into_iter().collect())
}

/// Whether the bytes of a coroutine are shared as far as liveness allows. This is decided where the
/// coroutine is defined, and its layout says so to other crates. The future of
/// `async_drop_in_place` is made wherever it is needed, and so always has the same answer.
pub(super) fn packs_layout(tcx: TyCtxt<'_>, coroutine: DefId) -> bool {
    let asked = tcx.sess.opts.unstable_opts.pack_coroutine_layout;
    tcx.is_async_drop_in_place_coroutine(coroutine)
        || asked.unwrap_or_else(|| tcx.features().async_drop())
}

/// Whether code is to be fast or small, rather than to be compiled fast.
fn is_optimized(tcx: TyCtxt<'_>) -> bool {
    tcx.sess.opts.optimize != OptLevel::No
}

/// Whether a coroutine that nobody polls or drops any more need not say that it is over.
fn may_leave_end_open(tcx: TyCtxt<'_>) -> bool {
    is_optimized(tcx) && !tcx.sess.instrument_coverage()
}

/// Whether `ty` is a coroutine whose body does not depend on what it drops.
fn is_coroutine_with_body(tcx: TyCtxt<'_>, ty: Ty<'_>) -> bool {
    matches!(*ty.kind(), ty::Coroutine(def_id, _) if !tcx.is_async_drop_in_place_coroutine(def_id))
}

/// Whether `place` is what an `.await` polls.
pub(crate) fn is_awaitee(body: &Body<'_>, place: Place<'_>) -> bool {
    place.as_local().is_some_and(|local| {
        body.local_decls[local].source_info.span.is_desugaring(DesugaringKind::Await)
            && awaitees(body).any(|awaitee| awaitee == local)
    })
}

/// What each `.await` in `body` polls.
fn awaitees(body: &Body<'_>) -> impl Iterator<Item = Local> {
    body.var_debug_info.iter().filter_map(|info| {
        let VarDebugInfoContents::Place(place) = info.value else { return None };
        let local = place.as_local().filter(|_| info.name == sym::__awaitee)?;
        let span = body.local_decls[local].source_info.span;
        span.is_desugaring(DesugaringKind::Await).then_some(local)
    })
}
