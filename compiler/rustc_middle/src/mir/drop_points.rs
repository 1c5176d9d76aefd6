//! Where a coroutine may suspend to drop a value by await.
//!
//! ```text
//! async fn f<T>(value: T) {
//!     let shared = Rc::new(());
//!     { let value = value; }      // a drop point: drops a `T`, while an `Rc<()>` is alive
//!     println!("{shared:?}");
//! }
//! ```
//!
//! An `.await` is a suspension point for every caller. A drop point is one only if what it drops
//! needs async drop, which depends on the type arguments: `f::<u8>` is `Send`, `f::<Connection>` is
//! not. So a drop point carries the types that are dropped, and the types that are alive there,
//! both in terms of the coroutine's generic parameters. Whoever asks whether the coroutine
//! implements an auto trait instantiates the former, and counts the latter if one of the former
//! needs async drop (`traits/select/async_drop.rs` in `rustc_trait_selection`).
//!
//! # Futures that are ready
//!
//! The future of an `.await` is dropped as soon as it is ready, with the output already there:
//!
//! ```text
//! async fn f<F: Future>(future: F) -> F::Output { future.await }  // drops an `F`; nothing awaits
//! async fn g(future: Timeout<Query>) { future.await.. }           // drops what it holds by await
//! ```
//!
//! A future of which no more is known than that it is one has no reason to hold anything by then,
//! and a coroutine does not. It is dropped synchronously (`is_spent_when_ready`), and the output
//! need not be `Send` for its sake. A future of a known type is a value like any other: a timeout
//! may hold the future that has lost, and its own fields.
//!
//! Drop elaboration asks this, and so do auto traits. The former must never await what the latter
//! took for no suspension point, although it knows more: opaque types are revealed by then, and so
//! are associated types that can be specialized. So "yes" depends on nothing that may be revealed.

use rustc_hir::{CoroutineDesugaring, CoroutineKind, LangItem, OpaqueTyOrigin};
use rustc_macros::{HashStable, TyDecodable, TyEncodable, TypeFoldable, TypeVisitable};
use rustc_span::Span;

use super::{Body, CoroutineSavedTy, SourceInfo};
use crate::ty::{self, Ty, TyCtxt, TypeVisitableExt, TypingEnv};

impl Body<'_> {
    /// Whether this is an async body, in which drops can be awaited. A `gen` block is none.
    pub fn is_async(&self) -> bool {
        matches!(
            self.coroutine_kind(),
            Some(CoroutineKind::Desugared(
                CoroutineDesugaring::Async | CoroutineDesugaring::AsyncGen,
                _
            ))
        )
    }
}

/// A place in the body of a coroutine where a drop may be awaited.
#[derive(Clone, Debug, PartialEq, Eq)]
#[derive(TyEncodable, TyDecodable, HashStable, TypeFoldable, TypeVisitable)]
pub struct CoroutineDropPoint<'tcx> {
    /// The drop point.
    pub source_info: SourceInfo,
    /// Where the dropped value comes from: a variable, or an expression.
    pub dropped_span: Span,
    /// The types of what is dropped: of what is left of a value that was partly moved.
    pub dropped_tys: Vec<Ty<'tcx>>,
    /// Whether what is dropped is the future of an `.await` that is over. It is not known to be
    /// spent by then where the coroutine is defined, but may be known elsewhere.
    pub is_awaitee: bool,
    /// Whether a panic alone leads there. Otherwise the value is moved away.
    pub unwinds: bool,
    /// What is alive there, besides what is alive at each `.await` or `yield` of the coroutine. The
    /// dropped value is the first one, if it is there.
    pub live: Vec<CoroutineSavedTy<'tcx>>,
}

/// Whether a future of type `ty` counts as holding nothing once it is ready. `typing_env` is that
/// of the body which awaits it: what is a type parameter there has no other type.
pub fn is_spent_when_ready<'tcx>(
    tcx: TyCtxt<'tcx>,
    typing_env: TypingEnv<'tcx>,
    ty: Ty<'tcx>,
) -> bool {
    let Ok(ty) = tcx.try_normalize_erasing_regions(typing_env, ty) else { return false };
    match *ty.kind() {
        ty::Coroutine(..) | ty::Param(_) | ty::Dynamic(..) | ty::Ref(..) => true,
        // Whoever holds the only pointer to a future.
        ty::Adt(adt, args) if adt.is_box() || tcx.is_lang_item(adt.did(), LangItem::Pin) => {
            is_spent_when_ready(tcx, typing_env, args.type_at(0))
        }
        // One that depends on a type parameter stays what it is when drops are elaborated. Others
        // may be specialized, or those of an opaque type.
        ty::Alias(ty::Projection, alias) => {
            let of_trait = alias.trait_ref(tcx);
            of_trait.still_further_specializable() && !ty.has_opaque_types()
        }
        // What an `async fn` returns is a coroutine. What else this crate hides may be anything,
        // since it must not be looked at before the crate has been checked.
        ty::Alias(ty::Opaque, alias) => match tcx.opaque_ty_origin(alias.def_id) {
            OpaqueTyOrigin::AsyncFn { .. } => true,
            _ if alias.def_id.is_local() => false,
            _ => {
                let hidden = tcx.type_of(alias.def_id).instantiate(tcx, alias.args);
                is_spent_when_ready(tcx, typing_env, hidden)
            }
        },
        _ => false,
    }
}
