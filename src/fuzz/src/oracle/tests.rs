//! Small programs whose traces are written by hand from the rules.

mod panics;

use super::runs::perform;
use crate::program::{
    AsyncBlock, Block, BoxedFn, Callee, Destructor, Effect, Expr, Form, Function, Loop, LoopKind,
    Method, Owning, Parameter, Pattern, Place, Program, Projection, Shape, Statement, Ty, TypeDef,
    Var, Variants,
};
use crate::{Edition, Ending, Plan, Runs, Unwind, expected};

fn bind(var: Var, init: Expr) -> Statement {
    let pattern = Pattern::Bind(var);
    Statement::Let { pattern, ty: None, init: Some(init), or_else: None }
}

fn block(statements: Vec<Statement>, tail: Option<Expr>) -> Block {
    Block { statements, tail: tail.map(Box::new) }
}

fn function(parameters: Vec<Parameter>, output: Ty, body: Block) -> Function {
    Function { generic: false, parameters, output, body }
}

fn root(statements: Vec<Statement>) -> Program {
    let root = function(Vec::new(), Ty::Unit, block(statements, None));
    Program { types: Vec::new(), functions: vec![root] }
}

/// The events of a trace, one letter and a number each; `|` for a poll, `!` for a panic, and `*`
/// after what happens while it unwinds.
fn short(trace: &str) -> String {
    let word = |line: &str| {
        let mut words = line.split_whitespace();
        match (words.next(), words.next()) {
            (Some("poll"), None) => Some("|".to_owned()),
            (Some(event @ ("begin" | "end" | "sync" | "new" | "mark")), Some(number)) => {
                let panicking = if words.next().is_some() { "*" } else { "" };
                Some(format!("{}{number}{panicking}", &event[..1]))
            }
            (Some("panic"), Some(_)) => Some("!".to_owned()),
            (Some("caught"), Some(_)) => Some("caught".to_owned()),
            (Some(event @ ("cancel" | "leave" | "left" | "aborted")), None) => {
                Some(event.to_owned())
            }
            _ => None,
        }
    };
    trace
        .lines()
        .filter(|line| line.starts_with(' '))
        .filter_map(word)
        .collect::<Vec<_>>()
        .join(" ")
}

fn run(program: &Program, edition: Edition, ending: Ending) -> (String, Option<usize>) {
    let run = perform(program, edition, Unwind::Await, &Plan { faults: Vec::new(), ending });
    (run.trace, run.pending)
}

fn completed(program: &Program, edition: Edition) -> String {
    short(&run(program, edition, Ending::Complete).0)
}

fn sync(program: &Program, edition: Edition, polls: usize) -> String {
    run(program, edition, Ending::Sync(polls)).0
}

fn host(
    program: &Program,
    edition: Edition,
    polls: usize,
    second: Option<usize>,
) -> (String, usize) {
    let ending = match second {
        None => Ending::Async(polls),
        Some(second) => Ending::Twice(polls, second),
    };
    let (trace, pending) = run(program, edition, ending);
    (trace, pending.unwrap_or(0))
}

#[test]
fn locals_are_dropped_in_reverse() {
    let program =
        root(vec![bind(0, Expr::Plain), bind(1, Expr::Graceful(1)), bind(2, Expr::Graceful(0))]);
    assert_eq!(completed(&program, Edition::E2024), "| n0 n1 n2 b2 e2 b1 | e1 s0");
}

#[test]
fn fields_are_dropped_forward_after_their_owner() {
    let program = root(vec![bind(
        0,
        Expr::Tuple(vec![
            Expr::Guard(Box::new(Expr::Graceful(0))),
            Expr::Plain,
            Expr::Array(Ty::Graceful, vec![Expr::Graceful(0), Expr::Graceful(1)]),
        ]),
    )]);
    assert_eq!(
        completed(&program, Edition::E2024),
        "| n0 n1 n2 n3 n4 b1 | e1 b0 e0 s2 b3 e3 b4 | e4"
    );
}

