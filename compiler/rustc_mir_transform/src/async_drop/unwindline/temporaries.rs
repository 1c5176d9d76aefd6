//! Values that only the unwindline keeps across a suspension.
//!
//! ```text
//! // `(Guard::new(1), Guard::new(2))`, if the second call panics.
//! bb3: _4 = Guard::new(2) -> [return: bb4, unwind: bb6]
//! bb6 (cleanup): drop(_3) -> ..
//! ```
//!
//! If the unwindline dropped `_3`, that would be a part of the coroutine, and each path without a
//! panic would store it there. So the value is moved as the line is entered, if nothing has a
//! pointer to it, and if it is certainly there.

use rustc_index::IndexVec;
use rustc_index::bit_set::DenseBitSet;
use rustc_middle::mir::visit::{MutatingUseContext, NonUseContext, PlaceContext, Visitor};
use rustc_middle::mir::*;
use rustc_middle::ty::TyCtxt;
use rustc_mir_dataflow::Analysis;
use rustc_mir_dataflow::impls::MaybeLiveLocals;

use super::{Cleanup, reachable_from};

/// The local that the end of `block` drops as a whole.
pub(super) fn dropped_local(body: &Body<'_>, block: BasicBlock) -> Option<Local> {
    match body[block].terminator().kind {
        TerminatorKind::Drop { place, .. } => place.as_local(),
        _ => None,
    }
}

/// Gives each local that is moved as the unwindline is entered another one on it.
pub(super) fn copies_of_temporaries<'tcx>(
    tcx: TyCtxt<'tcx>,
    body: &mut Body<'tcx>,
    cleanup: &Cleanup,
) -> IndexVec<Local, Option<Local>> {
    let temporaries = temporaries(tcx, body, cleanup);
    let mut copies = IndexVec::from_elem(None, &body.local_decls);
    for local in temporaries.iter() {
        let LocalDecl { ty, source_info, .. } = body.local_decls[local];
        copies[local] = Some(body.local_decls.push(LocalDecl::with_source_info(ty, source_info)));
    }
    copies.resize(body.local_decls.len(), None);
    copies
}

fn temporaries<'tcx>(
    tcx: TyCtxt<'tcx>,
    body: &Body<'tcx>,
    cleanup: &Cleanup,
) -> DenseBitSet<Local> {
    let mut temporaries = DenseBitSet::new_empty(body.local_decls.len());
    for block in cleanup.behind.iter() {
        if let Some(local) = dropped_local(body, block)
            && local.index() > body.arg_count
        {
            temporaries.insert(local);
        }
    }
    if temporaries.is_empty() {
        return temporaries;
    }
    temporaries.subtract(&borrowed_locals(body));
    temporaries.subtract(&used_otherwise(body, cleanup));
    temporaries.intersect(&locals_with_storage(body));
    // Where the line branches, something may be gone already.
    for &catch in &cleanup.catches {
        let behind = reachable_from(body, [catch].into_iter());
        let branches = |block: BasicBlock| {
            matches!(body[block].terminator().kind, TerminatorKind::SwitchInt { .. })
        };
        if behind.iter().any(branches) {
            for local in behind.iter().filter_map(|block| dropped_local(body, block)) {
                temporaries.remove(local);
            }
        }
    }
    if !temporaries.is_empty() {
        temporaries.subtract(&alive_across_suspensions(tcx, body));
    }
    temporaries
}

/// The locals that something may have a pointer to. A destructor has one too, but is the last.
fn borrowed_locals(body: &Body<'_>) -> DenseBitSet<Local> {
    struct Borrowed(DenseBitSet<Local>);
    impl<'tcx> Visitor<'tcx> for Borrowed {
        fn visit_place(&mut self, place: &Place<'tcx>, context: PlaceContext, _: Location) {
            if (context.is_borrow() || context.is_address_of()) && !place.is_indirect() {
                self.0.insert(place.local);
            }
        }
    }
    let mut borrowed = Borrowed(DenseBitSet::new_empty(body.local_decls.len()));
    borrowed.visit_body(body);
    borrowed.0
}

/// The locals that cleanup behind a catch does more with than to drop them.
fn used_otherwise(body: &Body<'_>, cleanup: &Cleanup) -> DenseBitSet<Local> {
    struct Uses(DenseBitSet<Local>);
    impl<'tcx> Visitor<'tcx> for Uses {
        fn visit_place(&mut self, place: &Place<'tcx>, context: PlaceContext, location: Location) {
            let is_drop = context == PlaceContext::MutatingUse(MutatingUseContext::Drop);
            if !is_drop || place.as_local().is_none() {
                self.super_place(place, context, location);
            }
        }

        fn visit_local(&mut self, local: Local, context: PlaceContext, _: Location) {
            if context != PlaceContext::NonUse(NonUseContext::StorageDead) {
                self.0.insert(local);
            }
        }
    }
    let mut uses = Uses(DenseBitSet::new_empty(body.local_decls.len()));
    for block in cleanup.behind.iter() {
        uses.visit_basic_block_data(block, &body[block]);
    }
    uses.0
}

fn locals_with_storage(body: &Body<'_>) -> DenseBitSet<Local> {
    let mut locals = DenseBitSet::new_empty(body.local_decls.len());
    for statement in body.basic_blocks.iter().flat_map(|data| &data.statements) {
        if let StatementKind::StorageLive(local) = statement.kind {
            locals.insert(local);
        }
    }
    locals
}

/// What is in the coroutine without the unwindline, too.
fn alive_across_suspensions<'tcx>(tcx: TyCtxt<'tcx>, body: &Body<'tcx>) -> DenseBitSet<Local> {
    let mut alive = DenseBitSet::new_empty(body.local_decls.len());
    let mut used_later = MaybeLiveLocals
        .iterate_to_fixpoint(tcx, body, Some("unwindline"))
        .into_results_cursor(body);
    for (block, data) in body.basic_blocks.iter_enumerated() {
        match data.terminator().kind {
            TerminatorKind::Yield { .. } => {}
            TerminatorKind::Drop { place, async_fut: Some(_), .. } => {
                alive.insert(place.local);
            }
            _ => continue,
        }
        used_later.seek_to_block_end(block);
        alive.union(used_later.get());
    }
    alive
}
