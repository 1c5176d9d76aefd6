//! Suspension, and the order in which values are dropped.

use std::pin::Pin;
use std::rc::Rc;
use std::task::{Context, Poll, Waker};

use super::value::{
    Boxed, Exit, Frame, Machine, Mode, Outcome, Own, Owner, Promise, Scope, Share, Slot, Start,
    Task, Value,
};
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
    pub async fn suspend(&self) -> Result<(), Exit<'p>> {
        suspend().await;
        if self.task.cancelled() { Err(Exit::Cancelled) } else { Ok(()) }
    }

    /// Drops what a scope holds, the last one first (R1). The outcome is kept meanwhile (R2). If
    /// the task is cancelled in between, then nobody wants its value any more: it is dropped
    /// before the rest.
    pub async fn leave(&self, scope: &Scope, mut outcome: Outcome<'p>) -> Outcome<'p> {
        while let Some(slot) = scope.pop() {
            self.drop_slot(slot).await;
            outcome = self.check(outcome).await;
        }
        outcome
    }

    /// Turns the outcome into a cancellation if there is one.
    pub async fn check(&self, outcome: Outcome<'p>) -> Outcome<'p> {
        if !self.task.cancelled() {
            return outcome;
        }
        if let Ok(value) | Err(Exit::Return(value) | Exit::Break(_, value)) = outcome {
            self.drop_value(value).await;
        }
        Err(Exit::Cancelled)
    }

    /// Drops what is left in the slot.
    pub fn drop_slot<'a>(&'a self, slot: Slot) -> Boxed<'a, ()> {
        Box::pin(async move {
            if let Some(value) = self.machine.take(slot) {
                self.drop_value(value).await;
            }
        })
    }

    pub fn drop_value<'a>(&'a self, value: Value<'p>) -> Boxed<'a, ()>
    where
        'p: 'a,
    {
        Box::pin(async move {
            match value {
                Value::Unit | Value::Reference(_) | Value::Weak(_) => (),
                Value::Owner(owner) => self.drop_owner(owner).await,
                Value::Shared(share) => self.drop_shared(&share).await,
                Value::Closure(_, captures) => self.drop_slots(captures).await,
                Value::Future(future) => self.drop_future(future).await,
            }
        })
    }

    /// The value itself, then its fields (R1, R6).
    async fn drop_owner(&self, owner: Owner) {
        match owner.own {
            Own::Nothing => (),
            Own::Sync(number) => self.machine.event("sync", number),
            Own::Graceful { number, .. } | Own::Body { number, .. } => {
                // R12, R14: a destructor that did not end is followed by `Drop`.
                if self.sync() || self.destructor(owner.own, number).await.is_err() {
                    self.machine.event("sync", number);
                }
            }
        }
        self.drop_slots(owner.fields).await;
    }

    pub async fn drop_slots(&self, slots: Vec<Slot>) {
        for slot in slots {
            self.drop_slot(slot).await;
        }
    }

    /// The last owner drops what is shared (R8).
    async fn drop_shared(&self, share: &Share) {
        share.owners.set(share.owners.get() - 1);
        if share.owners.get() == 0 {
            self.drop_slot(share.content).await;
        }
    }

    fn sync(&self) -> bool {
        self.task.mode.get() == Mode::Sync
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
        self.machine.event("begin", number);
        match own {
            Own::Graceful { suspensions, .. } => {
                for _ in 0..suspensions {
                    self.suspend().await?;
                }
                self.machine.event("end", number);
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
            Own::Nothing | Own::Sync(_) => (),
        }
        Ok(Value::Unit)
    }

    /// Drops a future: what it captured if it never ran, else what it holds (R12, R13). Where
    /// nothing can await, it does so at once. A cancellation may become a sync one (R15).
    async fn drop_future(&self, future: Promise<'p>) {
        match future {
            Promise::Done => (),
            Promise::Unstarted(_, captures) => self.drop_slots(captures).await,
            Promise::Running(task, mut future) => loop {
                task.mode.set(if self.sync() { Mode::Sync } else { Mode::CancelledAsync });
                if let Poll::Ready(outcome) = poll_once(future.as_mut()) {
                    assert!(matches!(outcome, Err(Exit::Cancelled)), "a cancelled future went on");
                    break;
                }
                assert!(!self.sync(), "a future suspends in a sync context");
                suspend().await;
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
        let poll = poll_once(running.as_mut());
        let left = match &poll {
            Poll::Pending => Promise::Running(task, running),
            Poll::Ready(_) => Promise::Done,
        };
        self.machine.put(slot, Value::Future(left));
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
