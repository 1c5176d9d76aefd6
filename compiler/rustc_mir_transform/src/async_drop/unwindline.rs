//! Lays out the line on which a coroutine unwinds.
//!
//! A panic leaves a coroutine body through cleanup blocks, and those cannot suspend. So where the
//! first value that needs async drop is to be dropped, the panic is caught, and what is left of the
//! cleanup runs as ordinary code, the **unwindline**. At its end the panic goes on.
//!
//! ```text
//! // Before: `_5` is a `String`, `_3` a `Connection`, `_1` a `Vec<u8>`.
//! bb4:           _6 = may_panic() -> [return: bb5, unwind: bb7]
//! bb7 (cleanup): drop(_5) -> [return: bb8, unwind terminate]
//! bb8 (cleanup): drop(_3) -> [return: bb9, unwind terminate]
//! bb9 (cleanup): drop(_1) -> [return: bb10, unwind terminate]
//! bb10 (cleanup): resume
//!
//! // After.
//! bb7 (cleanup): drop(_5) -> [return: bb8, unwind terminate]
//! bb8 (cleanup): falseEdge -> [real: catch, imaginary: sync]
//!
//! catch (cleanup): _e = unwindline_catch() -> [return: enter, unwind unreachable]
//! enter: _c = <context>; goto line
//! line:  async drop(_3; poll=_9) -> [return: rest, unwind: abort]
//! rest:  drop(_1) -> [return: end, unwind: abort]
//! end:   falseEdge -> [real: raise, imaginary: discard]
//! raise:   unwindline_raise(_e) -> [unwind continue]
//! discard: unwindline_discard(_e) -> [return: coroutine_drop]
//!
//! abort (cleanup): _f = unwindline_catch() -> [return: abort2, unwind unreachable]
//! abort2: unwindline_abort(_e, _f)
//!
//! sync (cleanup): drop(_3) -> [return: bb9, unwind terminate]
//! ```
//!
//! The blocks are those of the cleanup, once more. Cancelling a coroutine that is unwinding does
//! not change where it goes, so for cancellation by awaiting the unwindline is its own dropline.
//! The edges into it and out of it are *forks* (see `expand.rs`), since the syncline, which cannot
//! suspend, unwinds as in a function, and ends a panic that it finds in the coroutine.
//!
//! The exception is no part of the coroutine, which would have to have room for it. When the
//! unwindline suspends, `std` keeps it under the coroutine's address, and gives it back when the
//! coroutine goes on.
//!
//! Liveness sees all that, and `poll` has little of it (`unwindline/outlined.rs`): the line is a
//! function of its own, and leaves to `std` what is to become of the exception. So a coroutine
//! saves what the unwindline needs where that suspends, and a path without a panic pays for no more
//! than the place that it takes. To this end the drop flags are copied as the line is entered, and
//! temporaries are moved (`unwindline/temporaries.rs`): it would keep them in the coroutine
//! otherwise.
//!
//! A value that each path without a panic moves away is not awaited there, and so nobody has asked
//! whether it may be kept across a suspension. If it certainly has a destructor, it is awaited
//! while unwinding all the same. If that depends on a type parameter, it is dropped synchronously:
//! nearly all such values have none, and plain generic code would be rejected.
//!
//! Each way from a landing pad either leads to a catch or does not (see `unwindline.rs` in
//! `rustc_codegen_ssa`). Where a drop flag decides, the catch comes before the test.
//!
//! A coroutine that is not `async` awaits nothing while it runs, and unwinds then as a function
//! does. But it may be dropped by await, and has an unwindline for the panics of that.
//!
//! The future of `async_drop_in_place` is made in each crate that needs it and has to be the same
//! in all. So it has an unwindline even where a panic is not to be awaited; nothing enters it then.

use rustc_data_structures::fx::FxIndexSet;
use rustc_hir::lang_items::LangItem;
use rustc_index::IndexVec;
use rustc_index::bit_set::DenseBitSet;
use rustc_middle::mir::visit::MutVisitor;
use rustc_middle::mir::*;
use rustc_middle::span_bug;
use rustc_middle::ty::{self, Ty, TyCtxt};
use rustc_session::config::AsyncDropUnwind;

