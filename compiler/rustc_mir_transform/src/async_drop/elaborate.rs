//! Drop elaboration's half of an awaited drop.
//!
//! Elaboration decides *that* a drop is awaited and *what* future does it. It says both with the
//! one `Drop` terminator it would have written anyway:
//!
//! ```text
//! async drop(_3; poll=_9) -> [return: bb4, unwind: bb7, drop: bb6]
//! ```
//!
//! `_9` is a fresh local whose type is the type of the destructor's future. Nothing is called and
//! nothing is live yet: constructing the future, polling it and suspending are `StateTransform`'s
//! business (see `expand.rs`). Until then the terminator means what it always meant, "the place is
//! dropped here", so every pass in between may treat it as a synchronous drop, and a drop that
//! turns out not to be awaited becomes one by forgetting `_9`.
//!
//! This is a child of `elaborate_drop` because it extends that module's private `DropCtxt`.

use std::iter;

use rustc_index::IndexVec;
use rustc_middle::mir::{BasicBlock, Local, LocalDecl, Place, TerminatorKind, is_spent_when_ready};
use rustc_middle::ty::{InstanceKind, Ty};
use rustc_span::DUMMY_SP;

use super::{DropCtxt, DropElaborator, Unwind};
use crate::coroutine::async_drop::{Destructor, Emitter, is_awaitee};
use crate::util;

mod contents;
mod slice;
mod whole;

pub(crate) use whole::{OpenedDrops, WholeDrop, await_whole_drop};

impl<'a, 'b, 'tcx, D> DropCtxt<'a, 'b, 'tcx, D>
where
    D: DropElaborator<'b, 'tcx>,
    'tcx: 'b,
{
    /// Drops `place` by awaiting it, in `bb` or in a new block, and returns that block.
    ///
    /// With `destructor_only` the awaited future is that of the type's own `AsyncDrop::drop`, and
    /// the ladder built around this block drops the fields. Otherwise it is a future that drops the
    /// whole value.
    pub(super) fn build_async_drop(
        &mut self,
        place: Place<'tcx>,
        drop_ty: Ty<'tcx>,
        bb: Option<BasicBlock>,
        target: BasicBlock,
        unwind: Unwind,
        dropline: Option<BasicBlock>,
        destructor_only: bool,
    ) -> BasicBlock {
        let destructor = if destructor_only {
            Some(Destructor::Own)
        } else if self.is_spent(place, drop_ty) {
            None
        } else {
            let (typing_env, body) = (self.elaborator.typing_env(), self.elaborator.body());
            Some(Destructor::of_value(self.tcx(), typing_env, body, drop_ty))
        };
        if destructor == Some(Destructor::Glue)
            && !self.is_unaligned(place)
            && let Some(opened) = self.open_whole_value(place, drop_ty, target, unwind, dropline)
        {
            return match bb {
                Some(bb) => {
                    let goto = TerminatorKind::Goto { target: opened };
                    self.elaborator.patch().patch_terminator(bb, goto);
                    bb
                }
                None => opened,
            };
        }
        self.build_drop_by(destructor, place, drop_ty, bb, target, unwind, dropline)
    }

    /// Drops what is in `self.place` as its type says, if it says how and if that can be awaited
    /// here. This is asked only where a type's glue begins.
    pub(super) fn open_drop_by_hand(&mut self, ty: Ty<'tcx>) -> Option<BasicBlock> {
        let (tcx, typing_env) = (self.tcx(), self.elaborator.typing_env());
        let body = self.elaborator.body();
        let is_glue = matches!(body.source.instance, InstanceKind::AsyncDropGlue(..));
        if !is_glue || self.unwind.is_cleanup() {
            return None;
        }
        if Destructor::contents_ty(tcx, typing_env, ty).is_some() {
            return Some(self.open_drop_of_contents(ty));
        }
        Destructor::is_glue_by_hand(tcx, typing_env, ty).then(|| {
            let (place, target, unwind) = (self.place, self.succ, self.unwind);
            let destructor = Some(Destructor::GlueByHand);
            self.build_drop_by(destructor, place, ty, None, target, unwind, self.dropline)
        })
    }

    /// Drops `place` by awaiting the future of `destructor`, or synchronously if there is none.
    fn build_drop_by(
        &mut self,
        destructor: Option<Destructor>,
        place: Place<'tcx>,
        drop_ty: Ty<'tcx>,
        bb: Option<BasicBlock>,
        target: BasicBlock,
        unwind: Unwind,
        dropline: Option<BasicBlock>,
    ) -> BasicBlock {
        let (tcx, typing_env) = (self.tcx(), self.elaborator.typing_env());
        let fut_ty = destructor.and_then(|by| by.future_ty(tcx, typing_env, drop_ty));
        let async_fut = fut_ty.map(|fut_ty| self.new_temp(fut_ty));
        let kind = TerminatorKind::Drop {
            place,
            target,
            unwind: unwind.into_action(),
            replace: false,
            drop: async_fut.and(dropline),
            async_fut,
        };
        match bb {
            Some(bb) => {
                self.elaborator.patch().patch_terminator(bb, kind);
                bb
            }
            None => self.new_block(unwind, kind),
        }
    }

    /// Whether `place` is, or may be, where its type is not aligned: in a packed struct. What one
    /// terminator drops there is moved before it (`AddMovesForPackedDrops`), but its parts cannot
    /// be dropped where they are.
    pub(super) fn is_unaligned(&self, place: Place<'tcx>) -> bool {
        let Place { local, projection } = place;
        // The local may be one that the body does not have yet.
        let ty = self.place_ty(local.into());
        let locals: IndexVec<Local, _> = iter::once(LocalDecl::new(ty, DUMMY_SP)).collect();
        let place = Place { local: Local::ZERO, projection };
        let typing_env = self.elaborator.typing_env();
        util::place_unalignment(self.tcx(), &locals, typing_env, place).is_some()
    }

    /// Whether `place` is the future of an `.await` that is over, and counts as holding nothing. On
    /// the mainline nothing leaves the loop that polls it but its completion.
    fn is_spent(&self, place: Place<'tcx>, ty: Ty<'tcx>) -> bool {
        self.dropline.is_some()
            && is_awaitee(self.elaborator.body(), place)
            && is_spent_when_ready(self.tcx(), self.elaborator.typing_env(), ty)
    }

    /// Emits what belongs to this drop.
    fn emitter(&mut self) -> Emitter<'_, 'tcx> {
        let (tcx, source_info) = (self.tcx(), self.source_info);
        Emitter::new(tcx, self.elaborator.patch(), source_info)
    }
}
