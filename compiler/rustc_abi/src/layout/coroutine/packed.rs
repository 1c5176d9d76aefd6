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
//! frame. Locals are placed one after the other, each at the lowest offset that is free of its
//! neighbours in the graph, in more than one order, of which the best is taken. Captures and the
//! tag are alive in all states; the bytes of padding between them are used.

use std::cmp::Reverse;
use std::fmt::Debug;
use std::iter;
use std::ops::{Deref, Range};

use rustc_index::bit_set::BitMatrix;
use rustc_index::{Idx, IndexSlice, IndexVec};

use super::super::{LayoutCalculator, LayoutCalculatorResult};
use crate::{
    AbiAlign, FieldsShape, HasDataLayout, LayoutData, ReprOptions, Scalar, Size, StructKind,
    Variants,
};

/// Packs a coroutine whose layout was computed as upstream does, if that makes it smaller.
pub(in crate::layout) fn layout<'a, F, FieldIdx: Idx, VariantIdx: Idx, LocalIdx: Idx>(
    calc: &LayoutCalculator<impl HasDataLayout>,
    unpacked: LayoutData<FieldIdx, VariantIdx>,
    local_layouts: &IndexSlice<LocalIdx, F>,
    mut outer_layouts: IndexVec<FieldIdx, F>,
    variant_fields: &IndexSlice<VariantIdx, IndexVec<FieldIdx, LocalIdx>>,
    storage_conflicts: &BitMatrix<LocalIdx, LocalIdx>,
    tag_to_layout: impl Fn(Scalar) -> F,
) -> LayoutCalculatorResult<FieldIdx, VariantIdx, F>
where
    F: Deref<Target = &'a LayoutData<FieldIdx, VariantIdx>> + Debug + Copy,
    FieldIdx: 'a,
    VariantIdx: 'a,
{
    let Variants::Multiple { tag, .. } = unpacked.variants else { return Ok(unpacked) };
    // The captures and the tag.
    outer_layouts.push(tag_to_layout(tag));
    let outer =
        calc.univariant(&outer_layouts, &ReprOptions::default(), StructKind::AlwaysSized)?;
    let FieldsShape::Arbitrary { offsets: outer_offsets, .. } = &outer.fields else {
        unreachable!("a struct has fields at offsets of their own")
    };
    let outer_ranges: Vec<Range<Size>> = iter::zip(outer_offsets, &outer_layouts)
        .map(|(&offset, layout)| offset..offset + layout.size)
        .collect();

    let neighbours = neighbours(local_layouts.len(), variant_fields, storage_conflicts);
    let align = local_layouts.iter().map(|layout| layout.align).fold(outer.align, AbiAlign::max);
    let (size, offsets) = orders(local_layouts)
        .map(|order| {
            let offsets = place_locals(&order, local_layouts, &outer_ranges, &neighbours);
            let ends = iter::zip(&offsets, local_layouts).map(|(&at, layout)| at + layout.size);
            (ends.fold(outer.size, Ord::max).align_to(align.abi), offsets)
        })
        .min_by_key(|&(size, _)| size)
        .unwrap();
    if size >= unpacked.size {
        return Ok(unpacked);
    }

    let mut packed = LayoutData {
        fields: outer.fields,
        size,
        align,
        unadjusted_abi_align: align.abi,
        ..unpacked
    };
    let Variants::Multiple { variants, .. } = &mut packed.variants else { unreachable!() };
    for (variant, locals) in iter::zip(variants, variant_fields) {
        let offsets: IndexVec<FieldIdx, Size> =
            locals.iter().map(|&local| offsets[local]).collect();
        let mut in_memory_order: IndexVec<u32, FieldIdx> = offsets.indices().collect();
        let position = |field: &FieldIdx| (offsets[*field], local_layouts[locals[*field]].size);
        in_memory_order.raw.sort_by_key(position);
        variant.fields = FieldsShape::Arbitrary { offsets, in_memory_order };
        (variant.size, variant.align, variant.unadjusted_abi_align) = (size, align, align.abi);
    }
    Ok(packed)
}

/// The orders in which the locals are placed. None is the best for all coroutines.
fn orders<'a, F, FieldIdx: Idx + 'a, VariantIdx: Idx + 'a, LocalIdx: Idx>(
    local_layouts: &IndexSlice<LocalIdx, F>,
) -> impl Iterator<Item = Vec<LocalIdx>>
where
    F: Deref<Target = &'a LayoutData<FieldIdx, VariantIdx>> + Debug + Copy,
{
    // Large locals leave room for small ones.
    let mut largest_first: Vec<LocalIdx> = local_layouts.indices().collect();
    largest_first.sort_by_key(|&local| {
        let layout = local_layouts[local];
        Reverse((layout.size, layout.align.abi))
    });
    // Locals with a low alignment fill the word that the tag begins.
    let mut lowest_alignment_first = largest_first.clone();
    lowest_alignment_first.sort_by_key(|&local| local_layouts[local].align.abi);
    [largest_first, lowest_alignment_first].into_iter()
}

/// The offset of each local, for all states.
fn place_locals<'a, F, FieldIdx: Idx + 'a, VariantIdx: Idx + 'a, LocalIdx: Idx>(
    order: &[LocalIdx],
    local_layouts: &IndexSlice<LocalIdx, F>,
    outer_ranges: &[Range<Size>],
    neighbours: &BitMatrix<LocalIdx, LocalIdx>,
) -> IndexVec<LocalIdx, Size>
where
    F: Deref<Target = &'a LayoutData<FieldIdx, VariantIdx>> + Debug + Copy,
{
    let mut placed: IndexVec<LocalIdx, Option<Size>> =
        IndexVec::from_elem_n(None, local_layouts.len());
    let mut taken = Vec::new();
    for &local in order {
        taken.clear();
        taken.extend_from_slice(outer_ranges);
        taken.extend(neighbours.iter(local).filter_map(|neighbour| {
            let start = placed[neighbour]?;
            Some(start..start + local_layouts[neighbour].size)
        }));
        let layout = local_layouts[local];
        placed[local] = Some(first_fit(layout.size, layout.align, &mut taken));
    }
    placed.into_iter().map(|offset| offset.unwrap()).collect()
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
