use rustc_index::bit_set::BitMatrix;
use rustc_index::{IndexSlice, IndexVec};

use super::{Always, check, layout};
use crate::layout::coroutine;
use crate::{
    FieldsShape, Integer, LayoutCalculator, LayoutData, Primitive, Scalar, Size, TargetDataLayout,
    Variants, WrappingRange,
};

type Layout = LayoutData<usize, usize>;

fn integer(integer: Integer) -> Layout {
    let valid_range = WrappingRange::full(integer.size());
    let value = Primitive::Int(integer, false);
    LayoutData::scalar(&TargetDataLayout::default(), Scalar::Initialized { value, valid_range })
}

/// Which locals are saved in which states, and which conflict.
#[derive(Default)]
struct Coroutine {
    locals: Vec<Integer>,
    /// How many bytes at the end of some locals are free for the tag.
    padding: Vec<(usize, u64)>,
    captures: Vec<Integer>,
    /// The locals that the captures are, if they are some.
    named: Vec<usize>,
    states: Vec<Vec<usize>>,
    conflicts: Vec<(usize, usize)>,
}

impl Coroutine {
    fn conflicts(&self) -> BitMatrix<usize, usize> {
        let mut conflicts = BitMatrix::new(self.locals.len(), self.locals.len());
        for &(local, other) in &self.conflicts {
            conflicts.insert(local, other);
            conflicts.insert(other, local);
        }
        conflicts
    }

    fn states(&self) -> IndexVec<usize, IndexVec<usize, usize>> {
        // The first three are not suspended.
        let none = std::iter::repeat_n(IndexVec::new(), 3);
        none.chain(self.states.iter().cloned().map(IndexVec::from_raw)).collect()
    }

    fn used_sizes(&self) -> IndexVec<usize, Size> {
        let mut used: IndexVec<usize, Size> =
            self.locals.iter().map(|local| local.size()).collect();
        for &(local, padding) in &self.padding {
            used[local] = used[local] - Size::from_bytes(padding);
        }
        used
    }

    /// As upstream lays it out, and packed.
    fn layouts(&self) -> [Layout; 2] {
        let calc = LayoutCalculator::new(TargetDataLayout::default());
        let tag = integer(Integer::I8);
        let tag = &tag;
        // The compiler has one layout for all types that are laid out alike.
        let integers = [Integer::I8, Integer::I16, Integer::I32, Integer::I64];
        let interned = integers.map(integer);
        let of = |&integer: &Integer| {
            let index = integers.iter().position(|&other| other == integer);
            &interned[index.unwrap()]
        };
        let locals: Vec<&Layout> = self.locals.iter().map(of).collect();
        let captures: Vec<&Layout> = self.captures.iter().map(of).collect();
        let locals: IndexVec<usize, &&Layout> = locals.iter().collect();
        let captures: IndexVec<usize, &&Layout> = captures.iter().collect();
        let (states, conflicts) = (self.states(), self.conflicts());
        let named = IndexSlice::from_raw(&self.named);
        let upstream = || {
            let captures = captures.clone();
            coroutine::layout(&calc, &locals, captures, &states, &conflicts, |_| &tag).unwrap()
        };
        let packed = layout(
            &calc,
            upstream(),
            &locals,
            captures.clone(),
            &states,
            &conflicts,
            (named, &self.used_sizes()),
            |_| &tag,
        );
        [upstream(), packed.unwrap()]
    }
}

fn offset(layout: &Layout, state: usize, field: usize) -> u64 {
    let Variants::Multiple { variants, .. } = &layout.variants else { unreachable!() };
    let FieldsShape::Arbitrary { offsets, .. } = &variants[3 + state].fields else {
        unreachable!()
    };
    offsets[field].bytes()
}

/// Two scopes, one after the other, each with a value that is saved in two states.
fn two_scopes(conflicts: Vec<(usize, usize)>) -> Coroutine {
    let states = vec![vec![0], vec![0], vec![1], vec![1]];
    let locals = vec![Integer::I32; 2];
    Coroutine { locals, states, conflicts, ..Coroutine::default() }
}