#[test]
fn an_assignment_stores_after_the_drop_even_when_it_is_cancelled() {
    let program = root(vec![
        bind(0, Expr::Graceful(1)),
        Statement::Assign(Place::var(0), Expr::Graceful(0)),
        Statement::Expr(Expr::Suspend),
    ]);
    assert_eq!(completed(&program, Edition::E2024), "| n0 n1 b0 | e0 | b1 e1");
    assert_eq!(short(&sync(&program, Edition::E2024, 1)), "| n0 n1 b0 cancel s0 s1");
    // The destructor is shielded, the statement after it is not reached.
    let (trace, pending) = host(&program, Edition::E2024, 1, None);
    assert_eq!((short(&trace).as_str(), pending), ("| | n0 n1 b0 leave e0 b1 e1 left", 0));
}

#[test]
fn a_partly_moved_value_drops_the_rest() {
    let part = Place { var: 0, projections: vec![Projection::Field(0)] };
    let program = root(vec![
        bind(0, Expr::Tuple(vec![Expr::Plain, Expr::Graceful(0)])),
        bind(1, Expr::Move(part)),
    ]);
    assert_eq!(completed(&program, Edition::E2024), "| n0 n1 s0 b1 e1");
}

#[test]
fn parameters_are_dropped_after_locals_and_unstarted_ones_forward() {
    let parameter = |var| Parameter { pattern: Pattern::Bind(var), ty: Ty::Graceful };
    let wild = Parameter { pattern: Pattern::Wild, ty: Ty::Plain };
    let body = block(vec![bind(2, Expr::Graceful(0))], None);
    let callee = function(vec![parameter(0), wild, parameter(1)], Ty::Unit, body);
    let call = Expr::Call(1, None, vec![Expr::Graceful(0), Expr::Plain, Expr::Graceful(0)]);
    let mut program = root(vec![Statement::Expr(Expr::Await(Box::new(call.clone())))]);
    program.functions.push(callee.clone());
    assert_eq!(completed(&program, Edition::E2024), "| n0 n1 n2 n3 b3 e3 b2 e2 s1 b0 e0");

    let mut program = root(vec![Statement::Expr(call)]);
    program.functions.push(callee);
    assert_eq!(completed(&program, Edition::E2024), "| n0 n1 n2 b0 e0 s1 b2 e2");
}

#[test]
fn a_pending_value_is_dropped_before_the_rest() {
    let inner = block(vec![bind(1, Expr::Graceful(1))], Some(Expr::Plain));
    let program = root(vec![bind(0, Expr::Plain), bind(2, Expr::Block(None, inner))]);
    assert_eq!(short(&sync(&program, Edition::E2024, 1)), "| n0 n1 n2 b1 cancel s1 s2 s0");
}

#[test]
fn temporaries_of_a_tail_depend_on_the_edition() {
    let tail = Expr::With {
        temporary: Box::new(Expr::Graceful(0)),
        value: Box::new(Expr::Plain),
        suspends: false,
    };
    let inner = block(vec![bind(0, Expr::Graceful(0))], Some(tail));
    let program = root(vec![bind(1, Expr::Block(None, inner))]);
    assert_eq!(completed(&program, Edition::E2021), "| n0 n1 n2 b0 e0 b1 e1 s2");
    assert_eq!(completed(&program, Edition::E2024), "| n0 n1 n2 b1 e1 b0 e0 s2");
}

#[test]
fn a_destructor_that_is_cancelled_sync_is_followed_by_drop() {
    let body = block(vec![bind(0, Expr::Plain), Statement::Expr(Expr::Suspend)], None);
    let definition =
        TypeDef { shape: Shape::Struct(vec![Ty::Graceful]), destructor: Destructor::Async(body) };
    let mut program = root(vec![bind(0, Expr::Struct(0, vec![Expr::Graceful(1)]))]);
    program.types.push(definition);
    assert_eq!(completed(&program, Edition::E2024), "| n0 n1 b1 n2 | e1 s2 b0 | e0");
    assert_eq!(short(&sync(&program, Edition::E2024, 1)), "| n0 n1 b1 n2 cancel s2 s1 s0");
    // R15: shielded while the host awaits it, until the host is dropped in a sync context.
    let (trace, _) = host(&program, Edition::E2024, 1, Some(1));
    assert_eq!(short(&trace), "| | n0 n1 b1 n2 leave e1 s2 b0 cancel s0");
}

