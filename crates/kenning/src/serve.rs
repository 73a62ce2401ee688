//! `kenning serve`: what is stored, over HTTP, kept in step with folders of notes.

use crate::client::{SOCKET, socket_path};
use crate::config::Config;
use crate::flags::{self, DefaultGraph};
use crate::renewal::Renewal;
use crate::report::{Reporter, counted};
use crate::request::Place;
use crate::site::Site;
use anyhow::{Context, Result, bail};
use kenning_access::Clearance;
use kenning_server::{IssuerSettings, Line, Operations, Outcome, ServerSettings, Service};
use std::fs::Permissions;
use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::os::unix::fs::{DirBuilderExt, PermissionsExt};
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;
use tokio::net::{TcpListener, UnixListener};
use tokio::sync::watch;

/// Where the server listens when nobody says where.
pub(crate) const USUAL_ADDRESS: SocketAddr = SocketAddr::new(IpAddr::V4(Ipv4Addr::LOCALHOST), 7878);

/// Serves until the process is asked to end. `config` is what stands in the file `named`, or in the one of the working folder.
///
/// # Errors
/// When the directory is held by another process, the address is taken, or a wiki or an ontology cannot be read at all.
pub fn run(
    data: &Path,
    config: Config,
    named: Option<&Path>,
    flags: &flags::Serve,
    reporter: &mut Reporter,
) -> Result<Outcome> {
    let address = flags.listen.or(config.file.server.listen);
    let address = address.unwrap_or(USUAL_ADDRESS);
    if flags.allow_anonymous_write && !address.ip().is_loopback() {
        bail!(
            "`--allow-anonymous-write` lets everybody write, so it listens on loopback only, and `{address}` is beyond"
        );
    }
    let config = config.with_wiki_level(flags.wiki_level.as_deref())?;
    let mut settings = settings(&config, flags, data)?;
    let site = Arc::new(Site::open(data, config, flags.base_url.as_deref())?);
    settings.audit_log = site.log()?.cloned();
    open_many_files();
    // The address is taken before the notes are read: a mistake in it should not cost a minute.
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()?;
    let listener = runtime
        .block_on(TcpListener::bind(address))
        .with_context(|| format!("cannot listen on `{address}`"))?;
    let address = listener.local_addr()?;
    let outcome = begin(&site, flags, reporter)?;
    let wikis: Vec<Place> = flags.wiki.iter().map(|dir| Place::of(dir)).collect();
    let _watching = flags
        .watch
        .then(|| crate::watch::begin(&site, &wikis))
        .transpose()?;
    let renewal = Renewal::new(Arc::clone(&site), named, flags)?;
    let _renewing = renewal.begin()?;
    let operations: Arc<dyn Operations> = renewal;
    let service = Service::new(
        Arc::clone(&site.kb),
        site.base.clone(),
        operations,
        settings,
    )?;
    // Whoever reads that the server listens may send it a command at once, so the socket is there first.
    let socket = runtime.block_on(async { socket(data) })?;
    let served = greet(&site, &service, address, reporter)
        .and_then(|()| runtime.block_on(listen(service, listener, socket)));
    let _ = std::fs::remove_file(data.join(SOCKET));
    served?;
    Ok(Outcome {
        text: "stopped".into(),
        ..outcome
    })
}

fn settings(config: &Config, flags: &flags::Serve, data: &Path) -> Result<ServerSettings> {
    let server = &config.file.server;
    let questions = flags.questions.as_ref().or(server.questions.as_ref());
    let questions = crate::ask::library(questions.map(|dir| Place::of(dir)).as_ref())?;
    let tls = tls(server, flags)?;
    let settings = ServerSettings {
        questions: Arc::new(questions),
        default_graph: match flags.default_graph.or(server.default_graph) {
            Some(DefaultGraph::Own) => kenning_server::DefaultGraph::Own,
            _ => kenning_server::DefaultGraph::Union,
        },
        allow_anonymous_write: flags.allow_anonymous_write,
        secure_cookies: server.secure_cookies || tls.is_some(),
        tls,
        // What waits for slow clients lies where the data itself lies.
        spill: Some(data.to_owned()),
        ..ServerSettings::default()
    };
    Ok(changing(config, settings))
}