#[test]
fn locals_of_several_states_share_bytes() {
    let [upstream, packed] = two_scopes(Vec::new()).layouts();
    assert_eq!((upstream.size.bytes(), packed.size.bytes()), (12, 8));
    assert_eq!((offset(&packed, 0, 0), offset(&packed, 2, 0)), (0, 0));
}

#[test]
fn locals_that_conflict_do_not() {
    let [upstream, packed] = two_scopes(vec![(0, 1)]).layouts();
    assert_eq!((upstream.size.bytes(), packed.size.bytes()), (12, 12));
}

#[test]
fn what_has_the_same_layout_is_gathered() {
    // Two guards, and the future of the destructor of each. The inner guard is dropped first.
    let locals = vec![Integer::I32, Integer::I32, Integer::I16, Integer::I16];
    let states = vec![vec![0, 1, 2], vec![0, 3]];
    let guards = Coroutine { locals, states, ..Coroutine::default() };
    let [upstream, packed] = guards.layouts();
    assert_eq!((upstream.size.bytes(), packed.size.bytes()), (16, 12));
    assert_eq!((offset(&packed, 0, 0), offset(&packed, 0, 1)), (0, 4));
    assert_eq!((offset(&packed, 0, 2), offset(&packed, 1, 1)), (8, 8));

    // What is alive beside it stays where it was.
    let [_, packed] = Coroutine { conflicts: vec![(2, 3)], ..guards }.layouts();
    assert_ne!(offset(&packed, 0, 2), offset(&packed, 1, 1));
}

#[test]
fn a_capture_gives_way_once_it_is_not_alive() {
    // The second local begins its life after that of the capture.
    let given_way = Coroutine {
        locals: vec![Integer::I64; 2],
        captures: vec![Integer::I64],
        named: vec![0],
        states: vec![vec![1]],
        ..Coroutine::default()
    };
    let [_, packed] = given_way.layouts();
    assert_eq!((packed.size.bytes(), offset(&packed, 0, 0)), (12, 0));
    assert_eq!(packed.fields.offset(0), Size::ZERO);

    let [_, packed] = Coroutine { conflicts: vec![(0, 1)], ..given_way }.layouts();
    assert_eq!(packed.size.bytes(), 20);
}

#[test]
fn captures_are_apart_before_the_start() {
    let [_, packed] = Coroutine {
        locals: vec![Integer::I64; 2],
        captures: vec![Integer::I64; 2],
        named: vec![0, 1],
        states: vec![vec![0], vec![1]],
        ..Coroutine::default()
    }
    .layouts();
    assert_eq!(packed.size.bytes(), 20);
    assert_ne!(packed.fields.offset(0), packed.fields.offset(1));
}

#[test]
fn the_tag_is_in_padding() {
    let one = |padding| Coroutine {
        locals: vec![Integer::I64],
        padding,
        states: vec![vec![0]],
        ..Coroutine::default()
    };
    let tag_offset = |layout: &Layout| layout.fields.offset(0).bytes();
    let [_, packed] = one(vec![(0, 3)]).layouts();
    assert_eq!((packed.size.bytes(), tag_offset(&packed)), (8, 5));
    let [_, packed] = one(Vec::new()).layouts();
    assert_eq!((packed.size.bytes(), tag_offset(&packed)), (12, 8));
}

#[test]
fn no_other_local_is_in_padding() {
    let both = |padding| Coroutine {
        locals: vec![Integer::I64, Integer::I8],
        padding,
        states: vec![vec![0, 1]],
        ..Coroutine::default()
    };
    let [_, packed] = both(vec![(0, 3)]).layouts();
    assert_eq!((packed.size.bytes(), offset(&packed, 0, 1)), (12, 8));
}

#[test]
fn the_tag_is_in_the_padding_of_all_that_is_there() {
    // They are not alive together, and only one of them leaves room.
    let [_, packed] = Coroutine {
        locals: vec![Integer::I64; 2],
        padding: vec![(0, 3)],
        states: vec![vec![0], vec![1]],
        ..Coroutine::default()
    }
    .layouts();
    assert_eq!(packed.size.bytes(), 12);
}

