//! What of a coroutine is padding, at its end, that the coroutine which awaits it may use.
//!
//! ```text
//! async fn inner(url: String) { .. }   // [url: 24][tag: 1][padding: 7]
//! async fn outer() { inner(..).await } // [inner: 25 used of 32]: room for the tag of `outer`
//! ```
//!
//! The padding of a value belongs to whoever may write the whole value. That is the owner, as long
//! as nobody else can get hold of it: the local of an `.await` has no name, nor has that of a
//! destructor's future. What runs in a coroutine has references to the locals of that, but not to
//! the coroutine. It is different with a future that somebody wrote by hand: its `poll` may give
//! away the reference that it is called with, and whoever has that may write the whole future
//! again while the coroutine around it is suspended.

use rustc_abi::{Size, Variants};
use rustc_index::IndexVec;
use rustc_middle::mir::{CoroutineLayout, CoroutineSavedLocal};
use rustc_middle::query::Providers;
use rustc_middle::ty::layout::{HasTyCtxt, LayoutCx, LayoutOf, TyAndLayout};
use rustc_middle::ty::{self, EarlyBinder, PseudoCanonicalInput, Ty, TyCtxt};

use crate::needs_async_drop::is_saved_local_used;

/// Of each saved local of a coroutine, how many bytes are not free for the coroutine's own tag.
pub(crate) fn used_sizes<'tcx>(
    cx: &LayoutCx<'tcx>,
    coroutine: &CoroutineLayout<'tcx>,
    args: ty::GenericArgsRef<'tcx>,
    layouts: &IndexVec<CoroutineSavedLocal, TyAndLayout<'tcx>>,
) -> IndexVec<CoroutineSavedLocal, Size> {
    let sizes = layouts.iter_enumerated();
    sizes.map(|(saved, layout)| used_size(cx, coroutine, args, saved, layout.size)).collect()
}

fn used_size<'tcx>(
    cx: &LayoutCx<'tcx>,
    coroutine: &CoroutineLayout<'tcx>,
    args: ty::GenericArgsRef<'tcx>,
    saved: CoroutineSavedLocal,
    size: Size,
) -> Size {
    let (tcx, typing_env) = (cx.tcx(), cx.typing_env);
    // A capture has had a name.
    if !coroutine.awaited_futures.contains(&saved) || coroutine.capture_of(saved).is_some() {
        return size;
    }
    let ty = EarlyBinder::bind(coroutine.field_tys[saved].ty).instantiate(tcx, args);
    let ty = tcx.try_normalize_erasing_regions(typing_env, ty).unwrap_or(ty);
    if !ty.is_coroutine() || !is_saved_local_used(tcx, typing_env, coroutine, saved, args) {
        return size;
    }
    tcx.used_size_of_coroutine(typing_env.as_query_input(ty))
}

fn used_size_of_coroutine<'tcx>(
    tcx: TyCtxt<'tcx>,
    query: PseudoCanonicalInput<'tcx, Ty<'tcx>>,
) -> Size {
    let cx = &LayoutCx::new(tcx, query.typing_env);
    let ty::Coroutine(def_id, args) = *query.value.kind() else { unreachable!() };
    let (Ok(layout), Ok(coroutine)) =
        (cx.layout_of(query.value), tcx.coroutine_layout(def_id, args))
    else {
        unreachable!("who awaits a coroutine has asked for its layout")
    };
    let mut used = Size::ZERO;
    // Captures, and the tag.
    for index in 0..layout.fields.count() {
        used = used.max(layout.fields.offset(index) + layout.field(cx, index).size);
    }
    let Variants::Multiple { variants, .. } = &layout.variants else { return layout.size };
    for (locals, variant) in std::iter::zip(&coroutine.variant_fields, variants) {
        for (index, &saved) in locals.iter_enumerated() {
            let ty = EarlyBinder::bind(coroutine.field_tys[saved].ty).instantiate(tcx, args);
            let used_by_local = if !is_saved_local_used(tcx, cx.typing_env, coroutine, saved, args)
            {
                Size::ZERO
            } else if let Ok(layout) = cx.layout_of(ty) {
                used_size(cx, coroutine, args, saved, layout.size)
            } else {
                return layout.size;
            };
            used = used.max(variant.fields.offset(index.as_usize()) + used_by_local);
        }
    }
    used
}

pub(crate) fn provide(providers: &mut Providers) {
    *providers = Providers { used_size_of_coroutine, ..*providers };
}
