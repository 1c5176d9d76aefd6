//! The program that is generated, interpreted by the oracle and written out.
//!
//! Everything here is well formed by construction: [`resolve`](crate::resolve) makes no program
//! that the borrow checker or the type checker would refuse.

/// The edition a program is compiled with. It decides when temporaries of tail expressions and of
/// `if let` scrutinees are dropped.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Edition {
    E2021,
    E2024,
}

impl Edition {
    /// As `--edition` takes it.
    pub fn year(self) -> &'static str {
        match self {
            Edition::E2021 => "2021",
            Edition::E2024 => "2024",
        }
    }
}

/// A variable of a function, unique in that function.
pub type Var = usize;

/// A loop or a labelled block, unique in its function.
pub type Label = usize;

/// The type of a value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Ty {
    Unit,
    /// A leaf with nothing but `Drop`.
    Plain,
    /// A leaf with `AsyncDrop`.
    Graceful,
    Tuple(Vec<Ty>),
    Array(Box<Ty>, usize),
    Option(Box<Ty>),
    Result(Box<Ty>, Box<Ty>),
    /// `Wrap<T>` of the runtime: a generic struct without a destructor.
    Wrap(Box<Ty>),
    /// `Guard<T>` of the runtime: a generic struct with `AsyncDrop`.
    Guard(Box<Ty>),
    /// One of [`Program::types`].
    User(usize),
    /// The type parameter of the function.
    Param,
    /// A mutable reference, only for parameters and for locals that borrow another variable.
    RefMut(Box<Ty>),
    /// A future that was not polled yet.
    Future(Callee, Box<Ty>),
    /// An async generator that was not polled yet: its number and the type of its items.
    Generator(usize, Box<Ty>),
    /// What owns values of this type on the heap or in a cell.
    Owning(Owning, Box<Ty>),
    /// The owning iterator of such a type.
    Iter(Owning, Box<Ty>),
    /// The weak counterpart of an `Rc` or `Arc`.
    Weak(Owning, Box<Ty>),
    /// `Key<T>`: a number that gives the order, and a value.
    Key(Box<Ty>),
    /// `dyn Loud`, only in a box, an `Rc` or an `Arc`.
    Dyn,
    /// `dyn Future`, only in a pinned box.
    DynFuture(Box<Ty>),
    /// `Box<dyn FnOnce()>`, or `Box<dyn Fn()>` if it is not called once only.
    BoxedFn {
        once: bool,
    },
    /// A boxed future that may have been polled, so that it must not be polled any more.
    Started(Box<Ty>),
}

/// What owns values of one type. A map owns pairs of a key and a value; a heap and a set own keys.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Owning {
    Box,
    /// `Pin<Box<T>>`
    PinBox,
    Rc,
    Arc,
    RefCell,
    Mutex,
    Cell,
    OnceCell,
    OnceLock,
    /// `Box<[T]>`
    Slice,
    /// `Rc<[T]>`
    RcSlice,
    Vec,
    VecDeque,
    LinkedList,
    BinaryHeap,
    BTreeSet,
    BTreeMap,
    /// With one entry at most, so that its order is known.
    HashMap,
    /// As `HashMap`.
    HashSet,
    /// `List<T>`: nodes, each of which owns the next one.
    List,
    /// `Chain<T>`: a list whose nodes have `AsyncDrop`.
    Chain,
    /// `Tree<T>`: nodes that own vectors of nodes.
    Tree,
}

/// What a future runs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Callee {
    /// One of [`Program::functions`], with its type argument if it is generic.
    Function(usize, Option<Box<Ty>>),
    /// The async block of this number.
    Block(usize),
}

/// A struct or an enum.
#[derive(Clone, Debug)]
pub struct TypeDef {
    pub shape: Shape,
    pub destructor: Destructor,
}

#[derive(Clone, Debug)]
pub enum Shape {
    Struct(Vec<Ty>),
    /// The payloads of the variants.
    Enum(Vec<Vec<Ty>>),
}

/// What a value of a type itself does when it is dropped.
#[derive(Clone, Debug)]
pub enum Destructor {
    None,
    Sync,
    /// `AsyncDrop`, whose body runs between `begin` and `end`.
    Async(Block),
}

