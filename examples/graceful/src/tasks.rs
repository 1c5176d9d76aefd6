//! The tasks of the program. None of them knows that there is such a thing as a shutdown.

use std::collections::HashMap;
use std::future::{AsyncDrop, async_drop, pending};
use std::io;
use std::net::SocketAddr;
use std::panic::panic_any;
use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;

use tokio::sync::{Mutex, Semaphore};
use tokio::time::sleep;

use crate::connection::Connection;
use crate::task_set::{Report, TaskSet};

/// Longer than anybody waits.
const AGES: Duration = Duration::from_secs(3600);
/// Longer than it takes to call `shutdown`, shorter than the deadline.
const A_WHILE: Duration = Duration::from_millis(100);

/// The payload of a panic that belongs to the program. It is not reported.
#[derive(Debug)]
pub struct Planned;

/// What a task does, and holds at the time of the shutdown.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// A connection in a local of a loop.
    Local,
    /// A connection that waits for an answer which never comes.
    Waiting,
    /// A connection in a boxed future of unknown type.
    Future,
    /// Two connections, and something without an async destructor, in a `Vec<Box<dyn Session>>`.
    Boxed,
    /// Three connections in a `HashMap`.
    Mapped,
    /// One connection for two tasks, each of which has two `Arc`s of it. The last one says goodbye.
    Shared,
    /// A connection in a destructor that has begun. It is shielded: it goes on to its end.
    Closing,
    /// Nothing that would have to be awaited.
    Idle,
    /// Nothing: it has come to its end, and its connection has said goodbye.
    Done,
    /// Nothing: it panicked with a connection in its hands.
    Panicking,
    /// A connection in a destructor that takes longer than the deadline.
    Slow,
}

impl Kind {
    pub const ALL: [Kind; 11] = [
        Kind::Local,
        Kind::Waiting,
        Kind::Future,
        Kind::Boxed,
        Kind::Mapped,
        Kind::Shared,
        Kind::Closing,
        Kind::Idle,
        Kind::Done,
        Kind::Panicking,
        Kind::Slow,
    ];

    pub fn name(self) -> &'static str {
        match self {
            Kind::Local => "local",
            Kind::Waiting => "waiting",
            Kind::Future => "future",
            Kind::Boxed => "boxed",
            Kind::Mapped => "mapped",
            Kind::Shared => "shared",
            Kind::Closing => "closing",
            Kind::Idle => "idle",
            Kind::Done => "done",
            Kind::Panicking => "panicking",
            Kind::Slow => "slow",
        }
    }

    pub fn tasks(self) -> usize {
        if self == Kind::Shared { 2 } else { 1 }
    }

    pub fn connections(self) -> usize {
        match self {
            Kind::Idle => 0,
            Kind::Boxed => 2,
            Kind::Mapped => 3,
            _ => 1,
        }
    }

    /// Where its tasks are counted.
    pub fn counted_in(self, report: &mut Report) -> &mut usize {
        match self {
            Kind::Done => &mut report.completed,
            Kind::Panicking => &mut report.panicked,
            Kind::Slow => &mut report.aborted,
            _ => &mut report.cancelled,
        }
    }

    /// Spawns the tasks of this kind once.
    pub async fn spawn(self, set: &mut TaskSet, place: &Place) {
        let place = Place { label: self.name(), ..place.clone() };
        match self {
            Kind::Local => set.spawn(local(place)),
            Kind::Waiting => set.spawn(waiting(place)),
            Kind::Future => set.spawn(future(place)),
            Kind::Boxed => set.spawn(boxed(place)),
            Kind::Mapped => set.spawn(mapped(place)),
            Kind::Shared => {
                let connection = Arc::new(Mutex::new(place.connect().await));
                set.spawn(shared(place.clone(), connection.clone()));
                set.spawn(shared(place, connection));
            }
            Kind::Closing => set.spawn(closing(place)),
            Kind::Idle => set.spawn(idle(place)),
            Kind::Done => set.spawn(done(place)),
            Kind::Panicking => set.spawn(panicking(place)),
            Kind::Slow => set.spawn(slow(place)),
        }
    }
}

