//! Tokens that somebody else signs (JWT, RFC 7519; as identity providers hand them out by OpenID Connect).
//!
//! An issuer is known by configuration alone: its name, the audience that is us, the algorithms it may sign with, and a file with
//! its public keys. Issuer, audience and expiry must be in the token; `none` and shared secrets are no algorithms here, so a
//! public key can never be taken for a secret. Keys that a token names or brings along are not looked at, and this server fetches
//! none: whoever fetches a key set puts it into the file, and a file that changes is read again at the next token.
//! What a token says of groups and clearance counts only as the configuration maps it; what is not mapped gives what is public.
//! Its holders read. This file is the only one that names `jsonwebtoken`.

use std::collections::BTreeMap;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use jsonwebtoken::jwk::{JwkSet, KeyAlgorithm, PublicKeyUse};
use jsonwebtoken::{
    Algorithm, AlgorithmFamily, DecodingKey, DecodingKeyKind, Validation, decode, decode_header,
};
use kenning_access::{Clearance, Groups, Level, Role, Scale, Writer};
use serde_json::Value;

use crate::mark::Mark;

/// The longest token that is looked at, in bytes.
const LONGEST: usize = 16 * 1024;
/// The most keys that are tried for one token.
const MOST_KEYS: usize = 16;
/// The shortest RSA key that counts, in bytes of its modulus (2,048 bits).
const SHORTEST_RSA: usize = 256;
/// The most that clocks may differ.
const MOST_LEEWAY: Duration = Duration::from_secs(300);
/// What an issuer may sign with when nothing else is said.
const USUAL: [Algorithm; 3] = [Algorithm::RS256, Algorithm::ES256, Algorithm::EdDSA];

/// An identity provider whose tokens are taken.
#[derive(Debug, Clone)]
pub struct IssuerSettings {
    /// Its name, as `iss` has it, letter by letter.
    pub issuer: String,
    /// What `aud` must name: one of these.
    pub audience: Vec<String>,
    /// What it may sign with: `RS256`, `ES256`, `EdDSA` and their kin; these three when empty.
    pub algorithms: Vec<String>,
    /// A file with its public keys: a JSON Web Key Set, or one key in PEM.
    pub keys: PathBuf,
    /// How far clocks may differ; five minutes at most.
    pub leeway: Duration,
    /// The claim that holds groups, with dots for what lies deeper: `realm_access.roles`.
    pub groups_claim: Option<String>,
    /// Which value of that claim means which group here. Others mean nothing.
    pub groups: BTreeMap<String, String>,
    /// The claim that decides about the level.
    pub clearance_claim: Option<String>,
    /// Which value of that claim means which level here; the highest counts, and without any it is the lowest.
    pub clearances: BTreeMap<String, String>,
}

/// The issuers of a server.
#[derive(Debug, Default)]
pub(crate) struct Issuers(Vec<Issuer>);

#[derive(Debug)]
struct Issuer {
    settings: IssuerSettings,
    algorithms: Vec<Algorithm>,
    keys: Mutex<Keys>,
}

/// Keys as they were read, and the mark of the file then.
#[derive(Debug)]
struct Keys {
    mark: Option<Mark>,
    keys: Arc<Vec<Key>>,
}

#[derive(Debug)]
struct Key {
    id: Option<String>,
    algorithm: Option<KeyAlgorithm>,
    key: DecodingKey,
}

/// Somebody an issuer vouches for.
#[derive(Debug)]
pub(crate) struct Known {
    /// Who, for the log: the subject and its issuer.
    pub(crate) name: String,
    pub(crate) writer: Writer,
}

impl Issuers {
    /// The issuers that are configured.
    ///
    /// # Errors
    /// When one has no name, no audience, an algorithm that is none here, a level or group that is none, or no key that can be read:
    /// a server that took tokens half-checked would be worse than none.
    pub(crate) fn open(all: &[IssuerSettings], scale: &Scale) -> io::Result<Self> {
        let all = all.iter().map(|settings| Issuer::open(settings, scale));
        all.collect::<Result<_, _>>().map(Self)
    }

