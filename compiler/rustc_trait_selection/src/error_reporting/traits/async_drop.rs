//! Why a future is not `Send`, if it is because of a drop that is awaited.
//!
//! ```text
//! error: future cannot be sent between threads safely
//!    |
//! LL |     spawn(query());
//!    |           ^^^^^^^ the future of `query` is not `Send`
//!    |
//! note: the future of `query` awaits the drop of this value
//!    |
//! LL |     let _session = Session;
//!    |         -------- has type `Session`
//! LL | }
//!    | ^ the value goes out of scope here, and its drop is awaited
//! note: `Session` is not `Send` because the future of its destructor is not
//!    |
//! LL |     async fn drop(self: Pin<&mut Self>) {
//!    |     ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
//! note: that future holds this value across an await
//!    |
//! LL |         let shared = Rc::new(());
//!    |             ------ has type `Rc<()>` which is not `Send`
//! LL |         flush().await;
//!    |                 ^^^^^ the value may be used after this await
//! ```
//!
//! The proof that failed is a chain of types, each of which is a part of the next: from the `Rc` to
//! the future that was to be sent. A note is given for each coroutine and each destructor in it,
//! from the outside in, also where these are in other crates. The types between, such as a `Vec`
//! around the session, need none.
//!
//! A chain without an awaited drop is explained as ever, by `suggestions.rs`.

use rustc_errors::{Diag, EmissionGuarantee, MultiSpan};
use rustc_hir::def_id::DefId;
use rustc_hir::{CoroutineDesugaring, CoroutineKind, CoroutineSource, OpaqueTyOrigin};
use rustc_infer::traits::{ObligationCauseCode, PredicateObligation};
use rustc_middle::mir::CoroutineSavedTy;
use rustc_middle::ty::{self, Ty, TyCtxt, TypeVisitableExt};
use rustc_span::{Span, sym};

use crate::error_reporting::TypeErrCtxt;
use crate::traits::async_drop::{async_drop_impl, by_move_body};

/// One step of the proof, from the outside in.
enum Step<'tcx> {
    /// A coroutine holds a value.
    Holds { coroutine: DefId, value: Held<'tcx> },
    /// A type has a destructor, whose future has to be looked at.
    Destructor { ty: Ty<'tcx>, drop: DefId },
}

/// How a coroutine comes to hold a value of some type.
#[derive(Clone, Copy)]
struct Held<'tcx> {
    ty: Ty<'tcx>,
    /// Where the value comes from.
    span: Span,
    /// Where the coroutine suspends.
    at: Span,
    by: Suspension<'tcx>,
}

#[derive(Clone, Copy)]
enum Suspension<'tcx> {
    /// The value is there from the start: it was captured.
    Start,
    Await,
    /// The value is dropped.
    Drop(Cause),
    /// Another value, of one of these types, is dropped.
    DropOfOther(Span, Ty<'tcx>, Cause),
}

/// What leads to a drop.
#[derive(Clone, Copy, PartialEq)]
enum Cause {
    EndOfScope,
    /// A panic, and nothing else.
    Panic,
}

impl Cause {
    fn suffix(self) -> &'static str {
        match self {
            Cause::EndOfScope => "",
            Cause::Panic => " when a panic unwinds",
        }
    }
}

impl<'tcx> TypeErrCtxt<'_, 'tcx> {
    /// Explains the obligation if an awaited drop is a part of the reason, and tells whether it is.
    pub(super) fn note_awaited_drops<G: EmissionGuarantee>(
        &self,
        err: &mut Diag<'_, G>,
        obligation: &PredicateObligation<'tcx>,
    ) -> bool {
        let tcx = self.tcx;
        let Some(predicate) = obligation.predicate.as_trait_clause() else { return false };
        if !tcx.trait_is_auto(predicate.def_id()) {
            return false;
        }
        let (tys, trait_def_id, root_code) = types_in_chain(tcx, predicate, obligation);
        let steps = steps(tcx, obligation.param_env, &tys);
        let is_about_drops = |step: &Step<'_>| match step {
            Step::Holds { value, .. } => {
                matches!(value.by, Suspension::Drop(_) | Suspension::DropOfOther(..))
            }
            Step::Destructor { .. } => true,
        };
        if !steps.iter().any(is_about_drops) {
            return false;
        }

        let trait_name = format!("`{}`", tcx.item_name(trait_def_id));
        let verb = match tcx.get_diagnostic_name(trait_def_id) {
            Some(sym::Send) => Some("sent"),
            Some(sym::Sync) => Some("shared"),
            _ => None,
        };
        if let (Some(verb), Some(span)) = (verb, err.span.primary_span()) {
            let (subject, culprit) = match steps.first() {
                Some(Step::Holds { coroutine, .. }) => {
                    ("future".to_string(), describe_coroutine(tcx, *coroutine))
                }
                _ => {
                    let ty = format!("`{}`", tys.last().unwrap());
                    (ty.clone(), ty)
                }
            };
            err.code = None;
            err.primary_message(format!("{subject} cannot be {verb} between threads safely"));
            let mut spans = MultiSpan::from_span(span);
            spans.push_span_label(span, format!("{culprit} is not {trait_name}"));
            err.span(spans);
        }
        let mut inside_destructor = false;
        for (index, step) in steps.iter().enumerate() {
            let is_last = index + 1 == steps.len();
            match step {
                Step::Holds { coroutine, value } => {
                    let holder = if inside_destructor {
                        "that future".to_string()
                    } else {
                        describe_coroutine(tcx, *coroutine)
                    };
                    note_held_value(err, &holder, value, is_last.then_some(&trait_name));
                    inside_destructor = false;
                }
                Step::Destructor { ty, drop } => {
                    let message = format!(
                        "`{ty}` is not {trait_name} because the future of its destructor is not"
                    );
                    err.span_note(tcx.def_span(*drop), message);
                    inside_destructor = true;
                }
            }
        }
        self.note_obligation_cause_code(
            obligation.cause.body_id,
            err,
            obligation.predicate,
            obligation.param_env,
            root_code,
            &mut Vec::new(),
            &mut Default::default(),
        );
        true
    }
}

