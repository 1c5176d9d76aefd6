//! Panics: R16 to R19.

use super::*;
use crate::oracle::plans;
use crate::oracle::runs::Performed;

/// Runs a program in which some events of its trace panic, as [`short`] writes them.
fn performed(program: &Program, unwind: Unwind, events: &[&str], ending: Ending) -> Performed {
    let mut faults = Vec::new();
    for event in events {
        let plan = |step| Plan { faults: [&faults[..], &[step]].concat(), ending };
        let is_event = |step: &usize| {
            let run = perform(program, Edition::E2024, unwind, &plan(*step));
            let trace = short(&run.trace);
            trace.split(" caught").next().is_some_and(|trace| trace.contains(&format!("{event} !")))
        };
        let first = faults.last().map_or(1, |last| last + 1);
        faults.push((first..100).find(is_event).expect("there is such an event"));
    }
    perform(program, Edition::E2024, unwind, &Plan { faults, ending })
}

fn panicking(program: &Program, unwind: Unwind, event: &str, ending: Ending) -> String {
    short(&performed(program, unwind, &[event], ending).trace)
}

fn awaited(program: &Program, event: &str) -> String {
    panicking(program, Unwind::Await, event, Ending::Complete)
}

fn mark() -> Statement {
    Statement::Expr(Expr::Mark(0))
}

/// Locals of both kinds before a mark.
fn locals() -> Program {
    root(vec![bind(0, Expr::Plain), bind(1, Expr::Graceful(1)), bind(2, Expr::Plain), mark()])
}

#[test]
fn a_panic_awaits_the_rest_in_the_order_of_the_scopes() {
    // R16, R18
    assert_eq!(awaited(&locals(), "m0"), "| n0 n1 n2 m0 ! s2* b1* | e1* s0* caught");
    // R19
    let sync = panicking(&locals(), Unwind::Sync, "m0", Ending::Complete);
    assert_eq!(sync, "| n0 n1 n2 m0 ! s2* s1* s0* caught");
}

#[test]
fn a_cancellation_in_the_middle_of_unwinding_completes_or_ends_it() {
    let cancelled = |ending| panicking(&locals(), Unwind::Await, "m0", ending);
    // In a sync context the panic is over.
    assert_eq!(cancelled(Ending::Sync(1)), "| n0 n1 n2 m0 ! s2* b1* cancel s1 s0");
    // In an async body it goes on into that.
    assert_eq!(cancelled(Ending::Async(1)), "| | n0 n1 n2 m0 ! s2* b1* leave e1* s0* caught");
    let two = root(vec![bind(0, Expr::Graceful(1)), bind(1, Expr::Graceful(1)), mark()]);
    let cancelled = |ending| panicking(&two, Unwind::Await, "m0", ending);
    assert_eq!(cancelled(Ending::Twice(1, 1)), "| | n0 n1 m0 ! b1* leave e1* b0* cancel s0");
}

#[test]
fn a_value_whose_destructor_panics_counts_as_dropped() {
    // R17: its fields and all else are still dropped, by await.
    let value = Expr::Tuple(vec![Expr::Guard(Box::new(Expr::Graceful(1))), Expr::Graceful(0)]);
    let program = root(vec![bind(0, Expr::Plain), bind(1, value)]);
    let trace = "| n0 n1 n2 n3 b2 ! b1* | e1* b3* e3* s0* caught";
    assert_eq!(awaited(&program, "b2"), trace);
    let trace = "| n0 n1 n2 n3 b2 | e2 ! b1* | e1* b3* e3* s0* caught";
    assert_eq!(awaited(&program, "e2"), trace);
    let sync = panicking(&program, Unwind::Sync, "b2", Ending::Complete);
    assert_eq!(sync, "| n0 n1 n2 n3 b2 ! s1* s3* s0* caught");
}

