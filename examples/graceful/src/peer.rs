//! The peer of the connections, and its record of how each ended. Nothing that a client believes enters it.
//!
//! ```text
//! client                       peer
//!   HELLO label             ->
//!                           <-  WELCOME number
//!   PING                    ->
//!                           <-  PONG
//!   WAIT                    ->                    never answered
//!   GOODBYE number pings    ->
//!                           <-  GOODBYE
//! ```
//!
//! A goodbye counts if its numbers are the peer's own, and if the client stays for the answer.

use std::io;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use tokio::io::{AsyncBufReadExt, AsyncWriteExt, BufReader};
use tokio::net::{TcpListener, TcpStream};
use tokio::runtime::{Builder, Runtime};

/// What a goodbye costs the peer. A client that hangs up meanwhile has not waited for the answer.
const CLOSING: Duration = Duration::from_millis(2);
/// How long the end of a closed socket may take to arrive.
const PATIENCE: Duration = Duration::from_secs(10);

/// How a connection stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum End {
    Open,
    /// The client said goodbye and stayed for the answer.
    Goodbye,
    /// The socket closed without that.
    Cut,
}

#[derive(Clone, Debug, Default)]
pub struct Record {
    /// The label and the end of each connection, in the order of their numbers.
    pub connections: Vec<(String, End)>,
    /// What broke the protocol.
    pub wrong: Vec<String>,
}

impl Record {
    /// How many connections with this label ended so.
    pub fn count(&self, label: &str, end: End) -> usize {
        self.connections.iter().filter(|(of, as_)| of == label && *as_ == end).count()
    }
}

type Log = Arc<Mutex<Record>>;

fn lock(log: &Log) -> MutexGuard<'_, Record> {
    log.lock().unwrap_or_else(PoisonError::into_inner)
}

/// The peer, listening on loopback in a runtime of its own.
#[derive(Debug)]
pub struct Peer {
    pub address: SocketAddr,
    log: Log,
    runtime: Runtime,
}

impl Peer {
    pub fn start() -> io::Result<Peer> {
        let runtime = Builder::new_multi_thread().worker_threads(1).enable_all().build()?;
        let listener = runtime.block_on(TcpListener::bind("127.0.0.1:0"))?;
        let address = listener.local_addr()?;
        let log = Log::default();
        let accepted = log.clone();
        runtime.spawn(async move {
            loop {
                // `accept` fails only when descriptors run out; the next connection may fare better.
                match listener.accept().await {
                    Ok((stream, _)) => drop(tokio::spawn(serve(stream, accepted.clone()))),
                    Err(_) => tokio::time::sleep(Duration::from_millis(10)).await,
                }
            }
        });
        Ok(Peer { address, log, runtime })
    }

    /// The record, as soon as every connection has ended. One that does not end in time stays open in it.
    pub fn into_record(self) -> Record {
        let start = Instant::now();
        let open = |(_, end): &(String, End)| *end == End::Open;
        while lock(&self.log).connections.iter().any(open) && start.elapsed() < PATIENCE {
            std::thread::sleep(Duration::from_millis(2));
        }
        drop(self.runtime);
        std::mem::take(&mut lock(&self.log))
    }
}

async fn serve(stream: TcpStream, log: Log) {
    let number = {
        let mut record = lock(&log);
        record.connections.push((String::new(), End::Open));
        record.connections.len() - 1
    };
    let end = converse(stream, number, &log).await.unwrap_or(End::Cut);
    lock(&log).connections[number].1 = end;
}

async fn converse(stream: TcpStream, number: usize, log: &Log) -> io::Result<End> {
    stream.set_nodelay(true)?;
    let mut lines = BufReader::new(stream).lines();
    let mut pings = 0;
    while let Some(line) = lines.next_line().await? {
        let words: Vec<&str> = line.split(' ').collect();
        match words[..] {
            ["HELLO", label] => {
                lock(log).connections[number].0 = label.to_owned();
                lines.get_mut().write_all(format!("WELCOME {number}\n").as_bytes()).await?;
            }
            ["PING"] => {
                pings += 1;
                lines.get_mut().write_all(b"PONG\n").await?;
            }
            ["WAIT"] => {}
            ["GOODBYE", ..] if line == format!("GOODBYE {number} {pings}") => {
                tokio::select! {
                    () = tokio::time::sleep(CLOSING) => {}
                    _ = lines.next_line() => return Ok(End::Cut),
                }
                lines.get_mut().write_all(b"GOODBYE\n").await?;
                if let Ok(Some(line)) = lines.next_line().await {
                    lock(log).wrong.push(format!("{number}: `{line}` after the goodbye"));
                }
                return Ok(End::Goodbye);
            }
            _ => {
                lock(log).wrong.push(format!("{number}: `{line}` after {pings} pings"));
                return Ok(End::Cut);
            }
        }
    }
    Ok(End::Cut)
}
