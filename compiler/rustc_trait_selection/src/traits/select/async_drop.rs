//! Auto traits see destructors.
//!
//! An async body that drops a value by await holds the future of the value's destructor meanwhile,
//! and what is alive in the body. If the body's future moves to another thread then, all of that
//! does. So `Send` asks two more questions than it would without `AsyncDrop`.
//!
//! **Of a type** that implements `AsyncDrop`: is the future of its destructor `Send`? The future
//! counts as one more field. With that, `T: Send` implies that whatever is awaited to drop a `T` is
//! `Send`, for a type parameter, for `Vec<T>` and for `dyn Trait + Send` alike, and the generic
//! code of today needs no new bound. The future captures the value it drops, so the proof is
//! circular, as that for a list that contains itself is, and sound for the same reason: the trait
//! is an auto trait.
//!
//! **Of a coroutine**: is what is alive at its drop points `Send`? A drop point is a suspension
//! point if what is dropped needs async drop, and that is asked here, where the type arguments are
//! known. What is not known counts as yes, except of an awaited future that is ready
//! (`rustc_middle::mir::drop_points`).
//!
//! Which auto traits ask the first question? All but those of which the answer says nothing about
//! the type:
//!
//! | trait                                | because                                               |
//! |--------------------------------------|-------------------------------------------------------|
//! | `Sync`, `Freeze`, `RefUnwindSafe`    | nobody can reach the future through a `&T`            |
//! | `Unpin`, `UnsafeUnpin`               | the future is pinned, whatever is done with the value |
//! | `UnwindSafe`                         | the future holds a `&mut T`, which never is           |
//!
//! All of them ask the second.
//!
//! # Cycles
//!
//! The future's type is known once the destructor has been type checked and borrow checked. If that
//! asks whether the type is `Send`, for instance because the destructor spawns a task, the answer
//! must not depend on itself. So a destructor of this crate is looked at in one place only, after
//! all bodies have been checked:
//!
//! - While a body is type checked, "is it `Send`" of such a type has no answer yet, unless its
//!   fields say no. What depends on it is set aside, as is what depends on the body's own
//!   coroutines.
//! - While a body is borrow checked, and until its opaque types are known, only the fields count.
//! - After that, `check_awaited_destructors` in `rustc_hir_analysis` proves what was set aside, now
//!   with the destructor's future.
//!
//! Answers of the first two kinds must not reach the third, so no global cache is used for them.

use rustc_hir::LangItem;
use rustc_hir::def_id::DefId;
use rustc_middle::mir::{CoroutineDropPoint, is_spent_when_ready};
use rustc_middle::ty::{self, Ty, TyCtxt, TypeVisitableExt, TypingMode, fold_regions};
use rustc_span::sym;

use super::{AutoImplConstituents, SelectionContext, TraitObligationStack};
use crate::infer::InferCtxt;
use crate::traits::PolyTraitObligation;

/// Whether this crate has async destructors, whose futures are not known while it is checked.
pub fn has_local_async_destructors(tcx: TyCtxt<'_>) -> bool {
    tcx.lang_items()
        .async_drop_trait()
        .is_some_and(|async_drop| !tcx.local_trait_impls(async_drop).is_empty())
}

/// Whether an auto trait holds for a type only if it holds for the future of its destructor.
pub fn extends_to_destructors(tcx: TyCtxt<'_>, trait_def_id: DefId) -> bool {
    let is_about_the_value_alone = match tcx.as_lang_item(trait_def_id) {
        Some(LangItem::Sync | LangItem::Freeze | LangItem::Unpin | LangItem::UnsafeUnpin) => true,
        _ => matches!(
            tcx.get_diagnostic_name(trait_def_id),
            Some(sym::unwind_safe_trait | sym::ref_unwind_safe_trait)
        ),
    };
    tcx.trait_is_auto(trait_def_id) && !is_about_the_value_alone
}

/// The impl of `AsyncDrop` for a struct, enum or union.
pub fn async_drop_impl<'tcx>(tcx: TyCtxt<'tcx>, ty: Ty<'tcx>) -> Option<DefId> {
    let async_drop = tcx.lang_items().async_drop_trait()?;
    if !ty.is_adt() {
        return None;
    }
    // Each impl is for one such type, and as general as that.
    tcx.non_blanket_impls_for_ty(async_drop, ty).next()
}

