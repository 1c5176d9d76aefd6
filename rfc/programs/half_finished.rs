#![feature(async_drop)]
#![allow(incomplete_features)]
use std::future::AsyncDrop;
use std::pin::Pin;
use std::task::{Context, Waker};

struct Connection {
    said_goodbye: bool,
}

impl Connection {
    async fn write(&mut self, what: &str) {
        println!("sent {what}");
    }
    async fn wait_for_answer(&mut self) {
        std::future::pending().await
    }
}

impl Drop for Connection {
    fn drop(&mut self) {
        match self.said_goodbye {
            false => println!("closed, without a goodbye"),
            true => println!("closed, without waiting for the answer"),
        }
    }
}

impl AsyncDrop for Connection {
    async fn drop(mut self: Pin<&mut Self>) {
        self.said_goodbye = true;
        self.write("goodbye").await;
        self.wait_for_answer().await;
    }
}

async fn request() {
    let _connection = Connection { said_goodbye: false };
}

fn main() {
    let mut cx = Context::from_waker(Waker::noop());
    drop(Box::pin(async {
        let _c = Connection { said_goodbye: false };
        std::future::pending::<()>().await
    }));
    let mut request = Box::pin(request());
    assert!(request.as_mut().poll(&mut cx).is_pending());
    drop(request);
}
