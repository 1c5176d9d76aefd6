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
//! here:      [a or b][a's or b's destructor][pending][tag]
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
//! A capture is a local as well, if liveness says of it where it is alive. All captures are alive
//! before the coroutine is resumed, and a coroutine is constructed with what is then alive, so the
//! place of a capture is that of the local:
//!
//! ```text
//! async fn get(url: String) { send(Request::to(url)).await }
//!
//! upstream:  [url][tag][send's future]
//! here:      [url or send's future][tag]
//! ```
//!
//! What is left is to colour an interference graph, as a compiler does for the slots of a stack
//! frame. Locals are placed one after the other, each at the lowest offset that is free of its
//! neighbours in the graph, in more than one order, of which the best is taken. An order is
//! improved by placing first what came to lie last. The tag is alive in all states, and so are
//! captures of which no more is known; the bytes of padding between them are used.
//!
//! So are those at the end of a future that the coroutine awaits, for the tag:
//!
//! ```text
//! async fn outer() { inner().await }
//!
//! upstream:  [tag, padding to 8][inner's fields][inner's tag, padding to 8]
//! here:      [inner's fields][inner's tag][tag, padding to 8]
//! ```
//!
//! Nobody but the body itself ever writes to that padding: it moves the future there before it
//! polls it for the first time. A coroutine that runs does not read its tag, and stores it when it
//! suspends, is over, or panics. So the padding holds the tag whenever that means something.
//!
//! Where it costs no byte, padding comes last, what lives longest comes first, and the tag behind
//! the locals. The address of the first local is that of the coroutine, so that a destructor of it
//! is given a pointer that is at hand. And what has the same layout is gathered at one offset, as
//! far as it is not alive at the same time: of what a coroutine does in several states with such
//! values, it has the code once.

use std::cmp::Reverse;
use std::fmt::Debug;
use std::ops::{Deref, Range};
use std::{iter, ptr};

use rustc_index::bit_set::{BitMatrix, DenseBitSet};
use rustc_index::{Idx, IndexSlice, IndexVec};

use super::super::{LayoutCalculator, LayoutCalculatorResult};
use crate::{
    AbiAlign, FieldsShape, HasDataLayout, LayoutData, ReprOptions, Scalar, Size, StructKind,
    Variants,
};

#[cfg(test)]
mod tests;