/// A field or an element.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Projection {
    /// Of a tuple or a `Wrap`.
    Field(usize),
    /// Of a struct.
    Named(usize),
    /// `a[1]`
    Index(usize),
    /// `a[at(1)]`, an index that the compiler does not see.
    OpaqueIndex(usize),
    /// `*a`, of a box.
    Deref,
}

/// A variable or a part of it. References are followed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Place {
    pub var: Var,
    pub projections: Vec<Projection>,
}

#[derive(Clone, Debug)]
pub enum Pattern {
    Wild,
    Bind(Var),
    /// `ref v`
    Ref(Var),
    Tuple(Vec<Pattern>),
    Struct(usize, Vec<Pattern>),
    Array(Vec<Pattern>),
    Wrap(Box<Pattern>),
    /// A variant of `Option`, `Result` or a generated enum, by [`Variants`].
    Variant(Variants, usize, Vec<Pattern>),
}

/// Which enum a variant belongs to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Variants {
    /// `None`, `Some`
    Option(Box<Ty>),
    /// `Ok`, `Err`
    Result(Box<Ty>, Box<Ty>),
    User(usize),
}

#[derive(Clone, Debug, Default)]
pub struct Block {
    pub statements: Vec<Statement>,
    pub tail: Option<Box<Expr>>,
}

#[derive(Clone, Debug)]
pub enum Statement {
    Let {
        pattern: Pattern,
        /// Written out if it is there.
        ty: Option<Ty>,
        init: Option<Expr>,
        or_else: Option<Block>,
    },
    /// `let a = &E;`: the temporary lives as long as a variable would.
    LetRef(Var, Expr),
    /// `let mut a = pin!(E);`
    Pin(Var, Expr),
    /// `let a = async move |b| ..;`
    Closure(Var, Box<Closure>),
    Assign(Place, Expr),
    Expr(Expr),
    /// As `Expr`, but left out in edition 2021, which has no generators.
    Since2024(Expr),
}

/// A condition that the compiler does not see through.
#[derive(Clone, Debug)]
pub enum Condition {
    Is(bool),
    /// True in the n-th round of the loop with this label, counted from one.
    Round(Label, usize),
    /// `probe(&E, b)`: with a temporary.
    Probe(Box<Expr>, bool),
    /// `a.is_none()`
    IsNone(Var),
}

#[derive(Clone, Debug)]
pub enum Expr {
    Unit,
    /// `Plain::new()`
    Plain,
    /// `Graceful::new(n)`, whose destructor suspends n times.
    Graceful(usize),
    Struct(usize, Vec<Expr>),
    Tuple(Vec<Expr>),
    /// The type is for an empty array.
    Array(Ty, Vec<Expr>),
    Wrap(Box<Expr>),
    Guard(Box<Expr>),
    Variant(Variants, usize, Vec<Expr>),
    Move(Place),
    /// `&mut a`, only as an argument or as the value of a new variable.
    RefMut(Place),
    /// `f1(..)`, the future itself.
    Call(usize, Option<Ty>, Vec<Expr>),
    AsyncBlock(Box<AsyncBlock>),
    /// `async gen move { .. }`
    Generator(Box<AsyncBlock>),
    /// `yield E`, only as a statement.
    Yield(Box<Expr>),
    /// `next(g.as_mut()).await`, an option of an item.
    Next(Var),
    /// `poll_next(g.as_mut(), n)`, an option of an item.
    PollNext(Var, usize),
    /// `a(E).await`, where `a` is a closure.
    CallClosure(Var, Box<Expr>),
    Await(Box<Expr>),
    /// `f.as_mut().await`
    AwaitPinned(Var),
    /// `poll_times(f.as_mut(), n)`, an option of the output.
    PollTimes(Var, usize),
    /// `select(a, b)`, the future itself: the result is `Ok` if the first one is ready first.
    Select(Box<Expr>, Box<Expr>),
    /// `join(a, b)`, the future itself.
    Join(Box<Expr>, Box<Expr>),
    /// `with(&temporary, value)`, or `with_async(..).await`, which suspends once.
    With {
        temporary: Box<Expr>,
        value: Box<Expr>,
        suspends: bool,
    },
    /// `item(tick(&mut i, n), E)`: an option, `None` after n rounds of the loop with this label.
    Item(Label, usize, Box<Expr>),
    /// `consume(E)`: a sync function drops the value.
    Consume(Box<Expr>),
    /// `touch(&a)`
    Touch(Var),
    Suspend,
    Mark(usize),
    Block(Option<Label>, Block),
    If(Condition, Block, Block),
    IfLet {
        pattern: Pattern,
        scrutinee: Box<Expr>,
        then: Block,
        or_else: Block,
    },
    Match(Box<Expr>, Vec<Arm>),
    Loop(Box<Loop>),
    Return(Box<Expr>),
    Break(Label, Box<Expr>),
    Continue(Label),
    /// `?` on an option or a result.
    Question(Box<Expr>, Variants),
    /// Something that owns these values of the type.
    Own(Owning, Box<Ty>, Vec<Expr>),
    /// `Key(n, E)`
    Key(usize, Box<Expr>),
    Convert(Conversion, Box<Expr>),
    Method(Box<Method>),
    /// `Box::new(move || ..)` as a trait object.
    BoxedFn(Box<BoxedFn>),
    /// `a()`, where `a` is a boxed closure, which is moved if it is called once only.
    CallBoxedFn {
        place: Place,
        once: bool,
    },
}

