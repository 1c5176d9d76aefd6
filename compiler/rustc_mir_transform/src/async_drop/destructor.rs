//! The futures that can drop a value.

use rustc_hir::def_id::DefId;
use rustc_hir::lang_items::LangItem;
use rustc_middle::bug;
use rustc_middle::mir::Body;
use rustc_middle::ty::{self, InstanceKind, Ty, TyCtxt, TypeVisitableExt};
use rustc_span::DUMMY_SP;

/// Which future an awaited drop polls.
///
/// It decides what is left of the value when that future has completed, and when it is dropped
/// before that. After most there is nothing.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Destructor {
    /// The future of the type's own `AsyncDrop::drop`, which borrows the value: whoever drops the
    /// future early still owes the value its `Drop::drop`, and its fields their drops.
    Own,
    /// The future of `Own`, for a whole value whose fields are dropped synchronously: whoever polls
    /// it drops the fields then, and drops the value if the future is dropped early. It saves the
    /// future of `Glue`, which would do just that.
    OwnThenFields,
    /// The future of `async_drop_in_place`, to which the value belongs from then on: dropping the
    /// future early drops what is left of the value.
    Glue,
    /// The future of `AsyncDropGlue::async_drop_glue`, with which a type replaces the compiler's
    /// glue. It is what `Glue` would poll in the end.
    GlueByHand,
    /// The future of `Glue`, which is then no part of this future, but on the heap. It drops a
    /// value that may own another one of its type, or owns much.
    Erased,
    /// The same for a `dyn Trait`, whose vtable knows the future.
    ErasedByVtable,
}

impl Destructor {
    /// Which future drops a whole value of type `ty` in `body`.
    pub(crate) fn of_value<'tcx>(
        tcx: TyCtxt<'tcx>,
        typing_env: ty::TypingEnv<'tcx>,
        body: &Body<'tcx>,
        ty: Ty<'tcx>,
    ) -> Destructor {
        if ty.is_trait() {
            return Destructor::ErasedByVtable;
        }
        let by_hand = Destructor::is_glue_by_hand(tcx, typing_env, ty);
        let is_owner = by_hand
            || ty.is_box()
            || Destructor::contents_ty(tcx, typing_env, ty).is_some()
            // A destructor of a tree that drops one of its branches drops another tree.
            || is_destructor(tcx, body.source.def_id());
        if is_owner
            && ty.is_sized(tcx, typing_env)
            && let Ok(erased) = tcx.try_normalize_erasing_regions(typing_env, ty)
            && tcx.async_drop_is_indirect(typing_env.as_query_input(erased))
        {
            Destructor::Erased
        } else if by_hand {
            Destructor::GlueByHand
        } else if Destructor::has_sync_fields(tcx, typing_env, ty) {
            Destructor::OwnThenFields
        } else {
            Destructor::Glue
        }
    }

    /// Whether `ty` is a struct with an async destructor whose fields are dropped synchronously.
    /// The fields of a packed one cannot be dropped where they are.
    fn has_sync_fields<'tcx>(
        tcx: TyCtxt<'tcx>,
        typing_env: ty::TypingEnv<'tcx>,
        ty: Ty<'tcx>,
    ) -> bool {
        let ty::Adt(adt, args) = *ty.kind() else { return false };
        let is_sync = |field: &ty::FieldDef| {
            let ty = tcx.try_normalize_erasing_regions(typing_env, field.ty(tcx, args));
            ty.is_ok_and(|ty| !ty.needs_async_drop(tcx, typing_env))
        };
        adt.is_struct()
            && !adt.repr().packed()
            && adt.async_destructor(tcx).is_some()
            && adt.all_fields().all(is_sync)
    }

    /// Whether what a value of type `ty` owns is dropped by the type's own async drop glue.
    pub(crate) fn is_glue_by_hand<'tcx>(
        tcx: TyCtxt<'tcx>,
        typing_env: ty::TypingEnv<'tcx>,
        ty: Ty<'tcx>,
    ) -> bool {
        adt_without_destructor(tcx, typing_env, ty)
            .is_some_and(|ty| tcx.has_async_drop_glue(typing_env.as_query_input(ty)))
    }

    /// What a value of type `ty` owns, if its type says where that is (`AsyncDropContents`).
    pub(crate) fn contents_ty<'tcx>(
        tcx: TyCtxt<'tcx>,
        typing_env: ty::TypingEnv<'tcx>,
        ty: Ty<'tcx>,
    ) -> Option<Ty<'tcx>> {
        let ty = adt_without_destructor(tcx, typing_env, ty)?;
        if !tcx.has_async_drop_contents(typing_env.as_query_input(ty)) {
            return None;
        }
        let items = tcx.associated_items(tcx.lang_items().async_drop_contents_trait()?);
        let contents = items.in_definition_order().find(|item| item.is_type())?.def_id;
        tcx.try_normalize_erasing_regions(typing_env, Ty::new_projection(tcx, contents, [ty])).ok()
    }

    /// Recognises the destructor whose future, of type `fut_ty`, drops a value of type `drop_ty` in
    /// `body`.
    pub(crate) fn of<'tcx>(
        tcx: TyCtxt<'tcx>,
        body: &Body<'tcx>,
        drop_ty: Ty<'tcx>,
        fut_ty: Ty<'tcx>,
    ) -> Destructor {
        // As elaboration asked. The phase of the body would say less of coroutines.
        let typing_env = ty::TypingEnv::post_analysis(tcx, body.source.def_id());
        let erase = |ty| tcx.erase_and_anonymize_regions(ty);
        match *fut_ty.kind() {
            ty::Coroutine(def_id, args)
                if tcx.is_async_drop_in_place_coroutine(def_id)
                    && erase(args.type_at(0)) == erase(drop_ty) =>
            {
                Destructor::Glue
            }
            // That of a type parameter stays what it is.
            ty::Alias(..) if !fut_ty.has_non_region_param() => {
                bug!("the type `{fut_ty}` of a destructor's future is not normalized")
            }
            ty::RawPtr(..) if drop_ty.is_trait() => Destructor::ErasedByVtable,
            ty::RawPtr(..) => Destructor::Erased,
            _ => match drop_ty.ty_adt_def() {
                Some(adt) if adt.async_destructor(tcx).is_none() => Destructor::GlueByHand,
                // A ladder drops the fields, or the glue of the type does.
                _ if !Destructor::has_sync_fields(tcx, typing_env, drop_ty) => Destructor::Own,
                _ => match body.source.instance {
                    InstanceKind::AsyncDropGlue(_, glue) if dropee_ty(glue) == drop_ty => {
                        Destructor::Own
                    }
                    _ => Destructor::OwnThenFields,
                },
            },
        }
    }

    /// Whether the type of the future is not known where the drop is awaited, but a function that
    /// makes it, polls it and drops it (`core::future::async_drop::erased`).
    pub(super) fn is_erased(self) -> bool {
        matches!(self, Destructor::Erased | Destructor::ErasedByVtable)
    }

    /// The function that makes the future, or deals with an erased one. It is generic over the type
    /// that is dropped.
    pub(super) fn function(self, tcx: TyCtxt<'_>) -> DefId {
        let method = |item| {
            let items = tcx.associated_items(tcx.require_lang_item(item, DUMMY_SP));
            items.in_definition_order().find(|item| item.is_fn()).unwrap().def_id
        };
        match self {
            Destructor::Own | Destructor::OwnThenFields => method(LangItem::AsyncDrop),
            Destructor::Glue => tcx.require_lang_item(LangItem::AsyncDropInPlace, DUMMY_SP),
            Destructor::GlueByHand => method(LangItem::AsyncDropGlue),
            Destructor::Erased => tcx.require_lang_item(LangItem::AsyncDropErased, DUMMY_SP),
            Destructor::ErasedByVtable => tcx.require_lang_item(LangItem::AsyncDropDyn, DUMMY_SP),
        }
    }

    /// The type of the future that drops a `drop_ty`, which is a pointer if that is erased, or
    /// `None` if an erroneous `AsyncDrop` impl leaves it without one. The impl has been reported by
    /// then; a sync drop in its place lets compilation go on to find further errors.
    pub(crate) fn future_ty<'tcx>(
        self,
        tcx: TyCtxt<'tcx>,
        typing_env: ty::TypingEnv<'tcx>,
        drop_ty: Ty<'tcx>,
    ) -> Option<Ty<'tcx>> {
        if self.is_erased() {
            return Some(Ty::new_mut_ptr(tcx, tcx.types.unit));
        }
        let fut_ty = output_ty(tcx, typing_env, self.function(tcx), drop_ty);
        if fut_ty.is_none() {
            let message = format!("`{drop_ty}` has no usable async destructor");
            tcx.dcx().span_delayed_bug(DUMMY_SP, message);
        }
        fut_ty
    }
}

