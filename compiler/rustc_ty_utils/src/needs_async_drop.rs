//! Whether dropping a value of a type may have to be awaited.
//!
//! ```text
//! struct Conn;                    // impl AsyncDrop for Conn
//! struct Pooled { conn: Conn }    // yes, by its field
//! Vec<Conn>                       // yes, by its elements; `Vec<u8>`: no
//! Box<dyn Trait>                  // perhaps, and so yes
//! async fn query(c: &Conn) {}     // its future: no, it borrows
//! async fn serve(c: Conn) {}      // its future: yes, by its capture
//! fn generic<T>() {}              // T: perhaps, and so yes until T is known
//! ```
//!
//! A type needs async drop if it implements `AsyncDrop` or owns, by its drop glue, something that
//! does. "No" is a promise: such a value is dropped as if async drop did not exist. "Yes" is not:
//! the destructor of a type parameter may turn out to do nothing.
//!
//! What a type owns is what its fields own, with three exceptions. A `Box` owns its contents. A
//! type that implements `AsyncDropContents` or `AsyncDropGlue` says itself what it owns. And a type
//! of a crate whose source does not switch the feature on, or of the library, does not own what it
//! names as a `dyn Trait`: a thread's handle may hold a panic's payload, a runtime its callbacks,
//! and each socket such a runtime; their authors did not think of values that are dropped by await.
//!
//! What a coroutine owns is decided by its body: its captures, and each value that its body drops,
//! whether or not that value is alive across an `.await` that the programmer wrote, because the
//! drop itself is one. The body is known once it has been type checked, but building MIR, which
//! comes first, asks this question too. It is told "yes" for any coroutine of this crate, and for
//! any opaque type. After analysis, when drops are elaborated, the answer is exact.

use std::collections::VecDeque;

use rustc_data_structures::fx::{FxHashMap, FxHashSet};
use rustc_hir::def_id::{CrateNum, DefId};
use rustc_infer::infer::TyCtxtInferExt;
use rustc_middle::mir::{CoroutineLayout, CoroutineSavedLocal};
use rustc_middle::query::{LocalCrate, Providers};
use rustc_middle::ty::{
    self, BottomUpFolder, EarlyBinder, PseudoCanonicalInput, Ty, TyCtxt, TypeFoldable, TypingMode,
};
use rustc_span::{FileName, sym};
use rustc_trait_selection::traits;

fn needs_async_drop_raw<'tcx>(
    tcx: TyCtxt<'tcx>,
    PseudoCanonicalInput { typing_env, value: ty }: PseudoCanonicalInput<'tcx, Ty<'tcx>>,
) -> bool {
    let owner = Ownership { tcx, typing_env };
    let mut seen = FxHashSet::default();
    // Types still to be looked at, each with the number of types around it.
    let mut queue = vec![(ty, 0)];
    while let Some((ty, depth)) = queue.pop() {
        // A type that grows without end is reported when its sync drop is looked at.
        if !tcx.recursion_limit().value_within_limit(depth) {
            return true;
        }
        let Owned { tys, needs_async_drop } = owner.owned_by(ty);
        if needs_async_drop {
            return true;
        }
        queue.extend(tys.into_iter().filter(|&ty| seen.insert(ty)).map(|ty| (ty, depth + 1)));
    }
    false
}

/// What a lint may say of a value: that it has these destructors, if it is there at all. A type
/// that may have one is left out, as are a future, whose state decides, and a reference counter,
/// which may not be the last.
fn async_destructor_tys<'tcx>(
    tcx: TyCtxt<'tcx>,
    PseudoCanonicalInput { typing_env, value: ty }: PseudoCanonicalInput<'tcx, Ty<'tcx>>,
) -> &'tcx ty::List<Ty<'tcx>> {
    let owner = Ownership { tcx, typing_env };
    let mut found = Vec::new();
    let mut seen = FxHashSet::default();
    let mut queue = VecDeque::from([(ty, 0)]);
    while let Some((ty, depth)) = queue.pop_front() {
        let is_certain = match *ty.kind() {
            ty::Adt(adt, _) => !counts_references(tcx, adt.did()),
            ty::Coroutine(..)
            | ty::CoroutineWitness(..)
            | ty::Alias(..)
            | ty::Param(_)
            | ty::Placeholder(_)
            | ty::Dynamic(..)
            | ty::Error(_) => false,
            _ => true,
        };
        if !is_certain || !tcx.recursion_limit().value_within_limit(depth) {
            continue;
        }
        let Owned { tys, needs_async_drop } = owner.owned_by(ty);
        if needs_async_drop {
            found.push(ty);
        } else {
            queue.extend(tys.into_iter().filter(|&ty| seen.insert(ty)).map(|ty| (ty, depth + 1)));
        }
    }
    tcx.mk_type_list(&found)
}

