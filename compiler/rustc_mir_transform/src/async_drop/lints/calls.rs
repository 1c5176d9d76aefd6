//! Calls that drop what they are given: of functions of the library that are there for it, also
//! where somebody else is to call them, and of async functions in crates where no drop is awaited.

use rustc_errors::{Applicability, MultiSpan};
use rustc_hir::LangItem;
use rustc_hir::def_id::DefId;
use rustc_middle::mir::visit::Visitor;
use rustc_middle::mir::{ConstOperand, Location, Operand, SourceInfo, Terminator, TerminatorKind};
use rustc_middle::ty::{self, EarlyBinder, GenericArgsRef, Ty, TyCtxt};
use rustc_span::{Span, sym};

use super::messages::{Report, of_type};
use super::{Context, is_of_library, library};

pub(super) fn check(cx: &Context<'_, '_>) {
    for (block, data) in cx.body.basic_blocks.iter_enumerated() {
        if !data.is_cleanup {
            check_call(cx, data.terminator());
            Values { cx }.visit_basic_block_data(block, data);
        }
    }
}

/// Looks for functions that drop and are passed on instead of being called, as in `for_each(drop)`.
struct Values<'a, 'tcx> {
    cx: &'a Context<'a, 'tcx>,
}

impl<'tcx> Visitor<'tcx> for Values<'_, 'tcx> {
    fn visit_terminator(&mut self, terminator: &Terminator<'tcx>, location: Location) {
        match &terminator.kind {
            TerminatorKind::Call { args, .. } => {
                args.iter().for_each(|arg| self.visit_operand(&arg.node, location));
            }
            _ => self.super_terminator(terminator, location),
        }
    }

    fn visit_const_operand(&mut self, constant: &ConstOperand<'tcx>, location: Location) {
        let cx = self.cx;
        let ty::FnDef(function, args) = *constant.const_.ty().kind() else { return };
        let Some(call) = Call::of(cx.tcx, function, args) else { return };
        if matches!(call.kind, Kind::Drop | Kind::InPlace) {
            let label = "this drops, by `Drop`, what it is given, a value";
            let source_info = SourceInfo { span: constant.span, ..*cx.body.source_info(location) };
            report_call(cx, &call, source_info, label, None);
        }
    }
}

fn check_call<'tcx>(cx: &Context<'_, 'tcx>, terminator: &Terminator<'tcx>) {
    let tcx = cx.tcx;
    let TerminatorKind::Call { func, destination, .. } = &terminator.kind else { return };
    let Some((callee, args)) = func.const_fn_def() else { return };
    let span = terminator.source_info.span;
    if let Some(call) = Call::of(tcx, callee, args) {
        let path = match (call.kind, func) {
            (Kind::Drop, Operand::Constant(path)) if cx.awaits() => Some(path.span),
            _ => None,
        };
        report_call(cx, &call, terminator.source_info, call.label(), path);
    } else if let ty::Coroutine(coroutine, args) =
        *cx.normalize(destination.ty(cx.body, tcx).ty).kind()
        // Not a call that passes the future on, as `into_future`.
        && callee.krate == coroutine.krate
        && let Some(dropped) = dropped_by_foreign(cx, coroutine, args)
    {
        let destructors = cx.destructors(dropped);
        if !cx.reports_sync(destructors, terminator.source_info) {
            return;
        }
        let name = tcx.def_path_str(callee);
        let mut labelled = MultiSpan::from_span(span);
        labelled
            .push_span_label(span, format!("it drops a value {}", of_type(dropped, destructors)));
        let report = Report {
            message: format!("`{name}` is async, but awaits no destructor"),
            span: labelled,
            destructors,
            help: Some(format!(
                "the crate `{}` is compiled without `#![feature(async_drop)]`",
                tcx.crate_name(coroutine.krate)
            )),
            suggestion: None,
        };
        report.emit(cx, terminator.source_info);
    }
}

/// Reports a function that drops. If it is called where that can be awaited, `path` is its name.
fn report_call<'tcx>(
    cx: &Context<'_, 'tcx>,
    call: &Call<'tcx>,
    source_info: SourceInfo,
    label: &str,
    path: Option<Span>,
) {
    let (tcx, span) = (cx.tcx, source_info.span);
    let destructors = cx.destructors(call.dropped);
    if !cx.reports_sync(destructors, source_info) {
        return;
    }
    let mut labelled = MultiSpan::from_span(span);
    let what = of_type(cx.normalize(call.dropped), destructors);
    labelled.push_span_label(span, format!("{label} {what}"));
    let suggestion = path.and_then(|path| await_instead(tcx, path, span));
    let help = if suggestion.is_some() { None } else { Some(call.help(tcx)) };
    let message = format!("`{}` does not await destructors", call.name);
    Report { message, span: labelled, destructors, help, suggestion }.emit(cx, source_info);
}