#[test]
fn captures_are_dropped_in_order_and_the_loser_of_a_select_is_awaited() {
    let future = |number, var, statements| {
        Box::new(Expr::AsyncBlock(Box::new(AsyncBlock {
            number,
            moves: true,
            captures: vec![(var, true)],
            body: block(statements, None),
            output: Ty::Unit,
        })))
    };
    let select = Expr::Select(
        future(0, 0, vec![Statement::Expr(Expr::Suspend)]),
        future(1, 1, vec![bind(2, Expr::Graceful(0)), Statement::Expr(Expr::Suspend)]),
    );
    let program = root(vec![
        bind(0, Expr::Graceful(0)),
        bind(1, Expr::Graceful(1)),
        Statement::Expr(Expr::Await(Box::new(select))),
    ]);
    assert_eq!(completed(&program, Edition::E2024), "| n0 n1 n2 | b0 e0 b2 e2 b1 | e1");
}

#[test]
fn the_scrutinee_of_a_while_let_lives_through_the_body() {
    let source = Expr::With {
        temporary: Box::new(Expr::Graceful(0)),
        value: Box::new(Expr::Item(0, 1, Box::new(Expr::Plain))),
        suspends: false,
    };
    let item = Pattern::Variant(Variants::Option(Box::new(Ty::Plain)), 1, vec![Pattern::Bind(0)]);
    let a_loop = Loop {
        label: 0,
        kind: LoopKind::WhileLet(item, source),
        rounds: 1,
        body: block(vec![bind(1, Expr::Plain)], None),
    };
    let program = root(vec![Statement::Expr(Expr::Loop(Box::new(a_loop)))]);
    // In the second round the value is dropped by the source.
    let trace = "| n0 n1 n2 s2 s1 b0 e0 n3 n4 s4 b3 e3";
    for edition in [Edition::E2021, Edition::E2024] {
        assert_eq!(completed(&program, edition), trace);
    }
}

#[test]
fn an_assignment_through_a_reference_drops_what_it_refers_to() {
    let program = root(vec![
        bind(0, Expr::Graceful(0)),
        bind(1, Expr::RefMut(Place::var(0))),
        Statement::Assign(Place::var(1), Expr::Plain),
        bind(2, Expr::Plain),
    ]);
    assert_eq!(completed(&program, Edition::E2024), "| n0 n1 b0 e0 n2 s2 s1");
}

#[test]
fn an_enum_runs_its_destructor_before_the_payload_is_dropped() {
    let body = block(vec![Statement::Expr(Expr::Suspend)], None);
    let shape = Shape::Enum(vec![Vec::new(), vec![Ty::Plain]]);
    let value = Expr::Variant(Variants::User(0), 1, vec![Expr::Plain]);
    let mut program = root(vec![bind(0, value)]);
    program.types.push(TypeDef { shape, destructor: Destructor::Async(body) });
    assert_eq!(completed(&program, Edition::E2024), "| n0 n1 b1 | e1 s0");
    assert_eq!(short(&sync(&program, Edition::E2024, 1)), "| n0 n1 b1 cancel s1 s0");
}

/// A generator with a capture and a local, pinned and polled `times` times.
fn generator(times: usize) -> Program {
    let yields = |value| Statement::Expr(Expr::Yield(Box::new(value)));
    let captured = Box::new(AsyncBlock {
        number: 0,
        moves: true,
        captures: vec![(0, true)],
        body: block(vec![bind(1, Expr::Plain), yields(Expr::Graceful(0))], None),
        output: Ty::Unit,
    });
    let mut inner = vec![Statement::Pin(2, Expr::Generator(captured))];
    inner.extend((0..times).map(|_| Statement::Expr(Expr::Next(2))));
    let inner = Expr::Block(None, block(inner, None));
    root(vec![bind(0, Expr::Graceful(1)), Statement::Since2024(inner)])
}

#[test]
fn a_generator_that_is_left_drops_what_it_holds() {
    // R12, R13: its captures if it never ran, its locals first if it yielded.
    assert_eq!(completed(&generator(0), Edition::E2024), "| n0 b0 | e0");
    assert_eq!(completed(&generator(1), Edition::E2024), "| n0 n1 n2 b2 e2 s1 b0 | e0");
    assert_eq!(short(&sync(&generator(1), Edition::E2024, 1)), "| n0 n1 n2 b2 e2 s1 b0 cancel s0");
}