/// What `function`, which is generic over the type that is dropped, returns for `ty`. It is `None`
/// if that cannot be said, because of an error.
pub(crate) fn output_ty<'tcx>(
    tcx: TyCtxt<'tcx>,
    typing_env: ty::TypingEnv<'tcx>,
    function: DefId,
    ty: Ty<'tcx>,
) -> Option<Ty<'tcx>> {
    let sig = tcx.fn_sig(function).instantiate(tcx, &[ty.into()]);
    let output = tcx.instantiate_bound_regions_with_erased(sig).output();
    let output = tcx.try_normalize_erasing_regions(typing_env, output).ok()?;
    output.error_reported().is_ok().then_some(output)
}

/// `ty`, normalized, if it is an ADT that has no async destructor. One that has has fields that are
/// dropped after it, whatever else it says.
fn adt_without_destructor<'tcx>(
    tcx: TyCtxt<'tcx>,
    typing_env: ty::TypingEnv<'tcx>,
    ty: Ty<'tcx>,
) -> Option<Ty<'tcx>> {
    let adt = ty.ty_adt_def()?;
    if adt.async_destructor(tcx).is_some() {
        return None;
    }
    tcx.try_normalize_erasing_regions(typing_env, ty).ok()
}

/// What the coroutine of an `async_drop_in_place` drops.
pub(crate) fn dropee_ty(glue: Ty<'_>) -> Ty<'_> {
    let ty::Coroutine(_, args) = *glue.kind() else { bug!("`{glue}` is no coroutine") };
    args.type_at(0)
}

/// Whether the body is part of somebody's `AsyncDrop::drop`.
pub(super) fn is_destructor(tcx: TyCtxt<'_>, body: DefId) -> bool {
    dropped_by(tcx, body).is_some()
}

/// What `body` drops, if it is part of an `AsyncDrop::drop`.
pub(super) fn dropped_by(tcx: TyCtxt<'_>, body: DefId) -> Option<ty::AdtDef<'_>> {
    let drop = tcx.typeck_root_def_id(body);
    let imp = tcx.impl_of_assoc(drop)?;
    let of_trait = tcx.impl_opt_trait_id(imp)?;
    if !tcx.is_lang_item(of_trait, LangItem::AsyncDrop) {
        return None;
    }
    tcx.type_of(imp).instantiate_identity().ty_adt_def()
}
