//! Takes out switches that decide nothing, for a value that is looked at once more is saved until
//! then.
//!
//! ```text
//! match receive().await? {
//!     Message::Text(text) => send(text).await,
//!     Message::Close => return,
//! }
//! ```
//!
//! The match moves the text out of the message, and nothing of that is left to be dropped at its
//! end. Drop elaboration still asks which message it was, since its move paths do not say that a
//! variant without droppable fields has none:
//!
//! ```text
//! // Before.
//! bb7: _9 = discriminant(_3); switchInt(move _9) -> [0: bb8, otherwise: bb9]
//! bb8: goto -> bb9
//!
//! // After.
//! bb7: goto -> bb9
//! ```
//!
//! Between the two the arm suspends. So the message would be a part of the coroutine, beside the
//! text that came out of it, and what `?` made of the result as well.
//!
//! Only a coroutine with a packed layout is changed (`packs_layout`).

use rustc_index::IndexVec;
use rustc_middle::mir::visit::{PlaceContext, Visitor};
use rustc_middle::mir::*;
use rustc_middle::ty::TyCtxt;

use super::packs_layout;

/// Replaces each switch on a discriminant that leads to the same block whatever it finds.
pub(in crate::coroutine) fn remove_idle_switches<'tcx>(tcx: TyCtxt<'tcx>, body: &mut Body<'tcx>) {
    if !packs_layout(tcx, body.source.def_id()) {
        return;
    }
    let uses = Uses::of(body);
    let switches: Vec<BasicBlock> = body
        .basic_blocks
        .iter_enumerated()
        .filter(|(_, data)| discriminant_read_by(data, &uses).is_some())
        .map(|(block, _)| block)
        .collect();
    // A switch is often behind another one: from there on, the first leads to one block as well.
    let mut changed = !switches.is_empty();
    while std::mem::take(&mut changed) {
        for &block in &switches {
            let Some(statement_index) = discriminant_read_by(&body[block], &uses) else { continue };
            let Some(target) = meeting_point(body, block) else { continue };
            let data = &mut body.basic_blocks_mut()[block];
            data.statements.remove(statement_index);
            data.terminator_mut().kind = TerminatorKind::Goto { target };
            changed = true;
        }
    }
}

/// The statement with which `data` reads the discriminant that it switches on, if it is read for
/// that alone.
fn discriminant_read_by(data: &BasicBlockData<'_>, uses: &Uses) -> Option<usize> {
    let TerminatorKind::SwitchInt { discr: Operand::Move(read), .. } = data.terminator().kind
    else {
        return None;
    };
    let read = read.as_local().filter(|&read| uses.0[read] == 2)?;
    data.statements.iter().position(|statement| match &statement.kind {
        StatementKind::Assign(box (to, Rvalue::Discriminant(_))) => to.as_local() == Some(read),
        _ => false,
    })
}

/// Where `block` leads to whatever its switch finds. It is the first such block: those behind it
/// may be reached from elsewhere, and if this is cleanup, it has to go through the same block as
/// before.
fn meeting_point(body: &Body<'_>, block: BasicBlock) -> Option<BasicBlock> {
    let mut ways = body[block].terminator().successors().map(|target| gotos(body, target));
    let first = ways.next()?;
    let others: Vec<_> = ways.collect();
    first.into_iter().find(|point| others.iter().all(|way| way.contains(point)))
}

/// The blocks from `block` on, up to the first that does something.
fn gotos(body: &Body<'_>, mut block: BasicBlock) -> Vec<BasicBlock> {
    let is_nop = |statement: &Statement<'_>| matches!(statement.kind, StatementKind::Nop);
    let mut way = vec![block];
    while let TerminatorKind::Goto { target } = body[block].terminator().kind
        && body[block].statements.iter().all(is_nop)
        && !way.contains(&target)
    {
        way.push(target);
        block = target;
    }
    way
}

/// How often each local is mentioned, other than by storage markers.
pub(super) struct Uses(pub(super) IndexVec<Local, usize>);

impl Uses {
    pub(super) fn of(body: &Body<'_>) -> Uses {
        let mut uses = Uses(IndexVec::from_elem(0, &body.local_decls));
        uses.visit_body(body);
        uses
    }
}

impl<'tcx> Visitor<'tcx> for Uses {
    fn visit_local(&mut self, local: Local, context: PlaceContext, _: Location) {
        self.0[local] += usize::from(!context.is_storage_marker());
    }
}
