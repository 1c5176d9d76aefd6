//! Looks through a `Pin` without a reference to it.
//!
//! ```text
//! async fn drop(self: Pin<&mut Self>) {
//!     let message = [self.number; 16];
//!     send(&message).await;
//! }
//! ```
//!
//! What `Deref::deref` returns points to where the `Pin` does, and never into the `Pin`. But a
//! coroutine saves whatever a reference was made to, for the reference may live on, and so it would
//! save `self`, which is not used any more. Destructors are given themselves in a `Pin`; a method
//! that closes by hand and takes `&mut self` does not have this:
//!
//! ```text
//! // Before.
//! bb0: _5 = &_3; _4 = <Pin<&mut Conn> as Deref>::deref(move _5) -> bb1
//!
//! // After.
//! bb0: _4 = &(*(_3.0: &mut Conn)); goto -> bb1
//! ```
//!
//! Only a coroutine with a packed layout is changed (`packs_layout`).

use rustc_abi::FieldIdx;
use rustc_hir::lang_items::LangItem;
use rustc_middle::mir::*;
use rustc_middle::ty::{self, TyCtxt};

use super::idle_switches::Uses;
use super::packs_layout;

/// Replaces each dereference of a pinned reference that is a call.
pub(in crate::coroutine) fn look_through_pins<'tcx>(tcx: TyCtxt<'tcx>, body: &mut Body<'tcx>) {
    if !packs_layout(tcx, body.source.def_id()) {
        return;
    }
    let calls: Vec<(BasicBlock, Deref<'tcx>)> = body
        .basic_blocks
        .iter_enumerated()
        .filter_map(|(block, data)| Some((block, dereferenced(tcx, body, data)?)))
        .collect();
    if calls.is_empty() {
        return;
    }
    let uses = Uses::of(body);
    for (block, Deref { reference, to, target }) in calls {
        let data = &body.basic_blocks[block];
        let found = data.statements.iter().enumerate().find_map(|(index, statement)| {
            let StatementKind::Assign(box (place, Rvalue::Ref(region, kind, pin))) = statement.kind
            else {
                return None;
            };
            (place.as_local() == Some(reference)).then_some((index, region, kind, pin))
        });
        let Some((index, region, kind, pin)) = found.filter(|_| uses.0[reference] == 2) else {
            continue;
        };
        // What the reference was made to may have no storage any more, or another value.
        let is_storage = |statement: &Statement<'_>| {
            matches!(statement.kind, StatementKind::StorageLive(_) | StatementKind::Nop)
        };
        if !data.statements[index + 1..].iter().all(is_storage) {
            continue;
        }
        let ty::Adt(_, args) = *pin.ty(&body.local_decls, tcx).ty.kind() else { continue };
        let pointer = tcx.mk_place_field(pin, FieldIdx::ZERO, args.type_at(0));
        let value = Rvalue::Ref(region, kind, tcx.mk_place_deref(pointer));
        let source_info = data.terminator().source_info;
        let data = &mut body.basic_blocks_mut()[block];
        data.statements[index].make_nop(true);
        let assign = StatementKind::Assign(Box::new((to, value)));
        data.statements.push(Statement::new(source_info, assign));
        data.terminator_mut().kind = TerminatorKind::Goto { target };
    }
}

/// A call of `Deref::deref` or `DerefMut::deref_mut`.
struct Deref<'tcx> {
    /// A reference to the `Pin`.
    reference: Local,
    to: Place<'tcx>,
    target: BasicBlock,
}

/// The dereference of a pinned reference that `data` ends in.
fn dereferenced<'tcx>(
    tcx: TyCtxt<'tcx>,
    body: &Body<'tcx>,
    data: &BasicBlockData<'tcx>,
) -> Option<Deref<'tcx>> {
    let TerminatorKind::Call { func, args, destination, target, .. } = &data.terminator().kind
    else {
        return None;
    };
    let ty::FnDef(function, function_args) = *func.ty(&body.local_decls, tcx).kind() else {
        return None;
    };
    let of_trait = tcx.trait_of_assoc(function)?;
    let is_deref = [LangItem::Deref, LangItem::DerefMut]
        .into_iter()
        .any(|item| tcx.is_lang_item(of_trait, item));
    let ty::Adt(adt, pin_args) = *function_args.types().next()?.kind() else { return None };
    let is_pinned_reference = tcx.is_lang_item(adt.did(), LangItem::Pin)
        && pin_args.types().next().is_some_and(|pointer| pointer.is_ref());
    if !is_deref || !is_pinned_reference {
        return None;
    }
    let [argument] = &args[..] else { return None };
    let Operand::Move(reference) = argument.node else { return None };
    Some(Deref { reference: reference.as_local()?, to: *destination, target: (*target)? })
}