/// The types in a failed proof of an auto trait, from the one that does not implement it to the one
/// that should, the auto trait that is asked of the latter, and what asked for it. An `Arc` is
/// `Send` if its contents are `Sync`, too.
fn types_in_chain<'a, 'tcx>(
    tcx: TyCtxt<'tcx>,
    innermost: ty::PolyTraitPredicate<'tcx>,
    obligation: &'a PredicateObligation<'tcx>,
) -> (Vec<Ty<'tcx>>, DefId, &'a ObligationCauseCode<'tcx>) {
    let mut trait_def_id = innermost.def_id();
    let mut tys = vec![innermost.skip_binder().self_ty()];
    let mut code = obligation.cause.code();
    loop {
        let derived = match code {
            ObligationCauseCode::FunctionArg { parent_code, .. } => {
                code = parent_code;
                continue;
            }
            ObligationCauseCode::ImplDerived(cause) => &cause.derived,
            ObligationCauseCode::WellFormedDerived(derived)
            | ObligationCauseCode::BuiltinDerived(derived) => derived,
            _ => return (tys, trait_def_id, code),
        };
        let parent = derived.parent_trait_pred;
        // An impl of a trait that is none may ask for one.
        if !tcx.trait_is_auto(parent.def_id()) {
            return (tys, trait_def_id, code);
        }
        trait_def_id = parent.def_id();
        tys.push(parent.skip_binder().self_ty());
        code = &derived.parent_code;
    }
}

fn steps<'tcx>(
    tcx: TyCtxt<'tcx>,
    param_env: ty::ParamEnv<'tcx>,
    tys: &[Ty<'tcx>],
) -> Vec<Step<'tcx>> {
    let mut steps = Vec::new();
    for index in (1..tys.len()).rev() {
        let (part, whole) = (&tys[index - 1], &tys[index]);
        match *whole.kind() {
            // What it captured is in a tuple.
            ty::Coroutine(coroutine, args) if matches!(part.kind(), ty::Tuple(_)) && index > 1 => {
                if let Some(value) = captured_value(tcx, coroutine, args, tys[index - 2]) {
                    steps.push(Step::Holds { coroutine, value });
                }
            }
            // An async closure's future that owns the captures.
            ty::Coroutine(coroutine, args)
                if !matches!(part.kind(), ty::Tuple(_) | ty::CoroutineWitness(..)) =>
            {
                if let Some((body, args)) = by_move_body(tcx, coroutine, args)
                    && let Some(value) = held_value(tcx, body, args, param_env, *part)
                {
                    steps.push(Step::Holds { coroutine, value });
                }
            }
            ty::CoroutineWitness(coroutine, args) => {
                if let Some(value) = held_value(tcx, coroutine, args, param_env, *part) {
                    steps.push(Step::Holds { coroutine, value });
                }
            }
            ty::Adt(..) => {
                if let Some(imp) = async_drop_impl(tcx, *whole)
                    && let Some(drop) = function_of_opaque(tcx, *part)
                    && tcx.parent(drop) == imp
                {
                    steps.push(Step::Destructor { ty: *whole, drop });
                }
            }
            _ => {}
        }
    }
    steps
}

/// The function that returns a value of this opaque type.
fn function_of_opaque<'tcx>(tcx: TyCtxt<'tcx>, ty: Ty<'tcx>) -> Option<DefId> {
    let ty::Alias(ty::Opaque, alias) = *ty.kind() else { return None };
    match tcx.opaque_ty_origin(alias.def_id) {
        OpaqueTyOrigin::FnReturn { parent, .. } | OpaqueTyOrigin::AsyncFn { parent, .. } => {
            Some(parent)
        }
        OpaqueTyOrigin::TyAlias { .. } => None,
    }
}

