//! Values, the slots that hold them, and the tasks that run.

use std::cell::{Cell, RefCell};
use std::collections::HashMap;
use std::pin::Pin;
use std::rc::Rc;

use crate::program::{AsyncBlock, BoxedFn, Closure, Label, Program, Var};
use crate::{Edition, Unwind};

/// The number of a slot of [`Machine::slots`].
pub type Slot = usize;

pub type Boxed<'a, T> = Pin<Box<dyn Future<Output = T> + 'a>>;

/// What evaluation gives: a value, or the way in which it is left.
pub type Outcome<'p> = Result<Value<'p>, Exit<'p>>;

pub enum Exit<'p> {
    Return(Value<'p>),
    Break(Label, Value<'p>),
    Continue(Label),
    /// The task is being dropped.
    Cancelled,
    Panic(Panic),
}

impl From<Panic> for Exit<'_> {
    fn from(panic: Panic) -> Self {
        Exit::Panic(panic)
    }
}

/// A panic on its way out.
#[derive(Clone, Copy)]
pub struct Panic {
    /// The step that it began at, which is its payload.
    pub step: usize,
    /// It began in a `Drop`.
    pub in_drop: bool,
}

/// What comes of a drop.
pub type Dropped = Result<(), Panic>;

/// Unwinds the interpreter itself: the program is aborted.
pub struct Aborted;

pub enum Value<'p> {
    Unit,
    Owner(Owner),
    Reference(Slot),
    Future(Promise<'p>),
    Shared(Rc<Share>),
    Weak(Rc<Share>),
    /// A boxed closure, and the slots of its captures.
    Closure(&'p BoxedFn, Vec<Slot>),
}

/// What an `Rc` or `Arc` refers to.
pub struct Share {
    pub owners: Cell<usize>,
    pub content: Slot,
}

/// A leaf, struct, tuple, array, enum, box, cell, collection or iterator. The fields are dropped
/// forward. What was moved out of it left an empty slot.
pub struct Owner {
    pub own: Own,
    /// The variant of an enum, or the number of a key.
    pub variant: usize,
    pub fields: Vec<Slot>,
}

/// What a value does itself when it is dropped, before its fields are. The numbers are the
/// value's.
#[derive(Clone, Copy)]
pub enum Own {
    Nothing,
    /// A hash table, with one entry at most.
    Table,
    Sync(usize),
    /// The destructor suspends `suspensions` times.
    Graceful {
        number: usize,
        suspensions: usize,
    },
    /// The destructor of this type of the program.
    Body {
        number: usize,
        ty: usize,
    },
}

impl Own {
    /// The number of a value with a destructor.
    pub fn number(self) -> Option<usize> {
        match self {
            Own::Nothing | Own::Table => None,
            Own::Sync(number) | Own::Graceful { number, .. } | Own::Body { number, .. } => {
                Some(number)
            }
        }
    }
}

/// What a future does once it is polled.
#[derive(Clone)]
pub enum Start<'p> {
    Function(usize),
    /// The slots of what it captured by reference.
    Block(&'p AsyncBlock, Vec<(Var, Slot)>),
    Select,
    Join,
}

pub enum Promise<'p> {
    /// With the slots of its captures, which are dropped in this order.
    Unstarted(Start<'p>, Vec<Slot>),
    Running(Rc<Task>, Boxed<'p, Outcome<'p>>),
    Done,
}

/// How far a future is on its way of being dropped.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Mode {
    Running,
    /// It is dropped where its drop is awaited.
    CancelledAsync,
    /// It is dropped, or runs, where nothing can await.
    Sync,
}

/// A future that is polled on its own.
pub struct Task {
    pub mode: Cell<Mode>,
    /// How many destructors are running. They are shielded from an awaited cancellation.
    pub shield: Cell<usize>,
    /// A panic is on its way out of it. An awaited cancellation does not stop it (R16).
    pub unwinding: Cell<bool>,
    /// What a generator yields, until who polls it takes it.
    pub item: Cell<Option<Slot>>,
}

impl Task {
    pub fn new(mode: Mode) -> Rc<Task> {
        Rc::new(Task {
            mode: Cell::new(mode),
            shield: Cell::new(0),
            unwinding: Cell::new(false),
            item: Cell::new(None),
        })
    }

    /// Whether what runs now has to stop.
    pub fn cancelled(&self) -> bool {
        match self.mode.get() {
            Mode::Running => false,
            Mode::CancelledAsync => self.shield.get() == 0 && !self.unwinding.get(),
            Mode::Sync => true,
        }
    }

    /// Drops it where nothing can await. If a panic was on its way out of it, that is over.
    pub fn cancel_sync(&self) {
        self.mode.set(Mode::Sync);
        self.unwinding.set(false);
    }
}

