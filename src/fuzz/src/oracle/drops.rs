//! Suspension, and the order in which values are dropped.

use std::pin::Pin;
use std::rc::Rc;
use std::task::{Context, Poll, Waker};

use super::value::{
    Boxed, Dropped, Exit, Frame, Machine, Mode, Outcome, Own, Owner, Promise, Scope, Share, Slot,
    Start, Task, Value,
};
use crate::Unwind;
use crate::program::Destructor;

/// Is pending once.
pub async fn suspend() {
    let mut polled = false;
    std::future::poll_fn(|_| {
        if std::mem::replace(&mut polled, true) { Poll::Ready(()) } else { Poll::Pending }
    })
    .await
}

pub fn poll_once<T>(future: Pin<&mut (dyn Future<Output = T> + '_)>) -> Poll<T> {
    future.poll(&mut Context::from_waker(Waker::noop()))
}

impl<'p> Frame<'p> {
    /// Suspends once. The task may be cancelled meanwhile (R12, R13, R14).
    pub async fn pend(&self) -> Result<(), Exit<'p>> {
        suspend().await;
        if self.task.cancelled() { Err(Exit::Cancelled) } else { Ok(()) }
    }

    /// The runtime's `suspend().await`.
    pub async fn suspend(&self) -> Result<(), Exit<'p>> {
        self.pend().await?;
        Ok(self.step()?)
    }

    /// Drops what a scope holds, the last one first (R1). The outcome is kept meanwhile (R2). If
    /// the task is cancelled in between, or a destructor panics, then nobody wants its value any
    /// more: it is dropped before the rest.
    pub async fn leave(&self, scope: &Scope, mut outcome: Outcome<'p>) -> Outcome<'p> {
        while let Some(slot) = scope.pop() {
            let dropped = self.drop_slot(slot).await;
            outcome = self.after(dropped, outcome).await;
        }
        outcome
    }

    /// The outcome after a drop, in which the task may have been cancelled.
    pub async fn after(&self, dropped: Dropped, outcome: Outcome<'p>) -> Outcome<'p> {
        let exit = match dropped {
            Ok(()) if !self.task.cancelled() => return outcome,
            // A panic that began when it was cancelled already goes on; an older one is over.
            Ok(()) if self.task.unwinding.get() => return outcome,
            Ok(()) => Exit::Cancelled,
            Err(panic) => Exit::Panic(panic),
        };
        let value = match outcome {
            Ok(value) | Err(Exit::Return(value) | Exit::Break(_, value)) => value,
            Err(_) => return Err(exit),
        };
        if matches!(dropped, Err(panic) if panic.in_drop) && self.machine.owns(&value) {
            // Today's Rust forgets a value that no scope owns yet (rust-lang/rust#47949).
            self.machine.unknown.set(true);
        }
        match self.drop_value(value).await {
            // It was cancelled meanwhile.
            Ok(()) if self.still(dropped).is_ok() => Err(Exit::Cancelled),
            Ok(()) => Err(exit),
            Err(panic) => Err(Exit::Panic(panic)),
        }
    }

    /// What came of a drop, after other things were dropped: its panic may be over.
    fn still(&self, dropped: Dropped) -> Dropped {
        if self.task.unwinding.get() { dropped } else { Ok(()) }
    }

    /// Drops what is left in the slot.
    pub fn drop_slot<'a>(&'a self, slot: Slot) -> Boxed<'a, Dropped> {
        Box::pin(async move {
            match self.machine.take(slot) {
                Some(value) => self.drop_value(value).await,
                None => Ok(()),
            }
        })
    }

    pub fn drop_value<'a>(&'a self, value: Value<'p>) -> Boxed<'a, Dropped>
    where
        'p: 'a,
    {
        Box::pin(async move {
            match value {
                Value::Unit | Value::Reference(_) | Value::Weak(_) => Ok(()),
                Value::Owner(owner) => self.drop_owner(owner).await,
                Value::Shared(share) => self.drop_shared(&share).await,
                Value::Closure(_, captures) => self.drop_slots(captures).await,
                Value::Future(future) => self.drop_future(future).await,
            }
        })
    }

    /// The value itself, then its fields (R1, R6), also if its destructor panics (R17).
    async fn drop_owner(&self, owner: Owner) -> Dropped {
        let own = match owner.own {
            Own::Nothing => Ok(()),
            Own::Table => return self.drop_table(owner.fields).await,
            Own::Sync(number) => self.drop_sync(number),
            Own::Graceful { number, .. } | Own::Body { number, .. } if self.sync() => {
                self.drop_sync(number)
            }
            Own::Graceful { number, .. } | Own::Body { number, .. } => {
                match self.destructor(owner.own, number).await {
                    Ok(_) => Ok(()),
                    Err(Exit::Panic(panic)) => {
                        if self.task.mode.get() == Mode::Sync {
                            // R14: it did not panic by itself, but what its future held.
                            self.drop_sync(number).and(Err(panic))
                        } else {
                            Err(panic)
                        }
                    }
                    // R12, R14: a destructor that did not end is followed by `Drop`.
                    Err(_) => self.drop_sync(number),
                }
            }
        };
        let fields = self.drop_slots(owner.fields).await;
        self.still(own).and(fields)
    }

    /// `Drop::drop` of a value.
    pub fn drop_sync(&self, number: usize) -> Dropped {
        self.event("sync", number).map_err(|panic| super::value::Panic { in_drop: true, ..panic })
    }

    /// One value after the other, also if one of them panics.
    pub async fn drop_slots(&self, slots: Vec<Slot>) -> Dropped {
        let mut all = Ok(());
        for slot in slots {
            let dropped = self.drop_slot(slot).await;
            all = self.still(all).and(dropped);
        }
        all
    }

    /// The `Drop` of a hash table forgets its memory if an entry panics.
    async fn drop_table(&self, entries: Vec<Slot>) -> Dropped {
        let sync = self.sync();
        let dropped = self.drop_slots(entries).await;
        // Perhaps its type needs nothing else.
        if let Err(panic) = dropped
            && (sync || panic.in_drop)
        {
            self.machine.unknown.set(true);
        }
        dropped
    }

    /// The last owner drops what is shared (R8).
    async fn drop_shared(&self, share: &Share) -> Dropped {
        share.owners.set(share.owners.get() - 1);
        if share.owners.get() == 0 { self.drop_slot(share.content).await } else { Ok(()) }
    }

    /// Whether nothing can await here, also because a panic is on its way and does not (R19).
    pub fn sync(&self) -> bool {
        self.task.mode.get() == Mode::Sync
            || self.task.unwinding.get() && self.machine.unwind == Unwind::Sync
    }

    /// Awaits a destructor. It is shielded, so that only a sync cancellation stops it (R14).
    async fn destructor(&self, own: Own, number: usize) -> Outcome<'p> {
        let shield = &self.task.shield;
        shield.set(shield.get() + 1);
        let outcome = self.destructor_body(own, number).await;
        shield.set(shield.get() - 1);
        outcome
    }

    async fn destructor_body(&self, own: Own, number: usize) -> Outcome<'p> {
        self.event("begin", number)?;
        match own {
            Own::Graceful { suspensions, .. } => {
                for _ in 0..suspensions {
                    self.suspend().await?;
                }
                self.event("end", number)?;
            }
            Own::Body { ty, .. } => {
                let program = self.machine.program;
                let Destructor::Async(body) = &program.types[ty].destructor else {
                    unreachable!("the type has no awaited destructor")
                };
                let frame = Frame::new(&self.machine, &self.task);
                match frame.body(body, Some(number)).await {
                    Ok(_) | Err(Exit::Return(_)) => (),
                    Err(exit) => return Err(exit),
                }
            }
            Own::Nothing | Own::Table | Own::Sync(_) => (),
        }
        Ok(Value::Unit)
    }

    /// Drops a future: what it captured if it never ran, else what it holds (R12, R13). Where
    /// nothing can await, it does so at once. A cancellation may become a sync one (R15).
    async fn drop_future(&self, future: Promise<'p>) -> Dropped {
        match future {
            Promise::Done => Ok(()),
            Promise::Unstarted(_, captures) => self.drop_slots(captures).await,
            Promise::Running(task, mut future) => loop {
                if self.sync() {
                    if task.unwinding.get() && !self.machine.dropping.get() {
                        self.machine.unknown.set(true);
                    }
                    task.cancel_sync();
                } else {
                    task.mode.set(Mode::CancelledAsync);
                }
                match self.machine.poll_task(&task, future.as_mut()) {
                    Poll::Ready(Err(Exit::Cancelled)) => return Ok(()),
                    Poll::Ready(Err(Exit::Panic(panic))) => {
                        self.task.unwinding.set(true);
                        return Err(panic);
                    }
                    Poll::Ready(_) => unreachable!("a cancelled future went on"),
                    Poll::Pending => {
                        assert!(!self.sync(), "a future suspends in a sync context");
                        suspend().await;
                    }
                }
            },
        }
    }

    /// Polls the future in the slot, which may be in a box there.
    pub fn poll_slot(&self, slot: Slot) -> Poll<Outcome<'p>> {
        let mut slot = slot;
        while let Some(Value::Owner(owner)) = &self.machine.slots.borrow()[slot] {
            slot = owner.fields[0];
        }
        let Some(Value::Future(future)) = self.machine.take(slot) else {
            unreachable!("no future in the slot")
        };
        let (task, mut running) = match future {
            Promise::Running(task, running) => (task, running),
            Promise::Unstarted(start, captures) => {
                let task = Task::new(Mode::Running);
                (task.clone(), start_boxed(&self.machine, &task, start, captures))
            }
            Promise::Done => unreachable!("polled after completion"),
        };
        let poll = self.machine.poll_task(&task, running.as_mut());
        let left = match &poll {
            Poll::Pending => Promise::Running(task, running),
            Poll::Ready(_) => Promise::Done,
        };
        self.machine.put(slot, Value::Future(left));
        if let Poll::Ready(Err(Exit::Panic(_))) = poll {
            self.task.unwinding.set(true);
        }
        poll
    }
}

impl<'p> Machine<'p> {
    /// Polls what a task runs. While it is suspended, the thread does not panic.
    pub fn poll_task<T>(
        &self,
        task: &Task,
        future: Pin<&mut (dyn Future<Output = T> + '_)>,
    ) -> Poll<T> {
        if task.unwinding.get() {
            self.panicking.set(true);
        }
        let poll = poll_once(future);
        if poll.is_pending() && task.unwinding.get() {
            self.panicking.set(false);
        }
        poll
    }
}

/// The running future of a task of its own.
fn start_boxed<'p>(
    machine: &Rc<Machine<'p>>,
    task: &Rc<Task>,
    start: Start<'p>,
    captures: Vec<Slot>,
) -> Boxed<'p, Outcome<'p>> {
    let frame = Frame::new(machine, task);
    Box::pin(async move { frame.start(start, captures).await })
}
