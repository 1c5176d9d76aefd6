//! Drop flags on the unwindline.
//!
//! If it asked those of the body, the coroutine would save them. So they are copied as it is
//! entered.

use rustc_index::IndexVec;
use rustc_index::bit_set::DenseBitSet;
use rustc_middle::mir::visit::{
    MutVisitor, NonMutatingUseContext, NonUseContext, PlaceContext, Visitor,
};
use rustc_middle::mir::*;
use rustc_middle::ty::TyCtxt;

use super::Cleanup;
use crate::patch::MirPatch;

/// The drop flags of `body`. Each is set at the start and has no storage markers; nothing but
/// constants is assigned to it.
fn drop_flags<'tcx>(body: &Body<'tcx>) -> DenseBitSet<Local> {
    struct Others(DenseBitSet<Local>);
    impl<'tcx> Visitor<'tcx> for Others {
        fn visit_statement(&mut self, statement: &Statement<'tcx>, location: Location) {
            match &statement.kind {
                StatementKind::Assign(box (place, Rvalue::Use(Operand::Constant(_))))
                    if place.as_local().is_some() => {}
                _ => self.super_statement(statement, location),
            }
        }

        fn visit_local(&mut self, local: Local, context: PlaceContext, _: Location) {
            const READ: PlaceContext = PlaceContext::NonMutatingUse(NonMutatingUseContext::Copy);
            const DEBUG_INFO: PlaceContext = PlaceContext::NonUse(NonUseContext::VarDebugInfo);
            if context != READ && context != DEBUG_INFO {
                self.0.insert(local);
            }
        }
    }
    let mut others = Others(DenseBitSet::new_empty(body.local_decls.len()));
    others.visit_body(body);
    let mut flags = DenseBitSet::new_empty(body.local_decls.len());
    for statement in &body[START_BLOCK].statements {
        if let StatementKind::Assign(box (place, Rvalue::Use(Operand::Constant(_)))) =
            statement.kind
            && let Some(local) = place.as_local()
            && body.local_decls[local].ty.is_bool()
            && !others.0.contains(local)
        {
            flags.insert(local);
        }
    }
    flags
}

/// Gives each drop flag that the unwindline asks a copy of its own, besides `copies`.
pub(super) fn copies_of_drop_flags<'tcx>(
    body: &Body<'tcx>,
    cleanup: &Cleanup,
    mut copies: IndexVec<Local, Option<Local>>,
    patch: &mut MirPatch<'tcx>,
) -> IndexVec<Local, Option<Local>> {
    let flags = drop_flags(body);
    for flag in cleanup.behind.iter().filter_map(|block| tested_local(body, block)) {
        if flags.contains(flag) {
            let LocalDecl { ty, source_info, .. } = body.local_decls[flag];
            copies[flag].get_or_insert_with(|| patch.new_temp(ty, source_info.span));
        }
    }
    copies
}

/// The local that the end of `block` tests.
pub(super) fn tested_local(body: &Body<'_>, block: BasicBlock) -> Option<Local> {
    match &body[block].terminator().kind {
        TerminatorKind::SwitchInt { discr, .. } => discr.place()?.as_local(),
        _ => None,
    }
}

/// Has the unwindline use the locals of its own.
pub(super) struct UseCopies<'a, 'tcx> {
    pub(super) tcx: TyCtxt<'tcx>,
    pub(super) own: &'a IndexVec<Local, Option<Local>>,
}

impl<'tcx> MutVisitor<'tcx> for UseCopies<'_, 'tcx> {
    fn tcx(&self) -> TyCtxt<'tcx> {
        self.tcx
    }

    fn visit_local(&mut self, local: &mut Local, _: PlaceContext, _: Location) {
        if let Some(own) = self.own[*local] {
            *local = own;
        }
    }
}
