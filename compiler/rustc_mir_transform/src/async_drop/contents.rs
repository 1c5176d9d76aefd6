//! The drop of a value whose type says where its contents are (`AsyncDropContents`).
//!
//! ```text
//! entry:  _t = &raw mut place; _o = release_contents(move _t)   -> [return: test, unwind: unwind]
//! test:   switch _o                                             -> [false: succ, true: find]
//! find:   _t = &raw mut place; _n = contents(move _t)           -> [return: drop]
//! drop:   _c = _n as *mut T; async drop(*_c) -> [return: free, unwind: free', drop: free'']
//! free:   _t = &raw mut place; _u = drop_emptied(move _t)       -> [return: succ, unwind: unwind]
//! ```
//!
//! The primes are what unwinding and the dropline do in place of `free`. The contents are behind a
//! pointer that no drop flag knows, so they are dropped as the glue of a type drops its parts: the
//! elements of a vector by a loop in the body that drops the vector.
//!
//! This is below `elaborate_drop` because it extends that module's private `DropCtxt`.

use rustc_hir::def_id::DefId;
use rustc_hir::lang_items::LangItem;
use rustc_middle::mir::*;
use rustc_middle::ty::{self, Ty};
use rustc_middle::{bug, span_bug};

use super::super::{DropCtxt, DropElaborator, Unwind};
use crate::coroutine::async_drop::output_ty;

impl<'a, 'b, 'tcx, D> DropCtxt<'a, 'b, 'tcx, D>
where
    D: DropElaborator<'b, 'tcx>,
    'tcx: 'b,
{
    /// Drops the contents of `self.place`, whose type is `ty`, and then what is left of it.
    pub(super) fn open_drop_of_contents(&mut self, ty: Ty<'tcx>) -> BasicBlock {
        let (tcx, typing_env) = (self.tcx(), self.elaborator.typing_env());
        let span = self.source_info.span;
        let items = tcx.require_lang_item(LangItem::AsyncDropContents, span);
        let methods = tcx.associated_items(items).in_definition_order();
        let methods: Vec<DefId> = methods.filter(|item| item.is_fn()).map(|i| i.def_id).collect();
        let &[release_contents, contents_of, drop_emptied] = &methods[..] else {
            span_bug!(span, "`AsyncDropContents` has other methods");
        };
        let Some(non_null_ty) = output_ty(tcx, typing_env, contents_of, ty) else {
            // There was an error. The whole value would be opened here again.
            let (place, succ, unwind) = (self.place, self.succ, self.unwind);
            return self.build_drop_by(None, place, ty, None, succ, unwind, None);
        };
        let ty::Adt(_, args) = non_null_ty.kind() else { bug!("a pointer of type {non_null_ty}") };
        let pointer_ty = Ty::new_mut_ptr(tcx, args.type_at(0));
        let contents = self.new_temp(pointer_ty);

        let (succ, unwind) = (self.succ, self.unwind);
        let free = self.drop_emptied_block(drop_emptied, ty, contents, succ, unwind);
        let free_unwinding = unwind.map(|unwind| {
            self.drop_emptied_block(drop_emptied, ty, contents, unwind, Unwind::InCleanup)
        });
        let free_on_dropline = self
            .dropline
            .map(|dropline| self.drop_emptied_block(drop_emptied, ty, contents, dropline, unwind));
        let drop = self.drop_subpath(
            tcx.mk_place_deref(contents.into()),
            None,
            free,
            free_unwinding,
            free_on_dropline,
        );

        let place = self.place;
        let mut emitter = self.emitter();
        let non_null = emitter.temp(non_null_ty);
        let pointer = Rvalue::Cast(CastKind::Transmute, Operand::Copy(non_null.into()), pointer_ty);
        let statements = vec![
            emitter.statement(StatementKind::StorageLive(contents)),
            emitter.assign(contents, pointer),
        ];
        let drop = emitter.block(statements, TerminatorKind::Goto { target: drop });

        let mut statements = Vec::new();
        let this = emitter.address(place, ty, &mut statements);
        let find =
            emitter.call((contents_of, ty), [this], non_null, drop, UnwindAction::Unreachable);
        let find = emitter.block(statements, find);

        let is_released = emitter.temp(tcx.types.bool);
        let kind = TerminatorKind::if_(Operand::Move(is_released.into()), find, succ);
        let test = emitter.block(vec![], kind);

        let mut statements = Vec::new();
        let this = emitter.address(place, ty, &mut statements);
        let function = (release_contents, ty);
        let call = emitter.call(function, [this], is_released, test, unwind.into_action());
        emitter.block(statements, call)
    }

    /// Drops what is left of `self.place` without its contents. The contents' address is known no
    /// more then.
    fn drop_emptied_block(
        &mut self,
        drop_emptied: DefId,
        ty: Ty<'tcx>,
        contents: Local,
        target: BasicBlock,
        unwind: Unwind,
    ) -> BasicBlock {
        let (tcx, place) = (self.tcx(), self.place);
        let mut emitter = self.emitter();
        let mut statements = vec![emitter.statement(StatementKind::StorageDead(contents))];
        let this = emitter.address(place, ty, &mut statements);
        let unit = emitter.temp(tcx.types.unit);
        let call = emitter.call((drop_emptied, ty), [this], unit, target, unwind.into_action());
        emitter.block_on(unwind.is_cleanup(), statements, call)
    }
}
