//! Tokens: `kn_ID_SECRET`. The secret is shown once, when the token is made; the store keeps only its hash.
//!
//! The secret has 256 random bits, so a fast hash is enough (no dictionary reaches it). A token is looked up by its id in
//! the store at every request: what is revoked is refused at once, also by a running server.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use kenning_access::{Clearance, Grant, Groups, Role, Scale, Writer};
use kenning_store::{Batch, KnowledgeBase};
use serde::{Deserialize, Serialize};
use subtle::ConstantTimeEq as _;

const PREFIX: &str = "token/";

/// What a new token may do.
#[derive(Debug, Clone)]
pub struct NewToken {
    /// Whom or what it is for; names need not differ.
    pub name: String,
    /// The level it is cleared for, by name.
    pub clearance: String,
    /// The groups it holds; `*` means all.
    pub groups: Vec<String>,
    /// What it is there for; none means reader.
    pub roles: Vec<String>,
    /// What it may write, each as `PREFIX[=LEVEL[:a,b]]`.
    pub writes: Vec<String>,
    /// How long it is valid; `None` means until it is revoked.
    pub lifetime: Option<Duration>,
}

/// A token as the store keeps it: everything but the secret.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Token {
    /// The part of the token that may be shown.
    pub id: String,
    /// Whom or what it is for.
    pub name: String,
    /// The level it is cleared for, by name.
    pub clearance: String,
    /// The groups it holds; `*` means all.
    pub groups: Vec<String>,
    /// What it is there for.
    pub roles: Vec<String>,
    /// What it may write.
    pub writes: Vec<String>,
    /// When it was made, in seconds since 1970.
    pub created: u64,
    /// When it ends, in seconds since 1970.
    pub expires: Option<u64>,
    /// The BLAKE3 hash of the secret, in hexadecimal digits.
    hash: String,
}

/// Why a token cannot be made, listed or revoked.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum TokenError {
    /// What it is to be allowed cannot be read.
    #[error("{0}")]
    Invalid(String),
    /// There is no token with this id or name.
    #[error("there is no token `{0}`")]
    Unknown(String),
    /// Several tokens bear this name.
    #[error("several tokens are named `{0}`; use the id, which `token list` shows")]
    Ambiguous(String),
    /// The store does not give or take it.
    #[error("the store does not answer: {0}")]
    Store(String),
    /// The system gives no random numbers.
    #[error("the system gives no random numbers")]
    Random,
}

/// Makes a token and stores it. Returns what was stored, and the text to hand over, which nobody can see again.
///
/// # Errors
/// [`TokenError::Invalid`] when level, group, role or grant cannot be read; otherwise when the store fails.
pub fn add(kb: &KnowledgeBase, new: &NewToken) -> Result<(Token, String), TokenError> {
    let id = random_text(6, ID_LETTERS)?;
    let secret = random_text(43, SECRET_LETTERS)?;
    let created = now();
    let roles = if new.roles.is_empty() {
        vec![Role::Reader.name().to_owned()]
    } else {
        new.roles.clone()
    };
    let token = Token {
        hash: hash(&secret),
        name: new.name.clone(),
        clearance: new.clearance.clone(),
        groups: new.groups.clone(),
        roles,
        writes: new.writes.clone(),
        created,
        expires: new
            .lifetime
            .map(|time| created.saturating_add(time.as_secs())),
        id,
    };
    token.writer(kb.scale()).map_err(TokenError::Invalid)?;
    let text = format!("kn_{}_{secret}", token.id);
    let value = serde_json::to_vec(&token).map_err(|error| TokenError::Store(error.to_string()))?;
    let mut batch = Batch::new();
    batch.put_setting(format!("{PREFIX}{}", token.id), Some(value));
    commit(kb, batch)?;
    Ok((token, text))
}

/// Every token, oldest first.
///
/// # Errors
/// [`TokenError::Store`].
pub fn list(kb: &KnowledgeBase) -> Result<Vec<Token>, TokenError> {
    let stored = kb
        .settings(PREFIX)
        .map_err(|error| TokenError::Store(error.to_string()))?;
    let mut tokens: Vec<Token> = stored
        .into_iter()
        .filter_map(|(_, value)| serde_json::from_slice(&value).ok())
        .collect();
    tokens.sort_by(|a, b| (a.created, &a.id).cmp(&(b.created, &b.id)));
    Ok(tokens)
}

