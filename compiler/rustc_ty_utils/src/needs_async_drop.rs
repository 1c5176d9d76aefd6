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
//! What a type owns is what its fields own, with two exceptions: a `Box` owns its contents, and a
//! type that implements `AsyncDropGlue` says itself what it owns.
//!
//! What a coroutine owns is decided by its body: its captures, and each value that its body drops,
//! whether or not that value is alive across an `.await` that the programmer wrote, because the
//! drop itself is one. The body is known once it has been type checked, but building MIR, which
//! comes first, asks this question too. It is told "yes" for any coroutine. After analysis, when
//! drops are elaborated, the answer is exact.

use rustc_data_structures::fx::FxHashSet;
use rustc_infer::infer::TyCtxtInferExt;
use rustc_middle::query::Providers;
use rustc_middle::ty::{self, EarlyBinder, PseudoCanonicalInput, Ty, TyCtxt, TypingMode};
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

fn has_async_drop_glue<'tcx>(
    tcx: TyCtxt<'tcx>,
    PseudoCanonicalInput { typing_env, value: ty }: PseudoCanonicalInput<'tcx, Ty<'tcx>>,
) -> bool {
    let Some(glue) = tcx.lang_items().async_drop_glue_trait() else { return false };
    if !ty.is_adt() || tcx.non_blanket_impls_for_ty(glue, ty).next().is_none() {
        return false;
    }
    let (infcx, param_env) = tcx.infer_ctxt().build_with_typing_env(typing_env);
    traits::type_known_to_meet_bound_modulo_regions(&infcx, param_env, ty, glue)
}

fn async_drop_recurses<'tcx>(
    tcx: TyCtxt<'tcx>,
    PseudoCanonicalInput { typing_env, value: ty }: PseudoCanonicalInput<'tcx, Ty<'tcx>>,
) -> bool {
    let mut search = CycleSearch {
        owner: Ownership { tcx, typing_env },
        around: Vec::new(),
        without_cycle: FxHashSet::default(),
    };
    search.reaches_cycle(ty)
}

/// Looks for a value that can own another value of its type.
struct CycleSearch<'tcx> {
    owner: Ownership<'tcx>,
    /// The types around the one that is looked at.
    around: Vec<Ty<'tcx>>,
    without_cycle: FxHashSet<Ty<'tcx>>,
}

impl<'tcx> CycleSearch<'tcx> {
    fn reaches_cycle(&mut self, ty: Ty<'tcx>) -> bool {
        let Ownership { tcx, typing_env } = self.owner;
        // The future that drops a coroutine, or a value of unknown type, holds no more than
        // pointers: there a cycle ends.
        if ty.is_coroutine()
            || matches!(ty.kind(), ty::Dynamic(..))
            || self.without_cycle.contains(&ty)
            || !ty.needs_async_drop(tcx, typing_env)
        {
            return false;
        }
        if self.around.contains(&ty) || !tcx.recursion_limit().value_within_limit(self.around.len())
        {
            return true;
        }
        self.around.push(ty);
        let owned = self.owner.owned_by(ty).tys;
        let found = owned.into_iter().any(|owned| self.reaches_cycle(owned));
        self.around.pop();
        if !found {
            self.without_cycle.insert(ty);
        }
        found
    }
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
                let body = match self.typing_env.typing_mode {
                    TypingMode::PostAnalysis => tcx.mir_coroutine_witnesses(def_id),
                    _ => None,
                };
                owned.needs_async_drop = body.is_none();
                let dropped = body.into_iter().flat_map(|body| body.dropped_tys.iter());
                let dropped = dropped.map(|&ty| EarlyBinder::bind(ty).instantiate(tcx, args));
                owned.tys.extend(dropped);
                owned.tys.extend(args.as_coroutine().upvar_tys());
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
                    owned.tys.extend(adt.all_fields().map(|field| field.ty(tcx, args)));
                }
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

    /// `<ty as AsyncDropGlue>::Owned`, if the type drops what it owns by hand.
    fn owned_by_hand(self, ty: Ty<'tcx>) -> Option<Ty<'tcx>> {
        let tcx = self.tcx;
        if !tcx.has_async_drop_glue(self.typing_env.as_query_input(ty)) {
            return None;
        }
        let glue = tcx.lang_items().async_drop_glue_trait()?;
        let items = tcx.associated_items(glue);
        let owned = items.in_definition_order().find(|item| item.is_type())?.def_id;
        Some(Ty::new_projection(tcx, owned, [ty]))
    }
}

pub(crate) fn provide(providers: &mut Providers) {
    *providers =
        Providers { needs_async_drop_raw, has_async_drop_glue, async_drop_recurses, ..*providers };
}
