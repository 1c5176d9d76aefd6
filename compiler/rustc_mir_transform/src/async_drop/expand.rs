//! Turns each awaited `Drop` into the code that awaits it.
//!
//! ```text
//! // Before: `_3` goes out of scope.
//! bb1: async drop(_3; poll=_9) -> [return: bb4, unwind: bb7, drop: bb6]
//!
//! // After.
//! bb1:   StorageLive(_9)
//!        _10 = &raw mut _3
//!        _9 = async_drop_in_place::<T>(move _10) -> [return: poll, unwind: bb7]
//! poll:  poll _9, suspend while it is pending   -> [ready: done, drop: fork]
//! done:  StorageDead(_9); goto bb4
//!
//! fork:  falseEdge -> [real: entry, imaginary: leave]
//! entry: _11 = <context of this cancellation>; goto drain
//! drain: poll _9, suspend as `poll` does        -> [ready: rest]
//! rest:  StorageDead(_9); goto bb6
//!
//! leave: drop(_9) -> sync
//! sync:  StorageDead(_9); goto the syncline's twin of bb6
//! ```
//!
//! A coroutine is cancelled either by awaiting it or by dropping it where nothing can await, and
//! the two take different ways out of a suspension point. Both must be part of the control flow
//! graph while liveness is computed, so that the coroutine saves what either of them needs.
//! A `Yield` has one `drop` edge, so that edge leads to a *fork*: a `FalseEdge` whose real target
//! is the dropline and whose imaginary target is the syncline. `shims.rs` makes one drop shim for
//! each way and resolves all forks to it. A coroutine that was never resumed is cancelled at its
//! start, so there is a fork there too. None outlives `StateTransform`.
//!
//! While a destructor is pending that was entered on the mainline, it does not matter which line
//! polls it: both have the same values to drop afterwards. So a suspension there is one state, and
//! what the coroutine is resumed or cancelled by decides how it goes on. Often the dropline has a
//! drop of the same value, for a coroutine that is cancelled earlier, and what is to be done after
//! it is the same. Then the one drop drains into the other, and has no loop and no `leave` of its
//! own.
//!
//! Invariants:
//!
//! - nothing on the syncline suspends, neither line ever completes the coroutine, and no `Drop` has
//!   `async_fut` or `drop` set when this is done (`-Zvalidate-mir` checks it, see `validate.rs`);
//! - a `Drop` that had `async_fut` set but cannot suspend drops the whole value (`lines.rs` asserts
//!   it);
//! - the context local of the dropline is assigned on each edge into it and so is never saved in
//!   the coroutine (`shims.rs` asserts it).

use rustc_abi::{FieldIdx, VariantIdx};
use rustc_data_structures::fx::{FxHashMap, FxIndexSet};
use rustc_hir as hir;
use rustc_index::IndexVec;
use rustc_middle::bug;
use rustc_middle::mir::*;
use rustc_middle::ty::{self, Ty, TyCtxt};

use super::alike::{alike_in_cleanup, split_before_cleanup_drops};
use super::contents_pointers::take_contents_pointers_anew;
use super::lines::{AwaitedDrop, Lines};
use super::poll_loop::{BriefTemps, Emitter, Exits, Suspend};
use super::spent_futures::may_hold_values;
use super::unwindline::{OutlinedUnwindline, Unwindline};
use super::{CTX_ARG, Destructor, awaitees, insert_unresumed_drop, validate};
use crate::patch::MirPatch;

/// What the drop shims need to know of how cancellation was laid out.
#[derive(Default)]
pub(in crate::coroutine) struct Cancellation {
    /// The local in which the dropline expects the context of the task that polls it, or `None` if
    /// nothing in the body is awaited implicitly.
    pub(in crate::coroutine) drop_context: Option<Local>,
    /// The block that drops the captures of a coroutine that was never resumed, if there is one
    /// already.
    pub(in crate::coroutine) unresumed: Option<BasicBlock>,
    /// What `poll` has in place of the unwindline.
    pub(in crate::coroutine) outlined: Option<OutlinedUnwindline>,
    /// The locals that hold futures which the body awaits, be it in a drop or not.
    futures: Vec<Local>,
    /// Those of drops which some instances of the body do not await.
    drop_futures: Vec<Local>,
}

