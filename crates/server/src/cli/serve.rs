//! `candor serve`: opens the store, starts the loops and the listeners, and ends in order.

use super::{Done, Failure, demo as filling, files, open, out};
use crate::config::{Config, Role};
use crate::state::{AppState, Options};
use crate::{control, health, logs, metrics, router, serve, smtp};
use anyhow::Context;
use axum::Router;
use axum::routing::get;
use candor_app::background::{self, Roles};
use candor_app::{demo, link, setup};
use candor_domain::locale::Locale;
use candor_store::Db;
use clap::{Args, ValueEnum};
use std::net::SocketAddr;
use std::time::Instant;
use tokio::net::TcpListener;
use toml::Value;

#[derive(Debug, Args)]
pub(super) struct ServeArgs {
    /// Address and port of the site.
    #[arg(long, value_name = "ADDRESS")]
    listen: Option<SocketAddr>,
    /// Where browsers reach the desk.
    #[arg(long, value_name = "URL")]
    public_url: Option<String>,
    /// Address and port of /metrics.
    #[arg(long, value_name = "ADDRESS")]
    metrics_listen: Option<SocketAddr>,
    /// Offers the demo page and fills an empty desk.
    #[arg(long)]
    demo: bool,
    /// Which parts this process runs; several processes need PostgreSQL.
    #[arg(long)]
    role: Option<RoleArg>,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
enum RoleArg {
    All,
    Web,
    Worker,
}

impl ServeArgs {
    pub(super) fn flags(&self) -> Vec<(&'static str, Value)> {
        let mut flags = Vec::new();
        let text = |text: &dyn ToString| Value::String(text.to_string());
        flags.extend(self.listen.as_ref().map(|address| ("listen", text(address))));
        flags.extend(self.public_url.as_ref().map(|url| ("public_url", text(url))));
        flags.extend(self.metrics_listen.as_ref().map(|address| ("metrics_listen", text(address))));
        flags.extend(self.demo.then_some(("demo", Value::Boolean(true))));
        flags.extend(self.role.map(|role| ("role", Value::String(format!("{role:?}").to_lowercase()))));
        flags
    }
}

pub(super) fn run(config: Config) -> Done {
    let begun = Instant::now();
    logs::start(&config.log_level, config.log_format).map_err(|why| Failure::Failed(anyhow::anyhow!(why)))?;
    let runtime = open::runtime()?;
    if config.demo {
        runtime.block_on(filling::furnish(&config))?;
    }
    let db = Db::open(open::options(&config)?)?;
    runtime.block_on(desk(config, db, begun))
}

async fn desk(config: Config, db: Db, begun: Instant) -> Done {
    let app = open::app(&config, db)?;
    setup::run(&app, Locale::English).await?;
    files::claim(&config, &app).await?;
    let roles = Roles { screens: config.role != Role::Worker, work: config.role != Role::Web };
    let options = Options { trusted_proxies: config.trusted_proxies.clone(), demo: config.demo, screens: roles.screens };
    let state = AppState::new(app.clone(), config.site(), options);
    let stop = state.draining.clone();
    serve::stop_on_signal(stop.clone()).context("cannot watch for signals")?;

    let listener = listen(config.listen).await?;
    let control = control::listen(&state, &config.data).context("cannot open the control socket")?;
    let metrics = start_metrics(&config, &state).await?;
    let mail = start_mail(&config, &state).await?;
    let mut loops = background::start(&app, roles, &stop);
    if config.demo && roles.work {
        let (app, stop) = (app.clone(), stop.clone());
        loops.spawn(async move { stop.run_until_cancelled(demo::keep_alive(app)).await.unwrap_or_default() });
    }
    greet(&config, &state).await?;
    let address = listener.local_addr().context("the listener has no address")?;
    tracing::info!(%address, public_url = config.public_url, took_ms = begun.elapsed().as_millis() as u64, "the desk is open");

    serve::run(listener, site(&config, &state), stop).await;
    loops.join_all().await;
    control.finish().await;
    for other in [metrics, mail].into_iter().flatten() {
        other.await.context("a listener panicked")?;
    }
    serve::finish(&state).await;
    tracing::info!("the desk is closed");
    Ok(())
}

async fn listen(address: SocketAddr) -> Result<TcpListener, Failure> {
    TcpListener::bind(address).await.map_err(|error| Failure::Unreachable(format!("cannot listen on {address}: {error}")))
}

/// A worker answers for its health only.
fn site(config: &Config, state: &AppState) -> Router {
    match config.role {
        Role::All | Role::Web => router::build(state.clone()),
        Role::Worker => {
            let health = Router::new().route("/livez", get(health::livez)).route("/readyz", get(health::readyz));
            health.with_state(state.clone())
        }
    }
}

async fn start_metrics(config: &Config, state: &AppState) -> Result<Option<tokio::task::JoinHandle<()>>, Failure> {
    let Some(address) = config.metrics_listen else { return Ok(None) };
    let handle = metrics::start().context("cannot start counting")?;
    let listener = listen(address).await?;
    tokio::spawn(metrics::upkeep(state.clone(), handle.clone()));
    Ok(Some(tokio::spawn(serve::run(listener, metrics::router(state.clone(), handle), state.draining.clone()))))
}

/// Where other mail servers hand mail over.
async fn start_mail(config: &Config, state: &AppState) -> Result<Option<tokio::task::JoinHandle<()>>, Failure> {
    let Some(address) = config.mail_listen else { return Ok(None) };
    let settings = config.mail(state.app.host()).context("the certificate for mail cannot be read")?;
    let listener = listen(address).await?;
    tracing::info!(%address, encrypted = settings.tls.is_some(), "mail is taken");
    Ok(Some(tokio::spawn(smtp::run(listener, settings, state.app.clone(), state.draining.clone()))))
}

/// What a person at the terminal needs to begin.
async fn greet(config: &Config, state: &AppState) -> Done {
    if config.role == Role::Worker {
        return Ok(());
    }
    if config.demo {
        out::note(&format!("Console: {url}\nAn exchange's page with the chat: {url}/demo", url = config.public_url));
    }
    if let Some(link) = link::first_admin(&state.app).await? {
        out::note(&format!("Nobody can sign in yet. Make the first administrator within 24 hours, once:\n{link}"));
    }
    Ok(())
}
