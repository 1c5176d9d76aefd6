//! The words of the lints, and of the error that stands for one of them.

use rustc_errors::{Applicability, Diag, EmissionGuarantee, MultiSpan};
use rustc_middle::mir::{Place, SourceInfo, VarDebugInfoContents};
use rustc_middle::ty::{self, Ty, TyCtxt};
use rustc_session::lint::async_drop::{ASYNC_DROP_IN_SYNC_CONTEXT, IMPLICIT_ASYNC_DROP};
use rustc_span::{DesugaringKind, Span};

use super::drops::Dropped;
use super::exits::Exit;
use super::parts::is_same;
use super::{Context, library, must_await};

/// What is said of a drop that nothing awaits.
pub(super) struct Report<'tcx> {
    pub message: String,
    pub span: MultiSpan,
    /// The types whose destructors do not run.
    pub destructors: &'tcx ty::List<Ty<'tcx>>,
    pub help: Option<String>,
    /// How to drop the value by await.
    pub suggestion: Option<(Vec<(Span, String)>, Applicability)>,
}

impl<'tcx> Report<'tcx> {
    /// Emits the lint, or the error if one of the types is `#[must_await_drop]`.
    pub(super) fn emit(self, cx: &Context<'_, 'tcx>, source_info: SourceInfo) {
        let tcx = cx.tcx;
        let Some(marked) = must_await(tcx, self.destructors) else {
            let lint_root = cx.lint_root(source_info);
            let span = self.span.clone();
            tcx.node_span_lint(ASYNC_DROP_IN_SYNC_CONTEXT, lint_root, span, |diag| {
                diag.primary_message(self.message.clone());
                self.fill(tcx, diag);
            });
            return;
        };
        let mut diag = tcx.dcx().struct_span_err(self.span.clone(), self.message.clone());
        self.fill(tcx, &mut diag);
        if let Some(adt) = marked.ty_adt_def() {
            let note = format!("each `{marked}` has to be dropped by await: `#[must_await_drop]`");
            diag.span_note(tcx.def_span(adt.did()), note);
        }
        diag.emit();
    }

    fn fill<G: EmissionGuarantee>(self, tcx: TyCtxt<'tcx>, diag: &mut Diag<'_, G>) {
        note_destructors(tcx, self.destructors, "this is the destructor that does not run", diag);
        if let Some((parts, applicability)) = self.suggestion {
            diag.multipart_suggestion("drop it by await", parts, applicability);
        }
        if let Some(help) = self.help {
            diag.help(help);
        }
    }
}

fn note_destructors<'tcx, G: EmissionGuarantee>(
    tcx: TyCtxt<'tcx>,
    tys: &[Ty<'tcx>],
    note: &'static str,
    diag: &mut Diag<'_, G>,
) {
    for ty in tys {
        if let Some(destructor) = ty.ty_adt_def().and_then(|adt| adt.async_destructor(tcx)) {
            diag.span_note(tcx.def_span(destructor.impl_did), note);
        }
    }
}

/// A value is dropped in a body that cannot await.
pub(super) fn report_sync<'tcx>(cx: &Context<'_, 'tcx>, dropped: &Dropped<'tcx>) {
    let destructors = cx.destructors(dropped.ty);
    if !cx.reports_sync(destructors, dropped.declared) {
        return;
    }
    let name = name(cx, dropped.place);
    let subject = match &name {
        Name::Variable(name) => format!("`{name}`"),
        Name::PartOf(name) => format!("part of `{name}`"),
        Name::IteratorOfLoop => "the iterator of a `for` loop".to_owned(),
        Name::None => "a value".to_owned(),
    };
    let end = dropped.source_info.span;
    let declared = dropped.declared.span;
    let of_type = of_type(dropped.ty, destructors);
    let (subject, span) = if dropped.replaced {
        let subject = replaced_place(cx, end).unwrap_or(subject);
        let mut span = MultiSpan::from_span(end);
        span.push_span_label(end, format!("the old value, {of_type}, is dropped here by `Drop`"));
        (format!("the old value of {subject}"), span)
    } else if declared.contains(end) {
        // What a closure has captured is declared elsewhere.
        let mut span = MultiSpan::from_span(end);
        span.push_span_label(end, format!("a value {of_type} is dropped here by `Drop`"));
        (subject, span)
    } else {
        let mut span = MultiSpan::from_span(declared);
        span.push_span_label(declared, format!("this is {of_type}"));
        span.push_span_label(end, "it is dropped here by `Drop`");
        (subject, span)
    };
    let value = match name {
        Name::Variable(name) if !dropped.replaced => name,
        _ => "value".to_owned(),
    };
    let report = Report {
        message: format!("{subject} is dropped in {}", cx.descr()),
        span,
        destructors,
        help: Some(format!(
            "let the scope of an async body end with it, or use \
            `{library}::future::async_drop({value}).await` there",
            library = library(cx.tcx)
        )),
        suggestion: None,
    };
    report.emit(cx, dropped.declared);
}