#[test]
fn no_layout_is_larger_and_none_overlaps() {
    const SIZES: [Integer; 4] = [Integer::I8, Integer::I16, Integer::I32, Integer::I64];
    let mut seed = 7_u64;
    let mut below = |bound: usize| {
        seed = seed.wrapping_mul(6364136223846793005).wrapping_add(1442695040888963407);
        (seed >> 33) as usize % bound
    };
    let mut smaller = 0;
    for _ in 0..500 {
        let count = 1 + below(8);
        let mut states: Vec<Vec<usize>> =
            (0..1 + below(6)).map(|_| (0..count).filter(|_| below(3) == 0).collect()).collect();
        // Each local is saved in some state.
        let unsaved = |local: &usize| !states.iter().flatten().any(|saved| saved == local);
        states.push((0..count).filter(unsaved).collect());
        let locals: Vec<Integer> = (0..count).map(|_| SIZES[below(4)]).collect();
        let (captures, named) = if below(2) == 0 {
            ((0..below(3)).map(|_| SIZES[below(4)]).collect(), Vec::new())
        } else {
            let named: Vec<usize> = (0..below(count + 1)).collect();
            (named.iter().map(|&local| locals[local]).collect(), named)
        };
        let mut padding = Vec::new();
        for local in 0..count {
            let size = locals[local].size().bytes() as usize;
            // A capture has none.
            if !named.contains(&local) && below(4) == 0 {
                padding.push((local, below(size) as u64));
            }
        }
        let coroutine = Coroutine {
            locals,
            padding,
            captures,
            named,
            states,
            conflicts: (0..below(count)).map(|_| (below(count), below(count))).collect(),
        };
        // Here the finished layout is checked.
        let [upstream, packed] = coroutine.layouts();
        assert!(packed.size <= upstream.size);
        smaller += usize::from(packed.size < upstream.size);
    }
    assert!(smaller > 100, "{smaller}");
}

fn checked(places: [(u64, u64); 2], coroutine: &Coroutine, tag: u64) {
    let range = |(start, end): (u64, u64)| Size::from_bytes(start)..Size::from_bytes(end);
    let tag = range((tag, tag + 1));
    let places: Vec<_> = places.into_iter().map(range).collect();
    let states: IndexVec<usize, Vec<usize>> =
        coroutine.states().into_iter().map(|locals| locals.raw).collect();
    let conflicts = coroutine.conflicts();
    let always = Always { fixed: &[], tag: &tag, used_sizes: &coroutine.used_sizes() };
    check(&always, IndexSlice::<usize, _>::from_raw(&places), &states, &conflicts);
}

#[test]
fn well_placed_locals_pass() {
    checked([(0, 8), (0, 8)], &two_scopes(Vec::new()), 8);
    checked([(0, 8), (8, 16)], &two_scopes(vec![(0, 1)]), 16);
    // What has no bytes cannot overlap.
    checked([(0, 8), (4, 4)], &two_scopes(vec![(0, 1)]), 8);
}

#[test]
#[should_panic(expected = "conflict, and overlap")]
fn conflicting_locals_that_overlap_are_found() {
    checked([(0, 8), (4, 12)], &two_scopes(vec![(0, 1)]), 16);
}

#[test]
#[should_panic(expected = "of a coroutine, bytes")]
fn locals_of_one_state_that_overlap_are_found() {
    let mut coroutine = two_scopes(Vec::new());
    coroutine.states.push(vec![0, 1]);
    checked([(0, 8), (4, 12)], &coroutine, 16);
}

#[test]
#[should_panic(expected = "overlaps what is always alive")]
fn a_local_on_the_tag_is_found() {
    checked([(0, 4), (0, 4)], &two_scopes(Vec::new()), 3);
}

#[test]
fn the_tag_in_padding_passes() {
    let padding = vec![(0, 1), (1, 2)];
    checked([(0, 4), (0, 4)], &Coroutine { padding, ..two_scopes(Vec::new()) }, 3);
}

#[test]
#[should_panic(expected = "overlaps what is always alive")]
fn the_tag_on_what_is_used_is_found() {
    let padding = vec![(0, 1), (1, 2)];
    checked([(0, 4), (0, 4)], &Coroutine { padding, ..two_scopes(Vec::new()) }, 2);
}