/// Packs a coroutine whose layout was computed as upstream does, if that makes it smaller, or as
/// small with padding at the end.
/// `captures` are the locals that its captures are, all of them or none. The tag may be in what is
/// left of a local after its `used_sizes`.
pub(in crate::layout) fn layout<'a, F, FieldIdx: Idx, VariantIdx: Idx, LocalIdx: Idx>(
    calc: &LayoutCalculator<impl HasDataLayout>,
    unpacked: LayoutData<FieldIdx, VariantIdx>,
    local_layouts: &IndexSlice<LocalIdx, F>,
    mut outer_layouts: IndexVec<FieldIdx, F>,
    variant_fields: &IndexSlice<VariantIdx, IndexVec<FieldIdx, LocalIdx>>,
    storage_conflicts: &BitMatrix<LocalIdx, LocalIdx>,
    (captures, used_sizes): (&IndexSlice<FieldIdx, LocalIdx>, &IndexSlice<LocalIdx, Size>),
    tag_to_layout: impl Fn(Scalar) -> F,
) -> LayoutCalculatorResult<FieldIdx, VariantIdx, F>
where
    F: Deref<Target = &'a LayoutData<FieldIdx, VariantIdx>> + Debug + Copy,
    FieldIdx: 'a,
    VariantIdx: 'a,
{
    let Variants::Multiple { tag, .. } = unpacked.variants else { return Ok(unpacked) };
    let tag = tag_to_layout(tag);
    // What is alive in all states, with the tag.
    let (fixed_offsets, mut align) = if captures.is_empty() {
        let fixed =
            calc.univariant(&outer_layouts, &ReprOptions::default(), StructKind::AlwaysSized)?;
        let FieldsShape::Arbitrary { offsets, .. } = fixed.fields else {
            unreachable!("a struct has fields at offsets of their own")
        };
        (offsets, fixed.align.max(tag.align))
    } else {
        (IndexVec::new(), tag.align)
    };
    let fixed: Vec<Range<Size>> = iter::zip(&fixed_offsets, &outer_layouts)
        .map(|(&offset, layout)| offset..offset + layout.size)
        .collect();
    align = local_layouts.iter().map(|layout| layout.align).fold(align, AbiAlign::max);

    // What is alive in each state. The first is that of a coroutine that was never resumed.
    let mut states: IndexVec<VariantIdx, Vec<LocalIdx>> =
        variant_fields.iter().map(|locals| locals.raw.clone()).collect();
    states[VariantIdx::new(0)].extend(captures);

    let neighbours = neighbours(local_layouts.len(), &states, storage_conflicts);
    let place = |order: &Order<LocalIdx>| {
        let (tag_offset, places) =
            place_locals(order, local_layouts, used_sizes, *tag, &fixed, &neighbours);
        let ends = fixed.iter().chain(&places).map(|place| place.end);
        let end = ends.fold(tag_offset + tag.size, Ord::max);
        (end.align_to(align.abi), tag_offset, places)
    };
    // No layout is smaller than this.
    let has_room = |(layout, &used): (&F, &Size)| used < layout.size;
    let has_room_for_tag = iter::zip(local_layouts, used_sizes).any(has_room);
    let tag_size = if has_room_for_tag { Size::ZERO } else { tag.size };
    let always = fixed.iter().fold(tag_size, |sum, place| sum + (place.end - place.start));
    let alive = states
        .iter()
        .map(|locals| locals.iter().fold(always, |sum, &local| sum + local_layouts[local].size));
    let least = alive.max().unwrap_or(always).align_to(align.abi);
    // Whether the last byte is one of padding, in which another coroutine may have its tag.
    let ends_in_padding = |size: Size, tag_offset: Size, places: &IndexSlice<_, Range<Size>>| {
        let used = iter::zip(places, used_sizes).map(|(place, &used)| place.start + used);
        let mut ends = fixed.iter().map(|place| place.end).chain(used);
        tag_offset + tag.size < size && ends.all(|end| end < size)
    };
    let mut orders = orders(local_layouts, &states).map(|order| {
        let (size, tag_offset, places) = improved(order, least, place);
        let ends_in_padding = ends_in_padding(size, tag_offset, &places);
        ((size, !ends_in_padding, tag_offset.bytes() > FAR), tag_offset, places)
    });
    let mut best = orders.next().unwrap();
    // No layout is better than that.
    while best.0 != (least, false, false)
        && let Some(other) = orders.next()
    {
        if other.0 < best.0 {
            best = other;
        }
    }
    let ((size, ends_without_padding, _), tag_offset, mut places) = best;
    if size > unpacked.size || (size == unpacked.size && ends_without_padding) {
        return Ok(with_captures_in_place(unpacked, local_layouts, variant_fields, captures));
    }
    let tag_place = tag_offset..tag_offset + tag.size;
    let taken = Always { fixed: &fixed, tag: &tag_place, used_sizes };
    gather(&mut places, local_layouts, &taken, &neighbours);
    check(&taken, &places, &states, storage_conflicts);
    let mut outer_offsets = fixed_offsets;
    outer_offsets.extend(captures.iter().map(|&local| places[local].start));
    outer_layouts.push(tag);
    outer_offsets.push(tag_offset);

    let mut packed = LayoutData {
        fields: in_memory_order(outer_offsets, |field| outer_layouts[field].size),
        size,
        align,
        unadjusted_abi_align: align.abi,
        ..unpacked
    };
    let Variants::Multiple { variants, .. } = &mut packed.variants else { unreachable!() };
    for (variant, locals) in iter::zip(variants, variant_fields) {
        let offsets = locals.iter().map(|&local| places[local].start).collect();
        variant.fields = in_memory_order(offsets, |field| local_layouts[locals[field]].size);
        (variant.size, variant.align, variant.unadjusted_abi_align) = (size, align, align.abi);
    }
    Ok(packed)
}