#[test]
fn a_generator_at_its_end_gives_nothing_more() {
    // R5: it drops what it holds before it says that there is nothing.
    for times in [2, 3] {
        assert_eq!(completed(&generator(times), Edition::E2024), "| n0 n1 n2 b2 e2 s1 b0 | e0");
    }
    assert_eq!(completed(&generator(2), Edition::E2021), "| n0 b0 | e0");
}

#[test]
fn all_runs_are_listed() {
    let program = root(vec![bind(0, Expr::Graceful(1))]);
    let trace = expected(&program, Edition::E2024, &Runs::PLAIN);
    let runs: Vec<_> = trace.lines().filter(|line| !line.starts_with(' ')).collect();
    assert_eq!(runs, ["complete", "sync 0", "sync 1", "async 0", "async 1"]);
}

fn own(kind: Owning, of: Ty, values: Vec<Expr>) -> Expr {
    Expr::Own(kind, Box::new(of), values)
}

fn call(effect: Effect, var: Var, arguments: Vec<Expr>) -> Expr {
    let (form, place) = (Form::Method("method"), Place::var(var));
    Expr::Method(Box::new(Method { form, effect, place, arguments }))
}

fn numbers(count: usize) -> Vec<Expr> {
    (0..count).map(|_| Expr::Graceful(1)).collect()
}

#[test]
fn elements_are_dropped_from_the_front() {
    // R8, R12, R14
    let program = root(vec![bind(0, own(Owning::Vec, Ty::Graceful, numbers(3)))]);
    assert_eq!(completed(&program, Edition::E2024), "| n0 n1 n2 b0 | e0 b1 | e1 b2 | e2");
    assert_eq!(short(&sync(&program, Edition::E2024, 2)), "| n0 n1 n2 b0 | e0 b1 cancel s1 s2");
    let (trace, _) = host(&program, Edition::E2024, 1, None);
    assert_eq!(short(&trace), "| | n0 n1 n2 b0 leave e0 b1 | e1 b2 | e2 left");
}

#[test]
fn a_call_that_shrinks_a_vector_drops_where_nothing_can_await() {
    let program = root(vec![
        bind(0, own(Owning::Vec, Ty::Graceful, numbers(3))),
        Statement::Expr(call(Effect::Truncate(2), 0, Vec::new())),
        Statement::Expr(call(Effect::PopBack, 0, Vec::new())),
    ]);
    assert_eq!(completed(&program, Edition::E2024), "| n0 n1 n2 s2 b1 | e1 b0 | e0");
}

#[test]
fn entries_are_dropped_in_the_order_of_their_keys() {
    let key = |number| Expr::Key(number, Box::new(Expr::Graceful(0)));
    let entry = |number| Expr::Tuple(vec![key(number), Expr::Plain]);
    let of = Ty::Tuple(vec![Ty::Key(Box::new(Ty::Graceful)), Ty::Plain]);
    let program = root(vec![
        bind(0, own(Owning::BTreeMap, of, vec![entry(2), entry(1)])),
        Statement::Expr(call(Effect::Insert, 0, vec![key(2), Expr::Plain])),
    ]);
    // The map keeps its key, and gives the old value.
    assert_eq!(completed(&program, Edition::E2024), "| n0 n1 n2 n3 n4 n5 s4 s1 b2 e2 s3 b0 e0 s5");
}

#[test]
fn the_last_owner_awaits_what_is_shared() {
    let program = root(vec![
        bind(0, own(Owning::Rc, Ty::Graceful, numbers(1))),
        bind(1, call(Effect::Downgrade, 0, Vec::new())),
        bind(2, call(Effect::Share, 0, Vec::new())),
        bind(3, call(Effect::Upgrade, 1, Vec::new())),
        bind(4, Expr::Plain),
        Statement::Expr(Expr::Consume(Box::new(Expr::Move(Place::var(2))))),
    ]);
    assert_eq!(completed(&program, Edition::E2024), "| n0 n1 s1 b0 | e0");
    let program = root(vec![
        bind(0, own(Owning::Rc, Ty::Graceful, numbers(1))),
        bind(1, call(Effect::Downgrade, 0, Vec::new())),
        Statement::Expr(Expr::Consume(Box::new(Expr::Move(Place::var(0))))),
        Statement::Expr(call(Effect::Upgrade, 1, Vec::new())),
    ]);
    assert_eq!(completed(&program, Edition::E2024), "| n0 s0");
}