/// Looks for a value of this type in what a coroutine of this crate captured.
fn captured_value<'tcx>(
    tcx: TyCtxt<'tcx>,
    coroutine: DefId,
    args: ty::GenericArgsRef<'tcx>,
    ty: Ty<'tcx>,
) -> Option<Held<'tcx>> {
    let erase = |ty| tcx.erase_and_anonymize_regions(ty);
    let captured = args.as_coroutine().upvar_tys();
    let index = captured.iter().position(|captured| erase(captured) == erase(ty))?;
    let span = tcx.closure_captures(coroutine.as_local()?).get(index)?.var_ident.span;
    Some(Held { ty, span, at: span, by: Suspension::Start })
}

/// Looks for a value of this type in what a coroutine holds.
fn held_value<'tcx>(
    tcx: TyCtxt<'tcx>,
    coroutine: DefId,
    args: ty::GenericArgsRef<'tcx>,
    param_env: ty::ParamEnv<'tcx>,
    ty: Ty<'tcx>,
) -> Option<Held<'tcx>> {
    let layout = tcx.mir_coroutine_witnesses(coroutine)?;
    let instantiate = |ty: Ty<'tcx>| ty::EarlyBinder::bind(ty).instantiate(tcx, args);
    let normalize = |ty: Ty<'tcx>| {
        let ty = tcx.erase_and_anonymize_regions(ty);
        if ty.has_infer() || param_env.has_infer() {
            return ty;
        }
        let typing_mode = ty::TypingMode::non_body_analysis();
        let typing_env = ty::TypingEnv { typing_mode, param_env };
        tcx.try_normalize_erasing_regions(typing_env, ty).unwrap_or(ty)
    };
    let wanted = normalize(ty);
    let matches = |saved: &CoroutineSavedTy<'tcx>| {
        !saved.ignore_for_traits && normalize(instantiate(saved.ty)) == wanted
    };
    for (variant, source_info) in layout.variant_fields.iter().zip(&layout.variant_source_info) {
        for &local in variant {
            let saved = &layout.field_tys[local];
            if matches(saved) {
                let (span, at) = (saved.source_info.span, source_info.span);
                return Some(Held { ty, span, at, by: Suspension::Await });
            }
        }
    }
    layout.drop_points.iter().find_map(|point| {
        let saved = point.live.iter().find(|saved| matches(saved))?;
        let (span, at) = (saved.source_info.span, point.source_info.span);
        let cause = if point.unwinds { Cause::Panic } else { Cause::EndOfScope };
        // The captures and the result of a body have the same span.
        let by = if span == point.dropped_span && point.dropped_tys.contains(&saved.ty) {
            Suspension::Drop(cause)
        } else {
            Suspension::DropOfOther(point.dropped_span, instantiate(point.dropped_tys[0]), cause)
        };
        Some(Held { ty, span, at, by })
    })
}

fn note_held_value<G: EmissionGuarantee>(
    err: &mut Diag<'_, G>,
    holder: &str,
    value: &Held<'_>,
    missing_trait: Option<&String>,
) {
    let Held { ty, span, at, by } = *value;
    let mut spans = MultiSpan::from_span(at);
    let which_is_not = missing_trait.map_or(String::new(), |name| format!(" which is not {name}"));
    spans.push_span_label(span, format!("has type `{ty}`{which_is_not}"));
    let message = match by {
        Suspension::Start => format!("{holder} captures this value"),
        Suspension::Await => {
            spans.push_span_label(at, "the value may be used after this await");
            format!("{holder} holds this value across an await")
        }
        Suspension::Drop(cause) => {
            let label = match cause {
                Cause::EndOfScope => "the value goes out of scope here, and its drop is awaited",
                Cause::Panic => "if a panic leaves the scope, the value's drop is awaited here",
            };
            spans.push_span_label(at, label);
            format!("{holder} awaits the drop of this value{}", cause.suffix())
        }
        Suspension::DropOfOther(dropped, dropped_ty, cause) => {
            spans.push_span_label(
                dropped,
                format!("this is dropped while that is alive: a `{dropped_ty}`"),
            );
            let label = match cause {
                Cause::EndOfScope => "the drop is awaited here",
                Cause::Panic => "if a panic leaves the scope, the drop is awaited here",
            };
            spans.push_span_label(at, label);
            let when = cause.suffix();
            format!("{holder} holds this value while the drop of another is awaited{when}")
        }
    };
    err.span_note(spans, message);
}

fn describe_coroutine(tcx: TyCtxt<'_>, coroutine: DefId) -> String {
    match tcx.coroutine_kind(coroutine) {
        Some(CoroutineKind::Desugared(CoroutineDesugaring::Async, CoroutineSource::Fn)) => {
            format!("the future of `{}`", tcx.def_path_str(tcx.parent(coroutine)))
        }
        Some(CoroutineKind::Desugared(CoroutineDesugaring::Async, CoroutineSource::Block)) => {
            "the future of this async block".to_string()
        }
        Some(CoroutineKind::Desugared(CoroutineDesugaring::Async, CoroutineSource::Closure)) => {
            "the future of this async closure".to_string()
        }
        _ => "the coroutine".to_string(),
    }
}