/// `settings` with what the configuration says of whatever may change while a server runs.
pub(crate) fn changing(config: &Config, settings: ServerSettings) -> ServerSettings {
    let server = &config.file.server;
    let usual = ServerSettings::default();
    let proxy = server.trusted_proxy.clone();
    ServerSettings {
        hosts: server.hosts.clone(),
        cors_origins: server.cors_origins.clone(),
        trusted_proxy: proxy.map(|proxy| kenning_server::TrustedProxy {
            peers: proxy.peers,
            user_header: proxy.user_header,
            clearance_header: proxy.clearance_header,
            groups_header: proxy.groups_header,
        }),
        query_time: server
            .query_seconds
            .map_or(usual.query_time, Duration::from_secs),
        update_time: server
            .update_seconds
            .map_or(usual.update_time, Duration::from_secs),
        sitemap: server.sitemap,
        issuers: server.issuer.iter().cloned().map(issuer).collect(),
        ..settings
    }
}

/// What is needed to speak HTTPS, if it is wanted: both files, of the flags or of the configuration.
fn tls(
    server: &crate::config::Server,
    flags: &flags::Serve,
) -> Result<Option<kenning_server::Tls>> {
    let (certificate, key) = match (&flags.tls_certificate, &flags.tls_key) {
        (None, None) => (&server.tls_certificate, &server.tls_key),
        given => given,
    };
    match (certificate, key) {
        (Some(certificate), Some(key)) => kenning_server::Tls::open(certificate, key)
            .map(Some)
            .context("cannot speak HTTPS"),
        (None, None) => Ok(None),
        _ => bail!("HTTPS needs both `tls_certificate` and `tls_key`"),
    }
}

fn issuer(issuer: crate::config::Issuer) -> IssuerSettings {
    IssuerSettings {
        issuer: issuer.issuer,
        audience: issuer.audience,
        algorithms: issuer.algorithms,
        keys: issuer.keys,
        leeway: Duration::from_secs(issuer.leeway_seconds.unwrap_or(60)),
        groups_claim: issuer.groups_claim,
        groups: issuer.groups,
        clearance_claim: issuer.clearance_claim,
        clearances: issuer.clearances,
    }
}

/// Brings what is stored in step with the wikis and ontologies of the flags.
fn begin(site: &Site, flags: &flags::Serve, reporter: &mut Reporter) -> Result<Outcome> {
    let mut code = 0;
    let mut report = |line: Line| reporter.line(&line);
    let mut requests = Vec::new();
    if !flags.ontology.is_empty() {
        let files = flags.ontology.iter().map(|file| Place::of(file)).collect();
        let level = site
            .kb
            .scale()
            .levels()
            .next()
            .map(|(_, name)| name.to_owned());
        requests.push(crate::request::Request::Load(crate::load::Request {
            files,
            graph: None,
            level,
            groups: Vec::new(),
            catalogs: Vec::new(),
        }));
    }
    if !flags.wiki.is_empty() {
        let wikis = flags.wiki.iter().map(|dir| Place::of(dir)).collect();
        requests.push(crate::request::Request::Sync(crate::sync::Request {
            wikis,
            ..crate::sync::Request::default()
        }));
    }
    for request in requests {
        let outcome = site.run(&request, &mut report);
        if outcome.code == 1 {
            bail!(outcome.text);
        }
        code = code.max(outcome.code);
        report(Line::Info { text: outcome.text });
    }
    Ok(Outcome {
        code,
        text: String::new(),
    })
}