/// What all tasks of a run share.
pub struct Machine<'p> {
    pub program: &'p Program,
    pub edition: Edition,
    pub slots: RefCell<Vec<Option<Value<'p>>>>,
    pub trace: RefCell<String>,
    pub next: Cell<usize>,
    pub unwind: Unwind,
    /// The steps that panic.
    pub faults: Vec<usize>,
    pub steps: Cell<usize>,
    /// As `std::thread::panicking`.
    pub panicking: Cell<bool>,
    /// The steps at which it was.
    pub steps_panicking: RefCell<Vec<usize>>,
    /// The driver drops the program where nothing can await.
    pub dropping: Cell<bool>,
    /// The rules do not say what happens, or today's Rust is known to leak something.
    pub unknown: Cell<bool>,
}

impl<'p> Machine<'p> {
    pub fn new(program: &'p Program, edition: Edition) -> Machine<'p> {
        Machine {
            program,
            edition,
            slots: RefCell::default(),
            trace: RefCell::default(),
            next: Cell::new(0),
            unwind: Unwind::Await,
            faults: Vec::new(),
            steps: Cell::new(0),
            panicking: Cell::new(false),
            dropping: Cell::new(false),
            steps_panicking: RefCell::default(),
            unknown: Cell::new(false),
        }
    }

    pub fn print(&self, line: &str) {
        let mut trace = self.trace.borrow_mut();
        trace.push_str(line);
        trace.push('\n');
    }

    pub fn slot(&self, value: Option<Value<'p>>) -> Slot {
        let mut slots = self.slots.borrow_mut();
        slots.push(value);
        slots.len() - 1
    }

    pub fn take(&self, slot: Slot) -> Option<Value<'p>> {
        self.slots.borrow_mut()[slot].take()
    }

    pub fn put(&self, slot: Slot, value: Value<'p>) {
        self.slots.borrow_mut()[slot] = Some(value);
    }

    pub fn owner(&self, own: Own, variant: usize, fields: Vec<Value<'p>>) -> Value<'p> {
        let fields = fields.into_iter().map(|field| self.slot(Some(field))).collect();
        Value::Owner(Owner { own, variant, fields })
    }

    /// Whether there is something in the value to be dropped.
    pub fn owns(&self, value: &Value<'p>) -> bool {
        let any = |slots: &[Slot]| {
            slots.iter().any(|slot| {
                self.slots.borrow()[*slot].as_ref().is_some_and(|value| self.owns(value))
            })
        };
        match value {
            Value::Unit | Value::Reference(_) => false,
            Value::Owner(owner) => owner.own.number().is_some() || any(&owner.fields),
            _ => true,
        }
    }

    /// Changes the slots of the fields of an owner.
    pub fn change<R>(&self, slot: Slot, change: impl FnOnce(&mut Vec<Slot>) -> R) -> R {
        match &mut self.slots.borrow_mut()[slot] {
            Some(Value::Owner(owner)) => change(&mut owner.fields),
            _ => unreachable!("no owner in the slot"),
        }
    }

    /// `Some` with what was in the slot, or `None`.
    pub fn option(&self, slot: Option<Slot>) -> Value<'p> {
        let value = slot.and_then(|slot| self.take(slot));
        self.owner(Own::Nothing, usize::from(value.is_some()), value.into_iter().collect())
    }

    /// The slots of the fields of an owner, and its variant.
    pub fn fields(&self, slot: Slot) -> (usize, Vec<Slot>) {
        match &self.slots.borrow()[slot] {
            Some(Value::Owner(owner)) => (owner.variant, owner.fields.clone()),
            _ => unreachable!("no owner in the slot"),
        }
    }
}

/// Slots that are dropped together, the last one first.
#[derive(Default)]
pub struct Scope(RefCell<Vec<Slot>>);

impl Scope {
    pub fn push(&self, slot: Slot) {
        self.0.borrow_mut().push(slot);
    }

    pub fn pop(&self) -> Option<Slot> {
        self.0.borrow_mut().pop()
    }
}

/// An activation of a body.
pub struct Frame<'p> {
    pub machine: Rc<Machine<'p>>,
    pub task: Rc<Task>,
    pub vars: RefCell<HashMap<Var, Slot>>,
    pub rounds: RefCell<HashMap<Label, usize>>,
    pub closures: RefCell<HashMap<Var, &'p Closure>>,
}

impl<'p> Frame<'p> {
    pub fn new(machine: &Rc<Machine<'p>>, task: &Rc<Task>) -> Frame<'p> {
        Frame {
            machine: machine.clone(),
            task: task.clone(),
            vars: RefCell::default(),
            rounds: RefCell::default(),
            closures: RefCell::default(),
        }
    }
}