/// The type of the future that `<ty as AsyncDrop>::drop` returns.
pub fn destructor_future<'tcx>(tcx: TyCtxt<'tcx>, ty: Ty<'tcx>) -> ty::Binder<'tcx, Ty<'tcx>> {
    let async_drop = tcx.require_lang_item(LangItem::AsyncDrop, rustc_span::DUMMY_SP);
    let items = tcx.associated_items(async_drop);
    let method = items.in_definition_order().find(|item| item.is_fn()).unwrap().def_id;
    tcx.fn_sig(method).instantiate(tcx, &[ty.into()]).output()
}

/// Whether a predicate cannot be decided before the destructors of this crate are known.
pub(in crate::traits) fn is_stalled_on_destructor<'tcx>(
    infcx: &InferCtxt<'tcx>,
    predicate: ty::Predicate<'tcx>,
) -> bool {
    match predicate.kind().skip_binder() {
        ty::PredicateKind::Clause(ty::ClauseKind::Trait(predicate)) => {
            has_unknown_destructor(infcx, predicate.def_id(), predicate.self_ty())
        }
        _ => false,
    }
}

/// Whether an auto trait of `ty` depends on the future of a destructor that is not known while
/// bodies are type checked.
pub(super) fn has_unknown_destructor<'tcx>(
    infcx: &InferCtxt<'tcx>,
    trait_def_id: DefId,
    ty: Ty<'tcx>,
) -> bool {
    let tcx = infcx.tcx;
    infcx.in_hir_typeck
        && async_drop_impl(tcx, ty).is_some_and(|imp| imp.is_local())
        && extends_to_destructors(tcx, trait_def_id)
        && !has_explicit_impl(tcx, trait_def_id, ty)
}

fn has_explicit_impl<'tcx>(tcx: TyCtxt<'tcx>, trait_def_id: DefId, ty: Ty<'tcx>) -> bool {
    let mut has_impl = false;
    tcx.for_each_relevant_impl(trait_def_id, ty, |_| has_impl = true);
    has_impl
}

/// Whether some answers depend on how far the check of this crate has come.
pub(in crate::traits) fn are_destructors_unknown(infcx: &InferCtxt<'_>) -> bool {
    let before_opaque_types = match infcx.typing_mode() {
        TypingMode::Analysis { defining_opaque_types_and_generators: defining }
        | TypingMode::Borrowck { defining_opaque_types: defining } => !defining.is_empty(),
        TypingMode::Coherence
        | TypingMode::PostBorrowckAnalysis { .. }
        | TypingMode::PostAnalysis => false,
    };
    (infcx.in_hir_typeck || before_opaque_types) && has_local_async_destructors(infcx.tcx)
}

