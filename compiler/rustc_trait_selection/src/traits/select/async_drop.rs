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
//! The next solver needs no such care: the typing mode is part of what its cache is asked for.

use rustc_data_structures::fx::FxHashSet;
use rustc_hir::LangItem;
use rustc_hir::def_id::DefId;
use rustc_infer::traits::solve::Goal;
use rustc_middle::mir::{CoroutineDropPoint, is_spent_when_ready};
use rustc_middle::ty::{
    self, GenericArgsRef, Ty, TyCtxt, TypeFoldable, TypeFolder, TypeSuperFoldable, TypeVisitable,
    TypeVisitableExt, TypingMode, fold_regions,
};
use rustc_span::{DUMMY_SP, sym};

use super::{AutoImplConstituents, SelectionContext, TraitObligationStack};
use crate::infer::InferCtxt;
use crate::traits::normalize::normalize_with_depth_to;
use crate::traits::{Obligation, ObligationCause, PolyTraitObligation, PredicateObligations};

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

/// The type of the future that the destructor of `ty` returns, which `imp` implements.
///
/// This is what the impl's own function says. `<ty as AsyncDrop>` would say the same, but not
/// without a proof of what the impl asks for.
fn destructor_future<'tcx>(
    tcx: TyCtxt<'tcx>,
    imp: DefId,
    ty: Ty<'tcx>,
) -> Option<ty::Binder<'tcx, Ty<'tcx>>> {
    let items = tcx.associated_items(imp);
    // An impl without it is an error, as is one with more.
    let method = items.in_definition_order().find(|item| item.is_fn())?.def_id;
    let args = args_of_destructor(tcx, imp, ty)?;
    let args = ty::GenericArgs::extend_with_error(tcx, method, args);
    Some(tcx.fn_sig(method).instantiate(tcx, args).output())
}

/// The generic arguments of `imp` that make it one for `ty`. The impl names each parameter of the
/// type once, in an order of its own; if not, it is an error.
fn args_of_destructor<'tcx>(
    tcx: TyCtxt<'tcx>,
    imp: DefId,
    ty: Ty<'tcx>,
) -> Option<GenericArgsRef<'tcx>> {
    let ty::Adt(_, args) = *ty.kind() else { return None };
    let implemented = tcx.impl_trait_ref(imp).instantiate_identity().self_ty();
    let ty::Adt(_, params) = *implemented.kind() else { return None };
    let generics = tcx.generics_of(imp);
    (0..generics.count())
        .map(|index| {
            let param = tcx.mk_param_from_def(generics.param_at(index, tcx));
            Some(args[params.iter().position(|other| other == param)?])
        })
        .collect::<Option<Vec<_>>>()
        .map(|args| tcx.mk_args(&args))
}

/// What an auto trait asks of the future of the destructor of a type, if it asks `obligation` of
/// the type. `imp` implements the destructor.
///
/// Whatever the impl and the function's signature ask for holds where the type does: the impl is as
/// general as the type, and the function is given a reference to a value. Here it often has no
/// proof, so none is asked for. Inside a coroutine nothing is known of the lifetimes, and neither
/// `'b: 'a`, nor `F: FnMut(&'a T)`, nor the `Self: 'a` of a generic associated type can be shown.
/// The next solver normalizes where it proves, and so does ask for it.
pub fn destructor_obligations<'tcx>(
    selcx: &mut SelectionContext<'_, 'tcx>,
    imp: DefId,
    obligation: &Obligation<'tcx, ty::TraitRef<'tcx>>,
) -> PredicateObligations<'tcx> {
    let Obligation { ref cause, param_env, predicate: asked, recursion_depth: depth } = *obligation;
    let ty = asked.self_ty();
    let mut obligations = PredicateObligations::new();
    let Some(future) = destructor_future(selcx.tcx(), imp, ty) else { return obligations };
    let future = selcx.infcx.enter_forall_and_leak_universe(future);
    let tcx = selcx.tcx();
    if selcx.infcx.next_trait_solver() {
        let asked = ty::TraitRef::new(tcx, asked.def_id, [future]);
        obligations.push(Obligation::with_depth(tcx, cause.clone(), depth, param_env, asked));
        return obligations;
    }
    let mut known = FxHashSet::default();
    tcx.for_each_free_region(&(ty, future), |region| {
        known.insert(region);
    });
    let cause = || cause.clone();
    let future =
        normalize_with_depth_to(selcx, param_env, cause(), depth, future, &mut obligations);
    // What tells a type or a lifetime that comes with the normalized type is no proof of a bound.
    let is_new = |region: ty::Region<'tcx>| region.is_var() && !known.contains(&region);
    obligations.retain(|obligation| {
        let predicate = obligation.predicate;
        !is_about_lifetimes(predicate)
            && (predicate.has_non_region_infer() || tcx.any_free_region_meets(&predicate, is_new))
    });
    let tys = vec![future];
    obligations.extend(selcx.collect_predicates_for_types(
        param_env,
        cause(),
        depth,
        asked.def_id,
        tys,
    ));
    obligations
}

