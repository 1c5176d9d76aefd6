//! Lets a local that a coroutine saves be an index.
//!
//! ```text
//! async fn f(table: &[[u8; 2]]) -> u8 {
//!     table[row()][column().await]
//! }
//! ```
//!
//! The row is known before the suspension and used after it, so it is saved: a field of the
//! coroutine. A projection can name a local as an index, but not a field, and `StateTransform`
//! leaves such a projection as it is. What it then names is a local that was never assigned in this
//! call of `poll`. An awaited drop brings this about more often than an `.await` does: in
//! `a[i] = new`, the old element's destructor suspends between the index and its last use; the loop
//! that drops an array suspends between its counter and the element.
//!
//! So each use of a saved index gets a copy of its own, just before it:
//!
//! ```text
//! // Before, `_4` is saved.
//! _7 = copy (*_1)[_4][_6];
//!
//! // After.
//! _9 = copy _4;
//! _7 = copy (*_1)[_9][_6];
//! ```

use rustc_index::IndexVec;
use rustc_middle::mir::visit::MutVisitor;
use rustc_middle::mir::*;
use rustc_middle::ty::TyCtxt;

/// Copies each index for which `is_saved` says yes. It must run after the saved locals are known
/// and before they become fields.
pub(in crate::coroutine) fn copy_saved_indices<'tcx>(
    tcx: TyCtxt<'tcx>,
    body: &mut Body<'tcx>,
    is_saved: impl Fn(Local) -> bool,
) {
    // Few coroutines save a number at all.
    let may_be_index =
        |local: Local| body.local_decls[local].ty == tcx.types.usize && is_saved(local);
    if !body.local_decls.indices().any(may_be_index) {
        return;
    }
    let (blocks, local_decls) = (body.basic_blocks.as_mut(), &mut body.local_decls);
    let mut indices = SavedIndices { tcx, local_decls, is_saved, copies: Vec::new() };
    for (block, data) in blocks.iter_enumerated_mut() {
        let statements = std::mem::take(&mut data.statements);
        for (statement_index, mut statement) in statements.into_iter().enumerate() {
            indices.visit_statement(&mut statement, Location { block, statement_index });
            data.statements.extend(indices.take_copies(statement.source_info));
            data.statements.push(statement);
        }
        let location = Location { block, statement_index: data.statements.len() };
        let terminator = data.terminator.as_mut().unwrap();
        indices.visit_terminator(terminator, location);
        let source_info = terminator.source_info;
        data.statements.extend(indices.take_copies(source_info));
    }
}

struct SavedIndices<'a, 'tcx, F> {
    tcx: TyCtxt<'tcx>,
    local_decls: &'a mut IndexVec<Local, LocalDecl<'tcx>>,
    is_saved: F,
    /// The copies that the statement or terminator just visited needs, each with its index.
    copies: Vec<(Local, Local)>,
}

impl<'tcx, F> SavedIndices<'_, 'tcx, F> {
    fn take_copies(&mut self, source_info: SourceInfo) -> impl Iterator<Item = Statement<'tcx>> {
        self.copies.drain(..).map(move |(copy, index)| {
            let value = Rvalue::Use(Operand::Copy(index.into()));
            Statement::new(source_info, StatementKind::Assign(Box::new((copy.into(), value))))
        })
    }
}

impl<'tcx, F: Fn(Local) -> bool> MutVisitor<'tcx> for SavedIndices<'_, 'tcx, F> {
    fn tcx(&self) -> TyCtxt<'tcx> {
        self.tcx
    }

    fn process_projection_elem(
        &mut self,
        elem: PlaceElem<'tcx>,
        _: Location,
    ) -> Option<PlaceElem<'tcx>> {
        let PlaceElem::Index(index) = elem else { return None };
        if !(self.is_saved)(index) {
            return None;
        }
        let span = self.local_decls[index].source_info.span;
        let copy = self.local_decls.push(LocalDecl::new(self.tcx.types.usize, span));
        self.copies.push((copy, index));
        Some(PlaceElem::Index(copy))
    }
}
