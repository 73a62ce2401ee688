//! What is known of the wikis that were synced: stored piece by piece beside their graphs, and kept in memory while they are watched.

use crate::ground::Ground;
use crate::site::Site;
use anyhow::Result;
use kenning_store::Batch;
use kenning_vocab::{decode_segment, encode_segment};
use kenning_wiki::{Catalog, Memory, Parts, Wiki};
use std::collections::{BTreeMap, BTreeSet};
use std::ffi::OsString;
use std::os::unix::ffi::OsStringExt;
use std::path::{Path, PathBuf};

/// What is known of one wiki.
#[derive(Debug, Default)]
pub(crate) struct Followed {
    /// What the last sync knew.
    pub(crate) catalog: Catalog,
    /// What the last scan saw, where it is kept.
    pub(crate) memory: Memory,
    /// The problems that were told already.
    pub(crate) told: BTreeSet<String>,
    /// Whether what is stored cannot be trusted: a sync was cut off, or what it knew cannot be read.
    pub(crate) afresh: bool,
    /// Why everything is read again, where that is worth saying.
    pub(crate) because: Option<String>,
    /// Which folder of the disk it was when something was stored last.
    pub(crate) ground: Option<Ground>,
    /// By which path it was asked for when something was stored last: a link may lead to another folder since.
    pub(crate) asked: Option<PathBuf>,
    /// Names under which it is stored, too: it was called so before.
    pub(crate) former: Vec<String>,
    /// The settings that are stored under these names.
    outdated: Vec<String>,
    /// Paths of which something is stored.
    stored: BTreeSet<String>,
}

/// The settings that hold what is known of a wiki.
struct Keys {
    head: String,
    git: String,
    notes: String,
    ground: String,
    asked: String,
    unfinished: String,
}

impl Keys {
    /// How all of them begin.
    fn all(wiki: &str) -> String {
        format!("wiki/{}/", encode_segment(wiki))
    }

    fn of(wiki: &str) -> Self {
        let wiki = encode_segment(wiki);
        Self {
            head: format!("wiki/{wiki}/head"),
            git: format!("wiki/{wiki}/git"),
            notes: format!("wiki/{wiki}/note/"),
            ground: format!("wiki/{wiki}/ground"),
            asked: format!("wiki/{wiki}/asked"),
            unfinished: format!("wiki/{wiki}/unfinished"),
        }
    }
}

impl Followed {
    /// Reads what is stored about the wiki that somebody asks for by the path `asked`.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub(crate) fn of(site: &Site, wiki: &Wiki, asked: &Path) -> Result<Self> {
        let mut known = Self::read(site, wiki.name())?;
        if known.catalog == Catalog::empty() {
            known.former = former_names(site, wiki, asked)?;
            for name in &known.former {
                let stored = site.kb.settings(&Keys::all(name))?;
                known
                    .outdated
                    .extend(stored.into_iter().map(|(key, _)| key));
            }
        }
        Ok(known)
    }

    /// Reads what is stored about the wiki of this name.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub(crate) fn read(site: &Site, wiki: &str) -> Result<Self> {
        let keys = Keys::of(wiki);
        let unfinished = site.kb.setting(&keys.unfinished)?;
        let notes = site.kb.settings(&keys.notes)?;
        let pieces = notes.iter().map(|(key, bytes)| {
            let path = key.strip_prefix(&keys.notes).unwrap_or(key);
            (path, bytes.as_slice())
        });
        let head = site.kb.setting(&keys.head)?;
        let git = site.kb.setting(&keys.git)?;
        let known = head.map(|head| Catalog::from_parts(&head, git.as_deref(), pieces.clone()));
        let mut because = None;
        let catalog = match known {
            Some(Ok(catalog)) => Some(match &unfinished {
                Some(plan) => catalog.doubted(plan),
                None => catalog,
            }),
            Some(Err(error)) => {
                because = Some(format!("{error}; every note has the address of its path"));
                None
            }
            None => None,
        };
        if catalog.as_ref().is_some_and(Catalog::is_of_another_version) {
            let text = "another version of Kenning stored it; every note keeps its address";
            because = Some(text.to_owned());
        }
        let ground = site.kb.setting(&keys.ground)?;
        Ok(Self {
            asked: asked_before(site, wiki)?,
            ground: ground.map(|bytes| Ground::read(&bytes)),
            afresh: catalog.as_ref().is_none_or(Catalog::is_doubted),
            because,
            stored: pieces.map(|(path, _)| path.to_owned()).collect(),
            catalog: catalog.unwrap_or_default(),
            ..Self::default()
        })
    }

    /// What has to be stored so that `catalog` is known, which tells of the folder `ground` and was asked for by the path `asked`.
    pub(crate) fn pieces(
        &mut self,
        wiki: &str,
        catalog: &Catalog,
        ground: Option<Ground>,
        asked: &Path,
    ) -> Pieces {
        let empty = Catalog::empty();
        let mut parts = catalog.parts(if self.afresh { &empty } else { &self.catalog });
        if self.afresh {
            let kept: BTreeSet<&str> = catalog.paths().collect();
            let gone = self.stored.iter();
            let gone = gone.filter(|path| !kept.contains(path.as_str()));
            parts.gone = gone.cloned().collect();
        }
        self.ground = ground;
        self.asked = Some(asked.to_owned());
        let place = (
            self.ground.as_ref().map(Ground::bytes),
            asked.as_os_str().as_encoded_bytes().to_vec(),
        );
        let outdated = std::mem::take(&mut self.outdated);
        Pieces::new(Keys::of(wiki), parts, place, outdated)
    }

    /// Notes in `pieces`, which will be stored in several batches, which note has which address by `catalog`.
    pub(crate) fn plan(&self, pieces: &mut Pieces, catalog: &Catalog) {
        pieces.plan = catalog.plan(&self.catalog, &pieces.gone);
    }

    /// Goes on from `catalog`, which is stored now.
    pub(crate) fn go_on(&mut self, catalog: Catalog) {
        self.catalog = catalog;
        self.afresh = false;
        self.because = None;
        self.former = Vec::new();
        self.stored = BTreeSet::new();
    }
}

