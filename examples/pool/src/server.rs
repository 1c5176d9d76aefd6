//! The server, and its record of how every connection and every session ended.
//!
//! A *connection* is one TCP connection. A *session* is one use of it, from CHECKOUT to RELEASE (or BYE).
//! The record is written only from what arrives on the socket; nothing a client believes enters it.

use std::io;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex, MutexGuard};
use std::time::Duration;

use tokio::net::{TcpListener, TcpStream};

use crate::protocol::{Frame, FrameStream, Op, Status, VERSION};

/// How a connection or a session stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum End {
    /// Nothing has ended it: neither a handshake nor the end of the byte stream.
    Open,
    /// The closing handshake took place.
    Graceful,
    /// The byte stream ended, was reset, or broke the protocol, without the handshake.
    Abrupt,
}

/// One use of a connection.
#[derive(Clone, Copy, Debug)]
pub struct Session {
    pub exit: u32,
    pub end: End,
}

/// Everything that one run of the service left at the server; sessions are numbered by position.
#[derive(Clone, Debug, Default)]
pub struct Record {
    pub connections: Vec<End>,
    pub sessions: Vec<Session>,
    /// BYE frames whose count of requests differs from what the server counted.
    pub wrong_counts: usize,
}

/// A listening server; dropping it with its runtime ends it.
#[derive(Debug)]
pub struct Server {
    pub address: SocketAddr,
    record: Arc<Mutex<Record>>,
}

/// What it costs the server to end a session or a connection in good order.
#[derive(Clone, Copy, Debug)]
pub struct Costs {
    pub closing: Duration,
}

impl Server {
    /// Listens on a free loopback port and serves until the runtime goes away.
    pub async fn start(costs: Costs) -> io::Result<Server> {
        let listener = TcpListener::bind("127.0.0.1:0").await?;
        let address = listener.local_addr()?;
        let record = Arc::new(Mutex::new(Record::default()));
        let log = record.clone();
        tokio::spawn(async move {
            // `accept` fails only when descriptors run out; the next connection may fare better.
            loop {
                let Ok((stream, _)) = listener.accept().await else {
                    tokio::time::sleep(Duration::from_millis(10)).await;
                    continue;
                };
                let peer = Peer::new(stream, log.clone(), costs);
                tokio::spawn(peer.serve());
            }
        });
        Ok(Server { address, record })
    }

    /// The record as it stands.
    pub fn record(&self) -> Record {
        self.record.lock().unwrap().clone()
    }

    /// The record once nothing has changed for a while, so that closes still in flight are seen.
    pub async fn settled_record(&self) -> Record {
        const QUIET: Duration = Duration::from_millis(150);
        const AT_MOST: u32 = 20;
        let mut last = self.record();
        for _ in 0..AT_MOST {
            if last.connections.iter().all(|end| *end != End::Open) {
                break;
            }
            tokio::time::sleep(QUIET).await;
            let now = self.record();
            let unchanged =
                now.connections == last.connections && now.sessions.len() == last.sessions.len();
            last = now;
            if unchanged {
                break;
            }
        }
        last
    }
}

/// The server's side of one connection.
struct Peer {
    frames: FrameStream<TcpStream>,
    log: Arc<Mutex<Record>>,
    costs: Costs,
    connection: usize,
    session: Option<usize>,
    requests: u32,
}

impl Peer {
    fn new(stream: TcpStream, log: Arc<Mutex<Record>>, costs: Costs) -> Peer {
        // Without this, Nagle's algorithm would dominate every latency measured here.
        let _ = stream.set_nodelay(true);
        let connection = {
            let mut record = log.lock().unwrap();
            record.connections.push(End::Open);
            record.connections.len() - 1
        };
        Peer {
            frames: FrameStream::new(stream),
            log,
            costs,
            connection,
            session: None,
            requests: 0,
        }
    }

