//! The two futures that can drop a value.

use rustc_hir::def_id::DefId;
use rustc_hir::lang_items::LangItem;
use rustc_middle::bug;
use rustc_middle::ty::{self, Ty, TyCtxt, TypeVisitableExt};
use rustc_span::DUMMY_SP;

/// Which future an awaited drop polls. It decides what is left of the value when that future is
/// dropped before it has completed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Destructor {
    /// The future of the type's own `AsyncDrop::drop`, which borrows the value: whoever drops the
    /// future early still owes the value its `Drop::drop`, and its fields their drops.
    Own,
    /// The future of `async_drop_in_place`, to which the value belongs from then on: dropping the
    /// future early drops what is left of the value.
    Glue,
}

impl Destructor {
    /// Recognises the destructor whose future, of type `fut_ty`, drops a value of type `drop_ty`.
    pub(crate) fn of<'tcx>(tcx: TyCtxt<'tcx>, drop_ty: Ty<'tcx>, fut_ty: Ty<'tcx>) -> Destructor {
        match *fut_ty.kind() {
            ty::Coroutine(def_id, args)
                if tcx.is_async_drop_in_place_coroutine(def_id)
                    && tcx.erase_and_anonymize_regions(args.type_at(0))
                        == tcx.erase_and_anonymize_regions(drop_ty) =>
            {
                Destructor::Glue
            }
            ty::Alias(..) => bug!("the type `{fut_ty}` of a destructor's future is not normalized"),
            _ => Destructor::Own,
        }
    }

    /// The function that makes the future. It is generic over the type that is dropped.
    pub(crate) fn constructor(self, tcx: TyCtxt<'_>) -> DefId {
        match self {
            Destructor::Own => {
                let async_drop = tcx.require_lang_item(LangItem::AsyncDrop, DUMMY_SP);
                let items = tcx.associated_items(async_drop);
                items.in_definition_order().find(|item| item.is_fn()).unwrap().def_id
            }
            Destructor::Glue => tcx.require_lang_item(LangItem::AsyncDropInPlace, DUMMY_SP),
        }
    }

    /// The type of the future that drops a `drop_ty`, or `None` if an erroneous `AsyncDrop` impl
    /// leaves it without one. The impl has been reported by then; a sync drop in its place lets
    /// compilation go on to find further errors.
    pub(crate) fn future_ty<'tcx>(
        self,
        tcx: TyCtxt<'tcx>,
        typing_env: ty::TypingEnv<'tcx>,
        drop_ty: Ty<'tcx>,
    ) -> Option<Ty<'tcx>> {
        let sig = tcx.fn_sig(self.constructor(tcx)).instantiate(tcx, &[drop_ty.into()]);
        let output = tcx.instantiate_bound_regions_with_erased(sig).output();
        let fut_ty = tcx
            .try_normalize_erasing_regions(typing_env, output)
            .ok()
            .filter(|fut_ty| fut_ty.error_reported().is_ok());
        if fut_ty.is_none() {
            let message = format!("`{drop_ty}` has no usable async destructor");
            tcx.dcx().span_delayed_bug(DUMMY_SP, message);
        }
        fut_ty
    }
}