/// A static whose value nothing drops.
pub(super) fn report_static<'tcx>(cx: &Context<'_, 'tcx>, ty: Ty<'tcx>) {
    let destructors = cx.destructors(ty);
    let tcx = cx.tcx;
    let lint_root = tcx.local_def_id_to_hir_id(cx.def);
    if destructors.is_empty() || cx.allows(ASYNC_DROP_IN_SYNC_CONTEXT, lint_root) {
        return;
    }
    let span = tcx.def_span(cx.def);
    tcx.node_span_lint(ASYNC_DROP_IN_SYNC_CONTEXT, lint_root, span, |diag| {
        diag.primary_message("the value of a static is never dropped, nor its destructor awaited");
        diag.span_label(span, format!("this is {}", of_type(ty, destructors)));
        note_destructors(tcx, destructors, "this is the destructor that does not run", diag);
    });
}

/// A destructor is awaited where the source shows nothing.
pub(super) fn report_await<'tcx>(cx: &Context<'_, 'tcx>, dropped: &Dropped<'tcx>) {
    let tcx = cx.tcx;
    let lint_root = cx.lint_root(dropped.declared);
    if cx.allows(IMPLICIT_ASYNC_DROP, lint_root) {
        return;
    }
    let end = dropped.source_info.span;
    let declared = dropped.declared.span;
    let ty = dropped.ty;
    let destructors = cx.destructors(ty);
    let subject = match name(cx, dropped.place) {
        Name::Variable(name) => format!("`{name}`"),
        Name::PartOf(name) => format!("a part of `{name}`"),
        Name::IteratorOfLoop => "the iterator of a `for` loop".to_owned(),
        Name::None => "a value".to_owned(),
    };
    let replaced = if dropped.replaced { replaced_place(cx, end) } else { None };
    let subject = replaced.unwrap_or(subject);
    let mut exits: Vec<Exit> = dropped.exits.iter().copied().collect();
    if exits.is_empty() {
        exits.push(Exit::End);
    }
    let at = |exit: &Exit| exit.span().unwrap_or(end);
    let mut span = MultiSpan::from_spans(exits.iter().map(at).collect());
    for exit in &exits {
        let label = match exit {
            Exit::End if dropped.replaced => "awaited before the new value is stored".to_owned(),
            _ => format!("awaited {}", exit.descr()),
        };
        span.push_span_label(at(exit), label);
    }
    // What the body has captured is declared elsewhere.
    if !declared.contains(end) && !dropped.replaced {
        span.push_span_label(declared, format!("this is {}", of_type(ty, destructors)));
    }
    tcx.node_span_lint(IMPLICIT_ASYNC_DROP, lint_root, span, |diag| {
        diag.primary_message(format!("the destructor of {subject} is awaited"));
        note_destructors(tcx, destructors, "this is the destructor", diag);
        if destructors.is_empty() {
            diag.note(format!(
                "what is awaited depends on what `{ty}` stands for, or holds by then"
            ));
        }
    });
}

/// `a Conn`, or what owns one.
pub(super) fn of_type<'tcx>(ty: Ty<'tcx>, destructors: &[Ty<'tcx>]) -> String {
    match destructors {
        [first, ..] if *first != ty => {
            format!("of type `{ty}`, which owns a value of type `{first}`")
        }
        _ => format!("of type `{ty}`"),
    }
}

/// What an assignment replaces, in the words of the source: its drop has the span of the place.
fn replaced_place(cx: &Context<'_, '_>, span: Span) -> Option<String> {
    let place = cx.tcx.sess.source_map().span_to_snippet(span).ok()?;
    (!place.contains(char::is_whitespace)).then(|| format!("`{place}`"))
}

/// What a place is called in the source.
enum Name {
    Variable(String),
    PartOf(String),
    IteratorOfLoop,
    None,
}

fn name<'tcx>(cx: &Context<'_, 'tcx>, place: Place<'tcx>) -> Name {
    let declared = cx.body.local_decls[place.local].source_info.span;
    if declared.is_desugaring(DesugaringKind::ForLoop) {
        return Name::IteratorOfLoop;
    }
    for info in &cx.body.var_debug_info {
        let VarDebugInfoContents::Place(variable) = info.value else { continue };
        let is_prefix = variable.projection.len() <= place.projection.len()
            && variable.projection.iter().zip(place.projection).all(|(a, b)| is_same(a, b));
        if variable.local == place.local && is_prefix {
            let name = info.name.to_string();
            return if variable.projection.len() == place.projection.len() {
                Name::Variable(name)
            } else {
                Name::PartOf(name)
            };
        }
    }
    Name::None
}