#[test]
fn a_panic_of_a_destructor_is_over_when_its_fields_are_dropped_where_nothing_can_await() {
    let program = root(vec![bind(0, own(Owning::Vec, Ty::Graceful, numbers(2)))]);
    let cancelled = panicking(&program, Unwind::Await, "e0", Ending::Sync(2));
    assert_eq!(cancelled, "| n0 n1 b0 | e0 ! b1* cancel s1");
    let value = Expr::Guard(Box::new(Expr::Graceful(1)));
    let cancelled =
        |value| panicking(&root(vec![bind(0, value)]), Unwind::Await, "b1", Ending::Sync(1));
    assert_eq!(cancelled(value), "| n0 n1 b1 ! b0* cancel s0");
}

#[test]
fn a_panic_of_a_sync_destructor_awaits_the_rest() {
    let program = root(vec![bind(0, Expr::Graceful(0)), bind(1, Expr::Plain)]);
    assert_eq!(awaited(&program, "s1"), "| n0 n1 s1 ! b0* e0* caught");
}

#[test]
fn what_a_destructor_holds_is_awaited_before_the_fields() {
    let body = block(vec![bind(0, Expr::Graceful(1)), mark()], None);
    let definition =
        TypeDef { shape: Shape::Struct(vec![Ty::Graceful]), destructor: Destructor::Async(body) };
    let mut program = root(vec![bind(0, Expr::Struct(0, vec![Expr::Graceful(0)]))]);
    program.types.push(definition);
    assert_eq!(awaited(&program, "m0"), "| n0 n1 b1 n2 m0 ! b2* | e2* b0* e0* caught");
}

#[test]
fn values_on_their_way_are_dropped_before_the_temporaries() {
    let tuple = Expr::Tuple(vec![Expr::Graceful(0), Expr::Plain, Expr::Plain]);
    let with = Expr::With {
        temporary: Box::new(Expr::Graceful(0)),
        value: Box::new(tuple),
        suspends: false,
    };
    let program = root(vec![bind(0, with)]);
    assert_eq!(awaited(&program, "n3"), "| n0 n1 n2 n3 ! s2* b1* e1* b0* e0* caught");
    // A sync function drops what it was given.
    let given = root(vec![bind(0, Expr::Guard(Box::new(Expr::Graceful(0))))]);
    assert_eq!(awaited(&given, "n1"), "| n0 n1 ! s0* caught");
}

#[test]
fn a_value_is_stored_although_the_old_one_panics() {
    let assign = Statement::Assign(Place::var(0), Expr::Graceful(0));
    let program = root(vec![bind(0, Expr::Graceful(0)), assign]);
    assert_eq!(awaited(&program, "b0"), "| n0 n1 b0 ! b1* e1* caught");
}

#[test]
fn the_inner_future_frees_its_own_before_the_outer_one() {
    let inner = |captured, statements| {
        Box::new(Expr::AsyncBlock(Box::new(AsyncBlock {
            number: captured,
            moves: true,
            captures: vec![(captured, true)],
            body: block(statements, None),
            output: Ty::Unit,
        })))
    };
    let first = vec![bind(2, Expr::Graceful(1)), mark()];
    let second = vec![bind(3, Expr::Graceful(1)), Statement::Expr(Expr::Suspend)];
    let futures = [inner(0, first), inner(1, second)];
    let [first, second] = futures.clone();
    let captured = [bind(0, Expr::Graceful(0)), bind(1, Expr::Graceful(0))];
    let statement = Statement::Expr(Expr::Await(Box::new(Expr::Join(first, second))));
    let program = root([&captured[..], &[statement]].concat());
    // The sibling goes on while the line of the first one is suspended. It is dropped then.
    let trace = "| n0 n1 n2 m0 ! b2* n3 | e2* b0* e0* b3* | e3* b1* e1* caught";
    assert_eq!(awaited(&program, "m0"), trace);
}

#[test]
fn the_second_panic_aborts() {
    let run = performed(&locals(), Unwind::Await, &["m0", "b1*"], Ending::Complete);
    assert_eq!(short(&run.trace), "| n0 n1 n2 m0 ! s2* b1* ! aborted");
}

