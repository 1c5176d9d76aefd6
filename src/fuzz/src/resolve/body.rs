//! One body: its scopes, blocks and ways out.

use super::places::{Kind, State, States, Variable};
use super::{Items, Signature};
use crate::generate::Node;
use crate::program::{Block, Expr, Label, Parameter, Pattern, Statement, Ty, Var};

/// A loop or a labelled block around what is made now.
pub struct Target {
    pub label: Label,
    pub is_loop: bool,
    /// The type of the value that a `break` takes.
    pub output: Ty,
    /// As [`Body::floor`], at a `break` and at a `continue`.
    pub break_floor: usize,
    pub continue_floor: usize,
    /// The states where it is left by a `break`.
    pub breaks: Vec<States>,
    /// How often a loop goes round. Zero if it has no counter that can be compared.
    pub rounds: usize,
}

pub struct Body<'i> {
    pub items: &'i mut Items,
    /// The first function that may be called.
    pub callable: usize,
    pub output: Ty,
    pub variables: Vec<Variable>,
    /// The variables in scope.
    pub visible: Vec<Var>,
    /// How many of the visible variables must not be moved, because a loop may come back to them.
    pub floor: usize,
    /// As `floor`, but wherever the body is left: what an async block borrows.
    pub borrowed: usize,
    pub targets: Vec<Target>,
    /// The type of the items of the generator whose body this is.
    pub yields: Option<Ty>,
    pub labels: usize,
    pub marks: usize,
}