    fn record(&self) -> MutexGuard<'_, Record> {
        self.log.lock().unwrap()
    }

    async fn serve(mut self) {
        let end = match self.converse().await {
            Ok(true) => End::Graceful,
            Ok(false) | Err(_) => End::Abrupt,
        };
        // Whatever session BYE or RELEASE did not end, ends as the connection does.
        self.end_session(end);
        self.record().connections[self.connection] = end;
    }

    fn end_session(&mut self, end: End) {
        if let Some(session) = self.session.take() {
            self.record().sessions[session].end = end;
        }
    }

    /// Talks until the connection ends; true if it ended by BYE.
    async fn converse(&mut self) -> io::Result<bool> {
        while let Some(frame) = self.frames.receive().await? {
            match frame {
                Frame::Hello { version: VERSION } => {
                    let connection = self.connection as u32;
                    self.frames.send(Frame::Welcome { connection }).await?;
                }
                Frame::Checkout { exit } if self.session.is_none() => {
                    let session = self.open_session(exit);
                    self.frames.send(Frame::Ready { session }).await?;
                }
                Frame::Request { op } if self.session.is_some() => {
                    self.requests += 1;
                    if let Some(answer) = answer(op, self.requests) {
                        self.frames.send(answer).await?;
                    }
                }
                Frame::Release if self.session.is_some() => {
                    self.close_up().await?;
                    self.frames.send(Frame::Released).await?;
                    self.end_session(End::Graceful);
                }
                Frame::Bye { requests } => {
                    self.close_up().await?;
                    if requests != self.requests {
                        self.record().wrong_counts += 1;
                    }
                    self.frames.send(Frame::ByeAck).await?;
                    return Ok(true);
                }
                _ => return Err(io::ErrorKind::InvalidData.into()),
            }
        }
        Ok(false)
    }

    /// The work that RELEASE and BYE ask for. A client that hangs up before it is done has not waited for
    /// the answer: what it began to close is undone, and that end is abrupt.
    async fn close_up(&mut self) -> io::Result<()> {
        tokio::select! {
            () = tokio::time::sleep(self.costs.closing) => Ok(()),
            _ = self.frames.receive() => Err(io::ErrorKind::InvalidData.into()),
        }
    }

    fn open_session(&mut self, exit: u32) -> u32 {
        let mut record = self.record();
        record.sessions.push(Session { exit, end: End::Open });
        let session = record.sessions.len() - 1;
        drop(record);
        self.session = Some(session);
        session as u32
    }
}

/// The answer to a request; none for slow work, which goes on until the client gives up on it.
fn answer(op: Op, requests: u32) -> Option<Frame> {
    let reply = |status| Some(Frame::Reply { status, value: requests });
    match op {
        Op::Work => reply(Status::More),
        Op::Cached => reply(Status::Complete),
        Op::Contended => reply(Status::Busy),
        Op::Corrupt => reply(Status::Damaged),
        Op::Forbidden => Some(Frame::Refused { code: 403 }),
        Op::Slow => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::client::{Error, Wire};

    const COSTS: Costs = Costs { closing: Duration::ZERO };

    fn ends(record: &Record) -> Vec<End> {
        record.sessions.iter().map(|session| session.end).collect()
    }

    #[tokio::test]
    async fn each_way_of_ending_is_counted_as_itself() {
        let server = Server::start(COSTS).await.unwrap();
        let mut released_then_bye = Wire::connect(server.address).await.unwrap();
        released_then_bye.checkout(0).await.unwrap();
        released_then_bye.request(Op::Work).await.unwrap();
        released_then_bye.release().await.unwrap();
        released_then_bye.bye().await.unwrap();

        let mut cut = Wire::connect(server.address).await.unwrap();
        cut.checkout(1).await.unwrap();
        drop(cut);

        let mut released_then_cut = Wire::connect(server.address).await.unwrap();
        released_then_cut.checkout(2).await.unwrap();
        released_then_cut.release().await.unwrap();
        drop(released_then_cut);

        let mut held = Wire::connect(server.address).await.unwrap();
        held.checkout(3).await.unwrap();

        let record = server.settled_record().await;
        assert_eq!(record.connections, [End::Graceful, End::Abrupt, End::Abrupt, End::Open]);
        assert_eq!(ends(&record), [End::Graceful, End::Abrupt, End::Graceful, End::Open]);
        assert_eq!(record.wrong_counts, 0);
        drop(held);
    }

    #[tokio::test]
    async fn a_cancelled_request_can_still_be_released() {
        let server = Server::start(COSTS).await.unwrap();
        let mut wire = Wire::connect(server.address).await.unwrap();
        wire.checkout(0).await.unwrap();
        let slow = tokio::time::timeout(Duration::from_millis(20), wire.request(Op::Slow)).await;
        assert!(slow.is_err());
        wire.release().await.unwrap();
        wire.checkout(1).await.unwrap();
        let refused = wire.request(Op::Forbidden).await;
        assert!(matches!(refused, Err(Error::Refused(403))), "{refused:?}");
        wire.bye().await.unwrap();

        let record = server.settled_record().await;
        assert_eq!(record.connections, [End::Graceful]);
        assert_eq!(ends(&record), [End::Graceful, End::Graceful]);
        assert_eq!(record.wrong_counts, 0);
    }
}
