//! Whom a server believes and what it answers for: the part of its settings that may change while it runs.
//!
//! Each step of a request takes the policy of that moment; who asks is settled in one of them, before anything is read. Nothing
//! that is kept between requests is made from a policy: what is cached is kept by what a view sees, so a clearance that an issuer no
//! longer vouches for finds nothing of before.

use std::io;
use std::time::Duration;

use kenning_access::Scale;
use kenning_vocab::Base;

use crate::guard::Guard;
use crate::jwt::Issuers;
use crate::settings::{ServerSettings, TrustedProxy};

/// What of [`ServerSettings`] holds until another policy takes its place: hosts, origins, issuers, a trusted proxy, times, and
/// whether there is a map of the site.
#[derive(Debug)]
pub struct Policy {
    pub(crate) guard: Guard,
    pub(crate) issuers: Issuers,
    pub(crate) trusted_proxy: Option<TrustedProxy>,
    pub(crate) query_time: Duration,
    pub(crate) update_time: Duration,
    pub(crate) sitemap: bool,
}

impl Policy {
    /// The policy that these settings make, for a server at `base` whose levels are `scale`.
    ///
    /// # Errors
    /// When an issuer is configured in a way that cannot be followed, or its keys cannot be read.
    pub fn open(settings: &ServerSettings, base: &Base, scale: &Scale) -> io::Result<Self> {
        let own_host = base.as_str().parse::<axum::http::Uri>().ok();
        let own_host = own_host.and_then(|uri| uri.host().map(str::to_owned));
        let hosts = settings.hosts.iter().cloned().chain(own_host);
        Ok(Self {
            guard: Guard::new(hosts, settings.cors_origins.iter().cloned()),
            issuers: Issuers::open(&settings.issuers, scale)?,
            trusted_proxy: settings.trusted_proxy.clone(),
            query_time: settings.query_time,
            update_time: settings.update_time,
            sitemap: settings.sitemap,
        })
    }
}
