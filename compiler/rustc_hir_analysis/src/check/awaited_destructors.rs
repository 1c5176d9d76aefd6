//! What could not be decided before the async destructors of this crate were known.
//!
//! Why they are not known while bodies are checked is said in `traits/select/async_drop.rs` of
//! `rustc_trait_selection`. Nothing that type checking or borrow checking computes depends on what
//! is done here; it only reports errors.

use rustc_errors::ErrorGuaranteed;
use rustc_hir::def_id::LocalDefId;
use rustc_infer::infer::{InferCtxt, RegionResolutionError, TyCtxtInferExt};
use rustc_infer::traits::{Obligation, ObligationCause, ObligationCauseCode};
use rustc_middle::ty::{self, TyCtxt, TypeVisitableExt, TypingMode, Upcast, fold_regions};
use rustc_trait_selection::error_reporting::InferCtxtErrorExt;
use rustc_trait_selection::traits::async_drop::{
    async_drop_impl, destructor_obligations, extends_to_destructors, has_local_async_destructors,
};
use rustc_trait_selection::traits::{FulfillmentError, ObligationCtxt, SelectionContext};

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
/// predicates with the right ones, for what a value holds. What is new here are the futures of
/// destructors, in which all lifetimes are bound, unless the impl names a type of its own. So if
/// the proof asks something of the lifetimes, it has to be what was asked without the futures.
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
    // Each unknown lifetime is one of its own, as a parameter without a name is.
    let mut result = Ok(());
    for (predicate, cause) in &typeck_results.coroutine_stalled_predicates {
        let mut count = 0;
        let predicate = fold_regions(tcx, *predicate, |region, _| match region.kind() {
            ty::ReErased => {
                count += 1;
                let kind = ty::LateParamRegionKind::Anon(count);
                ty::Region::new_late_param(tcx, def_id.to_def_id(), kind)
            }
            _ => region,
        });
        let proof = Proof { tcx, def_id, predicate, cause };
        result = result.and(proof.check());
    }
    result
}

/// A proof of a predicate in a body.
struct Proof<'a, 'tcx> {
    tcx: TyCtxt<'tcx>,
    def_id: LocalDefId,
    predicate: ty::Predicate<'tcx>,
    cause: &'a ObligationCause<'tcx>,
}

impl<'tcx> Proof<'_, 'tcx> {
    fn check(&self) -> Result<(), ErrorGuaranteed> {
        let Proof { tcx, def_id, predicate, cause } = *self;
        let infcx = tcx.infer_ctxt().build(TypingMode::post_borrowck_analysis(tcx, def_id));
        let errors = self.attempt(&infcx);
        let errors = errors.map_err(|errors| infcx.err_ctxt().report_fulfillment_errors(errors))?;
        if errors.is_empty() {
            return Ok(());
        }
        let (mut asked, mut others) = (vec![], vec![]);
        for error in errors {
            match outlives(tcx, &error) {
                Some(outlives) => asked.push(outlives),
                None => others.push(error),
            }
        }
        if !others.is_empty() {
            return Err(infcx.err_ctxt().report_region_errors(def_id, &others));
        }
        // As borrow checking does it, that is, for what a value holds.
        let infcx = tcx.infer_ctxt().build(TypingMode::borrowck(tcx, def_id));
        let known = self.attempt(&infcx).unwrap_or_default();
        drop(infcx.take_opaque_types());
        let known: Vec<_> = known.iter().filter_map(|error| outlives(tcx, error)).collect();
        if asked.iter().all(|outlives| known.contains(outlives)) {
            return Ok(());
        }
        let message = format!(
            "`{}` holds for some lifetimes only, because of the future of a destructor",
            tcx.erase_and_anonymize_regions(predicate)
        );
        Err(tcx.dcx().struct_span_err(cause.span, message).emit())
    }

    /// What is wrong with the lifetimes, if nothing else is.
    fn attempt(
        &self,
        infcx: &InferCtxt<'tcx>,
    ) -> Result<Vec<RegionResolutionError<'tcx>>, Vec<FulfillmentError<'tcx>>> {
        let Proof { tcx, def_id, predicate, cause } = *self;
        let param_env = tcx.param_env(def_id);
        let ocx = ObligationCtxt::new_with_diagnostics(infcx);
        ocx.register_obligation(Obligation::new(tcx, cause.clone(), param_env, predicate));
        let errors = ocx.evaluate_obligations_error_on_ambiguity();
        if errors.is_empty() { Ok(ocx.resolve_regions(def_id, param_env, [])) } else { Err(errors) }
    }
}

