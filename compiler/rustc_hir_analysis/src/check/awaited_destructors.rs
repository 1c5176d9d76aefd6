//! What could not be decided before the async destructors of this crate were known.
//!
//! Why they are not known while bodies are checked is said in `traits/select/async_drop.rs` of
//! `rustc_trait_selection`. Nothing that type checking or borrow checking computes depends on what
//! is done here; it only reports errors.

use rustc_errors::ErrorGuaranteed;
use rustc_hir::def_id::LocalDefId;
use rustc_infer::infer::TyCtxtInferExt;
use rustc_infer::traits::{Obligation, ObligationCause, ObligationCauseCode};
use rustc_middle::ty::{self, TyCtxt, TypingMode, fold_regions};
use rustc_trait_selection::error_reporting::InferCtxtErrorExt;
use rustc_trait_selection::traits::ObligationCtxt;
use rustc_trait_selection::traits::async_drop::{
    async_drop_impl, destructor_future, extends_to_destructors, has_local_async_destructors,
};

/// Checks all that depends on the async destructors of this crate.
pub fn check_awaited_destructors_in_crate(tcx: TyCtxt<'_>) {
    if has_local_async_destructors(tcx) {
        tcx.par_hir_body_owners(|def_id| {
            if !tcx.is_typeck_child(def_id.to_def_id()) && !tcx.is_trivial_const(def_id) {
                let _ = tcx.ensure_ok().check_awaited_destructors(def_id);
            }
        });
    }
    for (&trait_def_id, impls) in tcx.all_local_trait_impls(()) {
        if extends_to_destructors(tcx, trait_def_id) {
            for &imp in impls {
                let _ = check_promise(tcx, imp);
            }
        }
    }
}

/// Proves the predicates that type checking of a body set aside, with destructors in view.
///
/// Their lifetimes are unknown, as those of a coroutine are. Borrow checking has proved the
/// predicates with the right ones; what is new here are the futures of destructors, in which all
/// lifetimes are bound.
pub(super) fn check_awaited_destructors(
    tcx: TyCtxt<'_>,
    def_id: LocalDefId,
) -> Result<(), ErrorGuaranteed> {
    // Where the body defines no opaque types, borrow checking has seen the destructors.
    if tcx.opaque_types_defined_by(def_id).is_empty() {
        return Ok(());
    }
    tcx.mir_borrowck(def_id)?;
    let typeck_results = tcx.typeck(def_id);
    if let Some(guar) = typeck_results.tainted_by_errors {
        return Err(guar);
    }
    let param_env = tcx.param_env(def_id);
    let mode = TypingMode::post_borrowck_analysis(tcx, def_id);
    let infcx = tcx.infer_ctxt().build(mode);
    let ocx = ObligationCtxt::new_with_diagnostics(&infcx);
    for (predicate, cause) in &typeck_results.coroutine_stalled_predicates {
        let predicate = fold_regions(tcx, *predicate, |region, _| match region.kind() {
            ty::ReErased => {
                infcx.next_region_var(rustc_infer::infer::RegionVariableOrigin::Misc(cause.span))
            }
            _ => region,
        });
        ocx.register_obligation(Obligation::new(tcx, cause.clone(), param_env, predicate));
    }
    let errors = ocx.evaluate_obligations_error_on_ambiguity();
    if !errors.is_empty() {
        return Err(infcx.err_ctxt().report_fulfillment_errors(errors));
    }
    ocx.resolve_regions_and_report_errors(def_id, param_env, [])
}

/// Checks an impl that promises an auto trait, as `unsafe impl Send` does, for a type with an async
/// destructor: the destructor's future has to keep the promise.
fn check_promise(tcx: TyCtxt<'_>, imp: LocalDefId) -> Result<(), ErrorGuaranteed> {
    let header = tcx.impl_trait_header(imp);
    if header.polarity != ty::ImplPolarity::Positive {
        return Ok(());
    }
    let trait_ref = header.trait_ref.instantiate_identity();
    let ty = trait_ref.self_ty();
    if async_drop_impl(tcx, ty).is_none() {
        return Ok(());
    }
    let param_env = tcx.param_env(imp);
    let infcx = tcx.infer_ctxt().build(TypingMode::non_body_analysis());
    let ocx = ObligationCtxt::new_with_diagnostics(&infcx);
    let span = tcx.def_span(imp);
    let cause = ObligationCause::new(span, imp, ObligationCauseCode::Misc);
    let future = infcx.enter_forall_and_leak_universe(destructor_future(tcx, ty));
    let future = ocx.normalize(&cause, param_env, future);
    ocx.register_bound(cause, param_env, future, trait_ref.def_id);
    let errors = ocx.evaluate_obligations_error_on_ambiguity();
    if !errors.is_empty() {
        return Err(infcx.err_ctxt().report_fulfillment_errors(errors));
    }
    ocx.resolve_regions_and_report_errors(imp, param_env, [])
}
