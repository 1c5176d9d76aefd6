//! Drops a value part by part in the body that drops it, if that is known to be all of it.
//!
//! ```text
//! // Before: `_3: Vec<Conn>` goes out of scope.
//! bb1: drop(_3) -> [return: bb4, unwind: bb7, drop: bb6]
//!
//! // After: the loop of `slice.rs` between the calls of `contents.rs`, and no future but that of
//! // `<Conn as AsyncDrop>::drop`.
//! ```
//!
//! The future of a type's glue (`Destructor::Glue`) would do the same in a coroutine of its own: it
//! has a state, an address, and a call for each poll. A value is opened in place of that, unless
//!
//! - its type is not known: glue decides after monomorphisation, and costs nothing then if nothing
//!   is awaited (R9);
//! - it has many parts: each is dropped at three places (mainline, dropline, unwinding), and that
//!   for each way out of a scope. The glue of a type is there once, also for the glue of what
//!   contains many values of that type.
//!
//! Cancellation and unwinding come to a part of a value from several places: after the part before
//! it was dropped, and where the drop of the value around it begins. From there on they do the
//! same, so the drop of the part is in the body once for all of them (`OpenedDrops`). Of a value
//! within a value, and so on, there would be a copy for each of those around it.
//!
//! Which of its parts a value still has is not asked: that is the business of drop elaboration,
//! which has decided by now that all of it is dropped.
//!
//! This is below `elaborate_drop` because it extends that module's private `DropCtxt`.

use std::fmt;

use rustc_abi::{FieldIdx, VariantIdx};
use rustc_data_structures::fx::FxHashMap;
use rustc_middle::mir::{
    BasicBlock, Body, Location, Operand, Place, SourceInfo, TerminatorKind, UnwindAction,
};
use rustc_middle::ty::{self, InstanceKind, Ty, TyCtxt, TypeVisitableExt};

use super::super::{DropCtxt, DropElaborator, DropFlagMode, DropStyle, Unwind, elaborate_drop};
use crate::coroutine::async_drop::{Destructor, dropee_ty};
use crate::patch::MirPatch;

/// How many destructors a value may have that is opened. A loop has those of one element.
const MAX_DESTRUCTORS: usize = 8;

/// How many a value may have that is opened all the way down in its glue. Glue within glue nests
/// futures, and `recursion_limit` counts those.
const MAX_DESTRUCTORS_IN_GLUE: usize = 128;

/// How many parts, parts of parts included, it may have for each of these.
const PARTS_PER_DESTRUCTOR: usize = 8;

/// How many loops over elements may be around another one. Each is there for each of the lines, and
/// that in each of those around it.
const MAX_LOOPS: usize = 4;

impl<'a, 'b, 'tcx, D> DropCtxt<'a, 'b, 'tcx, D>
where
    D: DropElaborator<'b, 'tcx>,
    'tcx: 'b,
{
    /// Drops all of `place` part by part, if the future of its glue can be saved like this.
    pub(super) fn open_whole_value(
        &mut self,
        place: Place<'tcx>,
        ty: Ty<'tcx>,
        succ: BasicBlock,
        unwind: Unwind,
        dropline: Option<BasicBlock>,
    ) -> Option<BasicBlock> {
        let opening = Opening {
            tcx: self.tcx(),
            typing_env: self.elaborator.typing_env(),
            body: self.elaborator.body(),
        };
        if !opening.is_worth_it(ty) {
            return None;
        }
        let source_info = self.source_info;
        let mut none = OpenedDrops::default();
        let (patch, opened) = self.elaborator.patch_and_opened_drops();
        let opened = opened.unwrap_or(&mut none);
        // No mainline does the same as another.
        let leads_to = (opened.skip_gotos(succ), unwind.into_action());
        let key = dropline.is_none().then_some((place, leads_to));
        if let Some(&entry) = key.and_then(|key| opened.entries.get(&key)) {
            return Some(entry);
        }
        let mut elaborator = WholeValue { opening, patch, opened };
        let mut whole = DropCtxt {
            elaborator: &mut elaborator,
            source_info,
            path: (),
            place,
            succ,
            unwind,
            dropline,
        };
        let entry = match Destructor::contents_ty(opening.tcx, opening.typing_env, ty) {
            Some(_) => whole.open_drop_of_contents(ty),
            None => whole.open_drop(),
        };
        elaborator.opened.entries.extend(key.map(|key| (key, entry)));
        Some(entry)
    }
}

