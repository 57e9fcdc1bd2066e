//! A bare axum echo in this process: the floor of any answer over HTTP on this machine.

use anyhow::{Context, Result};
use axum::Router;
use axum::routing::post;
use tokio::net::TcpListener;

/// Starts it; its address. It runs until the process ends.
pub(crate) async fn start() -> Result<String> {
    let listener = TcpListener::bind(("127.0.0.1", 0)).await.context("no free port")?;
    let address = listener.local_addr().context("no address")?;
    let router = Router::new().route("/", post(|body: String| async move { body }));
    tokio::spawn(async move { axum::serve(listener, router).await });
    Ok(format!("http://{address}"))
}
