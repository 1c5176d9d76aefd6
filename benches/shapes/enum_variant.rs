//! an enum, with guards in two of its variants

use std::hint::black_box;

use crate::guard::Guard;
use crate::harness::pause;

pub const SUM: u64 = 3;

#[expect(dead_code, reason = "one variant is made")]
enum Connection {
    One(Guard),
    Two(Guard, Guard),
    Closed,
}

fn connection() -> Connection {
    black_box(Connection::Two(Guard::new(1), Guard::new(2)))
}

#[cfg(not(by_hand))]
pub async fn future() {
    let _connection = connection();
    pause().await;
}

#[cfg(by_hand)]
pub async fn future() {
    let mut connection = connection();
    pause().await;
    match &mut connection {
        Connection::One(only) => only.close().await,
        Connection::Two(first, second) => {
            first.close().await;
            second.close().await;
        }
        Connection::Closed => {}
    }
}
