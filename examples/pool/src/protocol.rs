//! The wire protocol: length-prefixed frames over TCP.
//!
//! ```text
//! client                          server
//!   HELLO version            ->
//!                            <-   WELCOME connection        the connection is up
//!   CHECKOUT exit            ->
//!                            <-   READY session             somebody is using it
//!   REQUEST op               ->
//!                            <-   REPLY status value | REFUSED code
//!   RELEASE                  ->
//!                            <-   RELEASED                  that use ended in good order
//!   BYE requests             ->
//!                            <-   BYE-ACK                   the connection ended in good order
//! ```
//!
//! A frame is a `u32` length (big endian), one tag byte, and the fields as big-endian `u32`s. RELEASE
//! and BYE are also allowed while a request is unanswered: they cancel it, as a database would.
//!
//! Both directions of [`FrameStream`] keep half-done work in their own buffers, so dropping a `send` or
//! `receive` future in the middle never puts the stream out of step.

use std::io;

use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};

/// The only version either side speaks.
pub const VERSION: u32 = 1;

/// No frame comes near this size; a longer length prefix means that the peer does not speak the protocol.
const MAX_FRAME: usize = 64;

/// What a client may ask the server to do, chosen so that each answer drives the caller to another exit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Op {
    /// Do a piece of work; more may follow.
    Work,
    /// Work whose answer is already complete.
    Cached,
    /// Work that the server refuses with an error frame.
    Forbidden,
    /// Work that the server is too busy for: try again on another connection.
    Contended,
    /// Work that takes longer than anyone will wait.
    Slow,
    /// Work whose answer breaks an invariant of the caller.
    Corrupt,
}

/// How a reply is to be read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Status {
    More,
    Complete,
    Busy,
    Damaged,
}

/// Everything that travels over a connection.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Frame {
    Hello {
        version: u32,
    },
    Welcome {
        connection: u32,
    },
    /// `exit` labels the way the caller is going to leave; the server only writes it down.
    Checkout {
        exit: u32,
    },
    Ready {
        session: u32,
    },
    Request {
        op: Op,
    },
    Reply {
        status: Status,
        value: u32,
    },
    Refused {
        code: u32,
    },
    Release,
    Released,
    /// The client's own count of requests, which the server compares with what it saw.
    Bye {
        requests: u32,
    },
    ByeAck,
}

const OPS: [Op; 6] = [Op::Work, Op::Cached, Op::Forbidden, Op::Contended, Op::Slow, Op::Corrupt];
const STATUSES: [Status; 4] = [Status::More, Status::Complete, Status::Busy, Status::Damaged];

impl Frame {
    /// Appends the frame, length prefix included.
    pub fn encode(&self, out: &mut Vec<u8>) {
        let (tag, fields): (u8, &[u32]) = match *self {
            Frame::Hello { version } => (1, &[version]),
            Frame::Welcome { connection } => (2, &[connection]),
            Frame::Checkout { exit } => (3, &[exit]),
            Frame::Ready { session } => (4, &[session]),
            Frame::Request { op } => (5, &[op as u32]),
            Frame::Reply { status, value } => (6, &[status as u32, value]),
            Frame::Refused { code } => (7, &[code]),
            Frame::Release => (8, &[]),
            Frame::Released => (9, &[]),
            Frame::Bye { requests } => (10, &[requests]),
            Frame::ByeAck => (11, &[]),
        };
        let length = 1 + 4 * fields.len() as u32;
        out.extend_from_slice(&length.to_be_bytes());
        out.push(tag);
        for field in fields {
            out.extend_from_slice(&field.to_be_bytes());
        }
    }

    /// Takes one frame off the front of `input`, or nothing if it has not arrived whole.
    pub fn decode(input: &mut Vec<u8>) -> io::Result<Option<Frame>> {
        let Some(prefix) = input.first_chunk::<4>() else { return Ok(None) };
        let length = u32::from_be_bytes(*prefix) as usize;
        if length == 0 || length > MAX_FRAME || length % 4 != 1 {
            return Err(malformed());
        }
        let Some(payload) = input.get(4..4 + length) else { return Ok(None) };
        let (fields, _) = payload[1..].as_chunks::<4>();
        let fields: Vec<u32> = fields.iter().map(|field| u32::from_be_bytes(*field)).collect();
        let frame = Frame::from_parts(payload[0], &fields).ok_or_else(malformed)?;
        input.drain(..4 + length);
        Ok(Some(frame))
    }

