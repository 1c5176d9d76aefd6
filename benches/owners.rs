//! Instructions of dropping an owner of many values by await, against the loop of closes that one writes by hand.
//!
//! Starts itself under callgrind, once for each side of each case, and counts what `measured` executes: from the making
//! of the future to the last poll, without the making of the values.
#![feature(async_drop)]
#![allow(incomplete_features)]

use std::collections::hash_map::DefaultHasher;
use std::collections::{BTreeMap, HashMap, VecDeque};
use std::future::async_drop_in_place;
use std::hash::BuildHasherDefault;
use std::hint::black_box;
use std::pin::{Pin, pin};
use std::process::{Command, ExitCode, Stdio};
use std::rc::Rc;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::task::{Context, Poll, Waker};

const HELP: &str = "\
usage: owners [--json FILE] [PART]

Counts the instructions of each case whose name contains PART, under valgrind's callgrind, and prints a table.
  ready    the close is ready at once
  yields   the close is pending once
Exit code 0: both sides of each case did the same work, and no ratio is above its bar.";

const COUNT: u64 = 10_000;
/// Both sides of a case close as many values, and the numbers of these add up to as much.
const SUM: u64 = COUNT * (COUNT + 1) / 2;

static CLOSED: AtomicU64 = AtomicU64::new(0);

fn close_number(number: u64) {
    CLOSED.fetch_add(number, Ordering::Relaxed);
}

type Map<T> = HashMap<u64, T, BuildHasherDefault<DefaultHasher>>;
type Closing<'a> = Pin<Box<dyn Future<Output = ()> + 'a>>;

struct YieldOnce(bool);

impl Future for YieldOnce {
    type Output = ();