impl Cancellation {
    /// Tells the layout which fields some instances do not need, and which futures nobody but the
    /// body can name.
    pub(in crate::coroutine) fn note_futures<'tcx>(
        &self,
        layout: &mut CoroutineLayout<'tcx>,
        remap: &IndexVec<Local, Option<(Ty<'tcx>, VariantIdx, FieldIdx)>>,
    ) {
        let saved = |locals: &[Local]| -> FxIndexSet<CoroutineSavedLocal> {
            let fields = locals.iter().filter_map(|&local| *remap.get(local)?);
            fields.map(|(_, variant, field)| layout.variant_fields[variant][field]).collect()
        };
        let (drop_futures, awaited_futures) = (saved(&self.drop_futures), saved(&self.futures));
        layout.drop_futures = drop_futures.into_iter().collect();
        if layout.is_packed {
            layout.awaited_futures = awaited_futures.into_iter().collect();
        }
    }
}

/// Expands the awaited drops of `body`.
pub(in crate::coroutine) fn expand_async_drops<'tcx>(
    tcx: TyCtxt<'tcx>,
    body: &mut Body<'tcx>,
    coroutine_kind: hir::CoroutineKind,
) -> Cancellation {
    // What the coroutine captured is awaited like what it declared. The future of
    // `async_drop_in_place` captured no more than an address.
    let captures_await =
        tcx.features().async_drop() && !tcx.is_async_drop_in_place_coroutine(body.source.def_id());
    let unresumed = captures_await.then(|| insert_unresumed_drop(tcx, body, true));

    let mut futures: Vec<Local> = awaitees(body).collect();
    let unwindline = Unwindline::lay_out(tcx, body, unresumed);
    let unwinding = unwindline.as_ref().map_or(&[][..], |line| &line.entries);
    let lines = Lines::of(tcx, body, unresumed, unwinding);
    let context = unwindline.as_ref().map(|line| line.context);
    if lines.awaited.is_empty() {
        forget_async_drops(body);
        return Cancellation { drop_context: context, unresumed, futures, ..Default::default() };
    }
    if unwindline.is_none() {
        split_before_cleanup_drops(body);
    }

    let mut patch = MirPatch::new(body);
    let drop_context =
        context.unwrap_or_else(|| patch.new_temp(Ty::new_task_context(tcx), body.span));
    let outlined =
        unwindline.as_ref().and_then(|line| OutlinedUnwindline::of(tcx, body, line, &mut patch));
    let mut expander = Expander {
        tcx,
        body,
        twins: IndexVec::from_elem(None, &body.basic_blocks),
        drop_context,
        exception: unwindline.map(|line| line.exception),
        outlined,
        suspend: Suspend::new(tcx, body, coroutine_kind),
        drop_futures: vec![],
        alike: alike_in_cleanup(body),
        drained: FxHashMap::default(),
        temps: FxHashMap::default(),
        patch,
    };
    expander.lay_out_syncline(&lines);
    expander.fork_yields();
    // States have the order of their blocks. Those in which the coroutine holds an exception are
    // the last, so that one comparison tells them from the others.
    futures.extend(lines.awaited.iter().map(|drop| drop.fut));
    let (unwinding, others): (Vec<_>, Vec<_>) =
        lines.awaited.iter().partition(|drop| drop.on_unwindline);
    expander.lay_out_drains(&others);
    others.into_iter().for_each(|drop| expander.expand(drop));
    unwinding.iter().for_each(|drop| expander.leave_poll_at(drop));
    unwinding.into_iter().for_each(|drop| expander.expand(drop));
    let fork = unresumed.and_then(|unresumed| expander.fork_unresumed(unresumed));
    let Expander { patch, outlined, drop_futures, .. } = expander;
    patch.apply(body);
    forget_async_drops(body);
    take_contents_pointers_anew(tcx, body);
    if let Some(fork) = fork {
        fork_start(body, fork);
    }
    let unresumed = fork.or(unresumed);
    if tcx.sess.opts.unstable_opts.validate_mir {
        validate::check_cancellation(body, unresumed);
    }
    Cancellation { drop_context: Some(drop_context), unresumed, outlined, futures, drop_futures }
}

