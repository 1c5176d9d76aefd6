//! A library's loans, in Postgres through sqlx.

use std::time::Duration;

use futures_util::TryStreamExt;
use sqlx::postgres::{PgListener, PgPool, PgPoolOptions};
use sqlx::{FromRow, Postgres, Transaction};

#[derive(Debug, FromRow)]
struct Loan {
    id: i64,
    book: i64,
    reader: String,
}

async fn lend(pool: &PgPool, book: i64, reader: &str) -> sqlx::Result<Option<Loan>> {
    let mut transaction = pool.begin().await?;
    if !is_there(&mut transaction, book).await? {
        transaction.rollback().await?;
        return Ok(None);
    }
    let loan = sqlx::query_as("INSERT INTO loans (book, reader) VALUES ($1, $2) RETURNING *")
        .bind(book)
        .bind(reader)
        .fetch_one(&mut *transaction)
        .await?;
    sqlx::query("SELECT pg_notify('loans', $1)").bind(reader).execute(&mut *transaction).await?;
    transaction.commit().await?;
    Ok(Some(loan))
}

async fn is_there(transaction: &mut Transaction<'_, Postgres>, book: i64) -> sqlx::Result<bool> {
    let lent: Option<(i64,)> = sqlx::query_as("SELECT id FROM loans WHERE book = $1 FOR UPDATE")
        .bind(book)
        .fetch_optional(&mut **transaction)
        .await?;
    Ok(lent.is_none())
}

async fn remind(pool: &PgPool) -> sqlx::Result<u64> {
    let mut reminded = 0;
    let mut loans = sqlx::query_as::<_, Loan>("SELECT * FROM loans").fetch(pool);
    while let Some(loan) = loans.try_next().await? {
        println!("{}: {} is due, {}", loan.id, loan.book, loan.reader);
        sqlx::query("UPDATE loans SET reminded = now() WHERE id = $1")
            .bind(loan.id)
            .execute(pool)
            .await?;
        reminded += 1;
    }
    Ok(reminded)
}

async fn watch(pool: PgPool) -> sqlx::Result<()> {
    let mut listener = PgListener::connect_with(&pool).await?;
    listener.listen("loans").await?;
    loop {
        let notification = listener.recv().await?;
        println!("{}", notification.payload());
    }
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let pool = PgPoolOptions::new()
        .max_connections(4)
        .acquire_timeout(Duration::from_secs(3))
        .connect("postgres://localhost/library")
        .await?;
    let migrator = sqlx::migrate::Migrator::new(std::path::Path::new("migrations")).await?;
    migrator.run(&pool).await?;
    let watching = tokio::spawn(watch(pool.clone()));
    for book in 1..10 {
        let lent = tokio::time::timeout(Duration::from_secs(1), lend(&pool, book, "Ada")).await??;
        println!("{lent:?}");
    }
    println!("{} reminded", remind(&pool).await?);
    watching.abort();
    pool.close().await;
    Ok(())
}
