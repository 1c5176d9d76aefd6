//! The loop that drops the elements of a slice by await.
//!
//! ```text
//! entry:   StorageLive(_c); StorageLive(_n)
//!          _p = &raw mut place; _c = _p as *mut T; _n = len(_p)    -> head
//! head:    if _n == 0 { StorageDead(_c); StorageDead(_n) -> succ } -> element
//! element: async drop(*_c; poll=_9) -> [return: advance, unwind: advance', drop: advance'']
//! advance: _c = Offset(_c, 1); _n = _n - 1                         -> head
//! ```
//!
//! The primes are the loops of unwinding and of the dropline, which go on where this one stopped.
//! An element counts as dropped on each way out of its drop, so each way leads to an `advance`. The
//! future saves `_c` and `_n`: what is dropped is behind `_c`, and needs no address of its own.
//!
//! This is below `elaborate_drop` because it extends that module's private `DropCtxt`.

use rustc_middle::mir::*;
use rustc_middle::ty::Ty;

use super::super::{DropCtxt, DropElaborator, DropFlagMode, Unwind};

/// What the three loops over one slice share.
#[derive(Clone, Copy)]
struct Cursor<'tcx> {
    element: Local,
    left: Local,
    element_ty: Ty<'tcx>,
}

/// A loop whose element is not dropped yet.
struct Loop {
    /// Drops the element.
    body: BasicBlock,
    /// Where that leads.
    advance: BasicBlock,
    /// Where the loop is entered.
    head: BasicBlock,
}

impl<'a, 'b, 'tcx, D> DropCtxt<'a, 'b, 'tcx, D>
where
    D: DropElaborator<'b, 'tcx>,
    'tcx: 'b,
{
    /// Drops the elements of the slice `self.place` by await, if they need that and if it can be
    /// done here.
    pub(in super::super) fn awaited_drop_loops(
        &mut self,
        element_ty: Ty<'tcx>,
    ) -> Option<BasicBlock> {
        let tcx = self.tcx();
        let awaits = self.elaborator.body().coroutine.is_some()
            && self.elaborator.allow_async_drops()
            && !self.unwind.is_cleanup()
            && element_ty.needs_async_drop(tcx, self.elaborator.typing_env());
        if !awaits {
            return None;
        }
        let slice = self.new_temp(Ty::new_mut_ptr(tcx, Ty::new_slice(tcx, element_ty)));
        let pointer_ty = Ty::new_mut_ptr(tcx, element_ty);
        let cursor = Cursor {
            element: self.new_temp(pointer_ty),
            left: self.new_temp(tcx.types.usize),
            element_ty,
        };

        let unwind = match self.unwind {
            Unwind::To(succ) => {
                let unwinding = self.loop_without_drop(cursor, succ, Unwind::InCleanup);
                let kind = TerminatorKind::Drop {
                    place: tcx.mk_place_deref(cursor.element.into()),
                    target: unwinding.advance,
                    unwind: Unwind::InCleanup.into_action(),
                    replace: false,
                    drop: None,
                    async_fut: None,
                };
                self.elaborator.patch().patch_terminator(unwinding.body, kind);
                Unwind::To(unwinding.advance)
            }
            Unwind::InCleanup => Unwind::InCleanup,
        };
        let dropline = self.dropline.map(|succ| {
            let dropline = self.loop_without_drop(cursor, succ, unwind);
            self.await_element(cursor, &dropline, unwind, None);
            dropline.advance
        });
        let mainline = self.loop_without_drop(cursor, self.succ, unwind);
        self.await_element(cursor, &mainline, unwind, dropline);

        let first = Rvalue::Cast(CastKind::PtrToPtr, Operand::Copy(slice.into()), pointer_ty);
        let length = Rvalue::UnaryOp(UnOp::PtrMetadata, Operand::Copy(slice.into()));
        let statements = vec![
            Statement::new(self.source_info, StatementKind::StorageLive(cursor.element)),
            Statement::new(self.source_info, StatementKind::StorageLive(cursor.left)),
            self.assign(slice.into(), Rvalue::RawPtr(RawPtrKind::Mut, self.place)),
            self.assign(cursor.element.into(), first),
            self.assign(cursor.left.into(), length),
        ];
        let goto = TerminatorKind::Goto { target: mainline.head };
        let entry = self.block(statements, goto, unwind);
        let reset = self.drop_flag_reset_block(DropFlagMode::Deep, entry, unwind);
        Some(self.drop_flag_test_block(reset, self.succ, unwind))
    }

    fn await_element(
        &mut self,
        cursor: Cursor<'tcx>,
        Loop { body, advance, .. }: &Loop,
        unwind: Unwind,
        dropline: Option<BasicBlock>,
    ) {
        let place = self.tcx().mk_place_deref(cursor.element.into());
        let ty = cursor.element_ty;
        self.build_async_drop(place, ty, Some(*body), *advance, unwind, dropline, false);
    }

    /// Builds a loop that leads to `succ` in the end. Its blocks unwind like `unwind`.
    fn loop_without_drop(
        &mut self,
        Cursor { element, left, .. }: Cursor<'tcx>,
        succ: BasicBlock,
        unwind: Unwind,
    ) -> Loop {
        let tcx = self.tcx();
        let binary = |op, local: Local, constant| {
            Rvalue::BinaryOp(op, Box::new((Operand::Copy(local.into()), constant)))
        };
        let body = self.new_block(unwind, TerminatorKind::Unreachable);

        let is_done = self.new_temp(tcx.types.bool);
        let compare = binary(BinOp::Eq, left, self.constant_usize(0));
        let dead = [element, left]
            .map(|local| Statement::new(self.source_info, StatementKind::StorageDead(local)));
        let done = self.block(dead.into(), TerminatorKind::Goto { target: succ }, unwind);
        let test = TerminatorKind::if_(Operand::Move(is_done.into()), done, body);
        let head = self.block(vec![self.assign(is_done.into(), compare)], test, unwind);

        let next = binary(BinOp::Offset, element, self.constant_usize(1));
        let fewer = binary(BinOp::Sub, left, self.constant_usize(1));
        let statements = vec![self.assign(element.into(), next), self.assign(left.into(), fewer)];
        let advance = self.block(statements, TerminatorKind::Goto { target: head }, unwind);
        Loop { body, advance, head }
    }

    fn block(
        &mut self,
        statements: Vec<Statement<'tcx>>,
        kind: TerminatorKind<'tcx>,
        unwind: Unwind,
    ) -> BasicBlock {
        let terminator = Terminator { source_info: self.source_info, kind };
        let data = BasicBlockData::new_stmts(statements, Some(terminator), unwind.is_cleanup());
        self.elaborator.patch().new_block(data)
    }
}
