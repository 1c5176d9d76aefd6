//! What owns values on the heap: its types, and how it is made.

use super::Items;
use super::body::Body;
use super::places::{Kind as PlaceKind, State};
use super::statements::let_of;
use super::types::nameable;
use crate::generate::Node;
use crate::program::{
    Conversion, Effect, Expr, Form, Method, Owning, Place, Projection, Statement, Ty,
};

/// How many values an owner of several has.
const COUNTS: [usize; 8] = [1, 2, 3, 2, 0, 3, 2, 1];
/// How many nodes a list or a tree has.
const NODES: [usize; 8] = [1, 2, 3, 5, 4, 0, 3, 2];

/// How many keys there are: a prime number.
const KEYS: usize = 17;
/// How many entries a tree of more than one node has.
const MANY: usize = 14;

/// A kind of owner, and what it owns.
#[derive(Clone, Copy)]
enum Kind {
    Of(Owning),
    /// Of keys.
    Keyed(Owning),
    Map(Owning),
    Dyn(Owning),
    /// A vector of boxes of trait objects.
    Dyns,
    /// `Option<Box<T>>`
    Option,
    Future,
    Fn(bool),
}

/// The kinds of owners with their weights.
const KINDS: [(usize, Kind); 29] = [
    (8, Kind::Of(Owning::Box)),
    (9, Kind::Of(Owning::Vec)),
    (6, Kind::Dyn(Owning::Box)),
    (5, Kind::Dyns),
    (5, Kind::Option),
    (6, Kind::Of(Owning::Rc)),
    (4, Kind::Of(Owning::Arc)),
    (3, Kind::Dyn(Owning::Rc)),
    (2, Kind::Dyn(Owning::Arc)),
    (3, Kind::Of(Owning::RefCell)),
    (3, Kind::Of(Owning::Mutex)),
    (2, Kind::Of(Owning::Cell)),
    (2, Kind::Of(Owning::OnceCell)),
    (2, Kind::Of(Owning::OnceLock)),
    (4, Kind::Of(Owning::Slice)),
    (2, Kind::Of(Owning::RcSlice)),
    (5, Kind::Of(Owning::VecDeque)),
    (4, Kind::Of(Owning::LinkedList)),
    (3, Kind::Keyed(Owning::BinaryHeap)),
    (3, Kind::Keyed(Owning::BTreeSet)),
    (6, Kind::Map(Owning::BTreeMap)),
    (3, Kind::Map(Owning::HashMap)),
    (2, Kind::Keyed(Owning::HashSet)),
    (4, Kind::Of(Owning::List)),
    (4, Kind::Of(Owning::Chain)),
    (4, Kind::Of(Owning::Tree)),
    (5, Kind::Future),
    (3, Kind::Fn(true)),
    (2, Kind::Fn(false)),
];

/// What can own a value that has a type without a name.
const AROUND: [Owning; 14] = [
    Owning::Box,
    Owning::Vec,
    Owning::Rc,
    Owning::Slice,
    Owning::VecDeque,
    Owning::Arc,
    Owning::RefCell,
    Owning::LinkedList,
    Owning::List,
    Owning::Mutex,
    Owning::Chain,
    Owning::RcSlice,
    Owning::Tree,
    Owning::Cell,
];

impl Items {
    /// The type of an owner.
    pub fn owner(&self, node: &Node) -> Ty {
        let of = self.ty(node.part(0));
        match pick(node) {
            Kind::Of(kind) => Ty::owning(kind, of),
            Kind::Keyed(kind) => Ty::owning(kind, Ty::Key(Box::new(of))),
            Kind::Map(kind) => {
                let key = Ty::Key(Box::new(of));
                Ty::owning(kind, Ty::Tuple(vec![key, self.ty(node.part(1))]))
            }
            Kind::Dyn(kind) => Ty::owning(kind, Ty::Dyn),
            Kind::Dyns => Ty::owning(Owning::Vec, Ty::owning(Owning::Box, Ty::Dyn)),
            Kind::Option => Ty::Option(Box::new(Ty::owning(Owning::Box, of))),
            Kind::Future => Ty::owning(Owning::PinBox, Ty::DynFuture(Box::new(of))),
            Kind::Fn(once) => Ty::BoxedFn { once },
        }
    }
}