impl<'tcx> SelectionContext<'_, 'tcx> {
    /// Whether it cannot be decided yet if an auto trait holds for `ty`, which `stack` asks.
    pub(super) fn is_destructor_ambiguous(
        &mut self,
        stack: &TraitObligationStack<'_, 'tcx>,
        trait_def_id: DefId,
        ty: Ty<'tcx>,
    ) -> bool {
        match *ty.kind() {
            ty::Adt(..) => {
                has_unknown_destructor(self.infcx, trait_def_id, ty) && self.fields_may_hold(stack)
            }
            ty::CoroutineWitness(def_id, args) => {
                let tcx = self.tcx();
                let layout = tcx.mir_coroutine_witnesses(def_id);
                let points = layout.map_or(&[][..], |layout| &layout.drop_points[..]);
                points.iter().flat_map(|point| &point.dropped_tys).any(|&ty| {
                    let ty = ty::EarlyBinder::bind(ty).instantiate(tcx, args);
                    self.infcx.resolve_vars_if_possible(ty).has_non_region_infer()
                })
            }
            _ => false,
        }
    }

    /// Whether the auto trait that `stack` asks for may hold for the fields. Where it does not, no
    /// destructor changes that.
    fn fields_may_hold(&mut self, stack: &TraitObligationStack<'_, 'tcx>) -> bool {
        let infcx = self.infcx;
        infcx.probe(|_| match self.confirm_auto_impl_candidate(stack.obligation) {
            Ok(of_fields) => self
                .evaluate_predicates_recursively(stack.list(), of_fields)
                .map_or(true, |result| result.may_apply()),
            Err(_) => true,
        })
    }

    /// Adds to what an auto trait of `self_ty` asks for what async destructors ask for.
    pub(super) fn with_async_destructors(
        &self,
        obligation: &PolyTraitObligation<'tcx>,
        self_ty: Ty<'tcx>,
        constituents: ty::Binder<'tcx, AutoImplConstituents<'tcx>>,
    ) -> ty::Binder<'tcx, AutoImplConstituents<'tcx>> {
        let more = match *self_ty.kind() {
            ty::Adt(..) => self.future_of_destructor(obligation.predicate.def_id(), self_ty),
            ty::CoroutineWitness(def_id, args) => {
                let known = constituents.bound_vars().len();
                self.alive_at_drop_points(obligation.param_env, def_id, args, known)
            }
            _ => None,
        };
        let Some((more_tys, more_vars)) = more else { return constituents };
        let mut vars = constituents.bound_vars().to_vec();
        vars.extend(more_vars);
        let mut constituents = constituents.skip_binder();
        constituents.types.extend(more_tys);
        let vars = self.tcx().mk_bound_variable_kinds(&vars);
        ty::Binder::bind_with_vars(constituents, vars)
    }

    /// The future of the destructor of `ty`, if it counts and is known here. The fields of `ty`
    /// come without bound variables.
    fn future_of_destructor(
        &self,
        trait_def_id: DefId,
        ty: Ty<'tcx>,
    ) -> Option<(Vec<Ty<'tcx>>, Vec<ty::BoundVariableKind<'tcx>>)> {
        let tcx = self.tcx();
        let imp = async_drop_impl(tcx, ty)?;
        // Coherence wants to know what may hold.
        let is_known = !matches!(self.infcx.typing_mode(), TypingMode::Coherence)
            && !(imp.is_local() && are_destructors_unknown(self.infcx));
        (is_known && extends_to_destructors(tcx, trait_def_id)).then(|| {
            let future = destructor_future(tcx, ty);
            (vec![future.skip_binder()], future.bound_vars().to_vec())
        })
    }

    /// What is alive in a coroutine where a drop of it is awaited. Its bound variables follow
    /// `known` others.
    fn alive_at_drop_points(
        &self,
        param_env: ty::ParamEnv<'tcx>,
        def_id: DefId,
        args: ty::GenericArgsRef<'tcx>,
        known: usize,
    ) -> Option<(Vec<Ty<'tcx>>, Vec<ty::BoundVariableKind<'tcx>>)> {
        let tcx = self.tcx();
        let layout = tcx.mir_coroutine_witnesses(def_id)?;
        let suspends =
            |point: &&CoroutineDropPoint<'tcx>| self.suspends(param_env, def_id, args, point);
        let points = layout.drop_points.iter().filter(suspends);
        let mut tys: Vec<Ty<'tcx>> = Vec::new();
        for saved in points.flat_map(|point| &point.live) {
            if !tys.contains(&saved.ty) {
                tys.push(saved.ty);
            }
        }
        if tys.is_empty() {
            return None;
        }
        // As in `coroutine_hidden_types`: nothing is known of the lifetimes.
        let mut vars: Vec<ty::BoundVariableKind<'tcx>> = Vec::new();
        let tys = fold_regions(tcx, tys, |_, debruijn| {
            let var = ty::BoundVar::from_usize(known + vars.len());
            let kind = ty::BoundRegionKind::Anon;
            vars.push(ty::BoundVariableKind::Region(kind));
            ty::Region::new_bound(tcx, debruijn, ty::BoundRegion { var, kind })
        });
        let tys = ty::EarlyBinder::bind(tys).instantiate(tcx, args);
        Some((tys, vars))
    }

    /// Whether a coroutine with these type arguments may suspend at this drop point.
    fn suspends(
        &self,
        param_env: ty::ParamEnv<'tcx>,
        def_id: DefId,
        args: ty::GenericArgsRef<'tcx>,
        point: &CoroutineDropPoint<'tcx>,
    ) -> bool {
        let tcx = self.tcx();
        // Asked of the body, not of its instance: that is where drops are elaborated.
        let body_env = ty::TypingEnv::non_body_analysis(tcx, def_id);
        if point.is_awaitee
            && point.dropped_tys.iter().all(|&ty| is_spent_when_ready(tcx, body_env, ty))
        {
            return false;
        }
        let typing_env = ty::TypingEnv { typing_mode: TypingMode::non_body_analysis(), param_env };
        point.dropped_tys.iter().any(|&ty| {
            let ty = ty::EarlyBinder::bind(ty).instantiate(tcx, args);
            let ty = tcx.erase_and_anonymize_regions(self.infcx.resolve_vars_if_possible(ty));
            if ty.has_infer() || param_env.has_infer() {
                return true;
            }
            let ty = tcx.try_normalize_erasing_regions(typing_env, ty).unwrap_or(ty);
            ty.needs_async_drop(tcx, typing_env)
        })
    }
}
