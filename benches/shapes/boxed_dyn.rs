//! a guard behind `Box<dyn Trait>`; by hand, a method that returns a boxed future closes it, as the async-trait crate makes it

use std::hint::black_box;

use crate::guard::Guard;
use crate::harness::pause;

pub const SUM: u64 = 1;

trait Session {
    fn number(&self) -> u64;

    #[cfg(by_hand)]
    fn close(&mut self) -> std::pin::Pin<Box<dyn Future<Output = ()> + '_>>;
}

impl Session for Guard {
    fn number(&self) -> u64 {
        Guard::number(self)
    }

    #[cfg(by_hand)]
    fn close(&mut self) -> std::pin::Pin<Box<dyn Future<Output = ()> + '_>> {
        Box::pin(Guard::close(self))
    }
}

fn session() -> Box<dyn Session> {
    black_box(Box::new(Guard::new(1)))
}

#[cfg(not(by_hand))]
pub async fn future() {
    let session = session();
    pause().await;
    black_box(session.number());
}

#[cfg(by_hand)]
pub async fn future() {
    let mut session = session();
    pause().await;
    black_box(session.number());
    session.close().await;
    drop(session);
}
