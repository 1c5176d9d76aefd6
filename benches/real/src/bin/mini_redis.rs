//! tokio's teaching server, mini-redis, and some clients of it in one program.

use futures_util::StreamExt;
use mini_redis::client;
use tokio::net::TcpListener;
use tokio::sync::oneshot;
use tokio::task::JoinSet;

async fn writes(address: String, number: usize) -> mini_redis::Result<()> {
    let mut client = client::connect(&address).await?;
    for key in 0..100 {
        client.set(&format!("{number}:{key}"), "value".into()).await?;
        if let Some(value) = client.get(&format!("{number}:{key}")).await? {
            client.publish("written", value).await?;
        }
    }
    Ok(())
}

async fn listens(address: String, count: usize) -> mini_redis::Result<()> {
    let subscriber = client::connect(&address).await?.subscribe(vec!["written".into()]).await?;
    let messages = subscriber.into_stream().take(count);
    tokio::pin!(messages);
    while let Some(message) = messages.next().await {
        println!("{:?}", message?.content);
    }
    Ok(())
}

#[tokio::main]
async fn main() -> mini_redis::Result<()> {
    let listener = TcpListener::bind("127.0.0.1:0").await?;
    let address = listener.local_addr()?.to_string();
    let (stop, stopped) = oneshot::channel::<()>();
    let server = tokio::spawn(mini_redis::server::run(listener, async {
        let _ = stopped.await;
    }));
    let mut tasks = JoinSet::new();
    tasks.spawn(listens(address.clone(), 100));
    for number in 0..4 {
        tasks.spawn(writes(address.clone(), number));
    }
    while let Some(done) = tasks.join_next().await {
        done??;
    }
    drop(stop);
    server.await?;
    Ok(())
}
