//! Has liveness say of a capture what it says of a local.
//!
//! ```text
//! async fn get(url: String) -> Response {
//!     let request = Request::to(url);   // The last that is done with `url`.
//!     send(request).await
//! }
//! ```
//!
//! A capture is a field of the coroutine, and those are no business of data flow, which knows
//! locals. So it would keep its bytes for as long as the coroutine exists, as if it were alive all
//! the time: the future above would be as large as `url` and the future of `send` together.
//!
//! While it is computed what the coroutine saves, each capture goes by the name of a local, which
//! is saved as any other is:
//!
//! ```text
//! // Before.
//! bb0: _4 = Request::to(move (_1.0: String)) -> bb1
//!
//! // While liveness is computed.
//! bb0: _7 = move (_1.0: String); _4 = Request::to(move _7) -> bb1
//!
//! // After: as before.
//! ```
//!
//! The layout is told which local each capture is, and gives both the same place
//! (`rustc_abi/src/layout/coroutine/packed.rs`), so the move is no part of the coroutine. It stands
//! at the start of the body, in front of all that could be stored in the place of a capture, but
//! for the resume argument: that is in use beside it (`live_values.rs`).
//!
//! What an unresumed coroutine drops is reached from the start if it may suspend (`expand.rs`), and
//! is seen here too. If not, it is added later, and there is no other state in which it would drop.

use rustc_abi::FieldIdx;
use rustc_index::IndexVec;
use rustc_middle::bug;
use rustc_middle::mir::visit::{MutVisitor, PlaceContext};
use rustc_middle::mir::*;
use rustc_middle::ty::{self, Ty, TyCtxt};

use super::captures_in_place::{InPlace, UsesOfWhole};
use super::shims::open_drops_of_captures;
use super::{SELF_ARG, packs_layout};

/// The names of the captures: of all of them, or none if the bytes of captures are not shared.
#[derive(Default)]
pub(in crate::coroutine) struct NamedCaptures {
    pub(super) names: IndexVec<FieldIdx, Local>,
}

impl NamedCaptures {
    /// They have bytes of the coroutine even if no suspension sees them.
    pub(in crate::coroutine) fn names(&self) -> IndexVec<FieldIdx, Local> {
        self.names.clone()
    }
}

/// Names the captures of `body`, if its layout is packed.
pub(in crate::coroutine) fn name_captures<'tcx>(
    tcx: TyCtxt<'tcx>,
    body: &mut Body<'tcx>,
) -> NamedCaptures {
    let ty::Coroutine(def_id, args) = *body.local_decls[SELF_ARG].ty.kind() else {
        bug!("{:?} is no coroutine", body.source)
    };
    let tys = args.as_coroutine().upvar_tys();
    if tys.is_empty() || !packs_layout(tcx, def_id) {
        return NamedCaptures::default();
    }
    open_drops_of_captures(tcx, body, false);
    let whole = UsesOfWhole::of(body);
    if whole.dropped || whole.other {
        return NamedCaptures::default();
    }

    let span = body.span;
    let names: IndexVec<FieldIdx, Local> =
        tys.iter().map(|ty| body.local_decls.push(LocalDecl::new(ty, span))).collect();
    UseNames { tcx, names: &names }.visit_body_preserves_cfg(body);
    let source_info = SourceInfo::outermost(span);
    let moves = names.iter_enumerated().map(|(field, &name)| {
        let capture = capture(tcx, field, body.local_decls[name].ty);
        let value = Rvalue::Use(Operand::Move(capture));
        Statement::new(source_info, StatementKind::Assign(Box::new((name.into(), value))))
    });
    let moves: Vec<_> = moves.collect();
    body.basic_blocks_mut()[START_BLOCK].statements.splice(0..0, moves);
    NamedCaptures { names }
}

impl NamedCaptures {
    /// Takes the names out of `body`.
    pub(in crate::coroutine) fn put_back<'tcx>(self, tcx: TyCtxt<'tcx>, body: &mut Body<'tcx>) {
        if self.names.is_empty() {
            return;
        }
        let captures = self.names.iter_enumerated();
        let captures = captures
            .map(|(field, &name)| (name, capture(tcx, field, body.local_decls[name].ty)))
            .collect();
        InPlace { tcx, captures }.visit_body_preserves_cfg(body);
    }
}

fn capture<'tcx>(tcx: TyCtxt<'tcx>, field: FieldIdx, ty: Ty<'tcx>) -> Place<'tcx> {
    tcx.mk_place_field(SELF_ARG.into(), field, ty)
}

struct UseNames<'a, 'tcx> {
    tcx: TyCtxt<'tcx>,
    names: &'a IndexVec<FieldIdx, Local>,
}

impl<'tcx> MutVisitor<'tcx> for UseNames<'_, 'tcx> {
    fn tcx(&self) -> TyCtxt<'tcx> {
        self.tcx
    }

    fn visit_place(&mut self, place: &mut Place<'tcx>, context: PlaceContext, _: Location) {
        if place.local == SELF_ARG
            && context.is_use()
            && let [PlaceElem::Field(field, _), rest @ ..] = &place.projection[..]
        {
            *place = Place::from(self.names[*field]).project_deeper(rest, self.tcx);
        }
    }
}