impl<'i> Body<'i> {
    pub fn new(items: &'i mut Items, callable: usize, output: Ty) -> Body<'i> {
        Body {
            items,
            callable,
            output,
            variables: Vec::new(),
            visible: Vec::new(),
            floor: 0,
            borrowed: 0,
            targets: Vec::new(),
            yields: None,
            labels: 0,
            marks: 0,
        }
    }

    /// Whether there is fuel left for something that is not the simplest.
    pub fn fuel(&mut self) -> bool {
        let left = self.items.fuel > 0;
        self.items.fuel = self.items.fuel.saturating_sub(1);
        left
    }

    pub fn parameters(&mut self, signature: &Signature, head: &Node) -> Vec<Parameter> {
        let mut parameters = Vec::new();
        for (index, ty) in signature.parameters.iter().enumerate() {
            let choice = head.part(index).detail;
            let pattern = match ty {
                Ty::RefMut(_) | Ty::Param => None,
                _ if choice >= 230 => Some(Pattern::Wild),
                _ if choice >= 150 => self.pattern(ty, head.part(index), false),
                _ => None,
            };
            let pattern = pattern.unwrap_or_else(|| {
                Pattern::Bind(self.declare(ty.clone(), Kind::Owner, State::There))
            });
            parameters.push(Parameter { pattern, ty: ty.clone() });
        }
        parameters
    }

    /// The block of the body, with a value if it has an output.
    pub fn function_body(&mut self, nodes: &[Node]) -> Block {
        let output = self.output.clone();
        self.block(nodes, Some(&output)).0
    }

    /// A block with a scope of its own, and whether its end is never reached. Its last node makes
    /// its value, if it has one.
    pub fn block(&mut self, nodes: &[Node], output: Option<&Ty>) -> (Block, bool) {
        let visible = self.visible.len();
        let mut block = Block::default();
        let output = output.filter(|output| **output != Ty::Unit);
        let (nodes, last) = match (output, nodes) {
            (Some(_), [nodes @ .., last]) => (nodes, Some(last)),
            (_, nodes) => (nodes, None),
        };
        let diverges = self.statements(nodes, &mut block.statements);
        if let Some(output) = output
            && !diverges
        {
            let value = self.value(output, last.unwrap_or(&super::NOTHING));
            block.tail = Some(Box::new(value));
        }
        self.visible.truncate(visible);
        (block.with_tail(), diverges)
    }

    /// Makes statements until one diverges. Whether one does.
    ///
    /// In a generic function, there is a suspension after each. A value of a type that depends on the
    /// type parameter is sync-dropped while unwinding if nothing but unwinding drops it, and the
    /// oracle does not know that. Where the function can be cancelled, that drops the value too.
    pub fn statements(&mut self, nodes: &[Node], statements: &mut Vec<Statement>) -> bool {
        nodes.iter().any(|node| {
            let diverges = self.statement(node, statements);
            if self.items.generic && !diverges {
                statements.push(Statement::Expr(Expr::Suspend));
            }
            diverges
        })
    }

    /// A block that ends with a way out, from `choice`. What is around may be moved in it.
    pub fn leaving_block(&mut self, nodes: &[Node], choice: &Node) -> Block {
        let visible = self.visible.len();
        let floor = self.floor;
        // The exit is chosen first: it says what may be moved.
        let exits = self.exits();
        let exit = exits[choice.below(exits.len())];
        self.floor = self.floor.min(self.exit_floor(exit));
        let mut block = Block::default();
        if !self.statements(nodes, &mut block.statements) {
            let exit = self.exit(exit, choice.part(0));
            block.statements.push(Statement::Expr(exit));
        }
        self.visible.truncate(visible);
        self.floor = floor;
        block.with_tail()
    }

    /// Makes the body of something inside that sees nothing but `captures`, the first `floor` of
    /// which it must not move.
    pub fn within<R>(
        &mut self,
        captures: &[Var],
        floor: usize,
        output: Ty,
        make: impl FnOnce(&mut Self) -> R,
    ) -> R {
        let visible = std::mem::replace(&mut self.visible, captures.to_vec());
        let targets = std::mem::take(&mut self.targets);
        let yields = self.yields.take();
        let output = std::mem::replace(&mut self.output, output);
        let floors = (self.floor, self.borrowed);
        (self.floor, self.borrowed) = (floor, floor);
        let made = make(self);
        self.visible = visible;
        self.targets = targets;
        self.yields = yields;
        self.output = output;
        (self.floor, self.borrowed) = floors;
        made
    }

    /// The exits that are possible here.
    pub fn exits(&self) -> Vec<Exit> {
        let mut exits = vec![Exit::Return];
        for (index, target) in self.targets.iter().enumerate().rev() {
            if self.floor >= target.break_floor {
                exits.push(Exit::Break(index));
            }
            if target.is_loop && self.floor >= target.continue_floor {
                exits.push(Exit::Continue(index));
            }
        }
        exits
    }

    fn exit_floor(&self, exit: Exit) -> usize {
        match exit {
            Exit::Return => self.borrowed,
            Exit::Break(index) => self.targets[index].break_floor,
            Exit::Continue(index) => self.targets[index].continue_floor,
        }
    }

    pub fn exit(&mut self, exit: Exit, node: &Node) -> Expr {
        match exit {
            Exit::Return => {
                let output = self.output.clone();
                Expr::Return(Box::new(self.value(&output, node)))
            }
            Exit::Break(index) => {
                let target = &self.targets[index];
                let value = if target.is_loop && target.output == Ty::Unit {
                    // Only a `loop` could break with a value.
                    Expr::Unit
                } else {
                    let output = target.output.clone();
                    self.value(&output, node)
                };
                let states = self.states();
                let target = &mut self.targets[index];
                target.breaks.push(states);
                Expr::Break(target.label, Box::new(value))
            }
            Exit::Continue(index) => Expr::Continue(self.targets[index].label),
        }
    }

    pub fn label(&mut self) -> Label {
        self.labels += 1;
        self.labels - 1
    }

    /// Makes something inside a loop or a labelled block. The states of its breaks are returned.
    pub fn inside<R>(
        &mut self,
        label: Label,
        rounds: Option<usize>,
        output: Ty,
        make: impl FnOnce(&mut Self) -> R,
    ) -> (R, Vec<States>) {
        let floor = self.floor;
        let is_loop = rounds.is_some();
        if is_loop {
            self.floor = self.visible.len();
        }
        self.targets.push(Target {
            label,
            is_loop,
            output,
            break_floor: floor,
            continue_floor: self.floor,
            breaks: Vec::new(),
            rounds: rounds.unwrap_or(0),
        });
        let made = make(self);
        self.floor = floor;
        let breaks = self.targets.pop().map(|target| target.breaks).unwrap_or_default();
        (made, breaks)
    }
}

/// A way out. The numbers are indices of [`Body::targets`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Exit {
    Return,
    Break(usize),
    Continue(usize),
}