/// Makes `unresumed` reachable: analyses skip what is not, and it may suspend.
fn fork_start(body: &mut Body<'_>, unresumed: BasicBlock) {
    let source_info = SourceInfo::outermost(body.span);
    let blocks = body.basic_blocks.as_mut();
    let real_target = blocks.next_index();
    let kind = TerminatorKind::FalseEdge { real_target, imaginary_target: unresumed };
    let fork = BasicBlockData::new(Some(Terminator { source_info, kind }), false);
    let start = std::mem::replace(&mut blocks[START_BLOCK], fork);
    blocks.push(start);
}

/// Makes every drop that is still marked as awaited a sync drop.
fn forget_async_drops(body: &mut Body<'_>) {
    for data in body.basic_blocks.as_mut() {
        if let TerminatorKind::Drop { drop, async_fut, .. } = &mut data.terminator_mut().kind {
            *drop = None;
            *async_fut = None;
        }
    }
}

mod drains;
mod fields;
mod instances;
mod unwinding;

use drains::{Drain, Drained};

struct Expander<'a, 'tcx> {
    tcx: TyCtxt<'tcx>,
    body: &'a Body<'tcx>,
    patch: MirPatch<'tcx>,
    /// The syncline's own version of a block of the dropline.
    twins: IndexVec<BasicBlock, Option<BasicBlock>>,
    drop_context: Local,
    /// Holds the exception on the unwindline.
    exception: Option<Local>,
    outlined: Option<OutlinedUnwindline>,
    suspend: Suspend<'tcx>,
    drop_futures: Vec<Local>,
    /// The first of the cleanup blocks that do the same as a block.
    alike: IndexVec<BasicBlock, BasicBlock>,
    /// How the dropline drains a future.
    drained: FxHashMap<Drain, Drained>,
    temps: BriefTemps<'tcx>,
}

