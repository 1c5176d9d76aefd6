//! Says of a drop that a lifetime error is about that it is awaited.
//!
//! ```text
//! LL | }
//!    | - borrow might be used here, when `logs` is dropped and runs the `Drop` code for ..
//! note: this drop is an implicit await of the async destructor of `Logs<'_>`
//!    |
//! LL | }
//!    | ^
//! ```

use rustc_errors::{Diag, EmissionGuarantee};
use rustc_middle::ty::Ty;
use rustc_span::Span;

use crate::MirBorrowckCtxt;

impl<'tcx> MirBorrowckCtxt<'_, '_, 'tcx> {
    /// Adds a note if the drop at `span`, of a value of type `ty`, is awaited for certain.
    pub(super) fn note_awaited_drop<G: EmissionGuarantee>(
        &self,
        err: &mut Diag<'_, G>,
        ty: Ty<'tcx>,
        span: Span,
    ) {
        let tcx = self.infcx.tcx;
        if !self.body.is_async() || !tcx.features().async_drop() {
            return;
        }
        let typing_env = self.body.typing_env(tcx);
        let ty = tcx.erase_and_anonymize_regions(ty);
        let Ok(ty) = tcx.try_normalize_erasing_regions(typing_env, ty) else { return };
        if let Some(destructor) = tcx.async_destructor_tys(typing_env.as_query_input(ty)).first() {
            let message = format!(
                "this drop is an implicit await of the async destructor of `{destructor}`, which \
                 has the value, and what it borrows, until it ends"
            );
            err.span_note(span, message);
        }
    }
}