/// A call of a function that drops.
struct Call<'tcx> {
    kind: Kind,
    /// A value that is dropped, or the collection whose elements are.
    dropped: Ty<'tcx>,
    name: String,
}

#[derive(Clone, Copy)]
enum Kind {
    /// `drop(value)`.
    Drop,
    /// `ManuallyDrop::drop(&mut value)`.
    Manually,
    /// `ptr::drop_in_place(pointer)`.
    InPlace,
    /// `vec.clear()` and others of that kind.
    Elements,
}

/// The methods of collections that drop elements and do not give them back.
const DROP_ELEMENTS: [&str; 7] =
    ["clear", "truncate", "retain", "retain_mut", "dedup", "dedup_by", "dedup_by_key"];

impl<'tcx> Call<'tcx> {
    fn of(tcx: TyCtxt<'tcx>, callee: DefId, args: GenericArgsRef<'tcx>) -> Option<Self> {
        let call = |kind, dropped, name: &str| Some(Self { kind, dropped, name: name.to_owned() });
        if tcx.is_diagnostic_item(sym::mem_drop, callee) {
            return call(Kind::Drop, args.type_at(0), "drop");
        }
        if tcx.is_lang_item(callee, LangItem::DropInPlace) {
            return call(Kind::InPlace, args.type_at(0), "drop_in_place");
        }
        let impl_did = tcx.inherent_impl_of_assoc(callee)?;
        let ty = tcx.type_of(impl_did).instantiate(tcx, args);
        let method = tcx.item_name(callee);
        let adt = match *ty.kind() {
            ty::RawPtr(pointee, _) if method == sym::drop_in_place => {
                return call(Kind::InPlace, pointee, "drop_in_place");
            }
            ty::Adt(adt, _) => adt,
            _ => return None,
        };
        if adt.is_manually_drop() && method == sym::drop {
            return call(Kind::Manually, args.type_at(0), "ManuallyDrop::drop");
        }
        if is_of_library(tcx, adt.did().krate) && DROP_ELEMENTS.contains(&method.as_str()) {
            return call(Kind::Elements, ty, &format!("{}::{method}", tcx.item_name(adt.did())));
        }
        None
    }

    fn label(&self) -> &'static str {
        match self.kind {
            Kind::Drop | Kind::Manually | Kind::InPlace => "this drops, by `Drop`, a value",
            Kind::Elements => "this drops, by `Drop`, elements of a value",
        }
    }

    fn help(&self, tcx: TyCtxt<'tcx>) -> String {
        let library = library(tcx);
        let (otherwise, function, argument) = match self.kind {
            Kind::Drop => ("use", "async_drop", "value"),
            Kind::Manually => {
                ("take the value out:", "async_drop", "ManuallyDrop::take(&mut slot)")
            }
            Kind::InPlace => ("use", "async_drop_in_place", "pointer"),
            Kind::Elements => ("take the elements out, and drop them by", "async_drop", "elements"),
        };
        format!("in an async body, {otherwise} `{library}::future::{function}({argument}).await`")
    }
}

/// `drop(value)` written as `std::future::async_drop(value).await`.
fn await_instead(
    tcx: TyCtxt<'_>,
    path: Span,
    call: Span,
) -> Option<(Vec<(Span, String)>, Applicability)> {
    if path.from_expansion() || call.from_expansion() {
        return None;
    }
    let parts = vec![
        (path, format!("{}::future::async_drop", library(tcx))),
        (call.shrink_to_hi(), ".await".to_owned()),
    ];
    Some((parts, Applicability::MachineApplicable))
}

/// The type of a value that an async function of a crate without the feature was given, and drops.
fn dropped_by_foreign<'tcx>(
    cx: &Context<'_, 'tcx>,
    coroutine: DefId,
    args: GenericArgsRef<'tcx>,
) -> Option<Ty<'tcx>> {
    let tcx = cx.tcx;
    let captures = args.as_coroutine().upvar_tys();
    if coroutine.is_local()
        || tcx.is_async_drop_in_place_coroutine(coroutine)
        || captures.iter().all(|ty| cx.destructors(ty).is_empty())
        || tcx.mir_coroutine_witnesses(coroutine)?.dropped_tys.is_some()
        || !tcx.is_mir_available(coroutine)
    {
        return None;
    }
    let body = tcx.optimized_mir(coroutine);
    body.basic_blocks.iter().filter(|data| !data.is_cleanup).find_map(|data| {
        let TerminatorKind::Drop { place, .. } = data.terminator().kind else { return None };
        let ty = EarlyBinder::bind(place.ty(body, tcx).ty).instantiate(tcx, args);
        Some(cx.normalize(ty)).filter(|&ty| !cx.destructors(ty).is_empty())
    })
}