#[test]
fn what_is_left_of_a_box_is_dropped() {
    let pair = Expr::Tuple(vec![Expr::Graceful(0), Expr::Plain]);
    let part = Place { var: 0, projections: vec![Projection::Deref, Projection::Field(0)] };
    let program = root(vec![
        bind(0, own(Owning::Box, Ty::Tuple(vec![Ty::Graceful, Ty::Plain]), vec![pair])),
        bind(1, Expr::Move(part)),
        bind(2, Expr::Plain),
    ]);
    assert_eq!(completed(&program, Edition::E2024), "| n0 n1 n2 s2 b0 e0 s1");
}

#[test]
fn nodes_are_dropped_from_the_first_one() {
    let chain = own(Owning::Chain, Ty::Plain, vec![Expr::Plain, Expr::Plain]);
    // The last node is made first.
    let program = root(vec![bind(0, chain)]);
    assert_eq!(completed(&program, Edition::E2024), "| n0 n1 n2 n3 b3 | e3 s0 b2 | e2 s1");
    let tree = own(Owning::Tree, Ty::Graceful, (0..4).map(|_| Expr::Graceful(0)).collect());
    let program = root(vec![bind(0, tree)]);
    assert_eq!(completed(&program, Edition::E2024), "| n0 n1 n2 n3 b0 e0 b1 e1 b3 e3 b2 e2");
}

#[test]
fn an_iterator_that_is_left_early_awaits_the_rest() {
    let leave = Statement::Expr(Expr::Break(0, Box::new(Expr::Unit)));
    let a_loop = Loop {
        label: 0,
        kind: LoopKind::Over(Pattern::Bind(0), own(Owning::VecDeque, Ty::Graceful, numbers(3))),
        rounds: 0,
        body: block(vec![leave], None),
    };
    let program = root(vec![Statement::Expr(Expr::Loop(Box::new(a_loop)))]);
    assert_eq!(completed(&program, Edition::E2024), "| n0 n1 n2 b0 | e0 b1 | e1 b2 | e2");
}

#[test]
fn a_boxed_future_is_awaited_or_cancelled() {
    let future = |statements| {
        let block = AsyncBlock {
            number: 0,
            moves: true,
            captures: vec![(0, true)],
            body: block(statements, None),
            output: Ty::Unit,
        };
        let of = Ty::Future(Callee::Block(0), Box::new(Ty::Unit));
        own(Owning::PinBox, of, vec![Expr::AsyncBlock(Box::new(block))])
    };
    let body = vec![bind(2, Expr::Graceful(0)), Statement::Expr(Expr::Suspend)];
    let mut statements = vec![bind(0, Expr::Graceful(0)), bind(1, future(body))];
    // R12, R13: not polled, polled, and awaited.
    let completes =
        |statements: &[Statement]| completed(&root(statements.to_vec()), Edition::E2024);
    assert_eq!(completes(&statements), "| n0 b0 e0");
    statements.push(bind(3, Expr::PollTimes(1, 1)));
    assert_eq!(completes(&statements), "| n0 n1 b1 e1 b0 e0");
    statements.pop();
    let boxed = Box::new(Expr::Move(Place::var(1)));
    statements.push(Statement::Expr(Expr::Await(boxed)));
    assert_eq!(completes(&statements), "| n0 n1 | b1 e1 b0 e0");
    let program = root(statements);
    assert_eq!(short(&sync(&program, Edition::E2024, 1)), "| n0 n1 cancel s1 s0");
}

#[test]
fn a_closure_that_is_called_once_drops_its_captures_where_nothing_can_await() {
    let closure = BoxedFn { once: true, captures: vec![0, 1], consumed: vec![1], local: true };
    let statements = vec![
        bind(0, Expr::Graceful(0)),
        bind(1, Expr::Graceful(0)),
        bind(2, Expr::BoxedFn(Box::new(closure))),
    ];
    assert_eq!(completed(&root(statements.clone()), Edition::E2024), "| n0 n1 b0 e0 b1 e1");
    let call = Expr::CallBoxedFn { place: Place::var(2), once: true };
    let statements = [statements, vec![Statement::Expr(call)]].concat();
    assert_eq!(completed(&root(statements), Edition::E2024), "| n0 n1 n2 s1 s2 s0");
}
