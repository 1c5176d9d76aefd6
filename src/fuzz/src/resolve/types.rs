//! Types, heads of functions, and what is not used.

use super::body::Body;
use super::{Items, Signature};
use crate::generate::{Node, RawItem};
use crate::program::{Callee, Destructor, Shape, Statement, Ty, TypeDef};

#[derive(Clone, Copy)]
enum Choice {
    Graceful,
    Plain,
    Tuple,
    Array,
    Option,
    Result,
    Wrap,
    Guard,
    Owning,
    User,
}

impl Items {
    pub fn type_definition(&mut self, item: &RawItem) -> TypeDef {
        let fields = |items: &mut Items, node: &Node, most: usize| -> Vec<Ty> {
            (0..node.below(most + 1)).map(|index| items.ty(node.part(index))).collect()
        };
        if item.head.kind >= 190 {
            let count = 2 + item.head.below(2);
            let mut variants: Vec<_> =
                (0..count).map(|index| fields(self, item.head.part(index), 2)).collect();
            variants[count - 1].clear();
            let destructor = match item.head.detail >> 1 & 3 {
                0 | 1 => Destructor::None,
                2 => Destructor::Sync,
                _ => self.async_destructor(item),
            };
            return TypeDef { shape: Shape::Enum(variants), destructor };
        }
        let shape = Shape::Struct(fields(self, &item.head, 3));
        let destructor = match item.head.kind {
            0..50 => Destructor::None,
            50..80 => Destructor::Sync,
            _ => self.async_destructor(item),
        };
        TypeDef { shape, destructor }
    }

    /// It calls leaf functions only, so that none makes a value of its type.
    fn async_destructor(&mut self, item: &RawItem) -> Destructor {
        let leaves = self.leaves;
        let mut body = Body::new(self, leaves, Ty::Unit);
        let mut block = body.function_body(&item.body);
        // Its last statement is to tell that it ends.
        block.statements.extend(block.tail.take().map(|tail| Statement::Expr(*tail)));
        Destructor::Async(block)
    }

    /// A type whose values can be made anywhere.
    pub fn ty(&self, node: &Node) -> Ty {
        let users = if self.program.types.is_empty() { 0 } else { 9 };
        let nested = usize::from(!node.parts.is_empty());
        let choices = [
            (8, Choice::Graceful),
            (3, Choice::Plain),
            (users, Choice::User),
            (5 * nested, Choice::Tuple),
            (3 * nested, Choice::Array),
            (3 * nested, Choice::Option),
            (2 * nested, Choice::Result),
            (2 * nested, Choice::Wrap),
            (3 * nested, Choice::Guard),
            (12 * nested, Choice::Owning),
        ];
        let part = |index| Box::new(self.ty(node.part(index)));
        match node.choose(&choices) {
            Choice::Graceful => Ty::Graceful,
            Choice::Plain => Ty::Plain,
            Choice::Tuple => {
                Ty::Tuple((0..=node.below(3)).map(|index| self.ty(node.part(index))).collect())
            }
            Choice::Array => Ty::Array(part(0), node.below(5)),
            Choice::Option => Ty::Option(part(0)),
            Choice::Result => Ty::Result(part(0), part(1)),
            Choice::Wrap => Ty::Wrap(part(0)),
            Choice::Guard => Ty::Guard(part(0)),
            Choice::Owning => self.owner(node),
            Choice::User => Ty::User(node.below(self.program.types.len())),
        }
    }

    pub fn signature(&self, head: &Node) -> Signature {
        let generic = head.kind >= 180;
        let mut parameters: Vec<Ty> =
            (0..head.below(4)).map(|index| self.ty(head.part(index))).collect();
        if generic {
            parameters.insert(0, Ty::Param);
        }
        if head.flag(6) && parameters.len() < 3 {
            parameters.push(Ty::RefMut(Box::new(self.ty(head.part(2)))));
        }
        let output = match head.part(3).kind {
            0..90 => Ty::Unit,
            90..120 if generic => Ty::Option(Box::new(Ty::Param)),
            _ => self.ty(head.part(3).part(0)),
        };
        Signature { generic, parameters, output }
    }

    /// Whether a value can be made of nothing.
    pub fn constructible(&self, ty: &Ty) -> bool {
        match ty {
            Ty::Param
            | Ty::RefMut(_)
            | Ty::Future(Callee::Block(_), _)
            | Ty::Generator(..)
            | Ty::Iter(..)
            | Ty::Weak(..)
            | Ty::Started(_) => false,
            Ty::Future(Callee::Function(number, argument), _) => {
                let parameters = &self.signatures[*number].parameters;
                argument.as_ref().is_none_or(|argument| self.constructible(argument))
                    && !parameters.iter().any(|ty| matches!(ty, Ty::RefMut(_)))
            }
            Ty::Tuple(parts) => parts.iter().all(|part| self.constructible(part)),
            Ty::Array(element, length) => *length == 0 || self.constructible(element),
            Ty::Wrap(of) | Ty::Guard(of) | Ty::Owning(_, of) | Ty::Key(of) | Ty::DynFuture(of) => {
                self.constructible(of)
            }
            Ty::Option(payload) => nameable(payload),
            Ty::Result(ok, error) => {
                nameable(ty) && (self.constructible(ok) || self.constructible(error))
            }
            Ty::Unit | Ty::Plain | Ty::Graceful | Ty::User(_) | Ty::Dyn | Ty::BoxedFn { .. } => {
                true
            }
        }
    }
}

/// Whether the type can be written down.
pub fn nameable(ty: &Ty) -> bool {
    match ty {
        Ty::Future(..) | Ty::Generator(..) | Ty::Started(_) => false,
        Ty::Tuple(parts) => parts.iter().all(nameable),
        Ty::Array(of, _)
        | Ty::Option(of)
        | Ty::Wrap(of)
        | Ty::Guard(of)
        | Ty::RefMut(of)
        | Ty::Owning(_, of)
        | Ty::Iter(_, of)
        | Ty::Weak(_, of)
        | Ty::Key(of)
        | Ty::DynFuture(of) => nameable(of),
        Ty::Result(ok, error) => nameable(ok) && nameable(error),
        Ty::Unit
        | Ty::Plain
        | Ty::Graceful
        | Ty::User(_)
        | Ty::Param
        | Ty::Dyn
        | Ty::BoxedFn { .. } => true,
    }
}

/// The type with the type parameter replaced.
pub fn substitute(ty: &Ty, argument: Option<&Ty>) -> Ty {
    let of = |ty: &Ty| Box::new(substitute(ty, argument));
    match ty {
        Ty::Param => argument.cloned().unwrap_or(Ty::Param),
        Ty::Option(payload) => Ty::Option(of(payload)),
        ty => ty.clone(),
    }
}