    fn poll(mut self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<()> {
        if std::mem::replace(&mut self.0, true) { Poll::Ready(()) } else { Poll::Pending }
    }
}

/// Polls to the end, and says how often. The one function that is counted.
///
/// It polls like an executor, through a pointer: or else LLVM takes the closes by hand into this loop, and away with the
/// states of their future, which no real task can hope for.
#[inline(never)]
fn measured<T, F: Future<Output = ()>>(value: T, body: impl FnOnce(T) -> F) -> u64 {
    let mut future = pin!(body(value));
    let mut context = Context::from_waker(Waker::noop());
    let poll: fn(Pin<&mut F>, &mut Context<'_>) -> Poll<()> = black_box(F::poll);
    let mut polls = 1;
    while poll(future.as_mut(), &mut context).is_pending() {
        polls += 1;
        assert!(polls <= 2 * COUNT, "it never ends");
    }
    polls
}

struct Case {
    name: &'static str,
    /// What the ratio may be at most.
    bar: Option<f64>,
    /// What the closes have to add up to.
    sum: u64,
    implicit: fn() -> u64,
    by_hand: fn() -> u64,
}

fn list<T>(make: impl Fn(u64) -> T) -> Vec<T> {
    black_box((1..=COUNT).map(make).collect())
}

fn map<T>(make: impl Fn(u64) -> T) -> Map<T> {
    black_box((1..=COUNT).map(|number| (number, make(number))).collect())
}

fn tree<T>(make: impl Fn(u64) -> T) -> BTreeMap<u64, T> {
    black_box((1..=COUNT).map(|number| (number, make(number))).collect())
}

/// The dynamic types alternate, so that no call can be known.
fn alternate<T: ?Sized>(one: impl Fn(u64) -> Box<T>, two: impl Fn(u64) -> Box<T>) -> Vec<Box<T>> {
    list(|number| if number % 2 == 0 { one(number) } else { two(number) })
}

/// Values that are closed by await, by hand, and in the same way through a trait object.
macro_rules! closing {
    ($mode:ident, $name:literal, { $($before:tt)* }) => {
        mod $mode {
            use std::future::AsyncDrop;

            use super::*;

            macro_rules! value {
                ($awaited:ident, $by_hand:ident, $field:ty, $make:expr) => {
                    pub struct $awaited($field);

                    impl $awaited {
                        pub fn new(number: u64) -> Self {
                            $awaited($make(number))
                        }
                    }

                    impl Drop for $awaited {
                        fn drop(&mut self) {}
                    }

                    impl AsyncDrop for $awaited {
                        async fn drop(self: Pin<&mut Self>) {
                            $($before)*
                            close_number(number(&self.0));
                        }
                    }

                    impl Session for $awaited {}

                    /// Without `Drop`, which would cost it instructions: a type of today would have one, for the closes
                    /// that are forgotten.
                    pub struct $by_hand($field);

                    impl $by_hand {
                        pub fn new(number: u64) -> Self {
                            $by_hand($make(number))
                        }

                        pub async fn close(&mut self) {
                            $($before)*
                            close_number(number(&self.0));
                        }
                    }

                    impl SessionByHand for $by_hand {
                        fn close(&mut self) -> Closing<'_> {
                            Box::pin(async move {
                                $($before)*
                                close_number(number(&self.0));
                            })
                        }
                    }
                };
            }

            value!(Awaited, ByHand, u64, |number| number);
            value!(AwaitedHeap, ByHandHeap, Box<u64>, Box::new);

            trait Number {
                fn number(&self) -> u64;
            }

            impl Number for u64 {
                fn number(&self) -> u64 {
                    *self
                }
            }

            impl Number for Box<u64> {
                fn number(&self) -> u64 {
                    **self
                }
            }

            fn number(field: &impl Number) -> u64 {
                field.number()
            }

            pub const CASES: &[Case] = &[
                Case {
                    name: concat!("one after the other, ", $name),
                    bar: None,
                    sum: SUM,
                    implicit: || measured((), async |()| {
                        for number in 1..=COUNT {
                            let _value = Awaited::new(number);
                        }
                    }),
                    by_hand: || measured((), async |()| {
                        for number in 1..=COUNT {
                            let mut value = ByHand::new(number);
                            value.close().await;
                        }
                    }),
                },
                Case {
                    name: concat!("[T], ", $name),
                    bar: Some(1.0),
                    sum: SUM,
                    // SAFETY: nothing else uses or drops the leaked values.
                    implicit: || measured(list(Awaited::new).leak(), |slice: &mut [_]| unsafe {
                        async_drop_in_place(slice)
                    }),
                    by_hand: || measured(list(ByHand::new).leak(), async |slice: &mut [ByHand]| {
                        for value in slice {
                            value.close().await;
                        }
                    }),
                },
                Case {
                    name: concat!("[T; N], ", $name),
                    bar: Some(1.0),
                    sum: SUM,
                    implicit: || {
                        let array = <Box<[_; COUNT as usize]>>::try_from(list(Awaited::new));
                        measured(array.ok().unwrap(), async |array| {
                            let _array = *array;
                        })
                    },
                    by_hand: || {
                        let array = <Box<[_; COUNT as usize]>>::try_from(list(ByHand::new));
                        measured(array.ok().unwrap(), async |array| {
                            let mut array = *array;
                            for value in &mut array {
                                value.close().await;
                            }
                        })
                    },
                },
                Case {
                    name: concat!("Box<[T]>, ", $name),
                    bar: Some(1.0),
                    sum: SUM,
                    implicit: || measured(list(Awaited::new).into_boxed_slice(), async |_slice| {}),
                    by_hand: || measured(list(ByHand::new).into_boxed_slice(), async |mut slice| {
                        for value in &mut slice {
                            value.close().await;
                        }
                        drop(slice);
                    }),
                },
                Case {
                    name: concat!("Vec<T>, ", $name),
                    bar: Some(1.0),
                    sum: SUM,
                    implicit: || measured(list(Awaited::new), async |_values| {}),
                    by_hand: || measured(list(ByHand::new), async |mut values| {
                        for value in &mut values {
                            value.close().await;
                        }
                        drop(values);
                    }),
                },
                Case {
                    name: concat!("Vec<T>, T owns a Box, ", $name),
                    bar: Some(1.0),
                    sum: SUM,
                    implicit: || measured(list(AwaitedHeap::new), async |_values| {}),
                    by_hand: || measured(list(ByHandHeap::new), async |mut values| {
                        for value in &mut values {
                            value.close().await;
                        }
                        drop(values);
                    }),
                },
                Case {
                    name: concat!("VecDeque<T>, ", $name),
                    bar: None,
                    sum: SUM,
                    implicit: || {
                        measured(VecDeque::from(list(Awaited::new)), async |_values| {})
                    },
                    by_hand: || measured(VecDeque::from(list(ByHand::new)), async |mut values| {
                        for value in &mut values {
                            value.close().await;
                        }
                        drop(values);
                    }),
                },
                Case {
                    name: concat!("HashMap<u64, T>, ", $name),
                    bar: None,
                    sum: SUM,
                    implicit: || measured(map(Awaited::new), async |_values| {}),
                    by_hand: || measured(map(ByHand::new), async |mut values| {
                        for value in values.values_mut() {
                            value.close().await;
                        }
                        drop(values);
                    }),
                },
                Case {
                    name: concat!("BTreeMap<u64, T>, ", $name),
                    bar: None,
                    sum: SUM,
                    implicit: || measured(tree(Awaited::new), async |_values| {}),
                    by_hand: || measured(tree(ByHand::new), async |mut values| {
                        for value in values.values_mut() {
                            value.close().await;
                        }
                        drop(values);
                    }),
                },
                Case {
                    name: concat!("Vec<Box<dyn Trait>>, ", $name),
                    bar: None,
                    sum: SUM,
                    implicit: || {
                        let values = alternate(
                            |number| Box::new(Awaited::new(number)) as Box<dyn Session>,
                            |number| Box::new(AwaitedHeap::new(number)),
                        );
                        measured(values, async |_values| {})
                    },
                    by_hand: || {
                        let values = alternate(
                            |number| Box::new(ByHand::new(number)) as Box<dyn SessionByHand>,
                            |number| Box::new(ByHandHeap::new(number)),
                        );
                        measured(values, async |mut values| {
                            for value in &mut values {
                                value.close().await;
                            }
                            drop(values);
                        })
                    },
                },
                Case {
                    name: concat!("Box<dyn Trait>, one by one, ", $name),
                    bar: None,
                    sum: SUM,
                    implicit: || {
                        let values = alternate(
                            |number| Box::new(Awaited::new(number)) as Box<dyn Session>,
                            |number| Box::new(AwaitedHeap::new(number)),
                        );
                        measured(values, async |mut values| {
                            while let Some(_value) = values.pop() {}
                        })
                    },
                    by_hand: || {
                        let values = alternate(
                            |number| Box::new(ByHand::new(number)) as Box<dyn SessionByHand>,
                            |number| Box::new(ByHandHeap::new(number)),
                        );
                        measured(values, async |mut values| {
                            while let Some(mut value) = values.pop() {
                                value.close().await;
                            }
                        })
                    },
                },
                Case {
                    name: concat!("Vec<Arc<T>>, each the last, ", $name),
                    bar: Some(1.0),
                    sum: SUM,
                    implicit: || {
                        measured(list(|number| Arc::new(Awaited::new(number))), async |_values| {})
                    },
                    by_hand: || {
                        measured(list(|number| Arc::new(ByHand::new(number))), async |values| {
                            for value in values {
                                if let Some(mut value) = Arc::into_inner(value) {
                                    value.close().await;
                                }
                            }
                        })
                    },
                },
                Case {
                    name: concat!("Vec<Arc<T>>, none the last, ", $name),
                    bar: Some(1.0),
                    sum: 0,
                    implicit: || {
                        let values = list(|number| Arc::new(Awaited::new(number)));
                        std::mem::forget(black_box(values.clone()));
                        measured(values, async |_values| {})
                    },
                    by_hand: || {
                        let values = list(|number| Arc::new(ByHand::new(number)));
                        std::mem::forget(black_box(values.clone()));
                        measured(values, async |values| {
                            for value in values {
                                if let Some(mut value) = Arc::into_inner(value) {
                                    value.close().await;
                                }
                            }
                        })
                    },
                },
                Case {
                    name: concat!("Vec<Rc<T>>, each the last, ", $name),
                    bar: None,
                    sum: SUM,
                    implicit: || {
                        measured(list(|number| Rc::new(Awaited::new(number))), async |_values| {})
                    },
                    by_hand: || {
                        measured(list(|number| Rc::new(ByHand::new(number))), async |values| {
                            for value in values {
                                if let Some(mut value) = Rc::into_inner(value) {
                                    value.close().await;
                                }
                            }
                        })
                    },
                },
            ];
        }
    };
}

trait Session {}

trait SessionByHand {
    fn close(&mut self) -> Closing<'_>;
}

closing!(ready, "ready", {});
closing!(yields, "yields", {
    YieldOnce(false).await;
});

/// Values without an async destructor, behind a trait object that could have one. By hand is `mem::drop`, which is sync.
mod plain {
    use super::*;

