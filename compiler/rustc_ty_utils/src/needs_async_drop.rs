//! Whether dropping a value of a type may have to be awaited.
//!
//! ```text
//! struct Conn;                    // impl AsyncDrop for Conn
//! struct Pooled { conn: Conn }    // yes, by its field
//! async fn query(c: &Conn) {}     // its future: no, it borrows
//! async fn serve(c: Conn) {}      // its future: yes, by its capture
//! fn generic<T>() {}              // T: perhaps, and so yes until T is known
//! ```
//!
//! A type needs async drop if it implements `AsyncDrop` or owns, by its drop glue, something that
//! does. "No" is a promise: such a value is dropped as if async drop did not exist. "Yes" is not:
//! the destructor of a type parameter may turn out to do nothing.
//!
//! What a coroutine owns is decided by its body: its captures, and each value that its body drops,
//! whether or not that value is alive across an `.await` that the programmer wrote, because the
//! drop itself is one. The body is known once it has been type checked, but building MIR, which
//! comes first, asks this question too. It is told "yes" for any coroutine. After analysis, when
//! drops are elaborated, the answer is exact.

use rustc_data_structures::fx::FxHashSet;
use rustc_middle::query::Providers;
use rustc_middle::ty::{self, EarlyBinder, PseudoCanonicalInput, Ty, TyCtxt, TypingMode};

fn needs_async_drop_raw<'tcx>(
    tcx: TyCtxt<'tcx>,
    PseudoCanonicalInput { typing_env, value: ty }: PseudoCanonicalInput<'tcx, Ty<'tcx>>,
) -> bool {
    let mut owned = OwnedTypes { tcx, typing_env, seen: FxHashSet::default(), queue: Vec::new() };
    owned.push(ty, 0);
    while let Some((ty, depth)) = owned.queue.pop() {
        // A type that grows without end is reported when its sync drop is looked at.
        if !tcx.recursion_limit().value_within_limit(depth) || owned.expand(ty, depth + 1).is_err()
        {
            return true;
        }
    }
    false
}

/// The type needs async drop, whatever else there is.
struct Needed;

struct OwnedTypes<'tcx> {
    tcx: TyCtxt<'tcx>,
    typing_env: ty::TypingEnv<'tcx>,
    seen: FxHashSet<Ty<'tcx>>,
    /// Types still to be looked at, each with the number of types around it.
    queue: Vec<(Ty<'tcx>, usize)>,
}

impl<'tcx> OwnedTypes<'tcx> {
    fn push(&mut self, ty: Ty<'tcx>, depth: usize) {
        let ty = self.tcx.try_normalize_erasing_regions(self.typing_env, ty).unwrap_or(ty);
        if self.seen.insert(ty) {
            self.queue.push((ty, depth));
        }
    }

    fn push_all(&mut self, tys: impl IntoIterator<Item = Ty<'tcx>>, depth: usize) {
        for ty in tys {
            self.push(ty, depth);
        }
    }

    /// Queues what a value of type `ty` owns.
    fn expand(&mut self, ty: Ty<'tcx>, depth: usize) -> Result<(), Needed> {
        let tcx = self.tcx;
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

            ty::Pat(ty, _) | ty::Slice(ty) => self.push(ty, depth),
            ty::Array(ty, length) => {
                if length.try_to_target_usize(tcx) != Some(0) {
                    self.push(ty, depth);
                }
            }
            ty::Tuple(tys) => self.push_all(tys, depth),
            ty::UnsafeBinder(ty) => {
                self.push(tcx.instantiate_bound_regions_with_erased(ty.into()), depth);
            }
            ty::Closure(_, args) => self.push_all(args.as_closure().upvar_tys(), depth),
            ty::CoroutineClosure(_, args) => {
                self.push_all(args.as_coroutine_closure().upvar_tys(), depth);
            }

            ty::Coroutine(def_id, args) if tcx.is_async_drop_in_place_coroutine(def_id) => {
                self.push(args.type_at(0), depth);
            }
            ty::Coroutine(def_id, args) => {
                let TypingMode::PostAnalysis = self.typing_env.typing_mode else {
                    return Err(Needed);
                };
                let Some(body) = tcx.mir_coroutine_witnesses(def_id) else { return Err(Needed) };
                let dropped = body.dropped_tys.iter();
                let dropped = dropped.map(|&ty| EarlyBinder::bind(ty).instantiate(tcx, args));
                self.push_all(dropped, depth);
                self.push_all(args.as_coroutine().upvar_tys(), depth);
            }

            ty::Adt(adt, args) => {
                if adt.is_manually_drop() || tcx.type_is_copy_modulo_regions(self.typing_env, ty) {
                    return Ok(());
                }
                if adt.async_destructor(tcx).is_some() {
                    return Err(Needed);
                }
                if !adt.is_union() {
                    self.push_all(adt.all_fields().map(|field| field.ty(tcx, args)), depth);
                }
            }

            ty::Alias(..) | ty::Param(_) | ty::Placeholder(_) => {
                if !tcx.type_is_copy_modulo_regions(self.typing_env, ty) {
                    return Err(Needed);
                }
            }

            ty::Dynamic(..) | ty::Error(_) => return Err(Needed),

            ty::CoroutineWitness(..) | ty::Bound(..) | ty::Infer(_) => {
                rustc_middle::bug!("unexpected type `{ty}` in `needs_async_drop`")
            }
        }
        Ok(())
    }
}

pub(crate) fn provide(providers: &mut Providers) {
    providers.needs_async_drop_raw = needs_async_drop_raw;
}
