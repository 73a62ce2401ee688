//! Every address the server answers, in one table.
//!
//! `tests/access.rs` asks each row of it as each role, so a route without a decision about who may use it fails the tests.

mod body;
mod data;
mod describe;
mod home;
mod insight;
mod operator;
mod patch;
pub(crate) mod query;
mod questions;
mod record;
mod sign_in;
mod sitemap;
mod sparql;
mod status;
mod store;
mod update;
mod vocabulary;

use std::collections::BTreeMap;
use std::sync::Arc;

use axum::Router;
use axum::handler::Handler;
use axum::http::{HeaderValue, Method, StatusCode, header};
use axum::response::{IntoResponse as _, Response};
use axum::routing::{MethodFilter, MethodRouter, on};

use crate::App;
use crate::error::HttpError;

/// One method at one address.
pub(crate) struct Route {
    /// The method; `GET` stands for `HEAD` too.
    pub(crate) method: &'static str,
    /// The path, with `{name}` and `{*rest}` for what varies.
    pub(crate) path: &'static str,
    handler: MethodRouter<Arc<App>>,
}

/// The whole server.
pub(crate) fn table() -> Vec<Route> {
    vec![
        get("/", home::home),
        get("/style.css", home::style),
        get("/healthz", status::health),
        get("/metrics", status::metrics),
        get("/audit-log", status::audit_log),
        get("/query", query::query),
        post("/query", query::query),
        get("/sparql", sparql::sparql),
        post("/sparql", sparql::sparql),
        post("/update", update::update),
        get("/store", store::store),
        row("PUT", MethodFilter::PUT, "/store", store::store),
        post("/store", store::store),
        row("PATCH", MethodFilter::PATCH, "/store", store::store),
        row("DELETE", MethodFilter::DELETE, "/store", store::store),
        get("/store/{*rest}", store::store),
        row("PUT", MethodFilter::PUT, "/store/{*rest}", store::store),
        post("/store/{*rest}", store::store),
        row("PATCH", MethodFilter::PATCH, "/store/{*rest}", store::store),
        row(
            "DELETE",
            MethodFilter::DELETE,
            "/store/{*rest}",
            store::store,
        ),
        get("/sitemap.xml", sitemap::sitemap),
        get("/.well-known/void", describe::well_known_void),
        get("/ns/km", vocabulary::vocabulary),
        get("/ns/{file}", vocabulary::file),
        get("/ns/km/{*part}", vocabulary::part),
        get("/prefixes", vocabulary::all_prefixes),
        get("/api/questions", questions::list),
        get("/api/questions/{*name}", questions::answer),
        get("/api/audit", insight::audit),
        get("/api/experts", insight::whom),
        get("/api/loss", insight::what_is_lost),
        get("/api/advice", insight::what_suits),
        post("/api/record/{kind}", record::post),
        get("/openapi.json", questions::description),
        get("/sign-in", sign_in::show),
        post("/sign-in", sign_in::sign_in),
        post("/sign-out", sign_in::sign_out),
        get("/id/{*rest}", data::thing),
        get("/page/{*rest}", data::page),
        get("/data/{*rest}", data::data),
        post("/operator/run", operator::run),
    ]
}

pub(crate) fn router() -> Router<Arc<App>> {
    let mut paths: BTreeMap<&'static str, (Vec<&'static str>, MethodRouter<Arc<App>>)> =
        BTreeMap::new();
    for route in table() {
        let (names, methods) = paths.entry(route.path).or_default();
        names.push(route.method);
        *methods = std::mem::take(methods).merge(route.handler);
    }
    let mut router = Router::new();
    for (path, (names, methods)) in paths {
        let allow = allow(&names);
        let methods = methods.fallback(async move |method: Method| answer_other(&method, allow));
        router = router.route(path, methods);
    }
    router
}

/// `OPTIONS` asks what a path takes (RFC 9110, section 9.3.7); every other method that it does not take is refused.
fn answer_other(method: &Method, allow: String) -> Response {
    match HeaderValue::from_str(&allow) {
        Ok(allow) if method == Method::OPTIONS => {
            (StatusCode::NO_CONTENT, [(header::ALLOW, allow)]).into_response()
        }
        _ => HttpError::Method(allow).into_response(),
    }
}

/// What the `Allow` header of a path says.
fn allow(names: &[&str]) -> String {
    let mut all: Vec<&str> = Vec::new();
    for name in names {
        all.push(name);
        if *name == "GET" {
            all.push("HEAD");
        }
    }
    all.push("OPTIONS");
    all.join(", ")
}

fn get<T: 'static>(path: &'static str, handler: impl Handler<T, Arc<App>>) -> Route {
    row("GET", MethodFilter::GET, path, handler)
}

fn post<T: 'static>(path: &'static str, handler: impl Handler<T, Arc<App>>) -> Route {
    row("POST", MethodFilter::POST, path, handler)
}

fn row<T: 'static>(
    method: &'static str,
    filter: MethodFilter,
    path: &'static str,
    handler: impl Handler<T, Arc<App>>,
) -> Route {
    Route {
        method,
        path,
        handler: on(filter, handler),
    }
}
