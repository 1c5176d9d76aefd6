//! A web shop's server: orders in Postgres, a cache in Redis, and a payment service that is asked by HTTP.

use std::error::Error;
use std::sync::Arc;
use std::time::Duration;

use axum::extract::ws::{Message, WebSocket, WebSocketUpgrade};
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use axum::{Json, Router};
use redis::AsyncCommands;
use redis::aio::ConnectionManager;
use serde::{Deserialize, Serialize};
use tokio::sync::{Mutex, Semaphore, broadcast};
use tokio_postgres::{Client, NoTls, Transaction};

#[derive(Clone)]
struct Shop {
    database: Arc<Mutex<Client>>,
    cache: ConnectionManager,
    payments: reqwest::Client,
    payments_at: Arc<str>,
    at_once: Arc<Semaphore>,
    news: broadcast::Sender<String>,
}

#[derive(Debug, Clone, Serialize, Deserialize)]
struct Item {
    id: i64,
    name: String,
    price: i64,
    left: i64,
}

#[derive(Debug, Deserialize)]
struct NewOrder {
    customer: String,
    items: Vec<(i64, i64)>,
}

#[derive(Debug, Serialize)]
struct Order {
    id: i64,
    total: i64,
    receipt: String,
}

#[derive(Debug, Serialize, Deserialize)]
struct Payment {
    customer: String,
    amount: i64,
    receipt: Option<String>,
}

enum Failure {
    NoSuchItem(i64),
    SoldOut(i64),
    Other(Box<dyn Error + Send + Sync>),
}

impl<E: Into<Box<dyn Error + Send + Sync>>> From<E> for Failure {
    fn from(error: E) -> Self {
        Self::Other(error.into())
    }
}

impl IntoResponse for Failure {
    fn into_response(self) -> Response {
        match self {
            Self::NoSuchItem(id) => (StatusCode::NOT_FOUND, format!("no item {id}")),
            Self::SoldOut(id) => (StatusCode::CONFLICT, format!("item {id} is sold out")),
            Self::Other(error) => (StatusCode::INTERNAL_SERVER_ERROR, error.to_string()),
        }
        .into_response()
    }
}

async fn cached(shop: &Shop, id: i64) -> Result<Option<Item>, Failure> {
    let text: Option<String> = shop.cache.clone().get(format!("item:{id}")).await?;
    Ok(text.map(|text| serde_json::from_str(&text)).transpose()?)
}

async fn stored(shop: &Shop, id: i64) -> Result<Item, Failure> {
    let database = shop.database.lock().await;
    let statement =
        database.prepare("SELECT id, name, price, quantity FROM items WHERE id = $1").await?;
    let row = database.query_opt(&statement, &[&id]).await?.ok_or(Failure::NoSuchItem(id))?;
    Ok(Item { id: row.get(0), name: row.get(1), price: row.get(2), left: row.get(3) })
}

async fn item(State(shop): State<Shop>, Path(id): Path<i64>) -> Result<Json<Item>, Failure> {
    if let Some(item) = cached(&shop, id).await? {
        return Ok(Json(item));
    }
    let item = stored(&shop, id).await?;
    let text = serde_json::to_string(&item)?;
    let _: () = shop.cache.clone().set_ex(format!("item:{id}"), text, 60).await?;
    Ok(Json(item))
}

async fn take(transaction: &Transaction<'_>, id: i64, count: i64) -> Result<i64, Failure> {
    let row = transaction
        .query_opt("SELECT price, quantity FROM items WHERE id = $1 FOR UPDATE", &[&id])
        .await?
        .ok_or(Failure::NoSuchItem(id))?;
    let (price, left): (i64, i64) = (row.get(0), row.get(1));
    if left < count {
        return Err(Failure::SoldOut(id));
    }
    transaction
        .execute("UPDATE items SET quantity = quantity - $2 WHERE id = $1", &[&id, &count])
        .await?;
    Ok(price * count)
}

async fn pay(shop: &Shop, customer: &str, amount: i64) -> Result<String, Failure> {
    let _permit = shop.at_once.acquire().await?;
    let payment = Payment { customer: customer.to_owned(), amount, receipt: None };
    let answer = shop.payments.post(&*shop.payments_at).json(&payment).send().await?;
    let payment: Payment = answer.error_for_status()?.json().await?;
    payment.receipt.ok_or_else(|| "no receipt".into())
}

async fn order(
    State(shop): State<Shop>,
    Json(new): Json<NewOrder>,
) -> Result<Json<Order>, Failure> {
    let mut database = shop.database.lock().await;
    let transaction = database.transaction().await?;
    let mut total = 0;
    for &(id, count) in &new.items {
        total += take(&transaction, id, count).await?;
    }
    let receipt = tokio::time::timeout(Duration::from_secs(5), pay(&shop, &new.customer, total));
    let receipt = receipt.await??;
    let row = transaction
        .query_one(
            "INSERT INTO orders (customer, total, receipt) VALUES ($1, $2, $3) RETURNING id",
            &[&new.customer, &total, &receipt],
        )
        .await?;
    transaction.commit().await?;
    drop(database);
    let mut cache = shop.cache.clone();
    for (id, _) in new.items {
        let _: () = cache.del(format!("item:{id}")).await?;
    }
    let _ = shop.news.send(format!("{} ordered for {total}", new.customer));
    Ok(Json(Order { id: row.get(0), total, receipt }))
}

async fn news(State(shop): State<Shop>, upgrade: WebSocketUpgrade) -> Response {
    upgrade.on_upgrade(move |socket| tell(shop, socket))
}

async fn tell(shop: Shop, mut socket: WebSocket) {
    let mut news = shop.news.subscribe();
    loop {
        tokio::select! {
            line = news.recv() => {
                let Ok(line) = line else { return };
                if socket.send(Message::Text(line.into())).await.is_err() {
                    return;
                }
            }
            message = socket.recv() => match message {
                Some(Ok(Message::Close(_)) | Err(_)) | None => return,
                Some(Ok(_)) => {}
            },
        }
    }
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let (client, connection) = tokio_postgres::connect("host=localhost user=shop", NoTls).await?;
    let connection = tokio::spawn(connection);
    let redis = redis::Client::open("redis://localhost")?;
    let shop = Shop {
        database: Arc::new(Mutex::new(client)),
        cache: redis.get_connection_manager().await?,
        payments: reqwest::Client::builder().timeout(Duration::from_secs(10)).build()?,
        payments_at: "http://localhost:9000/payments".into(),
        at_once: Arc::new(Semaphore::new(32)),
        news: broadcast::channel(16).0,
    };
    let router = Router::new()
        .route("/items/{id}", get(item))
        .route("/orders", post(order))
        .route("/news", get(news))
        .layer(tower_http::trace::TraceLayer::new_for_http())
        .with_state(shop);
    let listener = tokio::net::TcpListener::bind("127.0.0.1:8080").await?;
    let stopped = async {
        let _ = tokio::signal::ctrl_c().await;
    };
    axum::serve(listener, router).with_graceful_shutdown(stopped).await?;
    connection.await??;
    Ok(())
}
