//! Values of `#[must_await_drop]` types that generic code drops synchronously.
//!
//! ```text
//! fn swallow<T>(_: T) {}      // nothing is known of `T`: no error here
//! swallow(conn);              // swallow::<Conn> drops a `Conn`: error
//! ```
//!
//! A drop in code that names the type is found earlier, by the lints in `rustc_mir_transform`. What
//! is looked at here is each function that is instantiated, with its type arguments. Not an error
//! are drops while unwinding, and those of a future that is cancelled, as each future can be. Drop
//! glue is not looked at, nor is what it calls, but who calls it.

use rustc_data_structures::fx::FxHashSet;
use rustc_hir::def_id::DefId;
use rustc_hir::{LangItem, find_attr};
use rustc_macros::Diagnostic;
use rustc_middle::mir::{Body, SourceInfo, TerminatorKind, traversal};
use rustc_middle::ty::{self, Instance, InstanceKind, Ty, TyCtxt, TypingEnv};
use rustc_span::Span;

#[derive(Diagnostic)]
#[diag("a value of type `{$ty}` is dropped by `{$instance}`, which does not await its destructor")]
struct DroppedInGenericCode<'tcx> {
    #[primary_span]
    #[label("it is dropped here by `Drop`")]
    span: Span,
    #[note("each value of this type has to be dropped by await: `#[must_await_drop]`")]
    marked: Span,
    ty: Ty<'tcx>,
    instance: Instance<'tcx>,
}

pub(super) fn check_drops<'tcx>(tcx: TyCtxt<'tcx>, instance: Instance<'tcx>, body: &Body<'tcx>) {
    let InstanceKind::Item(def_id) = instance.def else { return };
    // Without type arguments, it is code that names the type.
    if !tcx.uses_async_drop()
        || instance.args.types().next().is_none()
        || tcx.is_coroutine(def_id)
        || is_destructor(tcx, def_id)
    {
        return;
    }
    for (_, data) in traversal::mono_reachable(body, tcx, instance) {
        let terminator = data.terminator();
        let TerminatorKind::Drop { place, .. } = terminator.kind else { continue };
        if data.is_cleanup {
            continue;
        }
        let ty = instance.instantiate_mir_and_normalize_erasing_regions(
            tcx,
            TypingEnv::fully_monomorphized(),
            ty::EarlyBinder::bind(place.ty(body, tcx).ty),
        );
        if let Some(marked) = must_await(tcx, ty) {
            let SourceInfo { span, .. } = terminator.source_info;
            tcx.dcx().emit_err(DroppedInGenericCode { span, marked, ty, instance });
            return;
        }
    }
}

/// A destructor is the half of a type that has to do without async drop.
fn is_destructor(tcx: TyCtxt<'_>, def_id: DefId) -> bool {
    let root = tcx.typeck_root_def_id(def_id);
    tcx.trait_impl_of_assoc(root)
        .is_some_and(|impl_did| tcx.is_lang_item(tcx.impl_trait_id(impl_did), LangItem::Drop))
}

/// Where a type is defined that `ty` owns and that is marked, if any. Enums and collections may be
/// empty, as is an iterator that a loop in the library has run to its end: nothing is said of them.
fn must_await<'tcx>(tcx: TyCtxt<'tcx>, ty: Ty<'tcx>) -> Option<Span> {
    let env = TypingEnv::fully_monomorphized();
    let mut owned = vec![ty];
    let mut seen = FxHashSet::default();
    while let Some(ty) = owned.pop() {
        let ty = tcx.normalize_erasing_regions(env, ty);
        if !seen.insert(ty) || !ty.needs_drop(tcx, env) {
            continue;
        }
        match *ty.kind() {
            ty::Adt(adt, _) if adt.async_destructor(tcx).is_some() => {
                if find_attr!(tcx, adt.did(), MustAwaitDrop(_)) {
                    return Some(tcx.def_span(adt.did()));
                }
            }
            ty::Adt(adt, args)
                if adt.is_struct()
                    && !adt.is_manually_drop()
                    && !tcx.has_async_drop_glue(env.as_query_input(ty))
                    && !tcx.has_async_drop_contents(env.as_query_input(ty)) =>
            {
                owned.extend(ty.boxed_ty());
                owned.extend(adt.all_fields().map(|field| field.ty(tcx, args)));
            }
            ty::Tuple(tys) => owned.extend(tys),
            ty::Array(ty, length) if length.try_to_target_usize(tcx) != Some(0) => owned.push(ty),
            ty::Closure(_, args) => owned.extend(args.as_closure().upvar_tys()),
            ty::CoroutineClosure(_, args) => {
                owned.extend(args.as_coroutine_closure().upvar_tys());
            }
            _ => {}
        }
    }
    None
}
