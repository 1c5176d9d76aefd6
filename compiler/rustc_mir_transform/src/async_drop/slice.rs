//! The loop that drops the elements of a slice or of an array by await.
//!
//! ```text
//! entry:   StorageLive(_c); StorageLive(_e)
//!          _s = &raw mut place; _c = _s as *mut T; _e = Offset(_c, len(_s))   -> head
//! head:    if _c == _e                                          -> [true: done, false: element]
//! element: async drop(*_c; poll=_9)     -> [return: advance, unwind: advance', drop: advance'']
//! advance: _c = Offset(_c, 1); if _c == _e                      -> [true: done, false: element]
//! done:    StorageDead(_c); StorageDead(_e)                     -> succ
//! ```
//!
//! The primes are the loops of unwinding and of the dropline, which go on where this one stopped.
//! That of unwinding may have a cursor of its own, which it is given in front of `advance'`.
//! An element counts as dropped on each way out of its drop, so each way leads to an `advance`. The
//! test at its end is that of `head` once more, which saves each element a jump.
//!
//! The coroutine saves what an iterator over the slice consists of, and no more: the element that
//! is being dropped is the one that `_c` points to. The end of an array that lies in the coroutine
//! is known wherever that is, so it is taken anew for each test, and not saved. Values without a
//! size have no position. If the type may be one of those, `_e` is in truth the number of elements
//! that are left.
//!
//! This is below `elaborate_drop` because it extends that module's private `DropCtxt`.

use std::iter;

use rustc_middle::mir::*;
use rustc_middle::ty::{self, Ty, TyCtxt};

use super::super::{DropCtxt, DropElaborator, DropFlagMode, Unwind};
use crate::coroutine::async_drop::{Destructor, Emitter, awaits_while_unwinding};

/// What the three loops over one slice share.
#[derive(Clone, Copy)]
struct Cursor<'tcx> {
    element: Local,
    bound: Bound<'tcx>,
    element_ty: Ty<'tcx>,
}

/// Where a loop ends.
#[derive(Clone, Copy)]
enum Bound<'tcx> {
    /// Behind the last element.
    End(Local),
    /// The same, of an array that is at hand.
    EndOf(Array<'tcx>),
    /// When so many elements were dropped.
    Left(Local),
}

