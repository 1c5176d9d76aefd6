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
//! It is the same with `Pin::as_mut`, by which a pinned future is given to a `select!` in a loop:
//!
//! ```text
//! // Before.
//! bb0: _5 = &mut _3; _4 = Pin::<&mut Task>::as_mut(move _5) -> bb1
//!
//! // After.
//! bb0: _6 = &mut (*(_3.0: &mut Task)); _4 = Pin { pointer: move _6 }; goto -> bb1
//! ```
//!
//! Only a coroutine with a packed layout is changed (`packs_layout`).

use rustc_abi::{FieldIdx, VariantIdx};
use rustc_hir::lang_items::LangItem;
use rustc_index::IndexVec;
use rustc_middle::mir::*;
use rustc_middle::ty::{self, TyCtxt};

use super::idle_switches::Uses;
use super::packs_layout;

/// Replaces each call that looks through a pinned reference.
pub(in crate::coroutine) fn look_through_pins<'tcx>(tcx: TyCtxt<'tcx>, body: &mut Body<'tcx>) {
    if !packs_layout(tcx, body.source.def_id()) {
        return;
    }
    let calls: Vec<(BasicBlock, Call<'tcx>)> = body
        .basic_blocks
        .iter_enumerated()
        .filter_map(|(block, data)| Some((block, call_with_pin(tcx, body, data)?)))
        .collect();
    if calls.is_empty() {
        return;
    }
    let uses = Uses::of(body);
    for (block, Call { reference, to, target, pins_again }) in calls {
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
        let pointer_ty = args.type_at(0);
        let pointer = tcx.mk_place_field(pin, FieldIdx::ZERO, pointer_ty);
        let source_info = data.terminator().source_info;
        let assign =
            |to, value| Statement::new(source_info, StatementKind::Assign(Box::new((to, value))));
        let looked_through = Rvalue::Ref(region, kind, tcx.mk_place_deref(pointer));
        let assigned = if pins_again {
            let pin_adt = tcx.require_lang_item(LangItem::Pin, source_info.span);
            let pin = AggregateKind::Adt(pin_adt, VariantIdx::ZERO, args, None, None);
            let decl = LocalDecl::with_source_info(pointer_ty, source_info);
            let pointer: Place<'_> = body.local_decls.push(decl).into();
            let fields = IndexVec::from_raw(vec![Operand::Move(pointer)]);
            let pinned = Rvalue::Aggregate(Box::new(pin), fields);
            vec![assign(pointer, looked_through), assign(to, pinned)]
        } else {
            vec![assign(to, looked_through)]
        };
        let data = &mut body.basic_blocks_mut()[block];
        data.statements[index].make_nop(true);
        data.statements.extend(assigned);
        data.terminator_mut().kind = TerminatorKind::Goto { target };
    }
}

/// A call that is given a reference to a pinned reference, and looks through it.
struct Call<'tcx> {
    /// A reference to the `Pin`.
    reference: Local,
    to: Place<'tcx>,
    target: BasicBlock,
    /// Whether it is `Pin::as_mut`, and not `Deref::deref` or `DerefMut::deref_mut`.
    pins_again: bool,
}

/// The call that `data` ends in, if it looks through a pinned reference.
fn call_with_pin<'tcx>(
    tcx: TyCtxt<'tcx>,
    body: &Body<'tcx>,
    data: &BasicBlockData<'tcx>,
) -> Option<Call<'tcx>> {
    let TerminatorKind::Call { func, args, destination, target, .. } = &data.terminator().kind
    else {
        return None;
    };
    let ty::FnDef(function, function_args) = *func.ty(&body.local_decls, tcx).kind() else {
        return None;
    };
    let pins_again = tcx.is_lang_item(function, LangItem::PinAsMut);
    let first = function_args.types().next()?;
    let pointer = if pins_again {
        first
    } else {
        let of_trait = tcx.trait_of_assoc(function)?;
        let is_deref = [LangItem::Deref, LangItem::DerefMut]
            .into_iter()
            .any(|item| tcx.is_lang_item(of_trait, item));
        let ty::Adt(adt, pin_args) = *first.kind() else { return None };
        if !is_deref || !tcx.is_lang_item(adt.did(), LangItem::Pin) {
            return None;
        }
        pin_args.type_at(0)
    };
    if !pointer.is_ref() {
        return None;
    }
    let [argument] = &args[..] else { return None };
    let Operand::Move(reference) = argument.node else { return None };
    Some(Call {
        reference: reference.as_local()?,
        to: *destination,
        target: (*target)?,
        pins_again,
    })
}