fn has_async_drop_glue<'tcx>(
    tcx: TyCtxt<'tcx>,
    query: PseudoCanonicalInput<'tcx, Ty<'tcx>>,
) -> bool {
    implements(tcx, tcx.lang_items().async_drop_glue_trait(), query)
}

fn has_async_drop_contents<'tcx>(
    tcx: TyCtxt<'tcx>,
    query: PseudoCanonicalInput<'tcx, Ty<'tcx>>,
) -> bool {
    implements(tcx, tcx.lang_items().async_drop_contents_trait(), query)
}

/// Whether a type implements one of the traits by which it says what it owns.
fn implements<'tcx>(
    tcx: TyCtxt<'tcx>,
    of_trait: Option<DefId>,
    PseudoCanonicalInput { typing_env, value: ty }: PseudoCanonicalInput<'tcx, Ty<'tcx>>,
) -> bool {
    let Some(of_trait) = of_trait else { return false };
    if !ty.is_adt() || tcx.non_blanket_impls_for_ty(of_trait, ty).next().is_none() {
        return false;
    }
    let (infcx, param_env) = tcx.infer_ctxt().build_with_typing_env(typing_env);
    traits::type_known_to_meet_bound_modulo_regions(&infcx, param_env, ty, of_trait)
}

/// Whether the author of a crate thinks of what it names as a `dyn Trait` as of something that may
/// be dropped by await. The library's crates use the feature for what they define; what they are
/// made of is dropped as ever. And a flag says nothing of the author.
fn awaits_erased_drops(tcx: TyCtxt<'_>, _: LocalCrate) -> bool {
    tcx.uses_async_drop()
        && tcx.features().enabled_lang_features().iter().any(|feature| {
            let file = tcx.sess.source_map().span_to_filename(feature.attr_sp);
            feature.gate_name == sym::async_drop && !matches!(file, FileName::CliCrateAttr(_))
        })
}

fn vtables_have_async_drop(tcx: TyCtxt<'_>, (): ()) -> bool {
    let uses = |&krate: &CrateNum| {
        !tcx.crate_dep_kind(krate).macros_only() && tcx.awaits_erased_drops(krate)
    };
    tcx.uses_async_drop() || tcx.crates(()).iter().any(uses)
}

/// How many futures may be stored within each other before one is put behind a pointer. Each is a
/// coroutine, whose layout is some four queries away from that of the next, and `recursion_limit`
/// counts them.
const MAX_DEPTH: usize = 16;

fn async_drop_is_indirect<'tcx>(
    tcx: TyCtxt<'tcx>,
    PseudoCanonicalInput { typing_env, value: ty }: PseudoCanonicalInput<'tcx, Ty<'tcx>>,
) -> bool {
    let mut nesting = Nesting {
        owner: Ownership { tcx, typing_env },
        around: Vec::new(),
        depths: FxHashMap::default(),
    };
    nesting.depth(ty).is_none_or(|depth| depth > MAX_DEPTH)
}

/// How the futures nest that drop a value and what it owns.
struct Nesting<'tcx> {
    owner: Ownership<'tcx>,
    /// The types around the one that is looked at.
    around: Vec<Ty<'tcx>>,
    depths: FxHashMap<Ty<'tcx>, usize>,
}

