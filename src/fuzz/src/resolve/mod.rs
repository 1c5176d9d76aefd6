//! Any raw program becomes a well-formed one: a number chooses among what fits, and what cannot be
//! is left out. So each way of shrinking a raw program gives a valid program.

mod body;
mod boxed;
mod closures;
mod enums;
mod futures;
mod generators;
mod loops;
mod methods;
mod owners;
mod patterns;
mod places;
mod statements;
mod types;
mod values;

use self::body::Body;
use crate::generate::{Node, Raw, RawItem};
use crate::oracle;
use crate::program::{Destructor, Function, Program, Ty};

/// A program that completes needs at most so many polls.
const MOST_PENDING: usize = 40;

static NOTHING: Node = Node { kind: 0, detail: 0, parts: Vec::new() };

impl Node {
    /// A part, or nothing, which is the simplest choice.
    fn part(&self, index: usize) -> &Node {
        self.parts.get(index).unwrap_or(&NOTHING)
    }

    /// A part, or this node once more, so that the choice is an arbitrary one too.
    fn part_or_self(&self, index: usize) -> &Node {
        self.parts.get(index).unwrap_or(self)
    }

    /// A number below `count`.
    fn below(&self, count: usize) -> usize {
        usize::from(self.detail) % count
    }

    /// A number below `count`, as independent of the other choices by this node as can be.
    fn mixed(&self, salt: usize, count: usize) -> usize {
        let number = usize::from(self.detail) << 8 | usize::from(self.kind);
        (number * (2 * salt + 0x9e37)) / 0x61 % count
    }

    fn flag(&self, bit: u8) -> bool {
        self.detail >> bit & 1 == 1
    }

    /// Chooses by weights. The first choice is what shrinking ends with.
    fn choose<T: Copy>(&self, choices: &[(usize, T)]) -> T {
        let sum: usize = choices.iter().map(|(weight, _)| weight).sum();
        let mut number = usize::from(self.kind) * sum / 256;
        for (weight, choice) in choices {
            if number < *weight {
                return *choice;
            }
            number -= weight;
        }
        choices[0].1
    }
}

/// The head of a function, known before the bodies are.
#[derive(Clone)]
struct Signature {
    generic: bool,
    parameters: Vec<Ty>,
    output: Ty,
}

/// What the bodies of a program share.
struct Items {
    program: Program,
    signatures: Vec<Signature>,
    /// The number of the first leaf function, which knows no types of the program.
    leaves: usize,
    /// How many more statements and expressions may be made.
    fuel: usize,
    /// How many async blocks there are.
    blocks: usize,
    /// Whether the function that is made now has a type parameter.
    generic: bool,
}

/// Makes a program. If it runs for too long, a smaller one is made of the same choices.
pub fn resolve(raw: &Raw) -> Program {
    for fuel in [90, 60, 40, 25, 12] {
        let program = resolve_with(raw, fuel);
        if oracle::pending_polls(&program).is_some_and(|pending| pending <= MOST_PENDING) {
            return program;
        }
    }
    resolve_with(raw, 0)
}

fn resolve_with(raw: &Raw, fuel: usize) -> Program {
    let program = Program { types: Vec::new(), functions: Vec::new() };
    let root = Signature { generic: false, parameters: Vec::new(), output: Ty::Unit };
    let leaves = raw.functions.len();
    let signatures = vec![root; leaves];
    let mut items = Items { program, signatures, leaves, fuel: 0, blocks: 0, generic: false };
    for item in &raw.leaves {
        let signature = items.signature(&item.head);
        items.signatures.push(signature);
    }
    // The types are made after the leaf functions and before the others.
    let last = raw.leaves.iter().enumerate().map(|(index, item)| {
        items.fuel = fuel / 8;
        items.function(leaves + index, item)
    });
    let last: Vec<_> = last.collect();
    for item in &raw.types {
        items.fuel = fuel / 6;
        let definition = items.type_definition(item);
        items.program.types.push(definition);
    }
    for (number, item) in raw.functions.iter().enumerate().skip(1) {
        items.signatures[number] = items.signature(&item.head);
    }
    let mut functions = Vec::new();
    for (number, item) in raw.functions.iter().enumerate() {
        items.fuel = fuel / raw.functions.len().max(1) + fuel / 4;
        functions.push(items.function(number, item));
    }
    functions.extend(last);
    items.program.functions = functions;
    items.program
}

impl Items {
    /// The function of this number, which calls later ones. Its signature is known.
    fn function(&mut self, number: usize, item: &RawItem) -> Function {
        let signature = self.signatures[number].clone();
        self.generic = signature.generic;
        let mut body = Body::new(self, number + 1, signature.output.clone());
        let parameters = body.parameters(&signature, &item.head);
        let block = body.function_body(&item.body);
        let Signature { generic, output, .. } = signature;
        Function { generic, parameters, output, body: block }
    }

    /// Whether the type has a destructor of its own, so that nothing can be moved out of it.
    fn has_destructor(&self, ty: usize) -> bool {
        !matches!(self.program.types[ty].destructor, Destructor::None)
    }
}
