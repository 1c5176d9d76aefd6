//! What can be said at compile time about awaited drops, and about those that are not awaited.
//!
//! ```text
//! fn shut_down(conn: Conn) {          // async_drop_in_sync_context: `Drop` runs at the end
//!     log();
//! }
//!
//! async fn query(conn: Conn) {
//!     drop(conn);                     // async_drop_in_sync_context: as in any function
//! }
//!
//! async fn query() -> Result<()> {
//!     let conn = connect().await?;
//!     conn.send().await?;             // implicit_async_drop: where the `?` returns,
//!     Ok(())
//! }                                   // and here
//! ```
//!
//! If the type is `#[must_await_drop]`, what would be the first lint is an error.
//!
//! The bodies that are looked at have passed borrowck. Drops are not elaborated yet, as that merges
//! the ways out of a scope, which the second lint names. So this computes what a `Drop` terminator
//! drops as elaboration does, from the move data (`parts.rs`). Nothing is said of paths that
//! unwind, and of those that cancel a coroutine: what is dropped there is dropped elsewhere as
//! well.
//!
//! `calls.rs` knows the functions of the library that drop what they are given. A function of
//! another kind that does so is reported in its own body. A generic one is not, as its type
//! parameter may have no destructor; if it is given a `#[must_await_drop]` type, that is found when
//! it is instantiated (`rustc_monomorphize::mono_checks::async_drop`).
//!
//! In the impl of `Drop` of a type that has an async destructor, nothing is reported: that is the
//! half that has to do without.

use rustc_hir::def::DefKind;
use rustc_hir::def_id::{CrateNum, LocalDefId};
use rustc_hir::{HirId, LangItem, find_attr};
use rustc_middle::mir::{Body, ClearCrossCrate, SourceInfo};
use rustc_middle::ty::{self, Ty, TyCtxt, TypingEnv};
use rustc_session::lint::async_drop::ASYNC_DROP_IN_SYNC_CONTEXT;
use rustc_session::lint::{Level, Lint};
use rustc_span::{Symbol, sym};

mod calls;
mod drops;
mod exits;
mod messages;
mod parts;

/// Looks at the drops of a body. Constants and statics are bodies too.
pub(super) fn check_drops<'tcx>(tcx: TyCtxt<'tcx>, def: LocalDefId, body: &Body<'tcx>) {
    // The crates of the library implement both halves of what they own.
    if !tcx.uses_async_drop() || body.tainted_by_errors.is_some() || tcx.is_synthetic_mir(def) {
        return;
    }
    let root = tcx.typeck_root_def_id(def.to_def_id());
    if let Some(impl_did) = tcx.impl_of_assoc(root)
        && (tcx.is_automatically_derived(impl_did) || is_forceful_half(tcx, impl_did))
    {
        return;
    }
    let cx = Context { tcx, def, typing_env: TypingEnv::post_analysis(tcx, def), body };
    if matches!(tcx.def_kind(def), DefKind::Static { .. }) {
        messages::report_static(&cx, tcx.type_of(def).instantiate_identity());
    }
    drops::check(&cx);
    calls::check(&cx);
}

/// Whether an impl is that of `Drop` for a type that drops by await what it drops here.
fn is_forceful_half(tcx: TyCtxt<'_>, impl_did: rustc_hir::def_id::DefId) -> bool {
    let is_drop = tcx
        .impl_opt_trait_id(impl_did)
        .is_some_and(|trait_did| tcx.is_lang_item(trait_did, LangItem::Drop));
    if !is_drop {
        return false;
    }
    let ty = tcx.type_of(impl_did).instantiate_identity();
    let env = TypingEnv::post_analysis(tcx, impl_did);
    let ty = tcx.erase_and_anonymize_regions(ty);
    ty.ty_adt_def().is_some_and(|adt| adt.async_destructor(tcx).is_some())
        || tcx.has_async_drop_glue(env.as_query_input(ty))
        || tcx.has_async_drop_contents(env.as_query_input(ty))
}

/// A body that is looked at.
struct Context<'a, 'tcx> {
    tcx: TyCtxt<'tcx>,
    def: LocalDefId,
    typing_env: TypingEnv<'tcx>,
    body: &'a Body<'tcx>,
}

impl<'tcx> Context<'_, 'tcx> {
    /// Whether the drops of the body are awaited.
    fn awaits(&self) -> bool {
        self.body.is_async()
    }

    /// What kind of body it is, for a message.
    fn descr(&self) -> &'static str {
        match self.tcx.def_kind(self.def) {
            DefKind::Closure if self.body.coroutine.is_some() => "a `gen` block",
            DefKind::Closure => "a closure that is not async",
            DefKind::Fn | DefKind::AssocFn => "a function that is not async",
            _ => "a constant",
        }
    }

    fn normalize(&self, ty: Ty<'tcx>) -> Ty<'tcx> {
        self.tcx
            .try_normalize_erasing_regions(self.typing_env, ty)
            .unwrap_or_else(|_| self.tcx.erase_and_anonymize_regions(ty))
    }

    /// The types with an async destructor that a value of type `ty` owns for certain.
    fn destructors(&self, ty: Ty<'tcx>) -> &'tcx ty::List<Ty<'tcx>> {
        if !ty.needs_drop(self.tcx, self.typing_env) {
            return ty::List::empty();
        }
        let ty = self.normalize(ty);
        self.tcx.async_destructor_tys(self.typing_env.as_query_input(ty))
    }

    /// Whether a lint is not to be reported. Then its words must not be made: rustc checks that
    /// paths are shortened for the sake of a message only.
    fn allows(&self, lint: &'static Lint, hir_id: HirId) -> bool {
        self.tcx.lint_level_at_node(lint, hir_id).level == Level::Allow
    }

    /// Whether a drop of these types that is not awaited is to be reported.
    fn reports_sync(&self, destructors: &[Ty<'tcx>], source_info: SourceInfo) -> bool {
        !destructors.is_empty()
            && (must_await(self.tcx, destructors).is_some()
                || !self.allows(ASYNC_DROP_IN_SYNC_CONTEXT, self.lint_root(source_info)))
    }

    /// Where an attribute has to stand to set the level of a lint at `source_info`.
    fn lint_root(&self, source_info: SourceInfo) -> HirId {
        match &self.body.source_scopes[source_info.scope].local_data {
            ClearCrossCrate::Set(data) => data.lint_root,
            ClearCrossCrate::Clear => self.tcx.local_def_id_to_hir_id(self.def),
        }
    }
}

/// Whether a crate is one of those that everybody uses.
fn is_of_library(tcx: TyCtxt<'_>, krate: CrateNum) -> bool {
    [sym::alloc, sym::core, sym::std].contains(&tcx.crate_name(krate))
}

/// What this crate calls the library.
fn library(tcx: TyCtxt<'_>) -> Symbol {
    let has_std = !find_attr!(tcx.hir_krate_attrs(), NoStd(_) | NoCore(_));
    if has_std { sym::std } else { sym::core }
}

/// The one of some types whose values are to be dropped by await and no other way.
fn must_await<'tcx>(tcx: TyCtxt<'tcx>, tys: &[Ty<'tcx>]) -> Option<Ty<'tcx>> {
    let is_marked = |ty: Ty<'tcx>| {
        ty.ty_adt_def().is_some_and(|adt| find_attr!(tcx, adt.did(), MustAwaitDrop(_)))
    };
    tys.iter().copied().find(|&ty| is_marked(ty))
}
