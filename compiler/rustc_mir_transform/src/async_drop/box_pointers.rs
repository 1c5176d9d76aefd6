//! Takes the pointer out of a `Box` again after each suspension of its drop.
//!
//! The contents of a `Box` are dropped through a raw pointer, which drop elaboration takes out of it
//! once, before the first drop. If that is awaited, the coroutine would save the pointer beside the
//! `Box`, for the drops of other fields, or for dropping the same contents where it is cancelled.
//!
//! ```text
//! // Before: `_3` is a `Box`, `_5` a raw pointer, `_9` the future that drops `(*_5)`.
//! bb1: _5 = copy ((_3.0).0) as *const T (Transmute); _9 = ..(&mut (*_5)) -> bb2
//! bb2: _2 = yield -> [resume: .., drop: bb3]
//! bb3: drop((*_5)) -> ..
//!
//! // After.
//! bb3: _5 = copy ((_3.0).0) as *const T (Transmute); drop((*_5)) -> ..
//! ```
//!
//! The `Box` is neither moved nor assigned to while its contents are dropped, so this is the same
//! pointer. A `Box` that is dereferenced elsewhere has a pointer of its own for each statement.

use rustc_data_structures::fx::FxIndexSet;
use rustc_index::IndexVec;
use rustc_index::bit_set::DenseBitSet;
use rustc_middle::mir::visit::{MutatingUseContext, PlaceContext, Visitor};
use rustc_middle::mir::*;

/// Has each block that uses such a pointer take it itself.
pub(super) fn take_box_pointers_anew<'tcx>(body: &mut Body<'tcx>) {
    let sources = sources(body);
    if sources.iter().all(|source| !matches!(source, Source::Box(_))) {
        return;
    }
    let mut taken = Vec::new();
    for (block, data) in body.basic_blocks.iter_enumerated() {
        let mut uses = Uses {
            sources: &sources,
            defined: DenseBitSet::new_empty(body.local_decls.len()),
            undefined: FxIndexSet::default(),
        };
        uses.visit_basic_block_data(block, data);
        if !uses.undefined.is_empty() {
            taken.push((block, uses.undefined));
        }
    }
    let local_decls = &body.local_decls;
    let blocks = body.basic_blocks.as_mut();
    for (block, pointers) in taken {
        let source_info = blocks[block].terminator().source_info;
        let take = pointers.into_iter().map(|pointer| {
            let Source::Box(from) = sources[pointer] else { unreachable!() };
            let ty = local_decls[pointer].ty;
            let value = Rvalue::Cast(CastKind::Transmute, Operand::Copy(from), ty);
            Statement::new(source_info, StatementKind::Assign(Box::new((pointer.into(), value))))
        });
        blocks[block].statements.splice(0..0, take);
    }
}

/// Where the value of a local comes from.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Source<'tcx> {
    /// It is never assigned.
    None,
    /// It is always the pointer of the `Box` in this place.
    Box(Place<'tcx>),
    Other,
}

fn sources<'tcx>(body: &Body<'tcx>) -> IndexVec<Local, Source<'tcx>> {
    struct Sources<'a, 'tcx> {
        body: &'a Body<'tcx>,
        of: IndexVec<Local, Source<'tcx>>,
    }
    impl<'tcx> Visitor<'tcx> for Sources<'_, 'tcx> {
        fn visit_statement(&mut self, statement: &Statement<'tcx>, location: Location) {
            if let StatementKind::Assign(box (to, value)) = &statement.kind
                && let Some(to) = to.as_local()
                && let Rvalue::Cast(CastKind::Transmute, Operand::Copy(from), _) = value
                && is_box_pointer(self.body, *from)
                && matches!(self.of[to], Source::None | Source::Box(_))
            {
                let source = Source::Box(*from);
                let is_other = ![Source::None, source].contains(&self.of[to]);
                self.of[to] = if is_other { Source::Other } else { source };
            } else {
                self.super_statement(statement, location);
            }
        }

        fn visit_local(&mut self, local: Local, context: PlaceContext, _: Location) {
            // What a pointer points to may change.
            const BEHIND: PlaceContext = PlaceContext::MutatingUse(MutatingUseContext::Projection);
            let changes = context.is_mutating_use() && context != BEHIND;
            if changes || context.may_observe_address() {
                self.of[local] = Source::Other;
            }
        }
    }
    let mut sources = Sources { body, of: IndexVec::from_elem(Source::None, &body.local_decls) };
    for (block, data) in body.basic_blocks.iter_enumerated() {
        sources.visit_basic_block_data(block, data);
    }
    sources.of
}

/// Whether `place` is what is behind the first two fields of a `Box`.
fn is_box_pointer<'tcx>(body: &Body<'tcx>, place: Place<'tcx>) -> bool {
    let [base @ .., PlaceElem::Field(..), PlaceElem::Field(..)] = &place.projection[..] else {
        return false;
    };
    let has_index = base.iter().any(|elem| matches!(elem, PlaceElem::Index(_)));
    let mut base_ty = PlaceTy::from_ty(body.local_decls[place.local].ty);
    for elem in base {
        base_ty = match *elem {
            PlaceElem::Field(_, ty) => PlaceTy::from_ty(ty),
            PlaceElem::Deref => match base_ty.ty.builtin_deref(true) {
                Some(ty) => PlaceTy::from_ty(ty),
                None => return false,
            },
            PlaceElem::Downcast(..) => base_ty,
            _ => return false,
        };
    }
    !has_index && base_ty.ty.is_box()
}

/// The pointers that a block uses before it takes them.
struct Uses<'a, 'tcx> {
    sources: &'a IndexVec<Local, Source<'tcx>>,
    defined: DenseBitSet<Local>,
    undefined: FxIndexSet<Local>,
}

impl Uses<'_, '_> {
    fn use_of(&mut self, local: Local) {
        let Source::Box(from) = self.sources[local] else { return };
        if !self.defined.contains(local) && !self.undefined.contains(&local) {
            // The `Box` may be in another one.
            self.use_of(from.local);
            self.undefined.insert(local);
        }
    }
}

impl<'tcx> Visitor<'tcx> for Uses<'_, 'tcx> {
    fn visit_statement(&mut self, statement: &Statement<'tcx>, location: Location) {
        self.super_statement(statement, location);
        if let StatementKind::Assign(box (to, _)) = statement.kind
            && let Some(to) = to.as_local()
        {
            self.defined.insert(to);
        }
    }

    fn visit_local(&mut self, local: Local, context: PlaceContext, _: Location) {
        if context.is_use() && !context.is_place_assignment() {
            self.use_of(local);
        }
    }
}