/// Has each local that is a capture lie where that does. Upstream's layout, in which nothing shares
/// bytes with a capture, leaves room for it somewhere else.
fn with_captures_in_place<'a, F, FieldIdx: Idx + 'a, VariantIdx: Idx + 'a, LocalIdx: Idx>(
    mut unpacked: LayoutData<FieldIdx, VariantIdx>,
    local_layouts: &IndexSlice<LocalIdx, F>,
    variant_fields: &IndexSlice<VariantIdx, IndexVec<FieldIdx, LocalIdx>>,
    captures: &IndexSlice<FieldIdx, LocalIdx>,
) -> LayoutData<FieldIdx, VariantIdx>
where
    F: Deref<Target = &'a LayoutData<FieldIdx, VariantIdx>> + Debug + Copy,
{
    let captured: Vec<Size> =
        captures.indices().map(|capture| unpacked.fields.offset(capture.index())).collect();
    let Variants::Multiple { variants, .. } = &mut unpacked.variants else { return unpacked };
    for (variant, locals) in iter::zip(variants, variant_fields) {
        let offset = |(field, local): (FieldIdx, &LocalIdx)| match captures
            .iter()
            .position(|capture| capture == local)
        {
            Some(capture) => captured[capture],
            None => variant.fields.offset(field.index()),
        };
        let offsets = locals.iter_enumerated().map(offset).collect();
        variant.fields = in_memory_order(offsets, |field| local_layouts[locals[field]].size);
    }
    unpacked
}

/// Fields at these offsets.
fn in_memory_order<FieldIdx: Idx>(
    offsets: IndexVec<FieldIdx, Size>,
    size: impl Fn(FieldIdx) -> Size,
) -> FieldsShape<FieldIdx> {
    let mut in_memory_order: IndexVec<u32, FieldIdx> = offsets.indices().collect();
    in_memory_order.raw.sort_by_key(|&field| (offsets[field], size(field)));
    FieldsShape::Arbitrary { offsets, in_memory_order }
}

/// The tag is read whenever the coroutine is resumed. The code that reads it has three bytes more
/// on x86 if its offset does not fit in a signed byte.
const FAR: u64 = i8::MAX as u64;

/// An order in which the locals are placed.
struct Order<LocalIdx> {
    locals: Vec<LocalIdx>,
    /// The number of locals that are placed before the tag.
    tag: usize,
}

/// The orders that are tried, the one that is preferred first. None is the best for all coroutines.
fn orders<'a, F, FieldIdx: Idx + 'a, VariantIdx: Idx + 'a, LocalIdx: Idx>(
    local_layouts: &IndexSlice<LocalIdx, F>,
    alive: &IndexSlice<VariantIdx, Vec<LocalIdx>>,
) -> impl Iterator<Item = Order<LocalIdx>>
where
    F: Deref<Target = &'a LayoutData<FieldIdx, VariantIdx>> + Debug + Copy,
{
    // Large locals leave room for small ones.
    let mut largest_first: Vec<LocalIdx> = local_layouts.indices().collect();
    largest_first.sort_by_key(|&local| {
        let layout = local_layouts[local];
        Reverse((layout.size, layout.align.abi))
    });
    let mut states: IndexVec<LocalIdx, usize> = IndexVec::from_elem_n(0, local_layouts.len());
    for &local in alive.iter().flatten() {
        states[local] += 1;
    }
    let mut longest_lived_first = largest_first.clone();
    longest_lived_first.sort_by_key(|&local| Reverse(states[local]));
    // Locals with a low alignment fill the word that the tag begins.
    let mut lowest_alignment_first = largest_first.clone();
    lowest_alignment_first.sort_by_key(|&local| local_layouts[local].align.abi);
    let last = local_layouts.len();
    [
        Order { locals: longest_lived_first.clone(), tag: last },
        Order { locals: largest_first.clone(), tag: last },
        Order { locals: longest_lived_first, tag: last.min(1) },
        Order { locals: largest_first, tag: 0 },
        Order { locals: lowest_alignment_first, tag: 0 },
    ]
    .into_iter()
}