/// An array that lies in a local.
#[derive(Clone, Copy)]
struct Array<'tcx> {
    place: Place<'tcx>,
    ty: Ty<'tcx>,
    length: ty::Const<'tcx>,
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
    /// Drops the elements of `self.place`, which is a slice or an array, by await, if they need
    /// that and if it can be done here.
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
        // A slice that is to be dropped is in no packed struct.
        if self.place_ty(self.place).is_array() && self.is_unaligned(self.place) {
            return Some(self.drop_of_moved_array());
        }
        let pointer_ty = Ty::new_mut_ptr(tcx, element_ty);
        let element = self.new_temp(pointer_ty);
        let bound = if !has_size(tcx, element_ty, 8) {
            Bound::Left(self.new_temp(tcx.types.usize))
        } else if let Some(array) = self.array_at_hand() {
            Bound::EndOf(array)
        } else {
            Bound::End(self.new_temp(pointer_ty))
        };
        let cursor = Cursor { element, bound, element_ty };

        let unwind = self.unwind.map(|succ| {
            let own = self.cursor_in_cleanup(cursor);
            let used = own.unwrap_or(cursor);
            let unwinding = self.loop_without_drop(used, succ, Unwind::InCleanup);
            let terminate = Unwind::InCleanup.into_action();
            let kind = Emitter::sync_drop(used.place(tcx), unwinding.advance, terminate);
            self.elaborator.patch().patch_terminator(unwinding.body, kind);
            match own {
                Some(own) => self.take_cursor(cursor, own, unwinding.advance),
                None => unwinding.advance,
            }
        });
        let dropline = self.dropline.map(|succ| {
            let dropline = self.loop_without_drop(cursor, succ, unwind);
            self.await_element(cursor, &dropline, unwind, None);
            dropline.advance
        });
        let mainline = self.loop_without_drop(cursor, self.succ, unwind);
        self.await_element(cursor, &mainline, unwind, dropline);

        let entry = self.enter_loop(cursor, mainline.head);
        let reset = self.drop_flag_reset_block(DropFlagMode::Deep, entry, unwind);
        Some(self.drop_flag_test_block(reset, self.succ, unwind))
    }

    /// Drops the array in one piece. `AddMovesForPackedDrops` moves it before that, and would not
    /// see what its elements are part of.
    fn drop_of_moved_array(&mut self) -> BasicBlock {
        let (place, succ, unwind, dropline) = (self.place, self.succ, self.unwind, self.dropline);
        let ty = self.place_ty(place);
        let glue = Some(Destructor::Glue);
        let drop = self.build_drop_by(glue, place, ty, None, succ, unwind, dropline);
        let reset = self.drop_flag_reset_block(DropFlagMode::Deep, drop, unwind);
        self.drop_flag_test_block(reset, succ, unwind)
    }

    /// The array that is dropped, if it is one to which no pointer leads and no index.
    fn array_at_hand(&self) -> Option<Array<'tcx>> {
        let place = self.place;
        let ty = self.place_ty(place);
        let ty::Array(_, length) = *ty.kind() else { return None };
        let is_field = |elem| matches!(elem, PlaceElem::Field(..) | PlaceElem::Downcast(..));
        place.projection.iter().all(is_field).then_some(Array { place, ty, length })
    }

    /// Points the cursor to the first element of `self.place`.
    fn enter_loop(&mut self, cursor: Cursor<'tcx>, head: BasicBlock) -> BasicBlock {
        let (tcx, place) = (self.tcx(), self.place);
        let place_ty = self.place_ty(place);
        let Cursor { element, bound, element_ty } = cursor;
        let mut emitter = self.emitter();
        let live = |local| emitter.statement(StatementKind::StorageLive(local));
        let mut statements: Vec<_> = cursor.locals().map(live).collect();
        let whole = emitter.address(place, place_ty, &mut statements);
        let pointer_ty = Ty::new_mut_ptr(tcx, element_ty);
        let first = Rvalue::Cast(CastKind::PtrToPtr, Operand::Copy(whole.into()), pointer_ty);
        statements.push(emitter.assign(element, first));
        let length = match *place_ty.kind() {
            ty::Array(_, length) => Rvalue::Use(emitter.length_of_array(length)),
            _ => Rvalue::UnaryOp(UnOp::PtrMetadata, Operand::Copy(whole.into())),
        };
        match bound {
            Bound::End(end) => {
                let count = emitter.temp(tcx.types.usize);
                statements.push(emitter.assign(count, length));
                let operands = (Operand::Copy(element.into()), Operand::Move(count.into()));
                let behind = Rvalue::BinaryOp(BinOp::Offset, Box::new(operands));
                statements.push(emitter.assign(end, behind));
            }
            Bound::EndOf(_) => {}
            Bound::Left(left) => statements.push(emitter.assign(left, length)),
        }
        emitter.block(statements, TerminatorKind::Goto { target: head })
    }

    fn await_element(
        &mut self,
        cursor: Cursor<'tcx>,
        Loop { body, advance, .. }: &Loop,
        unwind: Unwind,
        dropline: Option<BasicBlock>,
    ) {
        let (place, ty) = (cursor.place(self.tcx()), cursor.element_ty);
        self.build_async_drop(place, ty, Some(*body), *advance, unwind, dropline, false);
    }

    /// A cursor for the loop of unwinding. If that awaits nothing, the coroutine does not save it,
    /// and moving it is no store there. The future of `async_drop_in_place` is the same in each
    /// crate, whether a panic is to be awaited in that or not.
    fn cursor_in_cleanup(&mut self, cursor: Cursor<'tcx>) -> Option<Cursor<'tcx>> {
        let tcx = self.tcx();
        let def_id = self.elaborator.body().source.def_id();
        if awaits_while_unwinding(tcx) || tcx.is_async_drop_in_place_coroutine(def_id) {
            return None;
        }
        let Cursor { bound, element_ty, .. } = cursor;
        let element = self.new_temp(Ty::new_mut_ptr(tcx, element_ty));
        let bound = match bound {
            Bound::Left(_) => Bound::Left(self.new_temp(tcx.types.usize)),
            Bound::End(_) | Bound::EndOf(_) => bound,
        };
        Some(Cursor { element, bound, element_ty })
    }

    /// Goes on with another cursor, on the way to `target` and in cleanup.
    fn take_cursor(
        &mut self,
        cursor: Cursor<'tcx>,
        own: Cursor<'tcx>,
        target: BasicBlock,
    ) -> BasicBlock {
        let emitter = self.emitter();
        let taken = iter::zip(cursor.locals(), own.locals()).filter(|(from, to)| from != to);
        let statements = taken.flat_map(|(from, to)| {
            [
                emitter.statement(StatementKind::StorageLive(to)),
                emitter.assign(to, Rvalue::Use(Operand::Move(from.into()))),
                emitter.statement(StatementKind::StorageDead(from)),
            ]
        });
        let statements = statements.collect();
        self.emitter().block_on(true, statements, TerminatorKind::Goto { target })
    }

    /// Builds a loop that leads to `succ` in the end. Its blocks unwind like `unwind`.
    fn loop_without_drop(
        &mut self,
        cursor: Cursor<'tcx>,
        succ: BasicBlock,
        unwind: Unwind,
    ) -> Loop {
        let is_cleanup = unwind.is_cleanup();
        let element = cursor.element;
        let [zero, one] = [0, 1].map(|number| self.constant_usize(number));
        let mut emitter = self.emitter();
        let body = emitter.block_on(is_cleanup, vec![], TerminatorKind::Unreachable);
        let dead = cursor.locals();
        let dead = dead.map(|local| emitter.statement(StatementKind::StorageDead(local))).collect();
        let done = emitter.block_on(is_cleanup, dead, TerminatorKind::Goto { target: succ });

        let binary = |op, local: Local, operand| {
            Rvalue::BinaryOp(op, Box::new((Operand::Copy(local.into()), operand)))
        };
        let mut step = vec![emitter.assign(element, binary(BinOp::Offset, element, one.clone()))];
        if let Bound::Left(left) = cursor.bound {
            step.push(emitter.assign(left, binary(BinOp::Sub, left, one)));
        }
        let mut test = |mut statements: Vec<Statement<'tcx>>| {
            let compare = match cursor.bound {
                Bound::End(end) => binary(BinOp::Eq, element, Operand::Copy(end.into())),
                Bound::EndOf(array) => {
                    let end = emitter.end_of_array(array, cursor.element_ty, &mut statements);
                    binary(BinOp::Eq, element, Operand::Move(end.into()))
                }
                Bound::Left(left) => binary(BinOp::Eq, left, zero.clone()),
            };
            let is_done = emitter.temp(emitter.tcx.types.bool);
            statements.push(emitter.assign(is_done, compare));
            let kind = TerminatorKind::if_(Operand::Move(is_done.into()), done, body);
            emitter.block_on(is_cleanup, statements, kind)
        };
        let (head, advance) = (test(vec![]), test(step));
        Loop { body, advance, head }
    }
}

