//! A destructor is called by the compiler alone. By hand, a value would be dropped twice: once by
//! the call, and once more where it goes out of scope. That holds for `AsyncDrop::drop` as for
//! `Drop::drop`, called as a method, by its path, or taken as a function.

use rustc_errors::ErrorGuaranteed;
use rustc_errors::codes::*;
use rustc_hir::LangItem;
use rustc_hir::def_id::DefId;
use rustc_macros::Diagnostic;
use rustc_middle::ty::TyCtxt;
use rustc_span::Span;

#[derive(Diagnostic)]
#[diag("explicit use of async destructor method", code = E0040)]
#[help(
    "a value is dropped by await at the end of its scope; to drop it before, use \
    `std::future::async_drop(value).await`"
)]
struct ExplicitAsyncDestructorCall {
    #[primary_span]
    #[label("explicit destructor calls not allowed")]
    span: Span,
}

/// Rejects the use of a method of `AsyncDrop`.
pub(crate) fn check_explicit_call(
    tcx: TyCtxt<'_>,
    span: Span,
    trait_id: DefId,
) -> Result<(), ErrorGuaranteed> {
    if tcx.is_lang_item(trait_id, LangItem::AsyncDrop) {
        return Err(tcx.dcx().emit_err(ExplicitAsyncDestructorCall { span }));
    }
    Ok(())
}
