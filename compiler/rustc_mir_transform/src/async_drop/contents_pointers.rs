//! Takes the pointer to an owner's contents again after each suspension of its drop.
//!
//! The contents of a `Box` are dropped through a raw pointer, which drop elaboration takes out of
//! it once, before the first drop. Those of an `AsyncDropContents` are dropped through the pointer
//! that `contents` returned. If such a drop is awaited, the coroutine would save the pointer beside
//! the owner, for the drops of other fields, or for dropping the same contents where it is
//! cancelled.
//!
//! ```text
//! // Before: `_3` is a `Box`, `_5` a raw pointer, `_9` the future that drops `(*_5)`.
//! bb1: _5 = copy ((_3.0).0) as *mut T (Transmute); _9 = ..(&mut (*_5)) -> bb2
//! bb2: _2 = yield -> [resume: .., drop: bb3]
//! bb3: drop((*_5)) -> ..
//!
//! // After.
//! bb3: _5 = copy ((_3.0).0) as *mut T (Transmute); drop((*_5)) -> ..
//!
//! // Or, if `_3` is an `Arc`, and `_5` is `_4 as *mut T (Transmute)` in `bb1`:
//! bb3: _6 = &raw mut _3; _4 = contents(move _6) -> [return: bb4, unwind unreachable]
//! bb4: _5 = copy _4 as *mut T (Transmute); drop((*_5)) -> ..
//! ```
//!
//! The owner is neither moved nor assigned to while its contents are dropped, so this is the same
//! pointer. A `Box` that is dereferenced elsewhere has a pointer of its own for each statement.

use rustc_data_structures::fx::FxIndexSet;
use rustc_hir::lang_items::LangItem;
use rustc_index::IndexVec;
use rustc_index::bit_set::DenseBitSet;
use rustc_middle::mir::visit::{MutatingUseContext, PlaceContext, Visitor};
use rustc_middle::mir::*;
use rustc_middle::ty::{Ty, TyCtxt};
use rustc_span::source_map::dummy_spanned;

/// Has each block that uses such a pointer take it itself, unless it was taken on each way to the
/// block, and not before a suspension.
pub(super) fn take_contents_pointers_anew<'tcx>(tcx: TyCtxt<'tcx>, body: &mut Body<'tcx>) {
    let sources = Sources::of(tcx, body);
    if sources.of.iter().all(|source| !source.is_known()) {
        return;
    }
    let at_hand = at_hand(body, &sources);
    let mut taken = Vec::new();
    for (block, data) in body.basic_blocks.iter_enumerated() {
        let mut uses = Uses {
            sources: &sources,
            at_hand: at_hand[block].clone(),
            missing: FxIndexSet::default(),
        };
        uses.visit_basic_block_data(block, data);
        if !uses.missing.is_empty() {
            taken.push((block, uses.missing));
        }
    }
    for (block, pointers) in taken {
        take(tcx, body, block, &sources, pointers);
    }
}