/// Takes a token back, by id or by name. The next request with it is refused.
///
/// # Errors
/// [`TokenError::Unknown`], [`TokenError::Ambiguous`], or when the store fails.
pub fn revoke(kb: &KnowledgeBase, id_or_name: &str) -> Result<Token, TokenError> {
    let tokens = list(kb)?;
    let by_id = tokens.iter().find(|token| token.id == id_or_name);
    let mut by_name = tokens.iter().filter(|token| token.name == id_or_name);
    let token = match (by_id, by_name.next(), by_name.next()) {
        (Some(token), _, _) | (None, Some(token), None) => token.clone(),
        (None, Some(_), Some(_)) => return Err(TokenError::Ambiguous(id_or_name.to_owned())),
        (None, None, _) => return Err(TokenError::Unknown(id_or_name.to_owned())),
    };
    let mut batch = Batch::new();
    batch.put_setting(format!("{PREFIX}{}", token.id), None);
    commit(kb, batch)?;
    Ok(token)
}

/// The token that `text` is, if it is one that is stored, not expired, and its secret is right.
pub(crate) fn check(kb: &KnowledgeBase, text: &str) -> Option<Token> {
    let (id, secret) = text.strip_prefix("kn_")?.split_once('_')?;
    let letters = |c: char| c.is_ascii_alphanumeric();
    if id.is_empty() || id.len() > 32 || !id.chars().all(letters) {
        return None;
    }
    let token = stored(kb, id);
    // An unknown id costs the same hash and comparison as a known one.
    let expected = token.as_ref().map_or(NO_HASH, |token| token.hash.as_str());
    let same: bool = hash(secret).as_bytes().ct_eq(expected.as_bytes()).into();
    token.filter(|token| same && token.is_current())
}

/// The token of this id, without a look at any secret: for a session that was begun with it.
pub(crate) fn stored(kb: &KnowledgeBase, id: &str) -> Option<Token> {
    let value = kb.setting(&format!("{PREFIX}{id}")).ok()??;
    let token: Token = serde_json::from_slice(&value).ok()?;
    (token.id == id).then_some(token)
}

impl Token {
    /// Whether the token has not ended.
    #[must_use]
    pub fn is_current(&self) -> bool {
        self.expires.is_none_or(|expires| now() < expires)
    }

    /// What the holder may do.
    ///
    /// # Errors
    /// A text for people when the level is no longer on the scale, or something else cannot be read. Such a token opens nothing.
    pub(crate) fn writer(&self, scale: &Scale) -> Result<Writer, String> {
        let level = scale
            .parse_level(&self.clearance)
            .map_err(|e| e.to_string())?;
        let groups =
            Groups::of(self.groups.iter().map(String::as_str)).map_err(|e| e.to_string())?;
        let roles: Result<Vec<Role>, _> = self.roles.iter().map(|name| Role::parse(name)).collect();
        let grants: Result<Vec<Grant>, _> = self
            .writes
            .iter()
            .map(|text| Grant::parse(text, scale))
            .collect();
        Ok(Writer::new(
            Clearance::new(level, groups),
            roles.map_err(|e| e.to_string())?,
            grants.map_err(|e| e.to_string())?,
        ))
    }
}

const NO_HASH: &str = "0000000000000000000000000000000000000000000000000000000000000000";
const ID_LETTERS: &[u8; 32] = b"abcdefghijkmnpqrstuvwxyz23456789";
const SECRET_LETTERS: &[u8; 64] =
    b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

/// `count` letters out of 32 or 64, each with five or six random bits.
pub(crate) fn random_text<const N: usize>(
    count: usize,
    letters: &[u8; N],
) -> Result<String, TokenError> {
    const { assert!(N.is_power_of_two() && N <= 256) };
    let mut bytes = vec![0; count];
    getrandom::fill(&mut bytes).map_err(|_| TokenError::Random)?;
    Ok(bytes
        .into_iter()
        .filter_map(|byte| letters.get(usize::from(byte) % N))
        .map(|letter| char::from(*letter))
        .collect())
}

/// A random text of 43 letters, for sessions and links.
pub(crate) fn random_secret() -> Result<String, TokenError> {
    random_text(43, SECRET_LETTERS)
}

/// A random name of 20 small letters and digits, for things that get one from us.
pub(crate) fn random_name() -> Result<String, TokenError> {
    random_text(20, ID_LETTERS)
}

/// The hash under which a secret is kept.
pub(crate) fn hash(secret: &str) -> String {
    blake3::hash(secret.as_bytes()).to_hex().to_string()
}

/// Seconds since 1970.
pub(crate) fn now() -> u64 {
    SystemTime::now()
        .duration_since(UNIX_EPOCH)
        .map_or(0, |time| time.as_secs())
}

fn commit(kb: &KnowledgeBase, batch: Batch) -> Result<(), TokenError> {
    kb.commit(batch)
        .map(|_| ())
        .map_err(|error| TokenError::Store(error.to_string()))
}