/// What `place` makes of `order`: a size, the offset of the tag, and the bytes of each local. As
/// long as the size is more than `least`, the local that ends last is placed before all others, for
/// some times.
fn improved<LocalIdx: Idx>(
    mut order: Order<LocalIdx>,
    least: Size,
    place: impl Fn(&Order<LocalIdx>) -> (Size, Size, IndexVec<LocalIdx, Range<Size>>),
) -> (Size, Size, IndexVec<LocalIdx, Range<Size>>) {
    const TIMES: usize = 6;
    let mut best = place(&order);
    let mut last = best.2.clone();
    for _ in 0..TIMES {
        let highest = last.iter_enumerated().max_by_key(|(_, place)| place.end);
        let Some((highest, _)) = highest.filter(|_| best.0 > least) else { break };
        if order.locals.first() == Some(&highest) {
            break;
        }
        order.locals.retain(|&local| local != highest);
        order.locals.insert(0, highest);
        let placed = place(&order);
        last = placed.2.clone();
        if placed.0 < best.0 {
            best = placed;
        }
    }
    best
}

/// What is taken in all states.
struct Always<'a, LocalIdx: Idx> {
    fixed: &'a [Range<Size>],
    tag: &'a Range<Size>,
    used_sizes: &'a IndexSlice<LocalIdx, Size>,
}

impl<LocalIdx: Idx> Always<'_, LocalIdx> {
    /// Whether `local` can be in `place`.
    fn leaves_free(&self, local: LocalIdx, place: &Range<Size>) -> bool {
        let used = place.start..place.start + self.used_sizes[local];
        !overlap(&used, self.tag) && !self.fixed.iter().any(|taken| overlap(place, taken))
    }
}

fn overlap(one: &Range<Size>, two: &Range<Size>) -> bool {
    !one.is_empty() && !two.is_empty() && one.start < two.end && two.start < one.end
}

/// The offset of the tag, and for all states the bytes of each local.
fn place_locals<'a, F, FieldIdx: Idx + 'a, VariantIdx: Idx + 'a, LocalIdx: Idx>(
    order: &Order<LocalIdx>,
    local_layouts: &IndexSlice<LocalIdx, F>,
    used_sizes: &IndexSlice<LocalIdx, Size>,
    tag: &LayoutData<FieldIdx, VariantIdx>,
    fixed: &[Range<Size>],
    neighbours: &BitMatrix<LocalIdx, LocalIdx>,
) -> (Size, IndexVec<LocalIdx, Range<Size>>)
where
    F: Deref<Target = &'a LayoutData<FieldIdx, VariantIdx>> + Debug + Copy,
{
    // What is placed so far, lowest first: the bytes of a local, or those taken in all states.
    let mut placed: Vec<(Range<Size>, Option<LocalIdx>)> = Vec::new();
    let place = |placed: &mut Vec<_>, place: Range<Size>, local| {
        let above = |(other, _): &(Range<Size>, _)| other.start <= place.start;
        placed.insert(placed.partition_point(above), (place, local));
    };
    for outer in fixed {
        place(&mut placed, outer.clone(), None);
    }
    let mut places: IndexVec<LocalIdx, Range<Size>> =
        IndexVec::from_elem_n(Size::ZERO..Size::ZERO, local_layouts.len());
    let mut tag_offset = Size::ZERO;
    for step in 0..=order.locals.len() {
        if step == order.tag {
            let used = placed.iter().map(|(place, local)| match *local {
                Some(local) => place.start..place.start + used_sizes[local],
                None => place.clone(),
            });
            tag_offset = first_fit(tag.size, tag.align, used);
            place(&mut placed, tag_offset..tag_offset + tag.size, None);
        }
        let Some(&local) = order.locals.get(step) else { break };
        let is_taken =
            |other: Option<_>| other.is_none_or(|other| neighbours.contains(local, other));
        let taken = placed.iter().filter(|&&(_, other)| is_taken(other));
        let layout = local_layouts[local];
        let offset = first_fit(layout.size, layout.align, taken.map(|(place, _)| place.clone()));
        places[local] = offset..offset + layout.size;
        place(&mut placed, places[local].clone(), Some(local));
    }
    (tag_offset, places)
}

