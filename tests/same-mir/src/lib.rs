//! Uses the crates it depends on, so that futures of theirs, and what drops those, exist with
//! concrete types. It is compiled, never run: what counts is what the compiler makes of it.

use std::collections::BTreeMap;
use std::convert::Infallible;
use std::io;
use std::time::Duration;

use bytes::Bytes;
use futures_util::future::{join_all, try_join};
use futures_util::stream::FuturesUnordered;
use futures_util::{SinkExt, StreamExt};
use http_body_util::{BodyExt, Full};
use hyper::body::Incoming;
use hyper::{Request, Response};
use hyper_util::client::legacy::Client;
use hyper_util::rt::{TokioExecutor, TokioIo};
use hyper_util::server::conn::auto;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{Mutex, Semaphore, broadcast, mpsc, oneshot, watch};
use tokio::task::JoinSet;
use tokio_util::codec::{Framed, LinesCodec};
use tower::{BoxError, ServiceBuilder, ServiceExt};

type Shared = std::sync::Arc<Mutex<BTreeMap<String, serde_json::Value>>>;

async fn answer(
    shared: Shared,
    request: Request<Incoming>,
) -> Result<Response<Full<Bytes>>, BoxError> {
    let key = request.uri().path().to_owned();
    let body = request.into_body().collect().await?.to_bytes();
    let value: serde_json::Value = serde_json::from_slice(&body)?;
    let mut map = shared.lock().await;
    let before = map.insert(key, value).unwrap_or_default();
    Ok(Response::new(Full::new(Bytes::from(before.to_string()))))
}

/// An HTTP server that ends when it is told to.
pub async fn serve(
    listener: TcpListener,
    shared: Shared,
    mut stop: watch::Receiver<bool>,
) -> io::Result<()> {
    let mut connections = JoinSet::new();
    loop {
        let (stream, _) = tokio::select! {
            accepted = listener.accept() => accepted?,
            _ = stop.changed() => break,
        };
        let shared = shared.clone();
        connections.spawn(async move {
            let service =
                hyper::service::service_fn(move |request| answer(shared.clone(), request));
            let builder = auto::Builder::new(TokioExecutor::new());
            builder.serve_connection(TokioIo::new(stream), service).await
        });
    }
    while connections.join_next().await.is_some() {}
    Ok(())
}

/// A request with everything tower puts around it.
pub async fn ask(uri: hyper::Uri) -> Result<Bytes, BoxError> {
    let client = Client::builder(TokioExecutor::new()).build_http::<Full<Bytes>>();
    let service = ServiceBuilder::new()
        .buffer(4)
        .concurrency_limit(2)
        .timeout(Duration::from_secs(1))
        .service_fn(move |request: Request<Full<Bytes>>| client.request(request));
    let request = Request::builder().uri(uri).body(Full::new(Bytes::from_static(b"null")))?;
    Ok(service.oneshot(request).await?.into_body().collect().await?.to_bytes())
}

/// Lines over TCP, and over a pipe in memory.
pub async fn lines(address: &str) -> Result<Vec<String>, BoxError> {
    let mut framed = Framed::new(TcpStream::connect(address).await?, LinesCodec::new());
    framed.send("hello".to_owned()).await?;
    let (mut near, far) = tokio::io::duplex(64);
    near.write_all(b"one\ntwo\n").await?;
    let mut text = String::new();
    let (mut reader, _writer) = tokio::io::split(far);
    tokio::time::timeout(Duration::from_millis(5), reader.read_to_string(&mut text)).await??;
    let mut lines = vec![text];
    while let Some(line) = framed.next().await {
        lines.push(line?);
    }
    Ok(lines)
}

/// Channels, permits and tasks that end in every way.
pub async fn tasks(limit: usize) -> Result<usize, BoxError> {
    let permits = std::sync::Arc::new(Semaphore::new(limit));
    let (sender, mut receiver) = mpsc::channel::<Box<dyn Fn() -> usize + Send>>(limit);
    let (news, _) = broadcast::channel::<String>(limit);
    let mut unordered = FuturesUnordered::new();
    for n in 0..limit {
        let (permits, sender, mut news) = (permits.clone(), sender.clone(), news.subscribe());
        unordered.push(tokio::spawn(async move {
            let _permit = permits.acquire_owned().await?;
            let (reply, answer) = oneshot::channel();
            reply.send(n).map_err(|n| n.to_string())?;
            let heard = news.recv().await.unwrap_or_default();
            let n = answer.await? + heard.len();
            sender.send(Box::new(move || n)).await.map_err(|err| err.to_string())?;
            Ok::<_, BoxError>(())
        }));
    }
    drop(sender);
    let mut sum = 0;
    let local = tokio::task::LocalSet::new();
    local
        .run_until(async {
            while let Some(next) = receiver.recv().await {
                sum += next()
            }
        })
        .await;
    while let Some(done) = unordered.next().await {
        done??;
    }
    let (a, b) = try_join(lines("localhost:1"), lines("localhost:2")).await?;
    let all = join_all(a.into_iter().chain(b).map(|line| async move { line.len() })).await;
    Ok(sum + all.into_iter().sum::<usize>())
}

/// A boxed future that calls itself, and a stream made of async closures.
pub fn recursive(depth: u32) -> futures_util::future::BoxFuture<'static, Result<u32, Infallible>> {
    Box::pin(async move {
        if depth == 0 {
            return Ok(0);
        }
        let stream = futures_util::stream::iter(0..depth).then(async |n| n + 1);
        let sum = stream.fold(0, async |sum, n| sum + n).await;
        Ok(sum + recursive(depth - 1).await?)
    })
}

/// What drops without awaiting: threads, maps, regular expressions.
pub fn blocking(text: &str) -> Result<usize, BoxError> {
    let regex = regex_automata::meta::Regex::new(r"\w+")?;
    let (sender, receiver) = crossbeam_channel::bounded(4);
    let queue = crossbeam_deque::Injector::new();
    let mut map = hashbrown::HashMap::new();
    for found in regex.find_iter(text) {
        map.insert(text[found.range()].to_owned(), vec![found.start()]);
        queue.push(found.end());
    }
    std::thread::scope(|scope| {
        scope.spawn(|| {
            while let Some(end) = queue.steal().success() {
                let _ = sender.send(Box::new(end));
            }
            drop(sender);
        });
        Ok(receiver.iter().map(|end| *end).sum::<usize>()
            + map.into_values().flatten().sum::<usize>())
    })
}

/// The whole on tokio's threads.
pub fn run() -> Result<(), BoxError> {
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
    runtime.block_on(async {
        let (stop, stopped) = watch::channel(false);
        let listener = TcpListener::bind("localhost:0").await?;
        let uri = format!("http://{}/", listener.local_addr()?).parse()?;
        let server = tokio::spawn(serve(listener, Shared::default(), stopped));
        ask(uri).await?;
        tasks(3).await?;
        recursive(3).await?;
        stop.send(true)?;
        server.await??;
        Ok(())
    })
}