/// The drops of whole values that a patch has.
#[derive(Default)]
pub(crate) struct OpenedDrops<'tcx> {
    /// Where each begins, by what is dropped, and where that and a panic in it lead.
    entries: FxHashMap<(Place<'tcx>, (BasicBlock, UnwindAction)), BasicBlock>,
    /// Blocks that do nothing, with their targets.
    gotos: FxHashMap<BasicBlock, BasicBlock>,
}

impl OpenedDrops<'_> {
    fn skip_gotos(&self, mut block: BasicBlock) -> BasicBlock {
        while let Some(&target) = self.gotos.get(&block) {
            block = target;
        }
        block
    }
}

/// A drop of all of a place that is not elaborated yet.
pub(crate) struct WholeDrop<'tcx> {
    pub(crate) block: BasicBlock,
    pub(crate) source_info: SourceInfo,
    pub(crate) place: Place<'tcx>,
    pub(crate) target: BasicBlock,
    pub(crate) unwind: BasicBlock,
}

/// Elaborates `drop`, of a type that needs async drop, as one that is awaited in `body`. `patch`
/// has the drops in `opened` already.
pub(crate) fn await_whole_drop<'tcx>(
    tcx: TyCtxt<'tcx>,
    typing_env: ty::TypingEnv<'tcx>,
    body: &Body<'tcx>,
    patch: &mut MirPatch<'tcx>,
    opened: &mut OpenedDrops<'tcx>,
    drop: WholeDrop<'tcx>,
) {
    let WholeDrop { block, source_info, place, target, unwind } = drop;
    let opening = Opening { tcx, typing_env, body };
    let elaborator = &mut WholeValue { opening, patch, opened };
    let unwind = Unwind::To(unwind);
    elaborate_drop(elaborator, source_info, place, (), target, unwind, block, None);
}

/// Decides what is opened in `body`.
#[derive(Clone, Copy)]
struct Opening<'b, 'tcx> {
    tcx: TyCtxt<'tcx>,
    typing_env: ty::TypingEnv<'tcx>,
    body: &'b Body<'tcx>,
}