/// Has `block` begin with taking `pointers`. Where that is a call, what the block was goes on in
/// another one.
fn take<'tcx>(
    tcx: TyCtxt<'tcx>,
    body: &mut Body<'tcx>,
    block: BasicBlock,
    sources: &Sources<'tcx>,
    pointers: FxIndexSet<Local>,
) {
    let source_info = body[block].terminator().source_info;
    let assign = |to: Local, value| {
        let kind = StatementKind::Assign(Box::new((to.into(), value)));
        Statement::new(source_info, kind)
    };
    let mut current = block;
    let mut statements = Vec::new();
    let Body { basic_blocks, local_decls, .. } = body;
    let blocks = basic_blocks.as_mut();
    let rest = &mut blocks[block];
    let (rest, terminator, is_cleanup) =
        (std::mem::take(&mut rest.statements), rest.terminator.take(), rest.is_cleanup);
    for pointer in pointers {
        let from = match &sources.of[pointer] {
            Source::Box(from) => *from,
            Source::Contents { function, owner, owner_ty, result } => {
                let span = source_info.span;
                let owner_ty = Ty::new_mut_ptr(tcx, *owner_ty);
                let address = local_decls.push(LocalDecl::new(owner_ty, span));
                statements.push(assign(address, Rvalue::RawPtr(RawPtrKind::Mut, *owner)));
                let next = BasicBlockData::new(None, is_cleanup);
                let next = blocks.push(next);
                let kind = TerminatorKind::Call {
                    func: function.clone(),
                    args: [dummy_spanned(Operand::Move(address.into()))].into(),
                    destination: (*result).into(),
                    target: Some(next),
                    unwind: UnwindAction::Unreachable,
                    call_source: CallSource::Misc,
                    fn_span: span,
                };
                blocks[current].statements = std::mem::take(&mut statements);
                blocks[current].terminator = Some(Terminator { source_info, kind });
                current = next;
                (*result).into()
            }
            Source::None | Source::Other => unreachable!(),
        };
        let ty = local_decls[pointer].ty;
        let value = Rvalue::Cast(CastKind::Transmute, Operand::Copy(from), ty);
        statements.push(assign(pointer, value));
    }
    statements.extend(rest);
    blocks[current].statements = statements;
    blocks[current].terminator = terminator;
}

/// Where the value of a local comes from.
#[derive(Clone, PartialEq)]
enum Source<'tcx> {
    /// It is never assigned.
    None,
    /// It is always the pointer of the `Box` in this place.
    Box(Place<'tcx>),
    /// It is always what `contents` returned for the owner in this place, into `result`.
    Contents {
        function: Operand<'tcx>,
        owner: Place<'tcx>,
        owner_ty: Ty<'tcx>,
        result: Local,
    },
    Other,
}

impl<'tcx> Source<'tcx> {
    fn is_known(&self) -> bool {
        match self {
            Source::Box(_) | Source::Contents { .. } => true,
            Source::None | Source::Other => false,
        }
    }

    /// The local whose value is asked for.
    fn base(&self) -> Option<Local> {
        match self {
            Source::Box(place) | Source::Contents { owner: place, .. } => Some(place.local),
            Source::None | Source::Other => None,
        }
    }
}

struct Sources<'tcx> {
    of: IndexVec<Local, Source<'tcx>>,
}

impl<'tcx> Sources<'tcx> {
    fn of(tcx: TyCtxt<'tcx>, body: &Body<'tcx>) -> Self {
        let unknown = || IndexVec::from_elem(Source::None, &body.local_decls);
        let mut finder = Finder { body, calls: calls_of_contents(tcx, body), of: unknown() };
        for (block, data) in body.basic_blocks.iter_enumerated() {
            finder.visit_basic_block_data(block, data);
        }
        Sources { of: finder.of }
    }

    /// Whether `statement` takes a pointer.
    fn taken_by(&self, statement: &Statement<'tcx>) -> Option<Local> {
        match &statement.kind {
            StatementKind::Assign(box (to, _)) => {
                to.as_local().filter(|&to| self.of[to].is_known())
            }
            _ => None,
        }
    }
}

/// What `contents` is called for. Each result is a local of its own.
fn calls_of_contents<'tcx>(
    tcx: TyCtxt<'tcx>,
    body: &Body<'tcx>,
) -> IndexVec<Local, Option<Source<'tcx>>> {
    let mut calls = IndexVec::from_elem(None, &body.local_decls);
    let Some(owners) = tcx.lang_items().get(LangItem::AsyncDropContents) else { return calls };
    for data in body.basic_blocks.iter() {
        let TerminatorKind::Call { func, args, destination, unwind, .. } = &data.terminator().kind
        else {
            continue;
        };
        // `contents` is called by lowering alone, which says that it does not unwind.
        let is_contents = func
            .const_fn_def()
            .is_some_and(|(function, _)| tcx.trait_of_assoc(function) == Some(owners))
            && *unwind == UnwindAction::Unreachable;
        let Some(result) = destination.as_local().filter(|_| is_contents) else { continue };
        let [argument] = &args[..] else { continue };
        let owner = data.statements.iter().find_map(|statement| match &statement.kind {
            StatementKind::Assign(box (to, Rvalue::RawPtr(_, owner)))
                if Some(*to) == argument.node.place() =>
            {
                Some(*owner)
            }
            _ => None,
        });
        if let Some(owner) = owner {
            let owner_ty = owner.ty(&body.local_decls, tcx).ty;
            let function = func.clone();
            calls[result] = Some(Source::Contents { function, owner, owner_ty, result });
        }
    }
    calls
}