fn is_about_lifetimes(predicate: ty::Predicate<'_>) -> bool {
    matches!(
        predicate.kind().skip_binder(),
        ty::PredicateKind::Clause(
            ty::ClauseKind::TypeOutlives(_) | ty::ClauseKind::RegionOutlives(_)
        )
    )
}

/// Whether a predicate cannot be decided before the destructors of this crate are known.
pub(crate) fn is_stalled_on_destructor<'tcx>(
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

/// Whether a body is type checked, and what depends on destructors of this crate is set aside.
///
/// The next solver evaluates goals by themselves, and is told the typing mode alone. It does not
/// set aside what a body asks that defines no opaque type: no destructor's future can depend on it.
fn sets_destructors_aside(infcx: &InferCtxt<'_>) -> bool {
    if !infcx.next_trait_solver() {
        return infcx.in_hir_typeck;
    }
    match infcx.typing_mode() {
        TypingMode::Analysis { defining_opaque_types_and_generators: defining } => {
            !defining.is_empty()
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
    sets_destructors_aside(infcx)
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

/// The body whose drop points count for `ty`, and the arguments of its types.
fn body_with_drop_points<'tcx>(
    tcx: TyCtxt<'tcx>,
    ty: Ty<'tcx>,
) -> Option<(DefId, GenericArgsRef<'tcx>)> {
    match *ty.kind() {
        ty::CoroutineWitness(def_id, args) => Some((def_id, args)),
        ty::Coroutine(def_id, args) => by_move_body(tcx, def_id, args),
        _ => None,
    }
}

/// The body that a coroutine has if it is the future of an async closure which is called by value,
/// and the arguments of its types. It owns what the closure has captured. In another body it may be
/// borrowed, and so is not dropped.
pub fn by_move_body<'tcx>(
    tcx: TyCtxt<'tcx>,
    coroutine: DefId,
    args: GenericArgsRef<'tcx>,
) -> Option<(DefId, GenericArgsRef<'tcx>)> {
    // Other coroutines have none, or it is not known yet.
    let kind = args.as_coroutine().kind_ty();
    if !kind.is_integral() || kind.to_opt_closure_kind() != Some(ty::ClosureKind::FnOnce) {
        return None;
    }
    // In a crate without the feature it awaits no drop.
    tcx.mir_coroutine_witnesses(coroutine)?.dropped_tys.as_ref()?;
    let own = tcx.type_of(coroutine).instantiate_identity();
    let ty::Coroutine(_, own_args) = *own.kind() else { return None };
    if own_args.as_coroutine().kind_ty() == kind {
        return None;
    }
    let witness = Ty::new_coroutine_witness_for_coroutine(tcx, coroutine, args);
    let ty::CoroutineWitness(_, args) = *witness.kind() else { return None };
    Some((tcx.coroutine_by_move_body_def_id(coroutine), args))
}

/// Replaces opaque types by what they hide, as far as auto traits look into them too.
struct Reveal<'a, 'tcx> {
    infcx: &'a InferCtxt<'tcx>,
    /// The opaque types around the one at hand. One that contains itself is an error.
    around: Vec<Ty<'tcx>>,
}

impl<'tcx> TypeFolder<TyCtxt<'tcx>> for Reveal<'_, 'tcx> {
    fn cx(&self) -> TyCtxt<'tcx> {
        self.infcx.tcx
    }

    fn fold_ty(&mut self, ty: Ty<'tcx>) -> Ty<'tcx> {
        if !ty.has_opaque_types() {
            return ty;
        }
        if let ty::Alias(ty::Opaque, alias) = *ty.kind()
            && !self.infcx.can_define_opaque_ty(alias.def_id)
            && !self.around.contains(&ty)
            && self.cx().recursion_limit().value_within_limit(self.around.len())
            && let Ok(hidden) = self.cx().type_of_opaque(alias.def_id)
        {
            self.around.push(ty);
            let hidden = hidden.instantiate(self.cx(), alias.args).fold_with(self);
            self.around.pop();
            return hidden;
        }
        ty.super_fold_with(self)
    }
}

/// The impl of the destructor whose future an auto trait of `ty` depends on, if that is known here.
fn destructor_to_ask<'tcx>(
    infcx: &InferCtxt<'tcx>,
    trait_def_id: DefId,
    ty: Ty<'tcx>,
) -> Option<DefId> {
    let imp = async_drop_impl(infcx.tcx, ty)?;
    // Coherence wants to know what may hold.
    let is_known = !matches!(infcx.typing_mode(), TypingMode::Coherence)
        && !(imp.is_local() && are_destructors_unknown(infcx));
    (is_known && extends_to_destructors(infcx.tcx, trait_def_id)).then_some(imp)
}