impl<'tcx> Opening<'_, 'tcx> {
    fn is_worth_it(self, ty: Ty<'tcx>) -> bool {
        // A coroutine of another kind awaits nothing on its mainline. There an opened drop would
        // not be recognized as one that belongs to the whole value.
        if !self.body.is_async() || !self.is_openable(ty) {
            return false;
        }
        match self.body.source.instance {
            // It drops one type, which is known.
            InstanceKind::AsyncDropGlue(_, glue) => {
                self.is_small(dropee_ty(glue), MAX_DESTRUCTORS_IN_GLUE)
                    || self.is_small(ty, MAX_DESTRUCTORS)
            }
            _ => !ty.has_non_region_param() && self.is_small(ty, MAX_DESTRUCTORS),
        }
    }

    fn is_openable(self, ty: Ty<'tcx>) -> bool {
        match ty.kind() {
            ty::Adt(adt, _) => !adt.is_union() && !adt.repr().packed(),
            ty::Tuple(_) | ty::Closure(..) | ty::CoroutineClosure(..) => true,
            ty::Array(..) | ty::Slice(_) => true,
            _ => false,
        }
    }

    /// Whether a value of type `ty`, which is opened, has few destructors and few parts. A type of
    /// infinite size, which is an error, has too many.
    fn is_small(self, ty: Ty<'tcx>, max_destructors: usize) -> bool {
        let Opening { tcx, typing_env, body } = self;
        let normalize = |ty| tcx.try_normalize_erasing_regions(typing_env, ty).unwrap_or(ty);
        let (mut destructors, mut parts) = (0, 0);
        // With the number of loops around each.
        let mut opened = vec![(normalize(ty), 0)];
        while let Some((ty, loops)) = opened.pop() {
            if loops > MAX_LOOPS {
                return false;
            }
            let loops = loops + usize::from(ty.is_array() || ty.is_slice());
            let (own, inner) = self.parts(ty);
            destructors += own;
            parts += inner.len();
            if parts > max_destructors * PARTS_PER_DESTRUCTOR {
                return false;
            }
            for part in inner.into_iter().map(normalize) {
                if !part.needs_async_drop(tcx, typing_env) {
                    continue;
                }
                let destructor = Destructor::of_value(tcx, typing_env, body, part);
                if destructor == Destructor::Glue && self.is_openable(part) {
                    opened.push((part, loops));
                } else {
                    destructors += 1;
                }
            }
        }
        destructors <= max_destructors
    }

    /// The number of destructors that a value of type `ty` has of its own, none or one, and its
    /// parts.
    fn parts(self, ty: Ty<'tcx>) -> (usize, Vec<Ty<'tcx>>) {
        let Opening { tcx, typing_env, .. } = self;
        let parts = match *ty.kind() {
            ty::Adt(adt, args) => match Destructor::contents_ty(tcx, typing_env, ty) {
                Some(contents) => vec![contents],
                None => {
                    let own = usize::from(adt.async_destructor(tcx).is_some());
                    let fields = adt.all_fields().map(|field| field.ty(tcx, args));
                    return (own, fields.chain(ty.boxed_ty()).collect());
                }
            },
            ty::Tuple(tys) => tys.to_vec(),
            ty::Closure(_, args) => args.as_closure().upvar_tys().to_vec(),
            ty::CoroutineClosure(_, args) => args.as_coroutine_closure().upvar_tys().to_vec(),
            ty::Array(ty, _) | ty::Slice(ty) => vec![ty],
            // Glue of it is no ladder.
            _ => return (1, vec![]),
        };
        (0, parts)
    }
}

/// Elaborates the drop of a value of which nothing is missing: there are no flags, and no part has
/// a path of its own.
struct WholeValue<'e, 'b, 'tcx> {
    opening: Opening<'b, 'tcx>,
    patch: &'e mut MirPatch<'tcx>,
    opened: &'e mut OpenedDrops<'tcx>,
}

impl fmt::Debug for WholeValue<'_, '_, '_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("WholeValue").finish_non_exhaustive()
    }
}

impl<'b, 'tcx> DropElaborator<'b, 'tcx> for WholeValue<'_, 'b, 'tcx> {
    type Path = ();

    fn patch_ref(&self) -> &MirPatch<'tcx> {
        self.patch
    }

    fn patch(&mut self) -> &mut MirPatch<'tcx> {
        self.patch
    }

    fn body(&self) -> &'b Body<'tcx> {
        self.opening.body
    }

    fn tcx(&self) -> TyCtxt<'tcx> {
        self.opening.tcx
    }

    fn typing_env(&self) -> ty::TypingEnv<'tcx> {
        self.opening.typing_env
    }

    fn allow_async_drops(&self) -> bool {
        true
    }

    fn drop_style(&self, (): (), _: DropFlagMode) -> DropStyle {
        DropStyle::Static
    }

    fn get_drop_flag(&mut self, (): ()) -> Option<Operand<'tcx>> {
        None
    }

    fn patch_and_opened_drops(&mut self) -> (&mut MirPatch<'tcx>, Option<&mut OpenedDrops<'tcx>>) {
        (self.patch, Some(self.opened))
    }

    fn clear_drop_flag(&mut self, location: Location, (): (), _: DropFlagMode) {
        // There is none, and so the block that was made for this is empty.
        let block = location.block;
        let end = self.patch.block(self.body(), block).terminator();
        if let TerminatorKind::Goto { target } = end.kind {
            self.opened.gotos.insert(block, target);
        }
    }

    fn field_subpath(&self, (): (), _: FieldIdx) -> Option<()> {
        None
    }

    fn deref_subpath(&self, (): ()) -> Option<()> {
        None
    }

    fn downcast_subpath(&self, (): (), _: VariantIdx) -> Option<()> {
        // Each variant has a ladder.
        Some(())
    }

    fn array_subpath(&self, (): (), _: u64, _: u64) -> Option<()> {
        None
    }
}