    fn from_parts(tag: u8, fields: &[u32]) -> Option<Frame> {
        Some(match (tag, fields) {
            (1, &[version]) => Frame::Hello { version },
            (2, &[connection]) => Frame::Welcome { connection },
            (3, &[exit]) => Frame::Checkout { exit },
            (4, &[session]) => Frame::Ready { session },
            (5, &[op]) => Frame::Request { op: *OPS.get(op as usize)? },
            (6, &[status, value]) => {
                Frame::Reply { status: *STATUSES.get(status as usize)?, value }
            }
            (7, &[code]) => Frame::Refused { code },
            (8, []) => Frame::Release,
            (9, []) => Frame::Released,
            (10, &[requests]) => Frame::Bye { requests },
            (11, []) => Frame::ByeAck,
            _ => return None,
        })
    }
}

fn malformed() -> io::Error {
    io::Error::new(io::ErrorKind::InvalidData, "malformed frame")
}

/// Frames over a byte stream; `send` and `receive` may be cancelled at any await and called again.
#[derive(Debug)]
pub struct FrameStream<S> {
    stream: S,
    incoming: Vec<u8>,
    outgoing: Vec<u8>,
}

impl<S: AsyncRead + AsyncWrite + Unpin> FrameStream<S> {
    pub fn new(stream: S) -> Self {
        FrameStream { stream, incoming: Vec::new(), outgoing: Vec::new() }
    }

    /// Writes the frame after whatever a cancelled `send` left unwritten.
    pub async fn send(&mut self, frame: Frame) -> io::Result<()> {
        frame.encode(&mut self.outgoing);
        while !self.outgoing.is_empty() {
            let written = self.stream.write(&self.outgoing).await?;
            if written == 0 {
                return Err(io::ErrorKind::WriteZero.into());
            }
            self.outgoing.drain(..written);
        }
        Ok(())
    }

    /// The next frame, or `None` if the peer closed the stream between two frames.
    pub async fn receive(&mut self) -> io::Result<Option<Frame>> {
        loop {
            if let Some(frame) = Frame::decode(&mut self.incoming)? {
                return Ok(Some(frame));
            }
            if self.stream.read_buf(&mut self.incoming).await? == 0 {
                return match self.incoming.is_empty() {
                    true => Ok(None),
                    false => Err(io::ErrorKind::UnexpectedEof.into()),
                };
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    const EVERY_FRAME: [Frame; 11] = [
        Frame::Hello { version: VERSION },
        Frame::Welcome { connection: 7 },
        Frame::Checkout { exit: 3 },
        Frame::Ready { session: u32::MAX },
        Frame::Request { op: Op::Corrupt },
        Frame::Reply { status: Status::Damaged, value: 42 },
        Frame::Refused { code: 403 },
        Frame::Release,
        Frame::Released,
        Frame::Bye { requests: 12 },
        Frame::ByeAck,
    ];

    #[test]
    fn every_frame_survives_the_trip_byte_by_byte() {
        let mut bytes = Vec::new();
        EVERY_FRAME.iter().for_each(|frame| frame.encode(&mut bytes));
        let (mut arrived, mut frames) = (Vec::new(), Vec::new());
        for byte in bytes {
            arrived.push(byte);
            frames.extend(Frame::decode(&mut arrived).unwrap());
        }
        assert_eq!(frames, EVERY_FRAME);
        assert!(arrived.is_empty());
    }

    #[test]
    fn nonsense_is_refused() {
        for bytes in
            [&[0, 0, 0, 0][..], &[0, 0, 1, 1, 8], &[0, 0, 0, 1, 99], &[0, 0, 0, 5, 5, 0, 0, 0, 6]]
        {
            assert!(Frame::decode(&mut bytes.to_vec()).is_err(), "{bytes:?}");
        }
    }

    #[tokio::test]
    async fn a_cancelled_receive_loses_nothing() {
        let (near, mut far) = tokio::io::duplex(64);
        let mut near = FrameStream::new(near);
        let mut bytes = Vec::new();
        Frame::Bye { requests: 5 }.encode(&mut bytes);

        far.write_all(&bytes[..6]).await.unwrap();
        let cut_off = tokio::time::timeout(Duration::from_millis(5), near.receive()).await;
        assert!(cut_off.is_err());
        far.write_all(&bytes[6..]).await.unwrap();
        assert_eq!(near.receive().await.unwrap(), Some(Frame::Bye { requests: 5 }));
        drop(far);
        assert_eq!(near.receive().await.unwrap(), None);
    }
}