/// What an error would have to hold, if it is about lifetimes that have names.
fn outlives<'tcx>(
    tcx: TyCtxt<'tcx>,
    error: &RegionResolutionError<'tcx>,
) -> Option<ty::ArgOutlivesPredicate<'tcx>> {
    let (longer, shorter): (ty::GenericArg<'tcx>, _) = match *error {
        RegionResolutionError::ConcreteFailure(_, shorter, longer)
        | RegionResolutionError::SubSupConflict(_, _, _, shorter, _, longer, _) => {
            (longer.into(), shorter)
        }
        RegionResolutionError::GenericBoundFailure(_, ty, shorter) => {
            (ty.to_ty(tcx).into(), shorter)
        }
        _ => return None,
    };
    let outlives = ty::OutlivesPredicate(longer, shorter);
    (!outlives.has_placeholders()).then_some(outlives)
}

/// Checks an impl that promises an auto trait, as `unsafe impl Send` does, for a type with an async
/// destructor: the destructor's future has to keep the promise.
fn check_promise(tcx: TyCtxt<'_>, imp: LocalDefId) -> Result<(), ErrorGuaranteed> {
    let header = tcx.impl_trait_header(imp);
    if header.polarity != ty::ImplPolarity::Positive {
        return Ok(());
    }
    let trait_ref = header.trait_ref.instantiate_identity();
    let Some(destructor) = async_drop_impl(tcx, trait_ref.self_ty()) else { return Ok(()) };
    let param_env = with_promise(tcx, imp, trait_ref);
    let infcx = tcx.infer_ctxt().build(TypingMode::non_body_analysis());
    let ocx = ObligationCtxt::new_with_diagnostics(&infcx);
    let cause = ObligationCause::new(tcx.def_span(imp), imp, ObligationCauseCode::Misc);
    let selcx = &mut SelectionContext::new(&infcx);
    let promise = Obligation::new(tcx, cause, param_env, trait_ref);
    ocx.register_obligations(destructor_obligations(selcx, destructor, &promise));
    let errors = ocx.evaluate_obligations_error_on_ambiguity();
    if !errors.is_empty() {
        return Err(infcx.err_ctxt().report_fulfillment_errors(errors));
    }
    ocx.resolve_regions_and_report_errors(imp, param_env, [])
}

/// What holds in an impl, and what it promises: the proof is circular, since the destructor's
/// future holds the value. If the impl asks no more of lifetimes than the type does, it promises
/// that for all of them, and a future in which they are not known need not prove the type's bounds.
fn with_promise<'tcx>(
    tcx: TyCtxt<'tcx>,
    imp: LocalDefId,
    trait_ref: ty::TraitRef<'tcx>,
) -> ty::ParamEnv<'tcx> {
    let param_env = tcx.param_env(imp);
    let ty::Adt(adt, args) = *trait_ref.self_ty().kind() else { return param_env };
    let bounds_of_type: Vec<ty::Clause<'tcx>> =
        tcx.predicates_of(adt.did()).instantiate(tcx, args).predicates;
    let mut params: Vec<ty::Region<'tcx>> = Vec::new();
    for region in args.regions() {
        if !matches!(region.kind(), ty::ReEarlyParam(_)) || params.contains(&region) {
            return param_env;
        }
        params.push(region);
    }
    let names_param = |clause: ty::Clause<'tcx>| {
        tcx.any_free_region_meets(&clause, |region| params.contains(&region))
    };
    let mut bounds = param_env.caller_bounds().iter();
    if bounds.any(|clause| names_param(clause) && !bounds_of_type.contains(&clause)) {
        return param_env;
    }
    let kind = ty::BoundRegionKind::Anon;
    let promise = fold_regions(tcx, trait_ref, |region, debruijn| {
        match params.iter().position(|&param| param == region) {
            Some(index) => {
                let var = ty::BoundVar::from_usize(index);
                ty::Region::new_bound(tcx, debruijn, ty::BoundRegion { var, kind })
            }
            None => region,
        }
    });
    let vars = vec![ty::BoundVariableKind::Region(kind); params.len()];
    let promise = ty::Binder::bind_with_vars(promise, tcx.mk_bound_variable_kinds(&vars));
    let promise: ty::Clause<'tcx> = promise.upcast(tcx);
    ty::ParamEnv::new(tcx.mk_clauses_from_iter(param_env.caller_bounds().iter().chain([promise])))
}
