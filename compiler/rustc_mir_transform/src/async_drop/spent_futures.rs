//! Takes out drops of futures that hold nothing.
//!
//! ```text
//! // Before. `_7` is the future of an `async fn`, and what `.await` polls.
//! bb5: _8 = <F as Future>::poll(..) -> [return: bb6, unwind: bb12]
//! bb6: switchInt(discriminant(_8)) -> [ready: bb7, pending: bb9]
//! bb7: _6 = (_8 as Ready).0; drop(_7) -> [return: bb8, unwind: bb13, drop: bb10]
//! bb9: _2 = yield(..) -> [resume: bb5, drop: bb11]
//! bb11: drop(_7) -> [return: bb10, unwind: bb13]
//! bb12 (cleanup): drop(_7) -> [return: bb13, unwind terminate]
//!
//! // After.
//! bb7: _6 = (_8 as Ready).0; goto -> bb8
//! bb12 (cleanup): goto -> bb13
//! ```
//!
//! An `.await` ends when the future is ready, when its `poll` panics, or when it is cancelled. A
//! coroutine that is ready, or that a panic has left, has dropped all that it held: its drop asks
//! in which state it is, to find this out. To cancel it (bb11) is another matter, unless none of
//! its states holds anything that is dropped.
//!
//! Of other futures nothing is known. It must run behind `PostAnalysisNormalize`, which tells what
//! an `async fn` returns.

use rustc_data_structures::fx::FxHashSet;
use rustc_middle::mir::*;
use rustc_middle::ty::{self, EarlyBinder, Ty, TyCtxt};

use super::is_awaitee;

pub(crate) struct RemoveSpentDrops;

impl<'tcx> crate::MirPass<'tcx> for RemoveSpentDrops {
    fn run_pass(&self, tcx: TyCtxt<'tcx>, body: &mut Body<'tcx>) {
        if !tcx.features().async_drop() || !body.is_async() {
            return;
        }
        let typing_env = body.typing_env(tcx);
        let is_spent = |data: &BasicBlockData<'tcx>| {
            let TerminatorKind::Drop { place, target, drop, .. } = data.terminator().kind else {
                return None;
            };
            let ty = place.ty(body, tcx).ty;
            // A drop on the dropline has no other way to go.
            let is_cancelled = !data.is_cleanup && drop.is_none();
            let is_spent = ty.is_coroutine()
                && (!is_cancelled && is_awaitee(body, place)
                    || !may_hold_values(tcx, typing_env, ty));
            is_spent.then_some(target)
        };
        let spent: Vec<(BasicBlock, BasicBlock)> = body
            .basic_blocks
            .iter_enumerated()
            .filter_map(|(block, data)| Some((block, is_spent(data)?)))
            .collect();
        for (block, target) in spent {
            body.basic_blocks_mut()[block].terminator_mut().kind = TerminatorKind::Goto { target };
        }
    }

    fn is_required(&self) -> bool {
        false
    }
}

/// Whether a value of type `ty` may hold something that is dropped, in whatever state it is. The
/// drop glue of a coroutine is there for the compiler even if it does nothing.
pub(super) fn may_hold_values<'tcx>(
    tcx: TyCtxt<'tcx>,
    typing_env: ty::TypingEnv<'tcx>,
    ty: Ty<'tcx>,
) -> bool {
    let mut seen = FxHashSet::default();
    let mut queue = vec![ty];
    while let Some(ty) = queue.pop() {
        let ty = tcx.try_normalize_erasing_regions(typing_env, ty).unwrap_or(ty);
        if !seen.insert(ty) {
            continue;
        }
        match *ty.kind() {
            ty::Coroutine(def_id, args) if !tcx.is_async_drop_in_place_coroutine(def_id) => {
                let Some(witness) = tcx.mir_coroutine_witnesses(def_id) else { return true };
                // What is alive at a `yield`, and what may be where a drop is awaited.
                let saved = witness.field_tys.iter().map(|saved| saved.ty);
                let dropped = witness.dropped_tys.iter().flatten().copied();
                let tys = saved.chain(dropped);
                queue.extend(args.as_coroutine().upvar_tys());
                queue.extend(tys.map(|ty| EarlyBinder::bind(ty).instantiate(tcx, args)));
            }
            _ if ty.needs_drop(tcx, typing_env) => return true,
            _ => {}
        }
    }
    false
}