/// Pieces of a catalog that are yet to be stored.
pub(crate) struct Pieces {
    keys: Keys,
    head: Option<Vec<u8>>,
    git: Option<Vec<u8>>,
    notes: BTreeMap<String, Vec<u8>>,
    gone: Vec<String>,
    /// Which folder it is and by which path it was asked for: stored with whatever else is, and no reason to store anything.
    place: (Option<Vec<u8>>, Vec<u8>),
    /// Settings that say nothing any more.
    outdated: Vec<String>,
    /// Which note will have which address, where several batches are needed.
    plan: Vec<u8>,
}

impl Pieces {
    fn new(
        keys: Keys,
        parts: Parts,
        place: (Option<Vec<u8>>, Vec<u8>),
        outdated: Vec<String>,
    ) -> Self {
        Self {
            keys,
            head: parts.head,
            git: parts.git,
            notes: parts.notes.into_iter().collect(),
            gone: parts.gone,
            place,
            outdated,
            plan: Vec::new(),
        }
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.head.is_none()
            && self.git.is_none()
            && self.notes.is_empty()
            && self.gone.is_empty()
            && self.outdated.is_empty()
    }

    /// Adds what is known of the note at `path` to the batch that changes it.
    pub(crate) fn add(&mut self, path: &str, batch: &mut Batch) {
        if let Some(bytes) = self.notes.remove(path) {
            batch.put_setting(format!("{}{path}", self.keys.notes), Some(bytes));
        }
    }

    /// Says in a batch that others follow, without which what is known is not true.
    pub(crate) fn go_on(&self, batch: &mut Batch) {
        batch.put_setting(self.keys.unfinished.as_str(), Some(self.plan.clone()));
    }

    /// Adds all that is left to the last batch.
    pub(crate) fn end(&mut self, batch: &mut Batch) {
        for (path, bytes) in std::mem::take(&mut self.notes) {
            batch.put_setting(format!("{}{path}", self.keys.notes), Some(bytes));
        }
        for path in &self.gone {
            batch.put_setting(format!("{}{path}", self.keys.notes), None);
        }
        if let Some(head) = self.head.take() {
            batch.put_setting(self.keys.head.as_str(), Some(head));
        }
        if let Some(git) = self.git.take() {
            batch.put_setting(self.keys.git.as_str(), Some(git));
        }
        for key in self.outdated.drain(..) {
            batch.put_setting(key, None);
        }
        let (ground, asked) = std::mem::take(&mut self.place);
        batch.put_setting(self.keys.ground.as_str(), ground);
        batch.put_setting(self.keys.asked.as_str(), Some(asked));
        batch.put_setting(self.keys.unfinished.as_str(), None);
    }
}

/// By which path the wiki of this name was asked for when something was stored of it last.
fn asked_before(site: &Site, wiki: &str) -> Result<Option<PathBuf>> {
    let stored = site.kb.setting(&Keys::of(wiki).asked)?;
    Ok(stored.map(|bytes| PathBuf::from(OsString::from_vec(bytes))))
}

/// The names under which the notes of this folder are stored, those of a folder that was moved here, or those of the one to which the
/// path `asked` led before.
fn former_names(site: &Site, wiki: &Wiki, asked: &Path) -> Result<Vec<String>> {
    // A folder that only may be the one of another wiki takes nothing away from that.
    let ground = Ground::of(wiki.folder()).filter(Ground::is_certain);
    let mut names = Vec::new();
    for (name, folder) in known_folders(site)? {
        let is_here =
            folder == wiki.folder() || asked_before(site, &name)?.is_some_and(|it| it == asked);
        let is_moved = || -> Result<bool> {
            let known = site.kb.setting(&Keys::of(&name).ground)?;
            let known = known.map(|bytes| Ground::read(&bytes));
            Ok(!folder.is_dir() && known.is_some() && known == ground)
        };
        if name != wiki.name() && (is_here || is_moved()?) {
            names.push(name);
        }
    }
    Ok(names)
}

/// The wikis of which something is stored: their names, and the folders they came from.
///
/// # Errors
/// When the store cannot be read.
pub(crate) fn known_folders(site: &Site) -> Result<Vec<(String, PathBuf)>> {
    let mut found = Vec::new();
    for (key, bytes) in site.kb.settings("wiki/")? {
        let name = key
            .strip_prefix("wiki/")
            .and_then(|rest| rest.strip_suffix("/head"))
            .filter(|name| !name.contains('/'))
            .and_then(decode_segment);
        if let (Some(name), Ok(head)) = (name, Catalog::from_parts(&bytes, None, [])) {
            found.push((name, PathBuf::from(head.folder())));
        }
    }
    Ok(found)
}
