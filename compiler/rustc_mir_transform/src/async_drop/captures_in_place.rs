//! Leaves what a coroutine captured where it is, if the body would only move it to a local.
//!
//! ```text
//! async fn serve(conn: Conn) { … }
//! // is lowered to
//! fn serve(conn: Conn) -> impl Future { async move { let conn = conn; … } }
//!
//! // Before:
//! StorageLive(_3)
//! _3 = move (_1.0: Conn)
//! … _3 …
//! StorageDead(_3)
//!
//! // After:
//! … (_1.0: Conn) …
//! ```
//!
//! A capture has its place in the coroutine for as long as that exists, and so a parameter that is
//! alive across a suspension has two (rust-lang/rust#62958), and its value is moved from one to the
//! other.
//!
//! The local and the capture are the same thing if the capture is used once, to initialize the
//! local, and if that happens once. So the move has to be on the straight line with which the body
//! begins, and the local must not have been written before. A local that no suspension sees is left
//! alone: it is no part of the coroutine, and has better places to be in.
//!
//! Drops have been elaborated, so what is moved out of the capture is not dropped there. An
//! unresumed coroutine drops its captures as ever: the local is not alive yet.
//!
//! Only a coroutine with a packed layout is changed (`packs_layout`).

use rustc_abi::FieldIdx;
use rustc_data_structures::fx::FxHashMap;
use rustc_index::bit_set::DenseBitSet;
use rustc_middle::mir::visit::{MutVisitor, MutatingUseContext, PlaceContext, Visitor};
use rustc_middle::mir::*;
use rustc_middle::ty::{self, TyCtxt};

use super::{SELF_ARG, packs_layout};

/// Replaces each local that is a capture by another name.
pub(in crate::coroutine) fn use_captures_in_place<'tcx>(tcx: TyCtxt<'tcx>, body: &mut Body<'tcx>) {
    if !packs_layout(tcx, body.source.def_id()) {
        return;
    }
    let whole = UsesOfWhole::of(body);
    if whole.addressed || whole.other {
        return;
    }
    let mentions = Mentions::of(body);
    let typing_env = ty::TypingEnv::post_analysis(tcx, body.source.def_id());
    let captures: FxHashMap<Local, Place<'tcx>> = initializations(body)
        .into_iter()
        .filter(|&(local, capture)| {
            let Some(field) = captured_field(capture) else { return false };
            let ty = body.local_decls[local].ty;
            mentions.captures[&field] == 1
                && !mentions.fixed.contains(local)
                && mentions.saved.contains(local)
                && ty == capture.ty(&*body, tcx).ty
                && !(whole.dropped && ty.needs_drop(tcx, typing_env))
        })
        .collect();
    if !captures.is_empty() {
        InPlace { tcx, captures }.visit_body(body);
    }
}

/// The moves and copies of captures to fresh locals with which the body begins.
fn initializations<'tcx>(body: &Body<'tcx>) -> Vec<(Local, Place<'tcx>)> {
    let mut found = Vec::new();
    let mut seen = Mentioned(DenseBitSet::new_empty(body.local_decls.len()));
    let mut block = START_BLOCK;
    let mut visited = DenseBitSet::new_empty(body.basic_blocks.len());
    let predecessors = body.basic_blocks.predecessors();
    while visited.insert(block) && predecessors[block].len() == usize::from(block != START_BLOCK) {
        for (statement_index, statement) in body[block].statements.iter().enumerate() {
            if let StatementKind::Assign(box (to, Rvalue::Use(operand))) = &statement.kind
                && let Some(local) = to.as_local()
                && let Some(capture) = operand.place()
                && captured_field(capture).is_some()
                && !seen.0.contains(local)
            {
                found.push((local, capture));
            }
            seen.visit_statement(statement, Location { block, statement_index });
        }
        let terminator = body[block].terminator();
        seen.visit_terminator(terminator, body.terminator_loc(block));
        let TerminatorKind::Goto { target } = terminator.kind else { break };
        block = target;
    }
    found
}

/// The field that `place` is, if it is a capture as a whole.
fn captured_field(place: Place<'_>) -> Option<FieldIdx> {
    match place.projection[..] {
        [PlaceElem::Field(field, _)] if place.local == SELF_ARG => Some(field),
        _ => None,
    }
}

/// The locals that have been mentioned.
struct Mentioned(DenseBitSet<Local>);

impl<'tcx> Visitor<'tcx> for Mentioned {
    fn visit_local(&mut self, local: Local, context: PlaceContext, _: Location) {
        if context.is_use() {
            self.0.insert(local);
        }
    }
}

/// What is done to the coroutine as a whole.
#[derive(Default)]
pub(super) struct UsesOfWhole {
    /// All captures are dropped somewhere. Elaboration leaves such a drop if none of those that
    /// need it are ever moved.
    pub(super) dropped: bool,
    /// Its address stands for it, as where it is suspended while it unwinds
    /// (`unwindline/calls.rs`).
    pub(super) addressed: bool,
    pub(super) other: bool,
}