/// Chooses by the detail of a node.
fn pick(node: &Node) -> Kind {
    let choice = Node { kind: node.detail, detail: 0, parts: Vec::new() };
    choice.choose(&KINDS)
}

impl Body<'_> {
    /// A new owner of this kind.
    pub fn own(&mut self, kind: Owning, of: &Ty, node: &Node) -> Expr {
        match of {
            Ty::Dyn => self.own_dyn(kind, node),
            Ty::DynFuture(output) => {
                let (future, ty) = self.future_of(node, (**output).clone());
                let boxed = Expr::Own(kind, Box::new(ty), vec![future]);
                let ty = Ty::owning(kind, of.clone());
                Expr::Convert(Conversion::Unsize(ty), Box::new(boxed))
            }
            of if kind.has_one() => {
                let value = self.value(of, node.part(0));
                Expr::Own(kind, Box::new(of.clone()), vec![value])
            }
            of => self.own_several(kind, of, node),
        }
    }

    fn own_several(&mut self, kind: Owning, of: &Ty, node: &Node) -> Expr {
        let counts = match kind {
            Owning::List | Owning::Chain | Owning::Tree => NODES,
            Owning::HashMap | Owning::HashSet => COUNTS.map(|count| count.min(1)),
            _ => COUNTS,
        };
        let mut count = counts[usize::from(node.detail >> 3 & 7)];
        if count == 0 && !nameable(of) {
            count = 1;
        }
        let number = |index| match kind {
            // The largest one is first in a heap, and what is behind it is in order.
            Owning::BinaryHeap => count - index,
            _ => (5 * index + node.below(KEYS)) % KEYS,
        };
        let mut values = Vec::new();
        for index in 0..count {
            values.push(self.element_value(of, number(index), node.part(index % 4)));
        }
        if matches!(kind, Owning::BTreeMap | Owning::BTreeSet)
            && self.fuel()
            && node.mixed(6, 3) == 1
        {
            let rest = (count..MANY).map_while(|index| plain_element(of, number(index)));
            values.extend(rest);
        }
        Expr::Own(kind, Box::new(of.clone()), values)
    }

    /// An element of an owner. Keys are different from each other.
    fn element_value(&mut self, of: &Ty, number: usize, node: &Node) -> Expr {
        match of {
            Ty::Key(key) => Expr::Key(number, Box::new(self.value(key, node))),
            Ty::Tuple(parts) if matches!(parts[0], Ty::Key(_)) => {
                let key = self.element_value(&parts[0], number, node.part(0));
                let value = self.value(&parts[1], node.part(1));
                Expr::Tuple(vec![key, value])
            }
            of => self.value(of, node),
        }
    }

    /// A pointer to a trait object: of something new, or of what a pointer owned already.
    fn own_dyn(&mut self, kind: Owning, node: &Node) -> Expr {
        let sized =
            |ty: &Ty| matches!(ty, Ty::Owning(of, value) if *of == kind && **value != Ty::Dyn);
        let places = self.movable(sized);
        let pointer = if node.flag(0) && !places.is_empty() {
            let (place, _) = places[node.below(places.len())].clone();
            self.set_place(&place, State::Gone);
            Expr::Move(place)
        } else {
            let of = self.items.ty(node.part_or_self(1));
            let value = self.value(&of, node.part(0));
            Expr::Own(kind, Box::new(of), vec![value])
        };
        let ty = Ty::owning(kind, Ty::Dyn);
        Expr::Convert(Conversion::Unsize(ty), Box::new(pointer))
    }

    /// Puts a value into something that owns it, perhaps together with others, and perhaps as a
    /// trait object.
    pub fn owned(&mut self, value: Expr, ty: Ty, node: &Node) -> (Expr, Ty) {
        let kind = AROUND[node.mixed(1, AROUND.len())];
        let own = Expr::Own(kind, Box::new(ty.clone()), vec![value]);
        if node.kind >= 128 && matches!(kind, Owning::Box | Owning::Rc | Owning::Arc) {
            let erased = Ty::owning(kind, Ty::Dyn);
            let pointer = Expr::Convert(Conversion::Unsize(erased.clone()), Box::new(own));
            if kind != Owning::Box {
                return (pointer, erased);
            }
            let others = (0..node.part(0).below(3))
                .map(|index| self.own_dyn(kind, node.part(index)))
                .collect::<Vec<_>>();
            let values = [pointer].into_iter().chain(others).collect();
            let vector = Expr::Own(Owning::Vec, Box::new(erased.clone()), values);
            return (vector, Ty::owning(Owning::Vec, erased));
        }
        (own, Ty::owning(kind, ty))
    }

    /// A variable that owns something on the heap: what another one held, or something new.
    pub fn own_value(&mut self, node: &Node, statements: &mut Vec<Statement>) {
        let places = self.movable(|_| true);
        let (init, ty) = if node.flag(0) && !places.is_empty() {
            let (place, ty) = places[node.below(places.len())].clone();
            self.set_place(&place, State::Gone);
            self.owned(Expr::Move(place), ty, node.part_or_self(1))
        } else {
            let ty = self.items.owner(node.part_or_self(0));
            (self.value(&ty, node.part_or_self(1)), ty)
        };
        statements.push(self.bind_new(ty.clone(), init));
        let place = Place::var(self.variables.len() - 1);
        self.share(&place, &ty, node.part_or_self(2), statements);
    }

    /// Moves something out of a box.
    pub fn unbox(&mut self, node: &Node, statements: &mut Vec<Statement>) {
        if self.unboxed().is_empty() {
            let of = match self.items.ty(node.part_or_self(0)) {
                of @ (Ty::User(_) | Ty::Tuple(_) | Ty::Owning(..)) => of,
                of => Ty::Tuple(vec![of, Ty::Graceful]),
            };
            let ty = Ty::owning(Owning::Box, of);
            let value = self.value(&ty, node.part_or_self(1));
            statements.push(self.bind_new(ty, value));
        }
        let places = self.unboxed();
        if places.is_empty() {
            return;
        }
        let (place, ty) = places[node.mixed(1, places.len())].clone();
        let moved = Expr::Move(place.clone());
        if node.flag(1)
            && let Some(pattern) = self.pattern(&ty, node.part(2), false)
        {
            self.pattern_moves(&place, &pattern);
            statements.push(let_of(pattern, moved));
            return;
        }
        self.set_place(&place, State::Gone);
        statements.push(match node.mixed(2, 4) {
            0 => Statement::Expr(moved),
            1 => Statement::Expr(Expr::Consume(Box::new(moved))),
            _ => self.bind_new(ty, moved),
        });
    }

    /// The places in boxes that can be moved.
    fn unboxed(&self) -> Vec<(Place, Ty)> {
        let mut places = self.movable(|_| true);
        places.retain(|(place, _)| place.projections.contains(&Projection::Deref));
        places
    }

    /// An owner that fits, moved out of its place, or a new one of this type.
    pub fn some_owner(
        &mut self,
        node: &Node,
        fits: impl Fn(&Ty) -> bool,
        new: impl FnOnce(&Self) -> Ty,
    ) -> (Expr, Ty) {
        let places = self.movable(fits);
        if node.kind % 4 != 3 && !places.is_empty() {
            let (place, ty) = places[node.mixed(1, places.len())].clone();
            self.set_place(&place, State::Gone);
            return (Expr::Move(place), ty);
        }
        let ty = new(self);
        (self.value(&ty, node.part_or_self(1)), ty)
    }

    /// Turns an owner into another one.
    pub fn convert(&mut self, node: &Node, statements: &mut Vec<Statement>) {
        let fits = |ty: &Ty| conversion(ty, 0).is_some();
        let (value, ty) = self.some_owner(node, fits, |body| {
            let kinds = [
                Owning::Vec,
                Owning::Arc,
                Owning::RefCell,
                Owning::Rc,
                Owning::Mutex,
                Owning::Slice,
            ];
            let kind = kinds[node.mixed(2, kinds.len())];
            Ty::owning(kind, body.items.ty(node.part(0)))
        });
        let Some((conversion, ty)) = conversion(&ty, node.part_or_self(2).below(2)) else { return };
        let value = Expr::Convert(conversion, Box::new(value));
        if node.flag(4) && !matches!(ty, Ty::Iter(..)) {
            statements.push(Statement::Expr(value));
            return;
        }
        statements.push(self.bind_new(ty.clone(), value));
        if matches!(ty, Ty::Iter(..)) {
            let iterator = Place::var(self.variables.len() - 1);
            for round in 0..node.mixed(3, 3) {
                self.call_on(iterator.clone(), &ty, node.part_or_self(round), statements);
            }
        }
    }

    /// `for` over what an owner holds.
    pub fn loop_over(&mut self, node: &Node, statements: &mut Vec<Statement>) {
        if node.mixed(5, 3) == 0 {
            return self.loop_over_drain(node, statements);
        }
        let (source, ty) = self.some_owner(node.part_or_self(0), is_iterable, |body| {
            let kinds = [Owning::Vec, Owning::VecDeque, Owning::LinkedList, Owning::Slice];
            let kind = kinds[node.mixed(2, kinds.len())];
            Ty::owning(kind, body.items.ty(node.part(1)))
        });
        let (Ty::Owning(_, item) | Ty::Iter(_, item) | Ty::Array(item, _) | Ty::Option(item)) = ty
        else {
            return;
        };
        self.for_over(source, *item, node, statements);
    }

    /// `for` over what is taken out of a vector or a deque, which is borrowed meanwhile.
    fn loop_over_drain(&mut self, node: &Node, statements: &mut Vec<Statement>) {
        let fits = |ty: &Ty| matches!(ty, Ty::Owning(Owning::Vec | Owning::VecDeque, _));
        if self.mutable(fits).is_empty() {
            let kind = [Owning::Vec, Owning::VecDeque][node.mixed(2, 2)];
            let ty = Ty::owning(kind, self.items.ty(node.part(0)));
            let value = self.value(&ty, node.part_or_self(1));
            statements.push(self.bind_new(ty, value));
        }
        let places = self.mutable(fits);
        let Some((place, Ty::Owning(kind, item))) =
            places.get(node.mixed(1, places.len().max(1))).cloned()
        else {
            return;
        };
        let name = if kind == Owning::Vec { "drained" } else { "drained_deque" };
        let effect = Effect::Drain([2, 3, 1, 9][node.mixed(4, 4)]);
        let var = place.var;
        let form = Form::Function(name);
        let source = Method { form, effect, place, arguments: Vec::new() };
        let owner = std::mem::replace(&mut self.variables[var].kind, PlaceKind::Borrowed);
        self.for_over(Expr::Method(Box::new(source)), *item, node, statements);
        self.variables[var].kind = owner;
        self.variables[var].mutated = true;
    }
}