/// What a task is given.
#[derive(Clone, Debug)]
pub struct Place {
    peer: SocketAddr,
    label: &'static str,
    ready: Arc<Semaphore>,
}

impl Place {
    pub fn new(peer: SocketAddr) -> Place {
        Place { peer, label: "", ready: Arc::new(Semaphore::new(0)) }
    }

    /// Waits until this many tasks are where the shutdown is to find them.
    pub async fn ready(&self, tasks: usize) {
        let tasks = u32::try_from(tasks).expect("a count of tasks");
        self.ready.acquire_many(tasks).await.expect("it is never closed").forget();
    }

    fn is_ready(&self) {
        self.ready.add_permits(1);
    }

    async fn connect(&self) -> Connection {
        let mut connection =
            Connection::open(self.peer, self.label).await.expect("the peer accepts");
        connection.ping().await.expect("the peer answers");
        connection
    }
}

async fn local(place: Place) {
    let mut connection = place.connect().await;
    place.is_ready();
    loop {
        connection.ping().await.expect("the peer answers");
        sleep(Duration::from_millis(1)).await;
    }
}

async fn waiting(place: Place) {
    let mut connection = place.connect().await;
    place.is_ready();
    connection.wait().await.expect("cancelled before that");
}

async fn future(place: Place) {
    let erased: Pin<Box<dyn Future<Output = ()> + Send>> = Box::pin(waiting(place));
    erased.await;
}

/// Somebody to talk to.
trait Session: Send {
    fn ping(&mut self) -> Pin<Box<dyn Future<Output = io::Result<()>> + Send + '_>>;
}

impl Session for Connection {
    fn ping(&mut self) -> Pin<Box<dyn Future<Output = io::Result<()>> + Send + '_>> {
        Box::pin(self.ping())
    }
}

/// Talks to itself, and has nobody to take leave of.
struct Echo(Vec<u8>);

impl Session for Echo {
    fn ping(&mut self) -> Pin<Box<dyn Future<Output = io::Result<()>> + Send + '_>> {
        self.0.push(1);
        Box::pin(async { Ok(()) })
    }
}

async fn boxed(place: Place) {
    let mut sessions: Vec<Box<dyn Session>> = Vec::new();
    sessions.push(Box::new(place.connect().await));
    sessions.push(Box::new(Echo(Vec::new())));
    sessions.push(Box::new(place.connect().await));
    for session in &mut sessions {
        session.ping().await.expect("it answers");
    }
    place.is_ready();
    pending().await
}

async fn mapped(place: Place) {
    let mut connections = HashMap::new();
    for name in ["orders", "invoices", "customers"] {
        connections.insert(name, place.connect().await);
    }
    if let Some(connection) = connections.get_mut("orders") {
        connection.ping().await.expect("the peer answers");
    }
    place.is_ready();
    pending().await
}

async fn shared(place: Place, connection: Arc<Mutex<Connection>>) {
    let handles = [connection.clone(), connection];
    for handle in &handles {
        handle.lock().await.ping().await.expect("the peer answers");
    }
    place.is_ready();
    pending().await
}

/// Takes its time before its connection, a field, says goodbye.
struct Lingering {
    takes: Duration,
    /// Told when the destructor begins.
    place: Option<Place>,
    _connection: Connection,
}

impl Drop for Lingering {
    fn drop(&mut self) {}
}

impl AsyncDrop for Lingering {
    async fn drop(mut self: Pin<&mut Self>) {
        if let Some(place) = self.place.take() {
            place.is_ready();
        }
        sleep(self.takes).await;
    }
}

async fn closing(place: Place) {
    {
        let connection = place.connect().await;
        let _lingering = Lingering { takes: A_WHILE, place: Some(place), _connection: connection };
    }
    pending().await
}

async fn slow(place: Place) {
    let connection = place.connect().await;
    let _lingering = Lingering { takes: AGES, place: None, _connection: connection };
    place.is_ready();
    pending().await
}

async fn idle(place: Place) {
    let _buffer = String::from(place.label);
    place.is_ready();
    pending().await
}

async fn done(place: Place) {
    async_drop(place.connect().await).await;
    place.is_ready();
}

async fn panicking(place: Place) {
    let _connection = place.connect().await;
    place.is_ready();
    panic_any(Planned);
}