use super::alike::{alike_among, split_before_cleanup_drops};
use super::destructor::dropped_by;
use super::lines::{blocks_of_line, dropline_entries};
use super::poll_loop::Emitter;
use super::{SELF_ARG, is_awaitee};
use crate::elaborate_drop::async_drop::{OpenedDrops, WholeDrop, await_whole_drop};
use crate::patch::MirPatch;

mod calls;
mod flags;
mod outlined;
mod second_panic;
mod temporaries;

use self::flags::{UseCopies, copies_of_drop_flags, tested_local};
use self::second_panic::{abort_in, blocks_in_poll, unwind_out_of};
use self::temporaries::{copies_of_temporaries, dropped_local};

pub(in crate::coroutine) use outlined::OutlinedUnwindline;

/// Whether drops are awaited while a panic unwinds, in the crate that is compiled. It needs `std`,
/// to which panics belong, an unwinder whose landing pads are ordinary code, and a backend that
/// makes some which catch.
pub(crate) fn awaits_while_unwinding(tcx: TyCtxt<'_>) -> bool {
    tcx.sess.opts.unstable_opts.async_drop_unwind == AsyncDropUnwind::Await
        && tcx.sess.panic_strategy().unwinds()
        && tcx.lang_items().unwindline_raise_fn().is_some()
        && tcx.sess.opts.unstable_opts.codegen_backend.as_deref().is_none_or(|name| name == "llvm")
        && has_landing_pads(tcx)
}

/// Whether the unwindline of `body` is a function of its own (`unwindline/outlined.rs`).
fn is_outlined(tcx: TyCtxt<'_>, body: &Body<'_>) -> bool {
    !tcx.is_async_drop_in_place_coroutine(body.source.def_id())
}

fn has_landing_pads(tcx: TyCtxt<'_>) -> bool {
    let target = &tcx.sess.target;
    target.families.iter().any(|family| family == "unix") && !target.is_like_wasm
}

/// Whether unwinding finds a coroutine in `place` that holds nothing: if an `.await` panics, it is
/// what the `.await` polled that did.
pub(super) fn is_poisoned_awaitee<'tcx>(
    tcx: TyCtxt<'tcx>,
    body: &Body<'tcx>,
    place: Place<'tcx>,
) -> bool {
    place.ty(&body.local_decls, tcx).ty.is_coroutine() && is_awaitee(body, place)
}

/// Whether unwinding awaits the drop of a value of type `ty`, which needs async drop, though no
/// other path does. What an opaque type hides is not known as long as auto traits are checked, so
/// it counts as one whose drop is awaited. Of the future of `async_drop_in_place` all is known.
///
/// A destructor may have another value of its type in its hands. It does not await that: its future
/// would contain itself.
pub(super) fn is_awaited_by_unwinding_alone<'tcx>(
    tcx: TyCtxt<'tcx>,
    typing_env: ty::TypingEnv<'tcx>,
    body: &Body<'tcx>,
    ty: Ty<'tcx>,
) -> bool {
    let def_id = body.source.def_id();
    if tcx.is_async_drop_in_place_coroutine(def_id) {
        return true;
    }
    let ty = tcx.try_normalize_erasing_regions(typing_env, ty).unwrap_or(ty);
    let destructors = tcx.async_destructor_tys(typing_env.as_query_input(ty));
    let of_destructor = dropped_by(tcx, def_id);
    if of_destructor.is_some() && destructors.iter().any(|ty| ty.ty_adt_def() == of_destructor) {
        return false;
    }
    !is_unknown(ty) || !destructors.is_empty()
}

/// Whether values of type `ty` own something of a type that is not known.
fn is_unknown(ty: Ty<'_>) -> bool {
    match *ty.kind() {
        ty::Param(_) => true,
        ty::Alias(ty::Projection, alias) => is_unknown(alias.self_ty()),
        ty::Adt(_, args) => args.types().any(is_unknown),
        ty::Tuple(tys) => tys.iter().any(is_unknown),
        ty::Closure(_, args) => args.as_closure().upvar_tys().iter().any(is_unknown),
        ty::CoroutineClosure(_, args) => {
            args.as_coroutine_closure().upvar_tys().iter().any(is_unknown)
        }
        ty::Coroutine(_, args) => args.as_coroutine().upvar_tys().iter().any(is_unknown),
        ty::Array(element, _) | ty::Slice(element) => is_unknown(element),
        _ => false,
    }
}