/// Finds where locals come from.
struct Finder<'a, 'tcx> {
    body: &'a Body<'tcx>,
    calls: IndexVec<Local, Option<Source<'tcx>>>,
    of: IndexVec<Local, Source<'tcx>>,
}

impl<'tcx> Finder<'_, 'tcx> {
    /// What `statement` takes a pointer out of, and the pointer.
    fn taken_by(&self, statement: &Statement<'tcx>) -> Option<(Local, Source<'tcx>)> {
        let StatementKind::Assign(box (to, value)) = &statement.kind else { return None };
        let Rvalue::Cast(CastKind::Transmute, Operand::Copy(from), _) = value else { return None };
        let call = from.as_local().and_then(|from| self.calls[from].clone());
        let source = match call {
            Some(call) => call,
            None if is_box_pointer(self.body, *from) => Source::Box(*from),
            None => return None,
        };
        Some((to.as_local()?, source))
    }
}

impl<'tcx> Visitor<'tcx> for Finder<'_, 'tcx> {
    fn visit_statement(&mut self, statement: &Statement<'tcx>, location: Location) {
        match self.taken_by(statement) {
            Some((to, source)) => {
                let is_other = self.of[to] != Source::None && self.of[to] != source;
                self.of[to] = if is_other { Source::Other } else { source };
            }
            None => self.super_statement(statement, location),
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

/// The pointers that were taken on each way to a block, after the last suspension on it.
fn at_hand<'tcx>(
    body: &Body<'tcx>,
    sources: &Sources<'tcx>,
) -> IndexVec<BasicBlock, DenseBitSet<Local>> {
    let all = DenseBitSet::new_filled(body.local_decls.len());
    let none = DenseBitSet::new_empty(body.local_decls.len());
    let mut at_hand = IndexVec::from_elem(all, &body.basic_blocks);
    at_hand[START_BLOCK] = none.clone();
    let mut queue: Vec<BasicBlock> = body.basic_blocks.indices().collect();
    while let Some(block) = queue.pop() {
        let data = &body[block];
        let mut end = at_hand[block].clone();
        for pointer in data.statements.iter().filter_map(|statement| sources.taken_by(statement)) {
            end.insert(pointer);
        }
        if let TerminatorKind::Yield { .. } = data.terminator().kind {
            end = none.clone();
        }
        for successor in data.terminator().successors() {
            if at_hand[successor].intersect(&end) {
                queue.push(successor);
            }
        }
    }
    at_hand
}

/// The pointers that a block uses and has not at hand.
struct Uses<'a, 'tcx> {
    sources: &'a Sources<'tcx>,
    at_hand: DenseBitSet<Local>,
    missing: FxIndexSet<Local>,
}

impl Uses<'_, '_> {
    fn use_of(&mut self, local: Local) {
        let Some(base) = self.sources.of[local].base() else { return };
        if !self.at_hand.contains(local) && !self.missing.contains(&local) {
            // The owner may be in another one.
            self.use_of(base);
            self.missing.insert(local);
        }
    }
}

impl<'tcx> Visitor<'tcx> for Uses<'_, 'tcx> {
    fn visit_statement(&mut self, statement: &Statement<'tcx>, location: Location) {
        self.super_statement(statement, location);
        if let Some(pointer) = self.sources.taken_by(statement) {
            self.at_hand.insert(pointer);
        }
    }

    fn visit_local(&mut self, local: Local, context: PlaceContext, _: Location) {
        if context.is_use() && !context.is_place_assignment() {
            self.use_of(local);
        }
    }
}
