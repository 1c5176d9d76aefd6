//! Which types can have an async destructor.
//!
//! An impl of `AsyncDrop` has to satisfy what an impl of `Drop` has to: it is for a struct, enum
//! or union of its crate (`coherence/builtin.rs`), and as general as the type
//! (`always_applicable.rs`).
//!
//! ```text
//! impl AsyncDrop for Wrapper<u8>                 // E0366: not for each `Wrapper<T>`
//! impl<T: Copy> AsyncDrop for Wrapper<T>         // E0367: the type has no such bound
//! ```
//!
//! What is asked here besides: that the type implements `Drop`, which runs where nothing can await.
//! This is checked together with the type, whether or not a value of it is ever dropped.
//!
//! `AsyncDropGlue` and `AsyncDropContents` say how a collection is dropped by await. Whether a type
//! implements one is decided without lifetimes and for each instance of the type, so the same rules
//! hold for such impls, but for that of `Drop`: a collection can leave its drop to another that it
//! is made of.

use rustc_errors::ErrorGuaranteed;
use rustc_hir::def_id::{DefId, LocalDefId};
use rustc_hir::find_attr;
use rustc_macros::{Diagnostic, Subdiagnostic};
use rustc_middle::ty::{self, Ty, TyCtxt};
use rustc_span::{Span, Symbol};

use super::always_applicable;

#[derive(Diagnostic)]
#[diag("`AsyncDrop` impl without `Drop` impl")]
#[help(
    "type implementing `AsyncDrop` trait must also implement `Drop` trait to be used in sync \
    context and unwinds"
)]
struct WithoutDrop {
    #[primary_span]
    span: Span,
    #[subdiagnostic]
    suggestion: Option<ImplementDrop>,
}

#[derive(Subdiagnostic)]
#[suggestion(
    "say what happens where nothing can await",
    code = "{header} {{\n    fn drop(&mut self) {{\n        todo!()\n    }}\n}}\n\n",
    applicability = "has-placeholders",
    style = "verbose"
)]
struct ImplementDrop {
    #[primary_span]
    span: Span,
    header: String,
}

#[derive(Diagnostic)]
#[diag("`#[must_await_drop]` on a type that does not implement `AsyncDrop`")]
struct NothingToAwait {
    #[primary_span]
    span: Span,
    #[label("there is no destructor that could be awaited")]
    attr: Span,
}

#[derive(Diagnostic)]
#[diag("`{$ty}` implements both `AsyncDrop` and `{$glue}`")]
#[note("what a type owns is dropped either by its own glue or after its destructor")]
struct GlueWithDestructor<'tcx> {
    glue: Symbol,
    #[primary_span]
    span: Span,
    #[label("`AsyncDrop` is implemented here")]
    destructor: Span,
    ty: Ty<'tcx>,
}

/// Checks that a type with an async destructor has a sync one too. `drop` is the latter.
pub(super) fn check_destructors(tcx: TyCtxt<'_>, adt: LocalDefId, drop: Option<ty::Destructor>) {
    let destructor = tcx.adt_async_destructor(adt);
    if destructor.is_none()
        && !implements(tcx, adt, tcx.lang_items().async_drop_trait())
        && let Some(attr) = find_attr!(tcx, adt, MustAwaitDrop(span) => *span)
    {
        tcx.dcx().emit_err(NothingToAwait { span: tcx.def_span(adt), attr });
    }
    // An impl of `Drop` that was rejected is one as well.
    if let Some(destructor) = destructor
        && drop.is_none()
        && !implements(tcx, adt, tcx.lang_items().drop_trait())
    {
        let impl_did = destructor.impl_did.expect_local();
        let span = tcx.def_span(impl_did);
        tcx.dcx().emit_err(WithoutDrop { span, suggestion: implement_drop(tcx, impl_did) });
    }
}

/// Checks an impl of `AsyncDropGlue` or `AsyncDropContents`, whose type is a local one.
pub(crate) fn check_glue_impl(
    tcx: TyCtxt<'_>,
    impl_did: LocalDefId,
) -> Result<(), ErrorGuaranteed> {
    let ty = tcx.type_of(impl_did).instantiate_identity();
    let Some(adt) = ty.ty_adt_def() else { return Ok(()) };
    always_applicable::check_drop_impl(tcx, impl_did)?;
    if let Some(destructor) = adt.async_destructor(tcx) {
        let destructor = tcx.def_span(destructor.impl_did);
        let span = tcx.def_span(impl_did);
        let glue = tcx.item_name(tcx.impl_trait_id(impl_did));
        return Err(tcx.dcx().emit_err(GlueWithDestructor { glue, span, destructor, ty }));
    }
    Ok(())
}

/// Whether there is an impl of a trait for a type, a valid one or not.
fn implements(tcx: TyCtxt<'_>, adt: LocalDefId, trait_did: Option<DefId>) -> bool {
    let impls = trait_did.map_or(&[][..], |trait_did| tcx.local_trait_impls(trait_did));
    impls.iter().any(|&impl_did| {
        let self_ty = tcx.type_of(impl_did).skip_binder();
        self_ty.ty_adt_def().is_some_and(|def| def.did() == adt.to_def_id())
    })
}

/// An impl of `Drop` with the header of an impl of `AsyncDrop`, before the latter.
fn implement_drop(tcx: TyCtxt<'_>, impl_did: LocalDefId) -> Option<ImplementDrop> {
    let header = tcx.def_span(impl_did);
    let name = tcx.hir_expect_item(impl_did).expect_impl().of_trait?.trait_ref.path.span;
    if header.from_expansion() || !header.contains(name) {
        return None;
    }
    let source_map = tcx.sess.source_map();
    let before = source_map.span_to_snippet(header.until(name)).ok()?;
    let after = source_map.span_to_snippet(name.between(header.shrink_to_hi())).ok()?;
    let header_text = format!("{before}Drop{after}");
    Some(ImplementDrop { span: header.shrink_to_lo(), header: header_text })
}