/// What takes an owner by value and gives another one.
#[derive(Clone, Debug)]
pub enum Conversion {
    /// `IntoIterator::into_iter(E)`
    IntoIter,
    /// `E.into_boxed_slice()`
    IntoSlice,
    /// `E.into_inner()` of a cell
    FromCell(Owning),
    /// `Rc::into_inner(E)`, an option.
    FromShared(Owning),
    /// `E as T`: a pointer to a trait object.
    Unsize(Ty),
}

/// A call that takes a place by reference.
#[derive(Clone, Debug)]
pub struct Method {
    pub form: Form,
    pub effect: Effect,
    pub place: Place,
    pub arguments: Vec<Expr>,
}

/// How a call is written.
#[derive(Clone, Copy, Debug)]
pub enum Form {
    /// `a.name(..)`
    Method(&'static str),
    /// `name(&mut a, ..)`
    Function(&'static str),
    /// `name(&a)`
    Reader(&'static str),
}

/// What a call does. It drops where nothing can await.
#[derive(Clone, Copy, Debug)]
pub enum Effect {
    PushFront,
    PushBack,
    /// It gives an option.
    PopFront,
    PopBack,
    /// An option of the element at this index.
    Remove(usize),
    /// As `Remove`; the last element takes its place.
    SwapRemove(usize),
    /// Drops all elements but so many.
    Truncate(usize),
    /// Drops all elements.
    Clear,
    /// Takes so many of the first elements, as a vector or an iterator.
    Drain(usize),
    /// Puts a value into a map, and gives the old value of its key.
    Insert,
    /// Puts a value into a place, and gives the old one.
    Replace,
    /// As `Replace`, in a cell.
    ReplaceInner,
    /// Gives the value of the place, which is empty then.
    Take,
    /// `Rc::clone`
    Share,
    /// `Rc::downgrade`
    Downgrade,
    /// An `Rc` if there is one yet.
    Upgrade,
}

/// A sync closure in a box, which moves in what it captures.
#[derive(Clone, Debug)]
pub struct BoxedFn {
    /// It is `FnOnce`.
    pub once: bool,
    /// The captured variables, each touched first in the body.
    pub captures: Vec<Var>,
    /// Those that the body of an `FnOnce` drops in a sync function.
    pub consumed: Vec<Var>,
    /// The body has a variable that it drops.
    pub local: bool,
}

#[derive(Clone, Debug)]
pub struct Arm {
    pub pattern: Pattern,
    pub guard: Option<Condition>,
    pub body: Block,
}

#[derive(Clone, Debug)]
pub struct Loop {
    pub label: Label,
    pub kind: LoopKind,
    pub rounds: usize,
    pub body: Block,
}

#[derive(Clone, Debug)]
pub enum LoopKind {
    /// `for i in 1..=n`
    For,
    /// `while tick(&mut i, n)`, perhaps with a temporary in the condition.
    While(Option<Expr>),
    /// `loop`, which breaks with this value after its rounds.
    Loop(Expr),
    /// `while let P = E`, where E counts the rounds.
    WhileLet(Pattern, Expr),
    /// `for P in E`, which has no counter.
    Over(Pattern, Expr),
}

/// An async block or an async generator.
#[derive(Clone, Debug)]
pub struct AsyncBlock {
    pub number: usize,
    /// `async move`
    pub moves: bool,
    /// The captured variables in the order of their first use, and whether each is moved in.
    /// Each is touched first in the body, so that it is captured as a whole.
    pub captures: Vec<(Var, bool)>,
    pub body: Block,
    pub output: Ty,
}

/// An async closure, which moves in what it captures.
#[derive(Clone, Debug)]
pub struct Closure {
    /// The captured variables, each touched first in the body.
    pub captures: Vec<Var>,
    pub parameter: Var,
    pub ty: Ty,
    pub body: Block,
}

#[derive(Clone, Debug)]
pub struct Function {
    pub generic: bool,
    pub parameters: Vec<Parameter>,
    pub output: Ty,
    pub body: Block,
}

#[derive(Clone, Debug)]
pub struct Parameter {
    pub pattern: Pattern,
    pub ty: Ty,
}

/// A well-formed program.
#[derive(Clone, Debug)]
pub struct Program {
    pub types: Vec<TypeDef>,
    /// The first one is the root. A function calls only later ones.
    pub functions: Vec<Function>,
}

impl Program {
    /// One line that says how large the program is.
    pub fn describe(&self) -> String {
        let lines = crate::ui_test(self, Edition::E2024, "", &crate::Runs::PLAIN).lines().count();
        format!("{} types, {} functions, {lines} lines", self.types.len(), self.functions.len())
    }
}

impl Block {
    /// Makes a last statement without a semicolon what it is: the tail.
    pub fn with_tail(mut self) -> Block {
        let is_tail =
            |last: &mut Statement| matches!(last, Statement::Expr(last) if last.is_block_like());
        if self.tail.is_none()
            && let Some(Statement::Expr(last)) = self.statements.pop_if(is_tail)
        {
            self.tail = Some(Box::new(last));
        }
        self
    }
}

impl Expr {
    /// What ends a statement by itself.
    pub fn is_block_like(&self) -> bool {
        matches!(
            self,
            Expr::Block(..) | Expr::If(..) | Expr::IfLet { .. } | Expr::Match(..) | Expr::Loop(_)
        )
    }
}

impl Ty {
    pub fn owning(kind: Owning, of: Ty) -> Ty {
        Ty::Owning(kind, Box::new(of))
    }

    /// The output of a future that was not polled yet, which may be in a box.
    pub fn awaited(&self) -> Option<&Ty> {
        match self {
            Ty::Future(_, output) | Ty::DynFuture(output) => Some(output),
            Ty::Owning(Owning::PinBox, future) => future.awaited(),
            _ => None,
        }
    }
}

impl Pattern {
    /// Whether it moves something.
    pub fn moves(&self) -> bool {
        self.any_leaf(&|leaf| matches!(leaf, Pattern::Bind(_)))
    }

    /// Whether it borrows from a temporary, which then lives as long as a variable.
    pub fn borrows(&self) -> bool {
        self.any_leaf(&|leaf| matches!(leaf, Pattern::Ref(_)))
    }

    fn any_leaf(&self, is: &dyn Fn(&Pattern) -> bool) -> bool {
        match self {
            Pattern::Wild | Pattern::Bind(_) | Pattern::Ref(_) => is(self),
            Pattern::Wrap(part) => part.any_leaf(is),
            Pattern::Tuple(parts)
            | Pattern::Struct(_, parts)
            | Pattern::Array(parts)
            | Pattern::Variant(_, _, parts) => parts.iter().any(|part| part.any_leaf(is)),
        }
    }
}

impl Loop {
    /// Whether a variable of its own counts its rounds.
    pub fn has_counter(&self) -> bool {
        !matches!(self.kind, LoopKind::For | LoopKind::Over(..))
    }
}

impl Owning {
    /// Whether it owns exactly one value.
    pub fn has_one(self) -> bool {
        matches!(
            self,
            Owning::Box
                | Owning::PinBox
                | Owning::Rc
                | Owning::Arc
                | Owning::RefCell
                | Owning::Mutex
                | Owning::Cell
                | Owning::OnceCell
                | Owning::OnceLock
        )
    }
}

impl Place {
    pub fn var(var: Var) -> Place {
        Place { var, projections: Vec::new() }
    }
}
