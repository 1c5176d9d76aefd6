//! What is initialised where, and which places there are.

use super::body::Body;
use crate::program::{Owning, Place, Projection, Shape, Ty, Var};

/// Whether a place is initialised.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum State {
    There,
    /// Moved out or never assigned, perhaps only on some ways to here.
    Gone,
    /// Something was moved out of a part.
    Parts(Vec<State>),
}

impl State {
    /// What holds if one of two ways was taken.
    fn join(&self, other: &State) -> State {
        match (self, other) {
            (State::There, State::There) => State::There,
            (State::Gone, _) | (_, State::Gone) => State::Gone,
            (State::Parts(one), State::Parts(two)) => {
                State::Parts(one.iter().zip(two).map(|(one, two)| one.join(two)).collect())
            }
            (State::Parts(parts), State::There) | (State::There, State::Parts(parts)) => {
                State::Parts(parts.clone())
            }
        }
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// It owns its value.
    Owner,
    /// A shared reference to a temporary.
    Reference,
    /// A future that is pinned here.
    Pinned,
    /// Another variable borrows it mutably.
    Borrowed,
    /// An async closure that takes a value of the type.
    Closure,
}

#[derive(Clone, Debug)]
pub struct Variable {
    pub ty: Ty,
    pub kind: Kind,
    pub state: State,
    /// It was assigned or borrowed mutably after its declaration.
    pub mutated: bool,
}

/// The states of all variables.
pub type States = Vec<State>;

impl Body<'_> {
    pub fn states(&self) -> States {
        self.variables.iter().map(|variable| variable.state.clone()).collect()
    }

    /// Variables that were made since then are out of scope.
    pub fn set_states(&mut self, states: &States) {
        for (variable, state) in self.variables.iter_mut().zip(states) {
            variable.state = state.clone();
        }
    }

    pub fn join_states(&mut self, states: &States) {
        for (variable, state) in self.variables.iter_mut().zip(states) {
            variable.state = variable.state.join(state);
        }
    }

    pub fn variable(&mut self, ty: Ty, kind: Kind, state: State) -> Var {
        self.variables.push(Variable { ty, kind, state, mutated: false });
        self.variables.len() - 1
    }

    /// A new variable that is in scope from here on.
    pub fn declare(&mut self, ty: Ty, kind: Kind, state: State) -> Var {
        let var = self.variable(ty, kind, state);
        self.visible.push(var);
        var
    }

    /// The parts of a type that can be moved or assigned by themselves.
    pub fn parts(&self, ty: &Ty) -> Vec<(Projection, Ty)> {
        match ty {
            Ty::Tuple(parts) => parts
                .iter()
                .enumerate()
                .map(|(index, part)| (Projection::Field(index), part.clone()))
                .collect(),
            Ty::Wrap(value) => vec![(Projection::Field(0), (**value).clone())],
            Ty::Owning(Owning::Box, value) if **value != Ty::Dyn => {
                vec![(Projection::Deref, (**value).clone())]
            }
            Ty::User(number) => match &self.items.program.types[*number].shape {
                Shape::Struct(fields) => fields
                    .iter()
                    .enumerate()
                    .map(|(index, field)| (Projection::Named(index), field.clone()))
                    .collect(),
                Shape::Enum(_) => Vec::new(),
            },
            _ => Vec::new(),
        }
    }

    fn has_destructor(&self, ty: &Ty) -> bool {
        matches!(ty, Ty::User(number) if self.items.has_destructor(*number))
    }

    /// Calls `found` for each place of a variable that is initialised, with its type.
    fn walk(
        &self,
        place: &mut Place,
        ty: &Ty,
        state: &State,
        moving: bool,
        found: &mut dyn FnMut(&Place, &Ty),
    ) {
        if *state == State::Gone {
            return;
        }
        if *state == State::There {
            found(place, ty);
        }
        if moving && self.has_destructor(ty) {
            return;
        }
        for (index, (projection, part)) in self.parts(ty).into_iter().enumerate() {
            let state = match state {
                State::Parts(parts) => &parts[index],
                state => state,
            };
            place.projections.push(projection);
            self.walk(place, &part, state, moving, found);
            place.projections.pop();
        }
    }

    /// The places that can be moved out of here.
    pub fn movable(&self, fits: impl Fn(&Ty) -> bool) -> Vec<(Place, Ty)> {
        let mut places = Vec::new();
        for var in self.visible.iter().skip(self.floor) {
            let variable = &self.variables[*var];
            if variable.kind == Kind::Owner && !matches!(variable.ty, Ty::RefMut(_)) {
                let mut place = Place::var(*var);
                self.walk(&mut place, &variable.ty, &variable.state, true, &mut |place, ty| {
                    if fits(ty) && *ty != Ty::Unit {
                        places.push((place.clone(), ty.clone()));
                    }
                });
            }
        }
        places
    }

    /// Whether the place is in a box that something was moved out of. Borrow checking takes a look
    /// into an enum there for a use of the whole box.
    pub fn is_in_open_box(&self, place: &Place) -> bool {
        place.projections.contains(&Projection::Deref)
            && self.variables[place.var].state != State::There
    }

    /// The places that are initialised and can be borrowed mutably or assigned.
    pub fn mutable(&self, fits: impl Fn(&Ty) -> bool) -> Vec<(Place, Ty)> {
        let mut places = Vec::new();
        for var in &self.visible {
            let variable = &self.variables[*var];
            if variable.kind != Kind::Owner {
                continue;
            }
            let ty = match &variable.ty {
                Ty::RefMut(target) => target,
                ty => ty,
            };
            let mut place = Place::var(*var);
            self.walk(&mut place, ty, &variable.state, false, &mut |place, ty| {
                if fits(ty) && *ty != Ty::Unit {
                    places.push((place.clone(), ty.clone()));
                }
            });
        }
        places
    }

    /// Notes that a place was moved or assigned.
    pub fn set_place(&mut self, place: &Place, new: State) {
        let variable = &self.variables[place.var];
        if matches!(variable.ty, Ty::RefMut(_)) {
            return;
        }
        let mut ty = variable.ty.clone();
        let mut lengths = Vec::new();
        let mut indices = Vec::new();
        for projection in &place.projections {
            if let Projection::Index(_) | Projection::OpaqueIndex(_) = projection {
                return;
            }
            let parts = self.parts(&ty);
            let index = parts.iter().position(|(part, _)| part == projection);
            let index = index.expect("the place exists");
            lengths.push(parts.len());
            indices.push(index);
            ty = parts[index].1.clone();
        }
        let state = &mut self.variables[place.var].state;
        *state = replaced(state, &indices, &lengths, new);
    }
}

fn replaced(state: &State, indices: &[usize], lengths: &[usize], new: State) -> State {
    let ([index, indices @ ..], [length, lengths @ ..]) = (indices, lengths) else {
        return new;
    };
    let mut parts = match state {
        State::Parts(parts) => parts.clone(),
        state => vec![state.clone(); *length],
    };
    parts[*index] = replaced(&parts[*index], indices, lengths, new);
    if parts.iter().all(|part| *part == State::There) { State::There } else { State::Parts(parts) }
}