#[test]
fn a_panic_while_it_is_cancelled_awaits_the_rest_or_drops_it() {
    let program = root(vec![
        bind(0, Expr::Graceful(1)),
        bind(1, Expr::Graceful(0)),
        Statement::Expr(Expr::Suspend),
    ]);
    // R16: in an async body, which goes on unwinding.
    let awaited = panicking(&program, Unwind::Await, "b1", Ending::Async(1));
    assert_eq!(awaited, "| | n0 n1 leave b1 ! b0* | e0* caught");
    let sync = panicking(&program, Unwind::Await, "s1", Ending::Sync(1));
    assert_eq!(sync, "| n0 n1 cancel s1 ! s0 caught");
    let twice = panicking(&program, Unwind::Await, "b1", Ending::Twice(1, 1));
    assert_eq!(twice, "| | n0 n1 leave b1 ! b0* cancel s0");
}

#[test]
fn a_collection_awaits_the_rest() {
    for kind in [Owning::Vec, Owning::VecDeque, Owning::LinkedList] {
        let owner = own(kind, Ty::Graceful, numbers(3));
        let program = root(vec![bind(0, Expr::Graceful(0)), bind(1, owner)]);
        let trace = "| n0 n1 n2 n3 b1 ! b2* | e2* b3* | e3* b0* e0* caught";
        assert_eq!(awaited(&program, "b1"), trace);
    }
    let key = |number| Expr::Key(number, Box::new(Expr::Graceful(0)));
    let entries = vec![
        Expr::Tuple(vec![key(1), Expr::Graceful(0)]),
        Expr::Tuple(vec![key(2), Expr::Graceful(0)]),
    ];
    let of = Ty::Tuple(vec![Ty::Key(Box::new(Ty::Graceful)), Ty::Graceful]);
    let map = root(vec![bind(0, own(Owning::BTreeMap, of, entries))]);
    assert_eq!(awaited(&map, "b0"), "| n0 n1 n2 n3 b0 ! b1* e1* b2* e2* b3* e3* caught");
}

#[test]
fn a_value_that_no_scope_owns_is_dropped_unless_todays_rust_forgets_it() {
    let value = |first| {
        let inner = block(vec![bind(1, first)], Some(Expr::Graceful(0)));
        root(vec![bind(0, Expr::Block(None, inner))])
    };
    assert_eq!(awaited(&value(Expr::Graceful(0)), "b0"), "| n0 n1 b0 ! b1* e1* caught");
    let run = performed(&value(Expr::Plain), Unwind::Await, &["s0"], Ending::Complete);
    assert!(run.unknown);
}

#[test]
fn panics_are_chosen_at_steps_of_all_kinds() {
    let values = [Expr::Plain, Expr::Graceful(1), Expr::Graceful(2)];
    let locals = values.into_iter().enumerate().map(|(var, value)| bind(var, value));
    let program = root(locals.chain([mark()]).collect());
    let chosen = plans(&program, Edition::E2024, Unwind::Await, 100);
    let has = |is: &dyn Fn(&Plan) -> bool| chosen.iter().any(is);
    for ending in [Ending::Complete, Ending::Sync(1), Ending::Async(1)] {
        assert!(has(&|plan| plan.ending == ending), "{ending}");
    }
    assert!(has(&|plan| matches!(plan.ending, Ending::Twice(..))));
    assert!(has(&|plan| plan.faults.len() == 2));
    let again = plans(&program, Edition::E2024, Unwind::Await, 100);
    assert_eq!(chosen, again);
    let steps = |plan: &Plan| plan.ending == Ending::Complete && plan.faults.len() == 1;
    // Each of the four statements, and of the drops three steps, four steps, and one.
    assert_eq!(chosen.iter().filter(|plan| steps(plan)).count(), 4 + 3 + 4 + 1);
}