/// The locals that are awaited, as a whole or in parts, where they are dropped without a panic.
fn locals_with_awaited_drops(
    body: &Body<'_>,
    reachable: &DenseBitSet<BasicBlock>,
    owners: &Owners,
) -> DenseBitSet<Local> {
    let mut locals = DenseBitSet::new_empty(body.local_decls.len());
    for block in reachable.iter() {
        let kind = &body[block].terminator().kind;
        if let TerminatorKind::Drop { place, async_fut: Some(_), .. } = *kind {
            locals.insert(owners.owner(place));
        }
    }
    locals
}

/// From which local the pointer in another one was taken. What is behind a `Box` has a pointer for
/// each time that it is mentioned.
struct Owners(IndexVec<Local, Option<Local>>);

impl Owners {
    fn of(tcx: TyCtxt<'_>, body: &Body<'_>) -> Owners {
        let mut owners = IndexVec::from_elem(None, &body.local_decls);
        // `AsyncDropContents::contents` returns a pointer to what a value owns.
        let contents = tcx.lang_items().async_drop_contents_trait();
        for data in body.basic_blocks.iter() {
            if let TerminatorKind::Call { func, args, destination, .. } = &data.terminator().kind
                && let Some((function, _)) = func.const_fn_def()
                && contents.is_some_and(|items| tcx.trait_of_assoc(function) == Some(items))
                && let Some(to) = destination.as_local()
                && let [argument] = &args[..]
                && let Some(from) = argument.node.place()
            {
                owners[to].get_or_insert(from.local);
            }
        }
        for statement in body.basic_blocks.iter().flat_map(|data| &data.statements) {
            let StatementKind::Assign(box (to, value)) = &statement.kind else { continue };
            let from = match value {
                Rvalue::Use(operand) | Rvalue::Cast(_, operand, _) => operand.place(),
                Rvalue::RawPtr(_, place) => Some(*place),
                _ => None,
            };
            if let Some(to) = to.as_local()
                && let Some(from) = from
                && from.local != to
                && body.local_decls[to].ty.is_raw_ptr()
            {
                owners[to].get_or_insert(from.local);
            }
        }
        Owners(owners)
    }

    /// The local to which `place` belongs.
    fn owner(&self, place: Place<'_>) -> Local {
        let mut local = place.local;
        // A chain of pointers is short. One that has no end is none.
        for _ in 0..8 {
            match self.0[local] {
                Some(owner) => local = owner,
                None => break,
            }
        }
        local
    }
}

/// The unwindline of a body, in which awaited drops are not expanded yet.
pub(super) struct Unwindline {
    /// Where it is entered.
    pub(super) entries: Vec<BasicBlock>,
    /// Holds the exception that was caught, while the coroutine runs.
    pub(super) exception: Local,
    /// The context of the task that polls the coroutine.
    pub(super) context: Local,
}