    /// Who holds this token; `None` when no issuer here vouches for anybody by it.
    pub(crate) fn check(&self, text: &str, scale: &Scale) -> Option<Known> {
        if text.len() > LONGEST || self.0.is_empty() {
            return None;
        }
        let header = decode_header(text).ok()?;
        // What must be understood and is not makes a token void (RFC 7515 section 4.1.11).
        if header.crit.is_some() || header.enc.is_some() || header.zip.is_some() {
            return None;
        }
        self.0
            .iter()
            .find_map(|issuer| issuer.check(text, header.alg, header.kid.as_deref(), scale))
    }
}

impl Issuer {
    fn open(settings: &IssuerSettings, scale: &Scale) -> io::Result<Self> {
        let wrong =
            |what: String| io::Error::other(format!("the issuer `{}`: {what}", settings.issuer));
        if settings.issuer.trim().is_empty() {
            return Err(wrong("it needs a name, as `iss` has it".to_owned()));
        }
        if !settings.audience.iter().any(|name| !name.trim().is_empty()) {
            return Err(wrong(
                "it needs an `audience`, which is what this server is called there".to_owned(),
            ));
        }
        let algorithms = match settings.algorithms.as_slice() {
            [] => USUAL.to_vec(),
            names => names
                .iter()
                .map(|name| {
                    algorithm(name).ok_or_else(|| {
                        wrong(format!("`{name}` is no algorithm that is taken here"))
                    })
                })
                .collect::<Result<_, _>>()?,
        };
        for level in settings.clearances.values() {
            scale
                .parse_level(level)
                .map_err(|error| wrong(error.to_string()))?;
        }
        Groups::of(settings.groups.values().map(String::as_str))
            .map_err(|error| wrong(error.to_string()))?;
        if settings.groups.values().any(|group| group == "*") {
            return Err(wrong(
                "nobody gets all groups by a token of others".to_owned(),
            ));
        }
        if settings.leeway > MOST_LEEWAY {
            return Err(wrong(
                "clocks that differ by more than 300 seconds need setting".to_owned(),
            ));
        }
        let mark = Mark::of(&settings.keys);
        let keys = read(&settings.keys).map_err(|error| {
            wrong(format!(
                "its keys in `{}`: {error}",
                settings.keys.display()
            ))
        })?;
        Ok(Self {
            settings: settings.clone(),
            algorithms,
            keys: Mutex::new(Keys {
                mark,
                keys: Arc::new(keys),
            }),
        })
    }

    fn check(
        &self,
        text: &str,
        algorithm: Algorithm,
        id: Option<&str>,
        scale: &Scale,
    ) -> Option<Known> {
        if !self.algorithms.contains(&algorithm) {
            return None;
        }
        let mut validation = Validation::new(algorithm);
        validation.set_issuer(&[&self.settings.issuer]);
        validation.set_audience(&self.settings.audience);
        validation.set_required_spec_claims(&["exp", "iss", "aud", "sub"]);
        validation.validate_nbf = true;
        validation.leeway = self.settings.leeway.as_secs();
        let keys = self.keys();
        let fits = |key: &&Key| {
            key.key.family() == algorithm.family()
                && key.algorithm.is_none_or(|own| is(own, algorithm))
                && (key.id.is_none() || id.is_none_or(|id| key.id.as_deref() == Some(id)))
        };
        let claims = keys.iter().filter(fits).take(MOST_KEYS).find_map(|key| {
            decode::<Value>(text, &key.key, &validation)
                .ok()
                .map(|token| token.claims)
        })?;
        // A list of issuers is no name of one.
        if claims.get("iss")?.as_str()? != self.settings.issuer {
            return None;
        }
        let subject = claims.get("sub")?.as_str()?;
        if subject.trim().is_empty() || subject.len() > 256 {
            return None;
        }
        Some(Known {
            name: format!("user {subject} of {}", self.settings.issuer),
            writer: self.writer(&claims, scale)?,
        })
    }

    /// What the claims give their holder, as the configuration maps them.
    fn writer(&self, claims: &Value, scale: &Scale) -> Option<Writer> {
        let mapped = |claim: &Option<String>, map: &BTreeMap<String, String>| -> Vec<String> {
            let values = claim.as_deref().map(|path| values(claims, path));
            let values = values.unwrap_or_default().into_iter();
            values.filter_map(|value| map.get(value).cloned()).collect()
        };
        let settings = &self.settings;
        let levels = mapped(&settings.clearance_claim, &settings.clearances);
        let levels = levels
            .iter()
            .filter_map(|name| scale.parse_level(name).ok());
        let level = levels.max().unwrap_or(Level::LOWEST);
        let groups = mapped(&settings.groups_claim, &settings.groups);
        let groups = Groups::of(groups.iter().map(String::as_str)).ok()?;
        Some(Writer::new(
            Clearance::new(level, groups),
            [Role::Reader],
            Vec::new(),
        ))
    }