/// Says where the server is, how to sign in, and what is in it.
fn greet(
    site: &Site,
    service: &Service,
    address: SocketAddr,
    reporter: &mut Reporter,
) -> Result<()> {
    let scheme = if service.tls().is_some() {
        "https"
    } else {
        "http"
    };
    let url = format!("{scheme}://{address}");
    let mut say = |text: String| {
        reporter.line(&Line::Output {
            text: format!("{text}\n"),
        })
    };
    say(summary(site));
    say(format!("listening on {url}/"));
    if address.ip().is_loopback() && kenning_server::token::list(&site.kb)?.is_empty() {
        let link = service.make_sign_in_link()?;
        say(format!("to see everything, sign in once with {url}{link}"));
    }
    Ok(())
}

/// What is stored, in one line: all of it, and what of it everybody may read.
fn summary(site: &Site) -> String {
    let all = site.kb.view(&Clearance::everything(
        "whoever starts the server owns the files",
    ));
    let open = site.kb.view(&Clearance::anonymous());
    let count = |view: &kenning_store::View| {
        view.graphs().fold((0, 0), |(graphs, triples), graph| {
            (graphs + 1, triples + graph.triples)
        })
    };
    let ((graphs, triples), (open, _)) = (count(&all), count(&open));
    format!(
        "{} in {}, {} of them public",
        counted(triples, "triple", "triples"),
        counted(graphs, "graph", "graphs"),
        crate::report::count(open)
    )
}

async fn listen(service: Service, listener: TcpListener, socket: UnixListener) -> Result<()> {
    let (ending, ended) = watch::channel(false);
    let wait = |mut ended: watch::Receiver<bool>| async move {
        let _ = ended.wait_for(|ended| *ended).await;
    };
    tokio::spawn(async move {
        asked_to_end().await;
        let _ = ending.send(true);
    });
    if let Some(tls) = service.tls().cloned() {
        tokio::spawn(read_again(tls));
    }
    let (network, socket) = tokio::join!(
        kenning_server::serve(service.clone(), listener, wait(ended.clone())),
        kenning_server::serve_socket(service, socket, wait(ended)),
    );
    network?;
    socket?;
    Ok(())
}

/// Opens the operator's socket in `data`. It is made in a folder that only its owner may enter and then moved to its place,
/// so there is no moment in which others could connect.
fn socket(data: &Path) -> Result<UnixListener> {
    let room = data.join(format!(".socket-{}", std::process::id()));
    let _ = std::fs::remove_dir_all(&room);
    std::fs::DirBuilder::new().mode(0o700).create(&room)?;
    let (path, _open) = socket_path(&room)?;
    let listener = UnixListener::bind(&path).context("cannot open the operator's socket")?;
    std::fs::set_permissions(room.join(SOCKET), Permissions::from_mode(0o600))?;
    std::fs::rename(room.join(SOCKET), data.join(SOCKET))?;
    std::fs::remove_dir(&room)?;
    Ok(listener)
}

/// Reads the certificate again at each SIGHUP, as those who renew certificates send it.
async fn read_again(tls: kenning_server::Tls) {
    let hangups = tokio::signal::unix::signal(tokio::signal::unix::SignalKind::hangup());
    let Ok(mut hangups) = hangups else { return };
    while hangups.recv().await.is_some() {
        match tls.reload() {
            Ok(()) => tracing::warn!("the certificate was read again"),
            Err(error) => tracing::error!(%error, "the certificate stays as it was"),
        }
    }
}

/// Lets this process open as many files as the system allows it to: each connection is one.
fn open_many_files() {
    use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};
    let limit = getrlimit(Resource::Nofile);
    let most = Rlimit {
        current: limit.maximum,
        maximum: limit.maximum,
    };
    if let Err(error) = setrlimit(Resource::Nofile, most) {
        tracing::warn!(%error, now = ?limit.current, "the number of open files stays as it is");
    }
}

async fn asked_to_end() {
    let interrupted = tokio::signal::ctrl_c();
    let terminated = async {
        match tokio::signal::unix::signal(tokio::signal::unix::SignalKind::terminate()) {
            Ok(mut signal) => {
                signal.recv().await;
            }
            Err(_) => std::future::pending().await,
        }
    };
    tokio::select! {
        _ = interrupted => {}
        () = terminated => {}
    }
}
