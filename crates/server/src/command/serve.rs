//! `symbolon serve`: the server.

use std::{
    net::{SocketAddr, TcpListener},
    path::PathBuf,
    process::ExitCode,
    sync::Arc,
    time::Duration,
};

use axum::{Router, middleware::map_request};
use axum_server::{Handle, accept::NoDelayAcceptor, tls_rustls::RustlsConfig};
use clap::Args;
use symbolon_core::time::Clock;
use symbolon_jose::Seal;
use symbolon_storage::Storage;
use symbolon_web::{clock::SystemClock, password_pool::PasswordPool};
use tokio::signal::unix::{Signal, SignalKind, signal};

use super::{CommandError, Common, say};
use crate::{
    admin, client_certificates,
    config::Config,
    first_bytes::FirstBytesAcceptor,
    logging, set_up,
    state::{Form, Plan},
    wire::{self, Machine, demo},
};

/// For how long a connection may take to send the head of a request.
const HEAD_TIMEOUT: Duration = Duration::from_secs(10);

/// Run the server.
#[derive(Debug, Args)]
pub(crate) struct Serve {
    #[command(flatten)]
    common: Common,
    /// A declared state to make true at start (YAML).
    #[arg(long, value_name = "FILE")]
    state: Option<PathBuf>,
    /// Load people and clients to play with. Their passwords are public.
    #[arg(long)]
    demo: bool,
    /// The address to listen on.
    #[arg(long, value_name = "ADDR")]
    listen: Option<String>,
    /// The issuer: the address under which browsers and clients reach this server.
    #[arg(long, value_name = "URL")]
    issuer: Option<String>,
    /// Let a demo be reached from other machines.
    #[arg(long)]
    listen_anyway: bool,
}

impl Serve {
    pub(super) async fn run(self) -> Result<ExitCode, CommandError> {
        let mut config = self.common.load(&self.overrides())?;
        logging::start(config.log.format, &config.log.level);
        config
            .warnings
            .iter()
            .for_each(|warning| tracing::warn!("{warning}"));

        // First, so that the issuer has the real port, and a second server on it stops here.
        let listener = listen(config.listen)?;
        let address = listener
            .local_addr()
            .map_err(|error| CommandError::Other(error.to_string()))?;
        let issuer = config.issuer_at(address).as_str().to_owned();
        let tls = tls(&config).await?;

        let storage = symbolon_storage::open(config.database.expose()).await?;
        storage.migrate().await?;
        let passwords = wire::password_pool(&config)?;
        let seal = wire::seal(&config)?;
        let demo = load_state(&config, &*storage, &passwords, &seal).await?;
        check_organizations(&config, &*storage).await?;
        if config.console.enabled && !demo && config.admin.organization.is_none() {
            config.admin.organization = Some(set_up::organization(&*storage).await?);
        }
        let guide = demo.then(|| demo::guide(&issuer, &config.paths.authorize));
        let provider = wire::provider(
            &config,
            &issuer,
            Arc::clone(&storage),
            passwords.clone(),
            seal,
            guide,
            Machine::real(),
        );
        let provider = provider.await?;
        let tending = tokio::spawn(Arc::clone(&provider).tend());

        let (pages, management) = admin::router(
            &config,
            &issuer,
            &provider,
            &storage,
            passwords,
            &Machine::real(),
        )?;
        let app = pages.merge(symbolon_http::router(provider));
        let app = app.layer(map_request(client_certificates::tell));
        let handle = Handle::new();
        // Before anybody is told that it is ready: a signal that finds no handler ends the process.
        let signals = Signals::listen()?;
        tokio::spawn(stop_on_signal(
            signals,
            handle.clone(),
            config.shutdown.drain.into(),
        ));
        if demo {
            say(&demo::instructions(&issuer, &config));
        }
        if config.console.enabled {
            set_up::offer(&management, &issuer).await?;
        }
        if config.issuer.is_some() {
            say(&format!("The issuer is {issuer}"));
        }
        // Where it really listens, which is another place when a proxy stands in front.
        let scheme = if config.tls.is_some() {
            "https"
        } else {
            "http"
        };
        say(&format!("Symbolon is ready at {scheme}://{address}"));
        tracing::info!(%issuer, %address, database = ?config.database, "ready");
        let served = serve(tls, listener, app, handle).await;

        tending.abort();
        storage.close().await;
        tracing::info!("stopped");
        served?;
        Ok(ExitCode::SUCCESS)
    }

    fn overrides(&self) -> Vec<(String, String)> {
        let texts = [
            (
                "state",
                self.state.as_ref().map(|path| path.display().to_string()),
            ),
            ("listen", self.listen.clone()),
            ("issuer", self.issuer.clone()),
            ("demo", self.demo.then(|| "true".to_owned())),
            (
                "listen_anyway",
                self.listen_anyway.then(|| "true".to_owned()),
            ),
        ];
        texts
            .into_iter()
            .filter_map(|(key, value)| Some((key.to_owned(), value?)))
            .collect()
    }
}