impl Unwindline {
    /// Adds the unwindline to `body`, if it drops anything by await. `unresumed` is where a
    /// coroutine is dropped that was never resumed.
    pub(super) fn lay_out<'tcx>(
        tcx: TyCtxt<'tcx>,
        body: &mut Body<'tcx>,
        unresumed: Option<BasicBlock>,
    ) -> Option<Unwindline> {
        let is_wanted = if is_outlined(tcx, body) {
            tcx.features().async_drop() && awaits_while_unwinding(tcx)
        } else {
            has_landing_pads(tcx)
        };
        if !is_wanted {
            return None;
        }
        let typing_env = ty::TypingEnv::post_analysis(tcx, body.source.def_id());
        let may_await = |data: &BasicBlockData<'tcx>| match data.terminator().kind {
            TerminatorKind::Drop { place, .. } if data.is_cleanup => {
                place.ty(body, tcx).ty.needs_async_drop(tcx, typing_env)
            }
            _ => false,
        };
        if !body.basic_blocks.iter().any(may_await) {
            return None;
        }
        split_before_cleanup_drops(body);
        let cleanup = Cleanup::of(tcx, typing_env, body, unresumed);
        if cleanup.catches.is_empty() {
            return None;
        }

        let temporaries = copies_of_temporaries(tcx, body, &cleanup);
        let mut patch = MirPatch::new(body);
        let exception = patch.new_temp(Ty::new_mut_ptr(tcx, tcx.types.u8), body.span);
        let context = patch.new_temp(Ty::new_task_context(tcx), body.span);
        let mut builder = Builder {
            tcx,
            typing_env,
            body,
            cleanup: &cleanup,
            exception,
            context,
            alike: alike_among(body, &cleanup.behind),
            copies: IndexVec::from_elem(None, &body.basic_blocks),
            entries: IndexVec::from_elem(None, &body.basic_blocks),
            own: copies_of_drop_flags(body, &cleanup, temporaries, &mut patch),
            patch,
            opened: OpenedDrops::default(),
        };
        builder.copy_blocks();
        let entries: FxIndexSet<BasicBlock> =
            cleanup.catches.iter().map(|&block| builder.catch(block)).collect();
        let entries: Vec<BasicBlock> = entries.into_iter().collect();
        builder.patch.apply(body);
        // They went with the block's terminator to each side of the fork.
        for &block in &cleanup.catches {
            body.basic_blocks.as_mut()[block].statements.clear();
        }
        let line = blocks_of_line(body, entries.clone());
        if is_outlined(tcx, body) {
            let in_poll = blocks_in_poll(tcx, body, entries.clone());
            abort_in(tcx, body, &in_poll, exception);
            let mut others = line;
            others.subtract(&in_poll);
            unwind_out_of(body, &others);
        } else {
            abort_in(tcx, body, &line, exception);
        }
        Some(Unwindline { entries, exception, context })
    }
}

/// The cleanup blocks of a body that have to do with awaited drops.
struct Cleanup {
    /// In front of these, unwinding is caught. From a landing pad that can get to an awaited drop,
    /// there is no way past them.
    catches: Vec<BasicBlock>,
    /// What may come behind them, and they.
    behind: DenseBitSet<BasicBlock>,
    /// The drops that are awaited.
    awaited: DenseBitSet<BasicBlock>,
}

impl Cleanup {
    fn of<'tcx>(
        tcx: TyCtxt<'tcx>,
        typing_env: ty::TypingEnv<'tcx>,
        body: &Body<'tcx>,
        unresumed: Option<BasicBlock>,
    ) -> Cleanup {
        let none = || DenseBitSet::new_empty(body.basic_blocks.len());
        let reachable = if body.is_async() {
            reachable_from(body, [START_BLOCK].into_iter().chain(unresumed))
        } else {
            reachable_from(body, dropline_entries(body, unresumed).into_iter())
        };
        let owners = Owners::of(tcx, body);
        let awaited_otherwise = locals_with_awaited_drops(body, &reachable, &owners);
        let mut awaited = none();
        for (block, data) in body.basic_blocks.iter_enumerated() {
            if data.is_cleanup
                && reachable.contains(block)
                && let TerminatorKind::Drop { place, .. } = data.terminator().kind
            {
                let ty = place.ty(&body.local_decls, tcx).ty;
                if place.as_local() != Some(SELF_ARG)
                    && !is_poisoned_awaitee(tcx, body, place)
                    && ty.needs_async_drop(tcx, typing_env)
                    && (awaited_otherwise.contains(owners.owner(place))
                        || is_awaited_by_unwinding_alone(tcx, typing_env, body, ty))
                {
                    awaited.insert(block);
                }
            }
        }

        let predecessors = body.basic_blocks.predecessors();
        let mut before = none();
        let mut queue: Vec<BasicBlock> = awaited.iter().collect();
        while let Some(block) = queue.pop() {
            let is_cleanup = body[block].is_cleanup && reachable.contains(block);
            if is_cleanup && before.insert(block) {
                queue.extend(predecessors[block].iter().copied());
            }
        }
        let passes_by = |block: BasicBlock| {
            let mut successors = body[block].terminator().successors();
            successors.any(|successor| !before.contains(successor))
        };
        let catches: Vec<BasicBlock> =
            before.iter().filter(|&block| awaited.contains(block) || passes_by(block)).collect();

        let behind = reachable_from(body, catches.iter().copied());
        Cleanup { catches, behind, awaited }
    }
}