    /// The keys as they are in the file now. None while it cannot be read: a key that was taken back must not live on.
    fn keys(&self) -> Arc<Vec<Key>> {
        let mut known = self.keys.lock().unwrap_or_else(PoisonError::into_inner);
        let now = Mark::of(&self.settings.keys);
        if now.is_none() || now != known.mark {
            known.mark = now;
            known.keys = Arc::new(read(&self.settings.keys).unwrap_or_else(|error| {
                tracing::error!(%error, file = %self.settings.keys.display(), "the keys of an issuer cannot be read, and its tokens are refused");
                Vec::new()
            }));
        }
        Arc::clone(&known.keys)
    }
}

/// The algorithm of this name, if it is one with a key pair.
fn algorithm(name: &str) -> Option<Algorithm> {
    let known: Algorithm = name.parse().ok()?;
    (known.family() != AlgorithmFamily::Hmac).then_some(known)
}

fn is(key: KeyAlgorithm, algorithm: Algorithm) -> bool {
    key == KeyAlgorithm::from(algorithm)
}

/// The public keys in a file; at least one.
fn read(path: &Path) -> io::Result<Vec<Key>> {
    let bytes = std::fs::read(path)?;
    let keys = match serde_json::from_slice::<JwkSet>(&bytes) {
        Ok(set) => of_set(&set),
        Err(error) if bytes.trim_ascii_start().starts_with(b"{") => {
            return Err(io::Error::other(format!("it is no key set: {error}")));
        }
        Err(_) => of_pem(&bytes),
    };
    if keys.is_empty() {
        return Err(io::Error::other(
            "it holds no public key for signatures that is long enough",
        ));
    }
    Ok(keys)
}

fn of_set(set: &JwkSet) -> Vec<Key> {
    let signs = |jwk: &&jsonwebtoken::jwk::Jwk| {
        matches!(
            jwk.common.public_key_use,
            None | Some(PublicKeyUse::Signature)
        )
    };
    let keys = set.keys.iter().filter(signs).filter_map(|jwk| {
        Some(Key {
            id: jwk.common.key_id.clone(),
            algorithm: jwk.common.key_algorithm,
            key: DecodingKey::from_jwk(jwk).ok()?,
        })
    });
    keys.filter(|key| is_strong(&key.key)).collect()
}

fn of_pem(bytes: &[u8]) -> Vec<Key> {
    let read = [
        DecodingKey::from_rsa_pem(bytes),
        DecodingKey::from_ec_pem(bytes),
        DecodingKey::from_ed_pem(bytes),
    ];
    let keys = read.into_iter().flatten().map(|key| Key {
        id: None,
        algorithm: None,
        key,
    });
    keys.filter(|key| is_strong(&key.key)).collect()
}

/// A shared secret is no public key, and a short RSA key is none any more.
fn is_strong(key: &DecodingKey) -> bool {
    match (key.family(), key.kind()) {
        (AlgorithmFamily::Hmac, _) => false,
        (_, DecodingKeyKind::RsaModulusExponent { n, .. }) => {
            let leading = n.iter().take_while(|byte| **byte == 0).count();
            n.len() - leading >= SHORTEST_RSA
        }
        (AlgorithmFamily::Rsa, DecodingKeyKind::SecretOrDer(der)) => der.len() > SHORTEST_RSA,
        _ => true,
    }
}

/// The texts that a claim holds: one, or a list of them.
fn values<'a>(claims: &'a Value, path: &str) -> Vec<&'a str> {
    // A claim whose own name has dots (as URLs do) comes before a path.
    let found = claims.get(path).or_else(|| {
        path.split('.')
            .try_fold(claims, |value, name| value.get(name))
    });
    match found {
        Some(Value::String(text)) => vec![text],
        Some(Value::Array(all)) => all.iter().filter_map(Value::as_str).collect(),
        _ => Vec::new(),
    }
}