    struct Plain(u64);

    impl Drop for Plain {
        fn drop(&mut self) {
            close_number(self.0);
        }
    }

    impl Session for Plain {}

    struct Boxed {
        _plain: Box<Plain>,
    }

    impl Session for Boxed {}

    fn values() -> Vec<Box<dyn Session>> {
        alternate(
            |number| Box::new(Plain(number)) as Box<dyn Session>,
            |number| Box::new(Boxed { _plain: Box::new(Plain(number)) }),
        )
    }

    pub const CASES: &[Case] = &[
        Case {
            name: "Vec<Box<dyn Trait>>, no async drop in it",
            bar: None,
            sum: SUM,
            implicit: || measured(values(), async |_values| {}),
            by_hand: || measured(values(), async |values| drop(values)),
        },
        Case {
            name: "Box<dyn Trait>, one by one, no async drop in it",
            bar: None,
            sum: SUM,
            implicit: || {
                measured(values(), async |mut values| while let Some(_value) = values.pop() {})
            },
            by_hand: || {
                measured(values(), async |mut values| {
                    while let Some(value) = values.pop() {
                        drop(value);
                    }
                })
            },
        },
        Case {
            name: "Vec<T>, no async drop in it",
            bar: Some(1.0),
            sum: SUM,
            implicit: || measured(list(Plain), async |_values| {}),
            by_hand: || measured(list(Plain), async |values| drop(values)),
        },
    ];
}

/// One side of a case, as callgrind saw it.
#[derive(Clone, Copy)]
struct Side {
    instructions: u64,
    polls: u64,
}

fn run_counted(name: &str, side: &str) -> Result<Side, String> {
    let this = std::env::current_exe().map_err(|error| error.to_string())?;
    let output = Command::new("valgrind")
        .args(["--tool=callgrind", "--callgrind-out-file=/dev/null"])
        .arg("--toggle-collect=*measured*")
        .arg(this)
        .args(["--run", side, name])
        .stdin(Stdio::null())
        .output()
        .map_err(|error| format!("valgrind does not start: {error}"))?;
    let stderr = String::from_utf8_lossy(&output.stderr);
    if !output.status.success() {
        return Err(format!("{side} ended with {}\n{stderr}", output.status));
    }
    let number = |text: Option<&str>| text.and_then(|text| text.trim().parse().ok());
    let collected = stderr.lines().find_map(|line| line.split_once("Collected :"));
    let instructions = number(collected.map(|(_, count)| count));
    let polls = number(std::str::from_utf8(&output.stdout).ok());
    match (instructions, polls) {
        (Some(instructions), Some(polls)) if instructions > 0 => Ok(Side { instructions, polls }),
        _ => Err(format!("{side} gave no figures\n{stderr}")),
    }
}

/// What `run_counted` starts.
fn run_side(case: &Case, side: &str) -> ExitCode {
    let polls = if side == "implicit" { (case.implicit)() } else { (case.by_hand)() };
    println!("{polls}");
    let closed = CLOSED.load(Ordering::Relaxed);
    if closed == case.sum {
        return ExitCode::SUCCESS;
    }
    eprintln!("the closed numbers add up to {closed}, not to {}", case.sum);
    ExitCode::FAILURE
}

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let words: Vec<&str> = arguments.iter().map(String::as_str).collect();
    let cases: Vec<&Case> =
        [ready::CASES, yields::CASES, plain::CASES].into_iter().flatten().collect();
    let (json, part) = match words[..] {
        ["--run", side, name] => {
            let case = cases.iter().find(|case| case.name == name).expect("the name of a case");
            return run_side(case, side);
        }
        [] => (None, ""),
        ["--json", file] => (Some(file), ""),
        ["--json", file, part] => (Some(file), part),
        [part] if !part.starts_with('-') => (None, part),
        _ => {
            println!("{HELP}");
            return if words == ["--help"] { ExitCode::SUCCESS } else { ExitCode::FAILURE };
        }
    };

