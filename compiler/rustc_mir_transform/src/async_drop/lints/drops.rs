//! The drops that a body makes itself: at the ends of its scopes and statements, and by assignment.

use rustc_data_structures::fx::{FxHashSet, FxIndexMap, FxIndexSet};
use rustc_middle::mir::{
    BasicBlock, Body, Local, Location, Place, START_BLOCK, SourceInfo, TerminatorKind,
};
use rustc_middle::ty::{self, Ty};
use rustc_mir_dataflow::move_paths::MoveData;
use rustc_session::lint::LintId;
use rustc_session::lint::async_drop::IMPLICIT_ASYNC_DROP;
use rustc_span::{DesugaringKind, Span};

use super::exits::{Exit, Exits};
use super::parts::Parts;
use super::{Context, is_of_library, messages};
use crate::coroutine::async_drop::without_imaginary_edges;

/// A place that is dropped, whichever way its scope is left.
pub(super) struct Dropped<'tcx> {
    pub place: Place<'tcx>,
    pub ty: Ty<'tcx>,
    /// Its old value is, by an assignment.
    pub replaced: bool,
    /// Where the place's local is declared.
    pub declared: SourceInfo,
    /// The end of the scope or statement, or the assignment.
    pub source_info: SourceInfo,
    pub exits: FxIndexSet<Exit>,
}

pub(super) fn check<'tcx>(cx: &Context<'_, 'tcx>) {
    let tcx = cx.tcx;
    // Nobody wants to see what is awaited, unless they say so.
    if cx.awaits() && tcx.lints_that_dont_need_to_run(()).contains(&LintId::of(IMPLICIT_ASYNC_DROP))
    {
        return;
    }
    let is_relevant = |ty: Ty<'tcx>| {
        let ty = cx.normalize(ty);
        if cx.awaits() {
            ty.needs_async_drop(tcx, cx.typing_env)
        } else {
            !cx.destructors(ty).is_empty()
        }
    };
    let has_relevant = cx.body.basic_blocks.iter().any(|data| {
        matches!(data.terminator().kind, TerminatorKind::Drop { place, .. }
            if !data.is_cleanup && is_relevant(place.ty(cx.body, tcx).ty))
    });
    if !has_relevant {
        return;
    }
    let body = without_imaginary_edges(cx.body);
    let mut drops = drops(cx, &body);
    drops.sort_by_key(|dropped| (dropped.declared.span, dropped.source_info.span));
    for dropped in drops {
        if cx.awaits() {
            messages::report_await(cx, &dropped);
        } else {
            messages::report_sync(cx, &dropped);
        }
    }
}

/// The drops of a body that matter to the lints.
fn drops<'tcx>(cx: &Context<'_, 'tcx>, body: &Body<'tcx>) -> Vec<Dropped<'tcx>> {
    let tcx = cx.tcx;
    let move_data = MoveData::gather_moves(body, tcx, |_| true);
    let mut parts = Parts::new(cx, body, &move_data);
    let exits = Exits::of(cx);
    let mut found: FxIndexMap<(Local, Span, bool), Dropped<'tcx>> = FxIndexMap::default();
    for block in mainline(body) {
        let data = &body.basic_blocks[block];
        let terminator = data.terminator();
        let TerminatorKind::Drop { place, replace, .. } = terminator.kind else { continue };
        let source_info = terminator.source_info;
        let declared = body.local_decls[place.local].source_info;
        // The future that an `.await` polls: it has completed, and what it is dropped for is
        // written in the source.
        if [source_info.span, declared.span].iter().any(|s| s.is_desugaring(DesugaringKind::Await))
        {
            continue;
        }
        let location = Location { block, statement_index: data.statements.len() };
        let part = parts.dropped(place, location).into_iter().find(|&(_, ty)| {
            if cx.awaits() {
                cx.normalize(ty).needs_async_drop(tcx, cx.typing_env)
            } else {
                !cx.destructors(ty).is_empty()
            }
        });
        let Some((place, ty)) = part else { continue };
        let dropped = found.entry((place.local, source_info.span, replace)).or_insert(Dropped {
            place,
            ty: cx.normalize(ty),
            replaced: replace,
            declared,
            source_info,
            exits: FxIndexSet::default(),
        });
        dropped.exits.extend(exits.reaching(tcx, body, block, declared.span));
    }
    found.retain(|_, dropped| cx.awaits() || !is_empty_iterator(cx, dropped));
    found.into_values().collect()
}

/// Whether what is dropped is the iterator of a `for` loop that has given all that it owns to the
/// body of the loop: nothing but its end leads out of that.
fn is_empty_iterator<'tcx>(cx: &Context<'_, 'tcx>, dropped: &Dropped<'tcx>) -> bool {
    dropped.declared.span.is_desugaring(DesugaringKind::ForLoop)
        && dropped.exits.iter().all(|&exit| exit == Exit::End)
        && owns_nothing_in_the_end(cx, dropped.ty)
}

/// Whether an iterator of the library owns nothing once it has returned `None`. Others, such as
/// `Take`, may leave values where they are.
fn owns_nothing_in_the_end<'tcx>(cx: &Context<'_, 'tcx>, ty: Ty<'tcx>) -> bool {
    let ty::Adt(adt, args) = *ty.kind() else { return cx.destructors(ty).is_empty() };
    if !is_of_library(cx.tcx, adt.did().krate) {
        return false;
    }
    match cx.tcx.item_name(adt.did()).as_str() {
        "IntoIter" | "IntoKeys" | "IntoValues" | "Once" | "Drain" => true,
        // The closure of a `Map` may own something.
        "Enumerate" | "Rev" | "Map" => args.types().all(|ty| owns_nothing_in_the_end(cx, ty)),
        _ => false,
    }
}

/// The blocks that run when nothing unwinds and nothing is cancelled.
fn mainline(body: &Body<'_>) -> Vec<BasicBlock> {
    let mut seen = FxHashSet::from_iter([START_BLOCK]);
    let mut order = vec![START_BLOCK];
    let mut index = 0;
    while let Some(&block) = order.get(index) {
        index += 1;
        let terminator = body.basic_blocks[block].terminator();
        let next: Vec<BasicBlock> = match terminator.kind {
            TerminatorKind::Drop { target, .. } => vec![target],
            TerminatorKind::Yield { resume, .. } => vec![resume],
            _ => terminator.successors().collect(),
        };
        let next = next.into_iter().filter(|&next| !body.basic_blocks[next].is_cleanup);
        order.extend(next.filter(|&next| seen.insert(next)));
    }
    order
}