impl<'tcx> Expander<'_, 'tcx> {
    fn emitter(&mut self, source_info: SourceInfo) -> Emitter<'_, 'tcx> {
        let (tcx, temps) = (self.tcx, Some(&mut self.temps));
        Emitter { tcx, patch: &mut self.patch, source_info, temps }
    }

    fn typing_env(&self) -> ty::TypingEnv<'tcx> {
        ty::TypingEnv::post_analysis(self.tcx, self.body.source.def_id())
    }

    /// The block that does on the syncline what `block` does on the dropline.
    fn on_syncline(&self, block: BasicBlock) -> BasicBlock {
        self.twins[block].unwrap_or(block)
    }

    /// Gives each block of the dropline that can still reach an awaited drop a twin in which the
    /// drop is synchronous.
    fn lay_out_syncline(&mut self, lines: &Lines<'tcx>) {
        for block in lines.needs_twin.iter() {
            let twin = self.patch.new_block(self.body[block].clone());
            self.twins[block] = Some(twin);
        }
        for block in lines.needs_twin.iter() {
            // A twin of an awaited drop still says that it is awaited, until all such marks are
            // removed. `Destructor::Own` needs more: the ladder around it drops only the fields.
            let own =
                |drop: &&AwaitedDrop<'_>| drop.block == block && drop.destructor == Destructor::Own;
            let kind = match lines.awaited.iter().find(own) {
                Some(drop) => {
                    let target = self.on_syncline(drop.target);
                    let target = self.call_sync_destructor(drop, target, drop.unwind, false);
                    TerminatorKind::Goto { target }
                }
                None => {
                    let mut terminator = self.body[block].terminator().clone();
                    terminator.successors_mut(|target| *target = self.on_syncline(*target));
                    terminator.kind
                }
            };
            self.patch.patch_terminator(self.twins[block].unwrap(), kind);
        }
    }

    /// Lets the `drop` edge of each `Yield` lead to either line.
    fn fork_yields(&mut self) {
        for (block, data) in self.body.basic_blocks.iter_enumerated() {
            let terminator = data.terminator();
            if let TerminatorKind::Yield { drop: Some(entry), .. } = terminator.kind
                && let Some(twin) = self.twins[entry]
            {
                let fork = self.fork(terminator.source_info, entry, twin);
                let mut kind = terminator.kind.clone();
                let TerminatorKind::Yield { drop, .. } = &mut kind else { bug!() };
                *drop = Some(fork);
                self.patch.patch_terminator(block, kind);
            }
        }
    }

    /// The fork in front of what drops the captures, if one of them is awaited.
    fn fork_unresumed(&mut self, unresumed: BasicBlock) -> Option<BasicBlock> {
        let twin = self.twins[unresumed]?;
        Some(self.fork(SourceInfo::outermost(self.body.span), unresumed, twin))
    }

    /// The target of a `drop` edge: `dropline` when cancellation can await, `syncline` when it
    /// cannot.
    fn fork(
        &mut self,
        source_info: SourceInfo,
        dropline: BasicBlock,
        syncline: BasicBlock,
    ) -> BasicBlock {
        let entry = self.with_context(source_info, dropline);
        let kind = TerminatorKind::FalseEdge { real_target: entry, imaginary_target: syncline };
        self.emitter(source_info).block(vec![], kind)
    }

    /// Goes on to `target` with the context of the task at hand.
    fn with_context(&mut self, source_info: SourceInfo, target: BasicBlock) -> BasicBlock {
        let context = self.drop_context;
        let mut emitter = self.emitter(source_info);
        let define = emitter.define_context(context);
        emitter.block(vec![define], TerminatorKind::Goto { target })
    }

    fn expand(&mut self, drop: &AwaitedDrop<'tcx>) {
        let mut unwind = self.unwind_without_future(drop);
        let drained = self.drained(drop, unwind);
        let fields = self.fields_left_by(drop);
        let drop = &self.with_fields_behind(drop, &fields);
        if !fields.is_empty() {
            unwind = self.unwind_without_future(drop);
        }
        let begin = self.expand_poll_loops(drop, unwind, drained);
        let kind = self.enter_outlined(drop, begin);
        let kind = self.await_if_needed(drop, kind);
        self.patch.patch_terminator(drop.block, kind);
    }

    /// Builds the loops that poll the future of `drop`, and returns the block that makes the future
    /// and enters them.
    fn expand_poll_loops(
        &mut self,
        drop: &AwaitedDrop<'tcx>,
        unwind: UnwindAction,
        Drained { by, drain, leave }: Drained,
    ) -> BasicBlock {
        let poll_unwind = self.unwind_from_poll(drop, unwind);
        if drop.on_unwindline {
            return self.expand_loop_on_unwindline(drop, unwind, poll_unwind, leave);
        }
        let source_info = drop.source_info;
        let coroutine = self.suspend.clone();

        // The loop on the dropline is its own successor when it is cancelled once more.
        let [drained, left] = [drain, leave].map(|target| self.where_awaited(drop, target));
        let fork = self.fork(source_info, drained, left);
        let again = (!drop.on_dropline).then(|| self.emitter(source_info).empty_block());
        let resume = match again {
            Some(again) => self.where_awaited(drop, again),
            None => self
                .emitter(SourceInfo::outermost(self.body.span))
                .resumed_after_drop(coroutine.kind),
        };
        let pending = self.emitter(source_info).suspend(drop, &coroutine, resume, fork);

        if by == drop.block {
            let ready = self.after_completion(drop, drop.dropline, unwind);
            let exits = Exits { ready, pending, unwind: poll_unwind };
            let context = self.drop_context;
            let head = self.emitter(source_info).poll_loop(drop, context, exits);
            self.poll_again(drop, drain, head, unwind);
            if drop.on_dropline {
                return self.begin(drop, drain, head, unwind);
            }
        }

        let again = again.unwrap();
        let ready = self.after_completion(drop, drop.target, unwind);
        let exits = Exits { ready, pending, unwind: poll_unwind };
        let head = self.emitter(source_info).poll_loop(drop, CTX_ARG, exits);
        self.poll_again(drop, again, head, unwind);
        self.begin(drop, again, head, unwind)
    }

    /// Has `again`, which is still empty, go on with the poll loop that begins in `head`.
    fn poll_again(
        &mut self,
        drop: &AwaitedDrop<'tcx>,
        again: BasicBlock,
        head: BasicBlock,
        unwind: UnwindAction,
    ) {
        if drop.is_made_anew() {
            self.construct(drop, again, head, unwind);
        } else {
            let mut emitter = self.emitter(drop.source_info);
            let assume = emitter.assume_suspended(drop);
            emitter.fill(again, assume, TerminatorKind::Goto { target: head });
        }
    }

    /// The block that makes the future and enters the poll loop. `again` goes on with the loop.
    fn begin(
        &mut self,
        drop: &AwaitedDrop<'tcx>,
        again: BasicBlock,
        head: BasicBlock,
        unwind: UnwindAction,
    ) -> BasicBlock {
        if drop.is_made_anew() {
            return again;
        }
        let begin = self.emitter(drop.source_info).empty_block();
        self.construct(drop, begin, head, unwind);
        begin
    }

    /// Constructs the destructor's future in `block`, which is still empty, then goes on to
    /// `target`. An erased one is made where it is polled first.
    fn construct(
        &mut self,
        drop: &AwaitedDrop<'tcx>,
        block: BasicBlock,
        target: BasicBlock,
        unwind: UnwindAction,
    ) {
        let tcx = self.tcx;
        let mut emitter = self.emitter(drop.source_info);
        let mut statements = vec![emitter.statement(StatementKind::StorageLive(drop.fut))];
        let argument = match drop.destructor {
            Destructor::Own | Destructor::OwnThenFields => {
                emitter.pin(drop.place, drop.place_ty, &mut statements)
            }
            Destructor::Glue | Destructor::GlueByHand => {
                emitter.address(drop.place, drop.place_ty, &mut statements)
            }
            Destructor::Erased | Destructor::ErasedByVtable => {
                let none = emitter.null(drop.fut_ty);
                statements.push(emitter.assign(drop.fut, none));
                return emitter.fill(block, statements, TerminatorKind::Goto { target });
            }
        };
        let constructor = (drop.destructor.function(tcx), drop.place_ty);
        let call = emitter.call(constructor, [argument], drop.fut, target, unwind);
        emitter.fill(block, statements, call);
    }

    /// Whether the future needs a drop even though it has completed or panicked. An `async` body
    /// holds nothing then.
    fn holds_values_at_end(&self, drop: &AwaitedDrop<'tcx>) -> bool {
        match *drop.fut_ty.kind() {
            ty::Coroutine(..) => false,
            _ => drop.fut_ty.needs_drop(self.tcx, self.typing_env()),
        }
    }

    /// Ends the storage of the future, dropping it first where that means something.
    fn after_completion(
        &mut self,
        drop: &AwaitedDrop<'tcx>,
        target: BasicBlock,
        unwind: UnwindAction,
    ) -> BasicBlock {
        let holds_values = self.holds_values_at_end(drop);
        let mut emitter = self.emitter(drop.source_info);
        let dead = emitter.statement(StatementKind::StorageDead(drop.fut));
        let end = emitter.block(vec![dead], TerminatorKind::Goto { target });
        if !holds_values {
            return end;
        }
        emitter.block(vec![], Emitter::sync_drop(drop.fut.into(), end, unwind))
    }

    /// Ends the storage of the future on the way to the landing pad that its drop shares with
    /// others. If two futures were live there, they could not share bytes of the coroutine.
    fn unwind_without_future(&mut self, drop: &AwaitedDrop<'tcx>) -> UnwindAction {
        let UnwindAction::Cleanup(target) = drop.unwind else { return drop.unwind };
        let mut emitter = self.emitter(drop.source_info);
        let dead = emitter.statement(StatementKind::StorageDead(drop.fut));
        UnwindAction::Cleanup(emitter.cleanup_block(vec![dead], TerminatorKind::Goto { target }))
    }

    fn unwind_from_poll(&mut self, drop: &AwaitedDrop<'tcx>, unwind: UnwindAction) -> UnwindAction {
        // A second panic ends the process at once.
        if drop.on_unwindline || !self.holds_values_at_end(drop) {
            return unwind;
        }
        let target = self.emitter(drop.source_info).unwind_block(unwind);
        let terminate = UnwindAction::Terminate(UnwindTerminateReason::InCleanup);
        let kind = Emitter::sync_drop(drop.fut.into(), target, terminate);
        UnwindAction::Cleanup(self.emitter(drop.source_info).cleanup_block(vec![], kind))
    }

    /// The syncline from a suspension inside the destructor: its future is dropped, then what the
    /// future leaves behind, then the rest of the scope.
    fn leave_synchronously(
        &mut self,
        drop: &AwaitedDrop<'tcx>,
        unwind: UnwindAction,
    ) -> BasicBlock {
        let rest = self.on_syncline(drop.dropline);
        if drop.is_made_anew() {
            let kind = Emitter::sync_drop(drop.place, rest, drop.unwind);
            return self.emitter(drop.source_info).block(vec![], kind);
        }
        let then = self.drop_what_future_leaves(drop, rest, drop.unwind, false);
        let may_hold_values = may_hold_values(self.tcx, self.typing_env(), drop.fut_ty);
        let mut emitter = self.emitter(drop.source_info);
        let dead = emitter.statement(StatementKind::StorageDead(drop.fut));
        let end = emitter.block(vec![dead], TerminatorKind::Goto { target: then });
        if drop.destructor.is_erased() {
            let polled = emitter.polled();
            return emitter.poll_erased(drop, None, polled, end, unwind);
        }
        if !may_hold_values {
            return end;
        }
        let unwind = if then == rest {
            unwind
        } else {
            // If dropping the future panics, the value still gets its `Drop::drop`.
            let outer = emitter.unwind_block(unwind);
            let terminate = UnwindAction::Terminate(UnwindTerminateReason::InCleanup);
            UnwindAction::Cleanup(self.drop_what_future_leaves(drop, outer, terminate, true))
        };
        let kind = Emitter::sync_drop(drop.fut.into(), end, unwind);
        self.emitter(drop.source_info).block(vec![], kind)
    }

    /// Drops synchronously what the destructor's future does not own, and goes on to `target`. If
    /// that is nothing, it is `target` that this returns.
    fn drop_what_future_leaves(
        &mut self,
        drop: &AwaitedDrop<'tcx>,
        target: BasicBlock,
        unwind: UnwindAction,
        is_cleanup: bool,
    ) -> BasicBlock {
        match drop.destructor {
            Destructor::Glue
            | Destructor::GlueByHand
            | Destructor::Erased
            | Destructor::ErasedByVtable => target,
            Destructor::Own => self.call_sync_destructor(drop, target, unwind, is_cleanup),
            Destructor::OwnThenFields => {
                let kind = Emitter::sync_drop(drop.place, target, unwind);
                self.emitter(drop.source_info).block_on(is_cleanup, vec![], kind)
            }
        }
    }

    /// `<T as Drop>::drop(&mut place)`.
    fn call_sync_destructor(
        &mut self,
        drop: &AwaitedDrop<'tcx>,
        target: BasicBlock,
        unwind: UnwindAction,
        is_cleanup: bool,
    ) -> BasicBlock {
        let tcx = self.tcx;
        let drop_trait = tcx.require_lang_item(hir::LangItem::Drop, drop.source_info.span);
        let method = tcx.associated_item_def_ids(drop_trait)[0];
        let mut emitter = self.emitter(drop.source_info);
        let unit = emitter.brief_temp(tcx.types.unit);
        let mut statements = Vec::new();
        let reference = emitter.borrow(drop.place, drop.place_ty, &mut statements);
        let call = emitter.call((method, drop.place_ty), [reference], unit, target, unwind);
        emitter.block_on(is_cleanup, statements, call)
    }
}
