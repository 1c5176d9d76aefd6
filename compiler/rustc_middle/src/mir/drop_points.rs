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

use rustc_macros::{HashStable, TyDecodable, TyEncodable, TypeFoldable, TypeVisitable};
use rustc_span::Span;

use super::{CoroutineSavedTy, SourceInfo};
use crate::ty::Ty;

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
    /// Whether what is dropped is the future of an `.await` that is over. If that is a coroutine,
    /// it holds nothing, and the drop is no suspension point.
    pub is_awaitee: bool,
    /// What is alive there, besides what is alive at each `.await` or `yield` of the coroutine. The
    /// dropped value is the first one, if it is there.
    pub live: Vec<CoroutineSavedTy<'tcx>>,
}