impl<'tcx> Cursor<'tcx> {
    fn place(self, tcx: TyCtxt<'tcx>) -> Place<'tcx> {
        tcx.mk_place_deref(self.element.into())
    }

    fn locals(self) -> impl Iterator<Item = Local> {
        let bound = match self.bound {
            Bound::End(bound) | Bound::Left(bound) => Some(bound),
            Bound::EndOf(_) => None,
        };
        iter::once(self.element).chain(bound)
    }
}

impl<'tcx> Emitter<'_, 'tcx> {
    fn length_of_array(&self, length: ty::Const<'tcx>) -> Operand<'tcx> {
        let span = self.source_info.span;
        let const_ = Const::Ty(self.tcx.types.usize, length);
        Operand::Constant(Box::new(ConstOperand { span, user_ty: None, const_ }))
    }

    /// A pointer behind the last element of `array`.
    fn end_of_array(
        &mut self,
        array: Array<'tcx>,
        element_ty: Ty<'tcx>,
        statements: &mut Vec<Statement<'tcx>>,
    ) -> Local {
        let pointer_ty = Ty::new_mut_ptr(self.tcx, element_ty);
        let [first, end] = [(); 2].map(|()| self.temp(pointer_ty));
        let whole = self.address(array.place, array.ty, statements);
        let cast = Rvalue::Cast(CastKind::PtrToPtr, Operand::Move(whole.into()), pointer_ty);
        statements.push(self.assign(first, cast));
        let operands = (Operand::Move(first.into()), self.length_of_array(array.length));
        let behind = Rvalue::BinaryOp(BinOp::Offset, Box::new(operands));
        statements.push(self.assign(end, behind));
        end
    }
}

/// Whether each value of the type certainly takes a byte or more. A layout would tell exactly, but
/// that of a coroutine may depend on the body at hand. It is enough to look a few types deep.
fn has_size<'tcx>(tcx: TyCtxt<'tcx>, ty: Ty<'tcx>, depth: usize) -> bool {
    let Some(deeper) = depth.checked_sub(1) else { return false };
    match *ty.kind() {
        ty::Bool
        | ty::Char
        | ty::Int(_)
        | ty::Uint(_)
        | ty::Float(_)
        | ty::Ref(..)
        | ty::RawPtr(..)
        | ty::FnPtr(..)
        // It has a state.
        | ty::Coroutine(..) => true,
        ty::Pat(ty, _) => has_size(tcx, ty, deeper),
        ty::Tuple(tys) => tys.iter().any(|ty| has_size(tcx, ty, deeper)),
        ty::Array(ty, length) => {
            length.try_to_target_usize(tcx).is_some_and(|length| length > 0)
                && has_size(tcx, ty, deeper)
        }
        ty::Adt(adt, args) if adt.is_struct() => {
            let mut fields = adt.all_fields().map(|field| field.ty(tcx, args));
            fields.any(|ty| has_size(tcx, ty, deeper))
        }
        _ => false,
    }
}