/// Makes the demo and the declared state true; whether the demo is on.
async fn load_state(
    config: &Config,
    storage: &dyn Storage,
    passwords: &PasswordPool,
    seal: &Seal,
) -> Result<bool, CommandError> {
    let demo = config.demo.then(demo::form).transpose()?;
    let declared = config.state.as_deref().map(Form::read).transpose()?;
    let outbound = wire::outbound(config)?;
    for form in demo.iter().chain(&declared) {
        let now = SystemClock.now();
        let plan = Plan::make(form, storage, passwords, Some(seal), &outbound, now).await?;
        plan.lines()
            .iter()
            .for_each(|line| tracing::info!("{line}"));
        plan.apply(storage, passwords, now).await?;
    }
    Ok(demo.is_some())
}

/// Whoever signs up needs an organization to be in, and whoever administers one to hold a role in:
/// they are missed now rather than by the first of these people.
async fn check_organizations(config: &Config, storage: &dyn Storage) -> Result<(), CommandError> {
    let settings = [
        (
            "registration.organization",
            &config.registration.organization,
        ),
        ("admin.organization", &config.admin.organization),
    ];
    let mut wanted = settings
        .into_iter()
        .filter_map(|(setting, id)| Some((setting, id.as_deref()?)))
        .peekable();
    if wanted.peek().is_none() {
        return Ok(());
    }
    let organizations = storage.organizations().await?;
    let missing = wanted.find(|(_, id)| !organizations.iter().any(|own| own.id.as_str() == *id));
    let Some((setting, id)) = missing else {
        return Ok(());
    };
    Err(CommandError::Other(format!(
        "{setting} is {id}, and there is no organization with this id: declare it in the state, or \
         take the setting out"
    )))
}

fn listen(address: SocketAddr) -> Result<TcpListener, CommandError> {
    let failed = |error: std::io::Error| {
        CommandError::Other(format!(
            "cannot listen on {address}: {error}. Choose another address with --listen, or stop \
             what listens there"
        ))
    };
    let listener = TcpListener::bind(address).map_err(failed)?;
    listener.set_nonblocking(true).map_err(failed)?;
    Ok(listener)
}

/// The certificate and its key, if there are.
async fn tls(config: &Config) -> Result<Option<RustlsConfig>, CommandError> {
    let Some(tls) = &config.tls else {
        return Ok(None);
    };
    let rustls = if tls.client_certificates {
        client_certificates::asking(&tls.certificate, &tls.key)
            .map(|config| RustlsConfig::from_config(Arc::new(config)))
    } else {
        RustlsConfig::from_pem_file(&tls.certificate, &tls.key)
            .await
            .map_err(|error| error.to_string())
    };
    rustls.map(Some).map_err(|error| {
        CommandError::Other(format!(
            "tls.certificate or tls.key cannot be used: {error}. Both are PEM files, and the key \
             belongs to the first certificate"
        ))
    })
}

async fn serve(
    tls: Option<RustlsConfig>,
    listener: TcpListener,
    app: Router,
    handle: Handle<SocketAddr>,
) -> Result<(), CommandError> {
    let failed = |error: std::io::Error| CommandError::Other(error.to_string());
    let service = app.into_make_service_with_connect_info::<SocketAddr>();
    match tls {
        None => {
            let mut server = axum_server::from_tcp(listener)
                .map_err(failed)?
                .acceptor(NoDelayAcceptor::new())
                .map(|acceptor| FirstBytesAcceptor::new(acceptor, HEAD_TIMEOUT))
                .handle(handle);
            limit(server.http_builder());
            server.serve(service).await.map_err(failed)
        }
        Some(rustls) => {
            let mut server = axum_server::from_tcp_rustls(listener, rustls)
                .map_err(failed)?
                .map(|acceptor| acceptor.acceptor(NoDelayAcceptor::new()))
                .map(|acceptor| FirstBytesAcceptor::new(acceptor, HEAD_TIMEOUT))
                .handle(handle);
            limit(server.http_builder());
            server.serve(service).await.map_err(failed)
        }
    }
}

/// Bounds what a connection may ask for before a request is read (requirement A3.6).
fn limit(builder: &mut hyper_util::server::conn::auto::Builder<hyper_util::rt::TokioExecutor>) {
    builder
        .http1()
        .timer(hyper_util::rt::TokioTimer::new())
        .header_read_timeout(HEAD_TIMEOUT)
        .max_headers(64)
        .max_buf_size(64 * 1024);
    builder
        .http2()
        .timer(hyper_util::rt::TokioTimer::new())
        .max_header_list_size(64 * 1024)
        .max_concurrent_streams(128)
        .keep_alive_interval(Duration::from_secs(30));
}

/// What asks a server to stop.
struct Signals {
    terminate: Signal,
    interrupt: Signal,
}

impl Signals {
    fn listen() -> Result<Self, CommandError> {
        let listen = |kind| {
            signal(kind).map_err(|error| {
                CommandError::Other(format!("the system gives no signals: {error}"))
            })
        };
        Ok(Self {
            terminate: listen(SignalKind::terminate())?,
            interrupt: listen(SignalKind::interrupt())?,
        })
    }
}

/// On SIGTERM or SIGINT no new connection is taken; requests under way may end.
async fn stop_on_signal(mut signals: Signals, handle: Handle<SocketAddr>, drain: Duration) {
    tokio::select! {
        _ = signals.terminate.recv() => {}
        _ = signals.interrupt.recv() => {}
    }
    tracing::info!("stopping: requests under way may end");
    handle.graceful_shutdown(Some(drain));
}