/// An element that is made of nothing and does not suspend, if its type has one.
fn plain_element(of: &Ty, number: usize) -> Option<Expr> {
    Some(match of {
        Ty::Key(key) => Expr::Key(number, Box::new(plain_element(key, number)?)),
        Ty::Tuple(parts) => {
            let parts = parts.iter().map(|part| plain_element(part, number));
            Expr::Tuple(parts.collect::<Option<_>>()?)
        }
        Ty::Plain => Expr::Plain,
        Ty::Graceful => Expr::Graceful(0),
        _ => return None,
    })
}

/// Whether a `for` can take it.
fn is_iterable(ty: &Ty) -> bool {
    match ty {
        Ty::Iter(..) | Ty::Array(..) | Ty::Option(_) => true,
        Ty::Owning(kind, _) => iterator(*kind).is_some(),
        _ => false,
    }
}

/// Whose iterator `IntoIterator` gives.
fn iterator(kind: Owning) -> Option<Owning> {
    match kind {
        Owning::Slice | Owning::Vec => Some(Owning::Vec),
        Owning::VecDeque
        | Owning::LinkedList
        | Owning::BinaryHeap
        | Owning::BTreeSet
        | Owning::BTreeMap
        | Owning::HashMap
        | Owning::HashSet => Some(kind),
        _ => None,
    }
}

/// What an owner can be turned into.
fn conversion(ty: &Ty, choice: usize) -> Option<(Conversion, Ty)> {
    let Ty::Owning(kind, of) = ty else { return None };
    if let Some(iterator) = iterator(*kind) {
        return Some(if *kind == Owning::Vec && choice == 1 {
            (Conversion::IntoSlice, Ty::Owning(Owning::Slice, of.clone()))
        } else {
            (Conversion::IntoIter, Ty::Iter(iterator, of.clone()))
        });
    }
    match kind {
        Owning::RefCell | Owning::Mutex | Owning::Cell => {
            Some((Conversion::FromCell(*kind), (**of).clone()))
        }
        Owning::Rc | Owning::Arc if **of != Ty::Dyn => {
            Some((Conversion::FromShared(*kind), Ty::Option(of.clone())))
        }
        _ => None,
    }
}