/// The blocks that can be reached from `entries`, and they.
pub(super) fn reachable_from(
    body: &Body<'_>,
    entries: impl Iterator<Item = BasicBlock>,
) -> DenseBitSet<BasicBlock> {
    let mut reachable = DenseBitSet::new_empty(body.basic_blocks.len());
    let mut queue: Vec<BasicBlock> = entries.collect();
    while let Some(block) = queue.pop() {
        if reachable.insert(block) {
            queue.extend(body[block].terminator().successors());
        }
    }
    reachable
}

/// Builds the unwindline into a patch.
struct Builder<'a, 'tcx> {
    tcx: TyCtxt<'tcx>,
    typing_env: ty::TypingEnv<'tcx>,
    body: &'a Body<'tcx>,
    cleanup: &'a Cleanup,
    exception: Local,
    /// That of the task, where a panic is caught.
    context: Local,
    /// The first of the cleanup blocks that do the same as a block.
    alike: IndexVec<BasicBlock, BasicBlock>,
    /// The block of the unwindline that does what the first of some cleanup blocks does.
    copies: IndexVec<BasicBlock, Option<BasicBlock>>,
    /// Where the unwindline is entered that does what the first of some cleanup blocks does.
    entries: IndexVec<BasicBlock, Option<BasicBlock>>,
    /// The local of the unwindline that stands for a drop flag, or for a value that it keeps alone.
    own: IndexVec<Local, Option<Local>>,
    patch: MirPatch<'tcx>,
    opened: OpenedDrops<'tcx>,
}