impl UsesOfWhole {
    pub(super) fn of(body: &Body<'_>) -> UsesOfWhole {
        let mut uses = UsesOfWhole::default();
        uses.visit_body(body);
        uses
    }
}

impl<'tcx> Visitor<'tcx> for UsesOfWhole {
    fn visit_place(&mut self, place: &Place<'tcx>, context: PlaceContext, _: Location) {
        let is_field = matches!(place.projection.first(), Some(PlaceElem::Field(..)));
        if place.local != SELF_ARG || !context.is_use() || is_field {
            return;
        }
        match context {
            PlaceContext::MutatingUse(MutatingUseContext::Drop) => self.dropped = true,
            PlaceContext::MutatingUse(MutatingUseContext::RawBorrow) => self.addressed = true,
            _ => self.other = true,
        }
    }
}

/// What the body says of captures and locals.
struct Mentions {
    /// How often each capture, or a part of it, is mentioned.
    captures: FxHashMap<FieldIdx, usize>,
    /// The locals in whose place nothing else can be: arguments, and indices.
    fixed: DenseBitSet<Local>,
    /// The locals that may be alive across a suspension: they are borrowed, or used where the
    /// coroutine may have been suspended before.
    saved: DenseBitSet<Local>,
    suspended: DenseBitSet<BasicBlock>,
}

impl Mentions {
    fn of(body: &Body<'_>) -> Mentions {
        let locals = body.local_decls.len();
        let mut fixed = DenseBitSet::new_empty(locals);
        fixed.insert(RETURN_PLACE);
        for argument in body.args_iter() {
            fixed.insert(argument);
        }
        let mut mentions = Mentions {
            captures: FxHashMap::default(),
            fixed,
            saved: DenseBitSet::new_empty(locals),
            suspended: blocks_after_suspension(body),
        };
        mentions.visit_body(body);
        mentions
    }
}

impl<'tcx> Visitor<'tcx> for Mentions {
    fn visit_place(&mut self, place: &Place<'tcx>, context: PlaceContext, location: Location) {
        if place.local == SELF_ARG
            && context.is_use()
            && let Some(&PlaceElem::Field(field, _)) = place.projection.first()
        {
            *self.captures.entry(field).or_default() += 1;
        }
        for elem in place.projection {
            if let PlaceElem::Index(index) = elem {
                self.fixed.insert(index);
            }
        }
        self.super_place(place, context, location);
    }

    fn visit_local(&mut self, local: Local, context: PlaceContext, location: Location) {
        let is_alive_longer = context.is_borrow() || context.is_address_of();
        if is_alive_longer || context.is_use() && self.suspended.contains(location.block) {
            self.saved.insert(local);
        }
    }
}

/// The blocks that can be reached from a suspension.
fn blocks_after_suspension(body: &Body<'_>) -> DenseBitSet<BasicBlock> {
    let mut after = DenseBitSet::new_empty(body.basic_blocks.len());
    let mut queue = Vec::new();
    for data in body.basic_blocks.iter() {
        match &data.terminator().kind {
            kind @ (TerminatorKind::Yield { .. }
            | TerminatorKind::Drop { async_fut: Some(_), .. }) => queue.extend(kind.successors()),
            _ => {}
        }
    }
    while let Some(block) = queue.pop() {
        if after.insert(block) {
            queue.extend(body[block].terminator().successors());
        }
    }
    after
}

/// Puts captures in the place of locals, and takes out the moves from the ones to the others.
pub(super) struct InPlace<'tcx> {
    pub(super) tcx: TyCtxt<'tcx>,
    pub(super) captures: FxHashMap<Local, Place<'tcx>>,
}

impl<'tcx> MutVisitor<'tcx> for InPlace<'tcx> {
    fn tcx(&self) -> TyCtxt<'tcx> {
        self.tcx
    }

    fn visit_statement(&mut self, statement: &mut Statement<'tcx>, location: Location) {
        let is_superfluous = match &statement.kind {
            StatementKind::StorageLive(local) | StatementKind::StorageDead(local) => {
                self.captures.contains_key(local)
            }
            StatementKind::Assign(box (to, Rvalue::Use(operand))) => {
                to.as_local().and_then(|local| self.captures.get(&local))
                    == operand.place().as_ref()
                    && operand.place().is_some()
            }
            _ => false,
        };
        if is_superfluous {
            statement.make_nop(true);
        } else {
            self.super_statement(statement, location);
        }
    }

    fn visit_place(&mut self, place: &mut Place<'tcx>, _: PlaceContext, _: Location) {
        if let Some(capture) = self.captures.get(&place.local) {
            *place = capture.project_deeper(place.projection, self.tcx);
        }
    }
}