/// Moves each local to where the last one with its layout lies, unless that is taken.
fn gather<'a, F, FieldIdx: Idx + 'a, VariantIdx: Idx + 'a, LocalIdx: Idx>(
    places: &mut IndexSlice<LocalIdx, Range<Size>>,
    local_layouts: &IndexSlice<LocalIdx, F>,
    always: &Always<'_, LocalIdx>,
    neighbours: &BitMatrix<LocalIdx, LocalIdx>,
) where
    F: Deref<Target = &'a LayoutData<FieldIdx, VariantIdx>> + Debug + Copy,
{
    let mut groups: Vec<Vec<LocalIdx>> = Vec::new();
    for (local, &layout) in local_layouts.iter_enumerated() {
        let is_same = |group: &&mut Vec<LocalIdx>| ptr::eq(*local_layouts[group[0]], *layout);
        match groups.iter_mut().find(is_same) {
            Some(group) => group.push(local),
            None => groups.push(vec![local]),
        }
    }
    for mut group in groups {
        while let Some(&last) = group.iter().max_by_key(|&&local| places[local].start) {
            let place = places[last].clone();
            group.retain(|&local| {
                let mut others = neighbours.iter(local).filter(|&neighbour| neighbour != local);
                let is_free = !neighbours.contains(local, last)
                    && always.leaves_free(local, &place)
                    && !others.any(|neighbour| overlap(&places[neighbour], &place));
                if is_free {
                    places[local] = place.clone();
                }
                !is_free && local != last
            });
        }
    }
}

/// What is alive at the same time has bytes of its own. Memory safety depends on it, so it is asked
/// of the finished layout, whatever graph and order led to it.
fn check<VariantIdx: Idx, LocalIdx: Idx>(
    always: &Always<'_, LocalIdx>,
    places: &IndexSlice<LocalIdx, Range<Size>>,
    states: &IndexSlice<VariantIdx, Vec<LocalIdx>>,
    storage_conflicts: &BitMatrix<LocalIdx, LocalIdx>,
) {
    for (local, place) in places.iter_enumerated() {
        assert!(
            always.leaves_free(local, place),
            "{local:?} of a coroutine overlaps what is always alive: {place:?}"
        );
    }
    for (variant, locals) in states.iter_enumerated() {
        let mut alive: Vec<&Range<Size>> = locals.iter().map(|&local| &places[local]).collect();
        alive.retain(|place| !place.is_empty());
        alive.sort_by_key(|place| place.start);
        for pair in alive.windows(2) {
            assert!(
                pair[0].end <= pair[1].start,
                "in state {variant:?} of a coroutine, bytes {pair:?} overlap"
            );
        }
    }
    for local in storage_conflicts.rows() {
        for other in storage_conflicts.iter(local).filter(|&other| other != local) {
            let (one, two) = (&places[local], &places[other]);
            assert!(
                !overlap(one, two),
                "{local:?} and {other:?} of a coroutine conflict, and overlap: {one:?}, {two:?}"
            );
        }
    }
}

/// For each local those with which it shares no byte.
fn neighbours<VariantIdx: Idx, LocalIdx: Idx>(
    locals: usize,
    states: &IndexSlice<VariantIdx, Vec<LocalIdx>>,
    storage_conflicts: &BitMatrix<LocalIdx, LocalIdx>,
) -> BitMatrix<LocalIdx, LocalIdx> {
    let mut neighbours = BitMatrix::new(locals, locals);
    for local in storage_conflicts.rows() {
        for other in storage_conflicts.iter(local) {
            neighbours.insert(local, other);
            neighbours.insert(other, local);
        }
    }
    let mut row = DenseBitSet::new_empty(locals);
    for alive in states {
        row.clear();
        for &local in alive {
            row.insert(local);
        }
        for &local in alive {
            neighbours.union_row_with(&row, local);
        }
    }
    neighbours
}

/// The lowest offset at which `size` bytes touch none of the `taken` ranges, which are in order.
fn first_fit(size: Size, align: AbiAlign, taken: impl Iterator<Item = Range<Size>>) -> Size {
    let mut offset = Size::ZERO;
    if size == Size::ZERO {
        return offset;
    }
    for range in taken {
        if offset + size <= range.start {
            break;
        }
        offset = offset.max(range.end.align_to(align.abi));
    }
    offset
}
