//! The client's side of one connection, without any opinion on how it is to be ended.
//!
//! [`Wire`] has no destructor of its own: dropping it closes the socket, which the server sees as an
//! abrupt end. The strategies wrap it, each in its own way of not letting that happen.

use std::io;
use std::net::SocketAddr;

use tokio::net::TcpStream;

use crate::protocol::{Frame, FrameStream, Op, Status, VERSION};

/// Why a conversation with the server failed.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    #[error("the connection failed: {0}")]
    Io(#[from] io::Error),
    #[error("the server closed the connection")]
    Closed,
    #[error("the server refused the request with code {0}")]
    Refused(u32),
    #[error("the server answered out of turn: {0:?}")]
    OutOfTurn(Frame),
}

/// An answer to a request.
#[derive(Clone, Copy, Debug)]
pub struct Reply {
    pub status: Status,
    pub value: u32,
}

/// One connection to the server.
#[derive(Debug)]
pub struct Wire {
    frames: FrameStream<TcpStream>,
    requests: u32,
    sessions: u32,
    session: u32,
}

impl Wire {
    /// Connects and shakes hands.
    pub async fn connect(address: SocketAddr) -> Result<Wire, Error> {
        let stream = TcpStream::connect(address).await?;
        stream.set_nodelay(true)?;
        let frames = FrameStream::new(stream);
        let mut wire = Wire { frames, requests: 0, sessions: 0, session: 0 };
        wire.frames.send(Frame::Hello { version: VERSION }).await?;
        match wire.next().await? {
            Frame::Welcome { .. } => Ok(wire),
            other => Err(Error::OutOfTurn(other)),
        }
    }

    /// Begins a session; `exit` is a label for the server's record.
    pub async fn checkout(&mut self, exit: u32) -> Result<(), Error> {
        self.frames.send(Frame::Checkout { exit }).await?;
        match self.next().await? {
            Frame::Ready { session } => {
                self.session = session;
                self.sessions += 1;
                Ok(())
            }
            other => Err(Error::OutOfTurn(other)),
        }
    }

    /// The server's number for the present session.
    pub fn session(&self) -> u32 {
        self.session
    }

    /// How many sessions this connection has seen.
    pub fn sessions(&self) -> u32 {
        self.sessions
    }

    /// Asks for something and waits for the answer.
    pub async fn request(&mut self, op: Op) -> Result<Reply, Error> {
        self.requests += 1;
        self.frames.send(Frame::Request { op }).await?;
        match self.next().await? {
            Frame::Reply { status, value } => Ok(Reply { status, value }),
            Frame::Refused { code } => Err(Error::Refused(code)),
            other => Err(Error::OutOfTurn(other)),
        }
    }

    /// Ends the session in good order and keeps the connection.
    pub async fn release(&mut self) -> Result<(), Error> {
        self.frames.send(Frame::Release).await?;
        self.skip_to(Frame::Released).await
    }

    /// Ends the connection in good order, and with it a session that is still open.
    pub async fn bye(&mut self) -> Result<(), Error> {
        self.frames.send(Frame::Bye { requests: self.requests }).await?;
        self.skip_to(Frame::ByeAck).await
    }

    async fn next(&mut self) -> Result<Frame, Error> {
        self.frames.receive().await?.ok_or(Error::Closed)
    }

    /// Waits for `wanted`, over answers to a request that was cancelled.
    async fn skip_to(&mut self, wanted: Frame) -> Result<(), Error> {
        loop {
            match self.next().await? {
                frame if frame == wanted => return Ok(()),
                Frame::Reply { .. } | Frame::Refused { .. } => {}
                other => return Err(Error::OutOfTurn(other)),
            }
        }
    }
}