impl<'tcx> Nesting<'tcx> {
    /// The number of futures around the innermost one. It is `None` if what `ty` owns can contain
    /// another value of its type.
    fn depth(&mut self, ty: Ty<'tcx>) -> Option<usize> {
        let Ownership { tcx, typing_env } = self.owner;
        if !ty.needs_async_drop(tcx, typing_env) {
            return Some(0);
        }
        // The future that drops a coroutine, or a value of unknown type, holds no more than
        // pointers.
        if ty.is_coroutine() || ty.is_trait() {
            return Some(1);
        }
        if let Some(&depth) = self.depths.get(&ty) {
            return Some(depth);
        }
        if self.around.contains(&ty) || self.grows(ty) {
            return None;
        }
        self.around.push(ty);
        let mut depth = 0;
        for owned in self.owner.owned_by(ty).tys {
            let inner = self.depth(owned)?;
            let is_indirect = inner > MAX_DEPTH && self.owner.can_be_indirect(owned);
            depth = depth.max(if is_indirect { 1 } else { inner });
        }
        self.around.pop();
        self.depths.insert(ty, depth + 1);
        Some(depth + 1)
    }

    /// Whether `ty` seems to contain ever larger values of its type, as
    /// `struct N<T>(T, Option<Box<N<(T, T)>>>)` does. It is rejected elsewhere. Written out it
    /// doubles each time, so it is not followed as far as the recursion limit.
    fn grows(&self, ty: Ty<'tcx>) -> bool {
        let (adt, limit) = (ty.ty_adt_def(), self.owner.tcx.recursion_limit());
        let instances = self.around.iter().filter(|outer| outer.ty_adt_def() == adt).count();
        adt.is_some() && instances > MAX_DEPTH || !limit.value_within_limit(self.around.len())
    }
}

fn counts_references(tcx: TyCtxt<'_>, adt: DefId) -> bool {
    [sym::Rc, sym::Arc].into_iter().any(|name| tcx.is_diagnostic_item(name, adt))
}

#[derive(Default)]
struct Owned<'tcx> {
    tys: Vec<Ty<'tcx>>,
    /// The type needs async drop, whatever the types that it owns need.
    needs_async_drop: bool,
}

#[derive(Clone, Copy)]
struct Ownership<'tcx> {
    tcx: TyCtxt<'tcx>,
    typing_env: ty::TypingEnv<'tcx>,
}

