//! Lays out a coroutine so that saved locals which are never alive at the same time share bytes,
//! in however many states each of them is saved.
//!
//! ```text
//! async fn scopes() {
//!     { let a = Conn; pending().await; /* a is dropped by await */ }
//!     { let b = Conn; pending().await; /* b is dropped by await */ }
//! }
//!
//! upstream:  [tag][a][a's destructor][b][b's destructor][pending]
//! here:      [tag][a or b][a's or b's destructor][pending]
//! ```
//!
//! Upstream lets two locals overlap only if each is saved in one state, another one than the other.
//! A value that is dropped by await is saved in two at least, and so are the futures which that
//! takes: one state waits on the mainline, one on the dropline.
//!
//! The offset of a local is the same in each state, so nothing moves when the state changes: a
//! local may be borrowed by another one, or pinned. Two locals may share bytes if neither of these
//! holds:
//!
//! - their storage conflicts, which is to say that both are live at the same point of the body, or
//! - they are saved in the same state. That they then conflict is what liveness computes; it is
//!   asked here again, since memory safety depends on it.
//!
//! What is left is to colour an interference graph, as a compiler does for the slots of a stack
//! frame. Locals are placed one after the other, the largest first, each at the lowest offset that
//! is free of its neighbours in the graph. Captures and the tag are alive in all states; the bytes
//! of padding between them are used.

use std::cmp::Reverse;
use std::fmt::Debug;
use std::ops::{Deref, Range};

use rustc_index::bit_set::BitMatrix;
use rustc_index::{Idx, IndexSlice, IndexVec};

use crate::{AbiAlign, BackendRepr, FieldsShape, LayoutData, Size, Variants};

/// Where the saved locals are.
pub(super) struct Packed<FieldIdx: Idx, VariantIdx: Idx> {
    pub(super) variants: IndexVec<VariantIdx, LayoutData<FieldIdx, VariantIdx>>,
    /// A multiple of the alignment.
    pub(super) size: Size,
    pub(super) align: AbiAlign,
}

/// Places the saved locals of a coroutine around its captures and its tag, which are the fields of
/// `outer`, at `outer_ranges`.
pub(super) fn pack<'a, F, FieldIdx: Idx, VariantIdx: Idx, LocalIdx: Idx>(
    outer: &LayoutData<FieldIdx, VariantIdx>,
    outer_ranges: impl Iterator<Item = Range<Size>>,
    local_layouts: &IndexSlice<LocalIdx, F>,
    variant_fields: &IndexSlice<VariantIdx, IndexVec<FieldIdx, LocalIdx>>,
    storage_conflicts: &BitMatrix<LocalIdx, LocalIdx>,
) -> Packed<FieldIdx, VariantIdx>
where
    F: Deref<Target = &'a LayoutData<FieldIdx, VariantIdx>> + Debug + Copy,
    FieldIdx: 'a,
    VariantIdx: 'a,
{
    let neighbours = neighbours(local_layouts.len(), variant_fields, storage_conflicts);
    let outer_ranges: Vec<_> = outer_ranges.collect();
    let mut order: Vec<LocalIdx> = local_layouts.indices().collect();
    order.sort_by_key(|&local| {
        let layout = local_layouts[local];
        (Reverse(layout.size), Reverse(layout.align.abi))
    });

    let mut offsets: IndexVec<LocalIdx, Option<Size>> =
        IndexVec::from_elem_n(None, local_layouts.len());
    let mut taken: Vec<Range<Size>> = Vec::new();
    let (mut end, mut align) = (outer.size, outer.align);
    for local in order {
        let layout = local_layouts[local];
        taken.clone_from(&outer_ranges);
        let placed = neighbours.iter(local).filter_map(|neighbour| {
            let start = offsets[neighbour]?;
            Some(start..start + local_layouts[neighbour].size)
        });
        taken.extend(placed);
        let offset = first_fit(layout.size, layout.align, &mut taken);
        offsets[local] = Some(offset);
        end = end.max(offset + layout.size);
        align = align.max(layout.align);
    }

    let size = end.align_to(align.abi);
    let variants = variant_fields.iter_enumerated().map(|(index, fields)| {
        let offsets: IndexVec<FieldIdx, Size> =
            fields.iter().map(|&local| offsets[local].unwrap()).collect();
        let mut in_memory_order: IndexVec<u32, FieldIdx> = offsets.indices().collect();
        in_memory_order
            .raw
            .sort_by_key(|&field| (offsets[field], local_layouts[fields[field]].size));
        LayoutData {
            variants: Variants::Single { index },
            fields: FieldsShape::Arbitrary { offsets, in_memory_order },
            backend_repr: BackendRepr::Memory { sized: true },
            largest_niche: None,
            uninhabited: fields.iter().any(|&local| local_layouts[local].uninhabited),
            align,
            size,
            max_repr_align: None,
            unadjusted_abi_align: align.abi,
            randomization_seed: Default::default(),
        }
    });
    Packed { variants: variants.collect(), size, align }
}

/// For each local those with which it shares no byte.
fn neighbours<FieldIdx: Idx, VariantIdx: Idx, LocalIdx: Idx>(
    locals: usize,
    variant_fields: &IndexSlice<VariantIdx, IndexVec<FieldIdx, LocalIdx>>,
    storage_conflicts: &BitMatrix<LocalIdx, LocalIdx>,
) -> BitMatrix<LocalIdx, LocalIdx> {
    let mut neighbours = BitMatrix::new(locals, locals);
    for local in storage_conflicts.rows() {
        for other in storage_conflicts.iter(local) {
            neighbours.insert(local, other);
            neighbours.insert(other, local);
        }
    }
    for fields in variant_fields {
        for &local in fields {
            for &other in fields {
                neighbours.insert(local, other);
            }
        }
    }
    neighbours
}

/// The lowest offset at which `size` bytes touch none of the `taken` ranges.
fn first_fit(size: Size, align: AbiAlign, taken: &mut [Range<Size>]) -> Size {
    let mut offset = Size::ZERO;
    if size == Size::ZERO {
        return offset;
    }
    taken.sort_by_key(|range| range.start);
    for range in taken {
        if offset + size <= range.start {
            break;
        }
        offset = offset.max(range.end.align_to(align.abi));
    }
    offset
}