/// What an auto trait asks of a type in the next solver: its constituents, and what there is
/// because of destructors. What is not known yet is an inference variable.
pub(crate) fn constituents_with_async_drop<'tcx>(
    infcx: &InferCtxt<'tcx>,
    goal: Goal<'tcx, ty::TraitRef<'tcx>>,
    constituents: ty::Binder<'tcx, Vec<Ty<'tcx>>>,
) -> ty::Binder<'tcx, Vec<Ty<'tcx>>> {
    let (tcx, ty, trait_def_id) = (infcx.tcx, goal.predicate.self_ty(), goal.predicate.def_id);
    if has_unknown_destructor(infcx, trait_def_id, ty) || are_drop_points_ambiguous(infcx, ty) {
        return constituents.map_bound(|mut tys| {
            tys.push(infcx.next_ty_var(DUMMY_SP));
            tys
        });
    }
    let known = constituents.bound_vars().len();
    let (more_tys, more_vars) = if let Some(imp) = destructor_to_ask(infcx, trait_def_id, ty)
        && let Some(future) = destructor_future(tcx, imp, ty)
    {
        // What has a destructor is a struct, enum or union, whose fields bind nothing.
        assert_eq!(known, 0);
        (vec![future.skip_binder()], future.bound_vars().to_vec())
    } else if let Some(alive) = alive_at_drop_points(infcx, goal.param_env, ty, known) {
        alive
    } else {
        return constituents;
    };
    bind_more(tcx, constituents, more_vars, |tys| tys.extend(more_tys))
}

/// Adds something to what is `bound`, whose own variables come behind those that there are.
fn bind_more<'tcx, T: TypeVisitable<TyCtxt<'tcx>>>(
    tcx: TyCtxt<'tcx>,
    bound: ty::Binder<'tcx, T>,
    more_vars: Vec<ty::BoundVariableKind<'tcx>>,
    add: impl FnOnce(&mut T),
) -> ty::Binder<'tcx, T> {
    let vars = bound.bound_vars().iter().chain(more_vars);
    let vars = tcx.mk_bound_variable_kinds_from_iter(vars);
    let mut value = bound.skip_binder();
    add(&mut value);
    ty::Binder::bind_with_vars(value, vars)
}

/// Whether it is not known yet at which of its drop points a coroutine awaits.
fn are_drop_points_ambiguous<'tcx>(infcx: &InferCtxt<'tcx>, ty: Ty<'tcx>) -> bool {
    let tcx = infcx.tcx;
    let Some((body, args)) = body_with_drop_points(tcx, ty) else { return false };
    let layout = tcx.mir_coroutine_witnesses(body);
    let points = layout.map_or(&[][..], |layout| &layout.drop_points[..]);
    points.iter().flat_map(|point| &point.dropped_tys).any(|&ty| {
        let ty = ty::EarlyBinder::bind(ty).instantiate(tcx, args);
        infcx.resolve_vars_if_possible(ty).has_non_region_infer()
    })
}