impl<'tcx> Ownership<'tcx> {
    /// What a value of type `ty` owns at first hand.
    fn owned_by(self, ty: Ty<'tcx>) -> Owned<'tcx> {
        let tcx = self.tcx;
        let mut owned = Owned::default();
        match *ty.kind() {
            ty::Bool
            | ty::Char
            | ty::Int(_)
            | ty::Uint(_)
            | ty::Float(_)
            | ty::Str
            | ty::Never
            | ty::Foreign(_)
            | ty::Ref(..)
            | ty::RawPtr(..)
            | ty::FnDef(..)
            | ty::FnPtr(..) => {}

            ty::Pat(ty, _) | ty::Slice(ty) => owned.tys.push(ty),
            ty::Array(ty, length) => {
                if length.try_to_target_usize(tcx) != Some(0) {
                    owned.tys.push(ty);
                }
            }
            ty::Tuple(tys) => owned.tys.extend(tys),
            ty::UnsafeBinder(ty) => {
                owned.tys.push(tcx.instantiate_bound_regions_with_erased(ty.into()));
            }
            ty::Closure(_, args) => owned.tys.extend(args.as_closure().upvar_tys()),
            ty::CoroutineClosure(_, args) => {
                owned.tys.extend(args.as_coroutine_closure().upvar_tys());
            }

            ty::Coroutine(def_id, args) if tcx.is_async_drop_in_place_coroutine(def_id) => {
                owned.tys.push(args.type_at(0));
            }
            ty::Coroutine(def_id, args) => {
                let is_known = match self.typing_env.typing_mode {
                    TypingMode::PostAnalysis => true,
                    _ => !def_id.is_local(),
                };
                let body = if is_known { tcx.mir_coroutine_witnesses(def_id) } else { None };
                let Some(body) = body else {
                    owned.needs_async_drop = true;
                    return owned;
                };
                // A crate without the feature awaits no drop, nor does anybody for it.
                if let Some(dropped) = &body.dropped_tys {
                    let dropped = dropped.iter();
                    let dropped = dropped.map(|&ty| EarlyBinder::bind(ty).instantiate(tcx, args));
                    owned.tys.extend(dropped);
                    owned.tys.extend(args.as_coroutine().upvar_tys());
                }
            }

            ty::Adt(adt, args) => {
                if adt.is_manually_drop() || tcx.type_is_copy_modulo_regions(self.typing_env, ty) {
                    return owned;
                }
                owned.needs_async_drop = adt.async_destructor(tcx).is_some();
                if let Some(contents) = self.owned_by_hand(ty) {
                    owned.tys.push(contents);
                } else if !adt.is_union() {
                    owned.tys.extend(ty.boxed_ty());
                    let awaits_erased = tcx.awaits_erased_drops(adt.did().krate);
                    owned.tys.extend(adt.all_fields().map(|field| {
                        let ty = tcx.type_of(field.did);
                        if awaits_erased { ty } else { ty.map_bound(|ty| without_erased(tcx, ty)) }
                            .instantiate(tcx, args)
                    }));
                }
            }

            // What another crate hides is known, and does not depend on this one.
            ty::Alias(ty::Opaque, alias) if !alias.def_id.is_local() => {
                owned.tys.push(tcx.type_of(alias.def_id).instantiate(tcx, alias.args));
            }

            ty::Alias(..) | ty::Param(_) | ty::Placeholder(_) => {
                owned.needs_async_drop = !tcx.type_is_copy_modulo_regions(self.typing_env, ty);
            }

            ty::Dynamic(..) | ty::Error(_) => owned.needs_async_drop = true,

            ty::CoroutineWitness(..) | ty::Bound(..) | ty::Infer(_) => {
                rustc_middle::bug!("unexpected type `{ty}` in `needs_async_drop`")
            }
        }
        for ty in &mut owned.tys {
            *ty = tcx.try_normalize_erasing_regions(self.typing_env, *ty).unwrap_or(*ty);
        }
        owned
    }

    /// Whether the future that drops a `ty` may be one of unknown type.
    fn can_be_indirect(self, ty: Ty<'tcx>) -> bool {
        ty.is_box() || self.owned_by_hand(ty).is_some()
    }

    /// What the type says that it owns, if it drops that by hand.
    fn owned_by_hand(self, ty: Ty<'tcx>) -> Option<Ty<'tcx>> {
        let tcx = self.tcx;
        let query = self.typing_env.as_query_input(ty);
        let of_trait = if tcx.has_async_drop_contents(query) {
            tcx.lang_items().async_drop_contents_trait()?
        } else if tcx.has_async_drop_glue(query) {
            tcx.lang_items().async_drop_glue_trait()?
        } else {
            return None;
        };
        let items = tcx.associated_items(of_trait);
        let owned = items.in_definition_order().find(|item| item.is_type())?.def_id;
        Some(Ty::new_projection(tcx, owned, [ty]))
    }
}

/// The type of a field of a crate whose trait objects are not dropped by await, without them.
/// Those that come with a type parameter are the business of whoever names them.
fn without_erased<'tcx>(tcx: TyCtxt<'tcx>, ty: Ty<'tcx>) -> Ty<'tcx> {
    ty.fold_with(&mut BottomUpFolder {
        tcx,
        ty_op: |ty| if ty.is_trait() { tcx.types.unit } else { ty },
        lt_op: |lt| lt,
        ct_op: |ct| ct,
    })
}

/// Whether there is ever anything in `saved` in a coroutine with these arguments: not if it is for
/// the future of a drop that turns out to be no awaited one.
pub(crate) fn is_saved_local_used<'tcx>(
    tcx: TyCtxt<'tcx>,
    typing_env: ty::TypingEnv<'tcx>,
    coroutine: &CoroutineLayout<'tcx>,
    saved: CoroutineSavedLocal,
    args: ty::GenericArgsRef<'tcx>,
) -> bool {
    if !coroutine.drop_futures.contains(&saved) {
        return true;
    }
    let future = ty::EarlyBinder::bind(coroutine.field_tys[saved].ty).instantiate(tcx, args);
    let ty::Coroutine(_, future_args) = *future.kind() else { return true };
    let dropped = tcx.try_normalize_erasing_regions(typing_env, future_args.type_at(0));
    dropped.map_or(true, |ty| ty.needs_async_drop(tcx, typing_env))
}

pub(crate) fn provide(providers: &mut Providers) {
    *providers = Providers {
        needs_async_drop_raw,
        async_destructor_tys,
        has_async_drop_glue,
        has_async_drop_contents,
        async_drop_is_indirect,
        awaits_erased_drops,
        vtables_have_async_drop,
        ..*providers
    };
}