impl<'tcx> Builder<'_, 'tcx> {
    fn emitter(&mut self, source_info: SourceInfo) -> Emitter<'_, 'tcx> {
        Emitter::new(self.tcx, &mut self.patch, source_info)
    }

    fn copy_blocks(&mut self) {
        let body = self.body;
        let copied: FxIndexSet<BasicBlock> =
            self.cleanup.behind.iter().map(|block| self.alike[block]).collect();
        for &block in &copied {
            let mut copy = body[block].clone();
            copy.is_cleanup = false;
            UseCopies { tcx: self.tcx, own: &self.own }.visit_basic_block_data(block, &mut copy);
            self.copies[block] = Some(self.patch.new_block(copy));
        }
        let source_info = SourceInfo::outermost(body.span);
        let abort = self.patch.unreachable_cleanup_block();
        let raise = self.raise(source_info);
        for block in copied {
            self.copy_terminator(block, abort, raise);
        }
    }

    /// The block of the unwindline that does what `block` does.
    fn copy_of(&self, block: BasicBlock) -> BasicBlock {
        self.copies[self.alike[block]].unwrap()
    }

    /// Ends the copy of `block` as `block` ends. A panic in it leads to `abort`, for now.
    fn copy_terminator(&mut self, block: BasicBlock, abort: BasicBlock, raise: BasicBlock) {
        let copy = self.copy_of(block);
        let Terminator { source_info, ref kind } = *self.patch.block(self.body, copy).terminator();
        let mut kind = kind.clone();
        match &mut kind {
            TerminatorKind::Drop { place, target, .. } if self.cleanup.awaited.contains(block) => {
                let (place, target) = (*place, self.copy_of(*target));
                let (tcx, typing_env, body) = (self.tcx, self.typing_env, self.body);
                let drop = WholeDrop { block: copy, source_info, place, target, unwind: abort };
                let (patch, opened) = (&mut self.patch, &mut self.opened);
                return await_whole_drop(tcx, typing_env, body, patch, opened, drop);
            }
            TerminatorKind::UnwindResume => kind = TerminatorKind::Goto { target: raise },
            TerminatorKind::UnwindTerminate(_) => {
                kind = self.emitter(source_info).end_process();
            }
            TerminatorKind::Drop { .. }
            | TerminatorKind::Call { .. }
            | TerminatorKind::Assert { .. }
            | TerminatorKind::Goto { .. }
            | TerminatorKind::SwitchInt { .. }
            | TerminatorKind::Unreachable => {
                kind.successors_mut(|target| *target = self.copy_of(*target));
                if let Some(unwind @ UnwindAction::Terminate(_)) = kind.unwind_mut() {
                    *unwind = UnwindAction::Cleanup(abort);
                }
            }
            TerminatorKind::Return
            | TerminatorKind::TailCall { .. }
            | TerminatorKind::Yield { .. }
            | TerminatorKind::CoroutineDrop
            | TerminatorKind::FalseEdge { .. }
            | TerminatorKind::FalseUnwind { .. }
            | TerminatorKind::InlineAsm { .. } => {
                span_bug!(source_info.span, "{kind:?} in the cleanup of a coroutine")
            }
        }
        self.patch.patch_terminator(copy, kind);
    }

    /// Where the unwindline leads: the panic goes on. Of a coroutine that is dropped where nothing
    /// can await, it ends. An outlined unwindline leaves either to its caller.
    fn raise(&mut self, source_info: SourceInfo) -> BasicBlock {
        let exception = self.exception;
        let is_outlined = is_outlined(self.tcx, self.body);
        let mut emitter = self.emitter(source_info);
        let raise = emitter.unwindline_block(LangItem::UnwindlineRaise, exception, None);
        if is_outlined {
            return raise;
        }
        let end = emitter.block(vec![], TerminatorKind::CoroutineDrop);
        let discard = emitter.unwindline_block(LangItem::UnwindlineDiscard, exception, Some(end));
        let fork = TerminatorKind::FalseEdge { real_target: raise, imaginary_target: discard };
        emitter.block(vec![], fork)
    }

    /// Forks `block`: into the unwindline, which is entered in the block that is returned, and into
    /// what it was.
    fn catch(&mut self, block: BasicBlock) -> BasicBlock {
        let imaginary_target = self.patch.new_block(self.body[block].clone());
        let alike = self.alike[block];
        let entry = self.entries[alike].unwrap_or_else(|| self.enter(alike));
        self.entries[alike] = Some(entry);
        let (source_info, exception) = (self.body[alike].terminator().source_info, self.exception);
        let mut emitter = self.emitter(source_info);
        let catch = emitter.catch(exception, entry);
        let real_target = emitter.cleanup_block(vec![], catch);
        let fork = TerminatorKind::FalseEdge { real_target, imaginary_target };
        self.patch.patch_terminator(block, fork);
        entry
    }

    /// Enters the unwindline where it does what `block` does.
    fn enter(&mut self, block: BasicBlock) -> BasicBlock {
        let body = self.body;
        let source_info = body[block].terminator().source_info;
        let moved: Vec<(Local, Local)> = self
            .locals_used_behind(block)
            .into_iter()
            .filter_map(|local| Some((local, self.own[local]?)))
            .collect();
        let target = self.copy_of(block);
        let context = self.context;
        let mut emitter = self.emitter(source_info);
        let mut statements = vec![emitter.define_context(context)];
        for (local, own) in moved {
            if body.local_decls[local].ty.is_bool() {
                let value = Operand::Copy(local.into());
                statements.push(emitter.assign(own, Rvalue::Use(value)));
            } else {
                let value = Operand::Move(local.into());
                statements.extend([
                    emitter.statement(StatementKind::StorageLive(own)),
                    emitter.assign(own, Rvalue::Use(value)),
                    emitter.statement(StatementKind::StorageDead(local)),
                ]);
            }
        }
        emitter.block(statements, TerminatorKind::Goto { target })
    }

    /// The locals that the unwindline tests or drops if it is entered at `block`.
    fn locals_used_behind(&self, block: BasicBlock) -> FxIndexSet<Local> {
        let behind = reachable_from(self.body, [block].into_iter());
        let used =
            |block| tested_local(self.body, block).or_else(|| dropped_local(self.body, block));
        behind.iter().filter_map(used).collect()
    }
}
