//! An index that is known before a suspension and used after it is kept, like any other value. This
//! needs no feature: an `.await` between two indices of one place is enough.
//@ edition: 2024
//@ run-pass

use std::pin::pin;
use std::task::{Context, Poll, Waker};

async fn suspend() {
    let mut polled = false;
    std::future::poll_fn(|_| {
        if std::mem::replace(&mut polled, true) { Poll::Ready(()) } else { Poll::Pending }
    })
    .await
}

fn row() -> usize {
    1
}

async fn column(index: usize) -> usize {
    suspend().await;
    index
}

async fn read(table: &[[u8; 2]]) -> u8 {
    table[row()][column(1).await]
}

async fn write(table: &mut [[u8; 2]]) {
    table[row()][column(0).await] = 9;
}

async fn borrow(table: &mut [[u8; 2]; 2]) -> &mut u8 {
    &mut table[row()][column(1).await]
}

async fn both_kept(table: &mut [[[u8; 2]; 2]]) {
    table[row()][column(0).await][column(1).await] += table[0][row()][column(0).await];
}

async fn in_a_loop(table: &[[u8; 2]; 2]) -> u8 {
    let mut sum = 0;
    for row in 0..2 {
        sum = sum * 10 + table[row][column(1 - row).await];
    }
    sum
}

fn block_on<F: Future>(future: F) -> F::Output {
    let mut future = pin!(future);
    loop {
        if let Poll::Ready(output) = future.as_mut().poll(&mut Context::from_waker(Waker::noop())) {
            return output;
        }
    }
}

fn main() {
    let mut table = [[1, 2], [3, 4]];
    assert_eq!(block_on(read(&table)), 4);
    block_on(write(&mut table));
    assert_eq!(table, [[1, 2], [9, 4]]);
    *block_on(borrow(&mut table)) += 1;
    assert_eq!(table, [[1, 2], [9, 5]]);
    assert_eq!(block_on(in_a_loop(&table)), 29);

    let mut cube = [[[1, 2], [3, 4]], [[5, 6], [7, 8]]];
    block_on(both_kept(&mut cube));
    assert_eq!(cube, [[[1, 2], [3, 4]], [[5, 9], [7, 8]]]);
}