/// What is alive in a coroutine where a drop of it is awaited. Its bound variables follow `known`
/// others.
fn alive_at_drop_points<'tcx>(
    infcx: &InferCtxt<'tcx>,
    param_env: ty::ParamEnv<'tcx>,
    coroutine: Ty<'tcx>,
    known: usize,
) -> Option<(Vec<Ty<'tcx>>, Vec<ty::BoundVariableKind<'tcx>>)> {
    let tcx = infcx.tcx;
    let (def_id, args) = body_with_drop_points(tcx, coroutine)?;
    let layout = tcx.mir_coroutine_witnesses(def_id)?;
    let suspends =
        |point: &&CoroutineDropPoint<'tcx>| suspends(infcx, param_env, def_id, args, point);
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
fn suspends<'tcx>(
    infcx: &InferCtxt<'tcx>,
    param_env: ty::ParamEnv<'tcx>,
    def_id: DefId,
    args: GenericArgsRef<'tcx>,
    point: &CoroutineDropPoint<'tcx>,
) -> bool {
    let tcx = infcx.tcx;
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
        let ty = infcx.resolve_vars_if_possible(ty);
        let ty = ty.fold_with(&mut Reveal { infcx, around: vec![] });
        let ty = tcx.erase_and_anonymize_regions(ty);
        if ty.has_infer() || param_env.has_infer() {
            return true;
        }
        let ty = tcx.try_normalize_erasing_regions(typing_env, ty).unwrap_or(ty);
        ty.needs_async_drop(tcx, typing_env)
    })
}

impl<'tcx> SelectionContext<'_, 'tcx> {
    /// Whether it cannot be decided yet if an auto trait holds for `ty`, which `stack` asks.
    pub(super) fn is_destructor_ambiguous(
        &mut self,
        stack: &TraitObligationStack<'_, 'tcx>,
        trait_def_id: DefId,
        ty: Ty<'tcx>,
    ) -> bool {
        if ty.is_adt() {
            return has_unknown_destructor(self.infcx, trait_def_id, ty)
                && self.fields_may_hold(stack);
        }
        // A coroutine of the body that is type checked is set aside as it is.
        if let ty::Coroutine(def_id, _) = *ty.kind()
            && self.infcx.can_define_opaque_ty(def_id)
        {
            return false;
        }
        are_drop_points_ambiguous(self.infcx, ty)
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

    /// Adds to what an auto trait of `self_ty` asks for what is alive in a coroutine where it drops
    /// by await.
    pub(super) fn with_drop_points(
        &self,
        obligation: &PolyTraitObligation<'tcx>,
        self_ty: Ty<'tcx>,
        constituents: ty::Binder<'tcx, AutoImplConstituents<'tcx>>,
    ) -> ty::Binder<'tcx, AutoImplConstituents<'tcx>> {
        let known = constituents.bound_vars().len();
        let more = alive_at_drop_points(self.infcx, obligation.param_env, self_ty, known);
        let Some((more_tys, more_vars)) = more else { return constituents };
        bind_more(self.tcx(), constituents, more_vars, |all| all.types.extend(more_tys))
    }

    /// What an auto trait of `self_ty` asks of the future of its destructor, if that counts and is
    /// known here.
    pub(super) fn obligations_of_destructor(
        &mut self,
        obligation: &PolyTraitObligation<'tcx>,
        self_ty: Ty<'tcx>,
        cause: &ObligationCause<'tcx>,
    ) -> PredicateObligations<'tcx> {
        let (tcx, trait_def_id) = (self.tcx(), obligation.predicate.def_id());
        let none = PredicateObligations::new();
        let Some(imp) = destructor_to_ask(self.infcx, trait_def_id, self_ty) else { return none };
        let asked = Obligation {
            cause: cause.clone(),
            param_env: obligation.param_env,
            recursion_depth: obligation.recursion_depth + 1,
            predicate: ty::TraitRef::new(tcx, trait_def_id, [self_ty]),
        };
        destructor_obligations(self, imp, &asked)
    }
}
