#![feature(async_drop)]
#![allow(incomplete_features)]
use std::future::AsyncDrop;
use std::pin::{Pin, pin};
use std::task::{Context, Waker};

struct Connection(&'static str);

impl Drop for Connection {
    fn drop(&mut self) {
        println!("{}: socket closed", self.0);
    }
}

impl AsyncDrop for Connection {
    async fn drop(self: Pin<&mut Self>) {
        println!("{}: goodbye", self.0);
        std::future::ready(()).await; // the server's answer
        println!("{}: answered", self.0);
    }
}

async fn request(fail: bool) -> Result<(), &'static str> {
    let _connection = Connection("request");
    if fail {
        return Err("rejected");
    }
    Ok(())
}

async fn body() {
    println!("{:?}", request(false).await);
    println!("{:?}", request(true).await);
    {
        let mut slow = pin!(async {
            let _connection = Connection("loser");
            std::future::pending::<()>().await
        });
        std::future::poll_fn(|cx| std::task::Poll::Ready(slow.as_mut().poll(cx).is_ready())).await;
    }
    println!("lost");
}

fn main() {
    let mut cx = Context::from_waker(Waker::noop());
    assert!(pin!(body()).poll(&mut cx).is_ready());

    let mut unfinished = Box::pin(async {
        let _connection = Connection("sync");
        std::future::pending::<()>().await
    });
    assert!(unfinished.as_mut().poll(&mut cx).is_pending());
    drop(unfinished);
}
