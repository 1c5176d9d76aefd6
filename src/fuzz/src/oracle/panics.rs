//! Where a program can panic: at each step that the runtime counts (R16, R17).

use std::panic::resume_unwind;

use super::value::{
    Aborted, Dropped, Exit, Frame, Machine, Mode, Outcome, Panic, Scope, Task, Value,
};

impl<'p> Machine<'p> {
    /// A step, which panics if it is one of the faults. A panic in a panic aborts (R17).
    fn step(&self) -> Result<(), Panic> {
        let step = self.steps.get() + 1;
        self.steps.set(step);
        if self.panicking.get() {
            self.steps_panicking.borrow_mut().push(step);
        }
        if !self.faults.contains(&step) {
            return Ok(());
        }
        self.print(&format!("    panic {step}"));
        if self.panicking.replace(true) {
            resume_unwind(Box::new(Aborted));
        }
        Err(Panic { step, in_drop: false })
    }
}

impl<'p> Frame<'p> {
    /// A step of this task.
    pub fn step(&self) -> Result<(), Panic> {
        let step = self.machine.step();
        if step.is_err() {
            self.task.unwinding.set(true);
        }
        step
    }

    /// Tells what happens, which is a step. The rules do not say whether the thread panics while a
    /// future that unwinds is dropped where nothing can await.
    pub fn event(&self, event: &str, number: usize) -> Result<(), Panic> {
        let panicking = self.machine.panicking.get() && !self.machine.dropping.get();
        let panicking = if panicking { " panicking" } else { "" };
        self.machine.print(&format!("    {event} {number}{panicking}"));
        self.step()
    }

    /// The number of a new value.
    pub fn number(&self) -> Result<usize, Panic> {
        let next = &self.machine.next;
        let number = next.replace(next.get() + 1);
        self.event("new", number)?;
        Ok(number)
    }

    /// A sync function that is given a value, and returns it.
    pub async fn pass(&self, value: Value<'p>) -> Outcome<'p> {
        match self.step() {
            Ok(()) => Ok(value),
            Err(panic) => {
                self.drop_in_sync_function(value).await?;
                Err(panic.into())
            }
        }
    }

    /// Drops a value where nothing can await.
    pub async fn drop_in_sync_function(&self, value: Value<'p>) -> Dropped {
        let dropped = Frame::new(&self.machine, &Task::new(Mode::Sync)).drop_value(value).await;
        if dropped.is_err() {
            self.task.unwinding.set(true);
        }
        dropped
    }

    /// The number of a value that is made of what a scope holds, which is dropped if that panics.
    pub async fn number_after(&self, scope: &Scope) -> Result<usize, Exit<'p>> {
        match self.number() {
            Ok(number) => Ok(number),
            Err(panic) => {
                self.leave(scope, Err(panic.into())).await?;
                unreachable!("a panic goes on")
            }
        }
    }
}
