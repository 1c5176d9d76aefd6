//! The client's side: a connection that says goodbye when it is dropped.

use std::future::AsyncDrop;
use std::io;
use std::net::SocketAddr;
use std::pin::Pin;

use tokio::io::{AsyncBufReadExt, AsyncWriteExt, BufReader, Lines};
use tokio::net::TcpStream;

/// A connection to the peer. See [`peer`](crate::peer) for the protocol.
///
/// A call that is cancelled leaves it fit for use: half a line stays in a buffer, in either direction.
#[derive(Debug)]
pub struct Connection {
    lines: Lines<BufReader<TcpStream>>,
    outgoing: Vec<u8>,
    number: usize,
    pings: u32,
}

/// Where nothing can await, the socket closes, and that is all.
impl Drop for Connection {
    fn drop(&mut self) {}
}

impl AsyncDrop for Connection {
    async fn drop(self: Pin<&mut Self>) {
        // A peer that is gone needs no farewell.
        let _ = self.get_mut().say_goodbye().await;
    }
}

impl Connection {
    /// Connects and shakes hands; `label` is for the peer's record.
    pub async fn open(address: SocketAddr, label: &str) -> io::Result<Connection> {
        let stream = TcpStream::connect(address).await?;
        stream.set_nodelay(true)?;
        let lines = BufReader::new(stream).lines();
        let mut connection = Connection { lines, outgoing: Vec::new(), number: 0, pings: 0 };
        connection.send(&format!("HELLO {label}\n")).await?;
        let answer = connection.receive().await?;
        let number = answer.strip_prefix("WELCOME ").and_then(|number| number.parse().ok());
        connection.number = number.ok_or(io::ErrorKind::InvalidData)?;
        Ok(connection)
    }

    /// Asks for an answer, and waits for it.
    pub async fn ping(&mut self) -> io::Result<()> {
        self.pings += 1;
        self.send("PING\n").await?;
        self.skip_to("PONG").await
    }

    /// Asks for an answer that never comes.
    pub async fn wait(&mut self) -> io::Result<()> {
        self.send("WAIT\n").await?;
        self.skip_to("DONE").await
    }

    async fn say_goodbye(&mut self) -> io::Result<()> {
        self.send(&format!("GOODBYE {} {}\n", self.number, self.pings)).await?;
        self.skip_to("GOODBYE").await
    }

    /// Writes the line, after what a cancelled call left unwritten.
    async fn send(&mut self, line: &str) -> io::Result<()> {
        self.outgoing.extend_from_slice(line.as_bytes());
        while !self.outgoing.is_empty() {
            let written = self.lines.get_mut().write(&self.outgoing).await?;
            if written == 0 {
                return Err(io::ErrorKind::WriteZero.into());
            }
            self.outgoing.drain(..written);
        }
        Ok(())
    }

    async fn receive(&mut self) -> io::Result<String> {
        self.lines.next_line().await?.ok_or(io::ErrorKind::UnexpectedEof.into())
    }

    /// Waits for the line, over answers to calls that were cancelled.
    async fn skip_to(&mut self, wanted: &str) -> io::Result<()> {
        while self.receive().await? != wanted {}
        Ok(())
    }
}