    println!("| case | implicit | by hand | ratio | at most |");
    println!("| --- | ---: | ---: | ---: | ---: |");
    let (mut failed, mut entries) = (0, Vec::new());
    for case in cases.into_iter().filter(|case| case.name.contains(part)) {
        let sides = run_counted(case.name, "implicit")
            .and_then(|implicit| Ok((implicit, run_counted(case.name, "by-hand")?)));
        let (implicit, by_hand) = match sides {
            Ok(sides) => sides,
            Err(error) => {
                println!("| {} | failed | | | |", case.name);
                eprintln!("{}: {error}", case.name);
                failed += 1;
                continue;
            }
        };
        let ratio = implicit.instructions as f64 / by_hand.instructions as f64;
        let bar = case.bar.map_or(String::new(), |bar| format!("{bar:.2}"));
        println!(
            "| {} | {} | {} | {ratio:.2} | {bar} |",
            case.name, implicit.instructions, by_hand.instructions
        );
        // As printed, to two decimals.
        if case.bar.is_some_and(|bar| ratio >= bar + 0.005) {
            failed += 1;
        }
        let bar = case.bar.map_or("null".to_owned(), |bar| bar.to_string());
        entries.push(format!(
            "{{\"case\": \"{}\", \"implicit\": {}, \"by_hand\": {}, \"ratio\": {ratio:.4}, \"bar\": {bar}, \
             \"polls_implicit\": {}, \"polls_by_hand\": {}}}",
            case.name, implicit.instructions, by_hand.instructions, implicit.polls, by_hand.polls
        ));
        if implicit.polls != by_hand.polls {
            eprintln!("{}: {} polls, by hand {}", case.name, implicit.polls, by_hand.polls);
            failed += 1;
        }
    }
    if let Some(file) = json
        && let Err(error) = std::fs::write(file, format!("[\n  {}\n]\n", entries.join(",\n  ")))
    {
        eprintln!("error: {file} cannot be written: {error}");
        return ExitCode::FAILURE;
    }
    if failed == 0 { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}
