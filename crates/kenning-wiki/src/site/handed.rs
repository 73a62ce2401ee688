//! What Hugo's configuration hands down to all pages: its `cascade`, for whatever language and environment.
//!
//! Which environment a site is made for is not said in its folder, so what any of them asks for counts.

use std::path::Path;

use kenning_note::{Levels, Place, Stated};

use super::{below, read_settings, read_text};
use crate::cascade::Asked;
use crate::problem::Located;
use crate::wiki::is_missing;

/// Endings of files of settings.
pub(super) const ENDINGS: [&str; 4] = ["toml", "yaml", "yml", "json"];

/// What the site in `folder` hands down, and the files that say so.
///
/// A configuration that cannot be opened, or cannot be understood and has the word in it, closes all pages: it could have asked for that.
pub(super) fn handed(
    root: &Path,
    folder: &str,
    levels: &Levels,
    problems: &mut Vec<Located>,
) -> Vec<(String, Asked)> {
    let mut found = Vec::new();
    let mut add = |file: &str, asked: Asked| {
        if let Some(why) = &asked.said.unreadable {
            let mut problem = Located::file(file, "protection", format!("`cascade`: {why}"));
            problem.line = usize::try_from(asked.said.line).unwrap_or(0);
            problem.column = usize::try_from(asked.said.column).unwrap_or(0);
            problem.hint = Some("all notes of the site are closed until this is mended".to_owned());
            problems.push(problem);
        }
        found.push((file.to_owned(), asked));
    };
    let files = match files(root, folder) {
        Ok(files) => files,
        Err((file, why)) => {
            add(&file, Asked::unknown(&why));
            return found;
        }
    };
    for file in files {
        let name = crate::names::last(&file);
        let is_itself = name.split('.').next() == Some("cascade");
        let text = match read_text(root, &file) {
            Ok(text) => text,
            Err(why) => {
                add(&file, Asked::unknown(&why));
                continue;
            }
        };
        let start = text.trim_start_matches('\u{feff}').trim();
        let before = text.find(start).and_then(|at| text.get(..at));
        let lines = before.map_or(0, |before| before.matches('\n').count());
        let (text, added) = match is_itself {
            true => whole(name, start),
            false => (start.to_owned(), 0),
        };
        let framed = usize::from(!name.ends_with(".json"));
        let mut cascades = read_settings(&file, &text, levels).note.cascades;
        for cascade in &mut cascades {
            let moved = |place: &mut Place| {
                let line = usize::try_from(place.line).unwrap_or(0) + lines;
                place.line = u32::try_from(line.saturating_sub(framed + added)).unwrap_or(0);
            };
            match &mut cascade.protection {
                Stated::Says(said) => moved(&mut said.place),
                Stated::Unreadable { place, .. } => moved(place),
                Stated::Nothing => {}
            }
        }
        for asked in Asked::all_of(&cascades) {
            add(&file, asked);
        }
    }
    found
}

/// Words of which any text has one that may speak of protection.
const SPEAKS: [&str; 14] = [
    "protect", "prot", "audien", "level", "access", "clear", "classif", "confid", "handling",
    "private", "restrict", "secre", "sensitiv", "visib",
];

/// What a `.meta.yml` hands down to the pages of its folder and below, and what is wrong with it. One that cannot be read and may speak of
/// protection closes them.
pub(crate) fn handed_in(root: &Path, file: &str, levels: &Levels) -> (Vec<Asked>, Vec<Located>) {
    let text = match read_text(root, file) {
        Ok(text) => text,
        Err(why) => {
            let problem = Located::file(file, "protection", why.clone());
            return (vec![Asked::unknown(&why)], vec![problem]);
        }
    };
    let start = text.trim_start_matches('\u{feff}').trim();
    let (whole, _) = whole("meta.yml", start.trim_end_matches("---"));
    let cascades = read_settings(file, &whole, levels).note.cascades;
    let asked = Asked::all_of(&cascades);
    let unreadable = asked
        .iter()
        .filter_map(|asked| asked.said.unreadable.clone());
    let why = unreadable.clone().next();
    let low = text.to_lowercase();
    if let Some(why) = why.filter(|_| !SPEAKS.iter().any(|word| low.contains(word))) {
        // A slip in what says nothing of protection.
        return (Vec::new(), vec![Located::file(file, "settings", why)]);
    }
    let problems = unreadable.map(|why| {
        let mut problem = Located::file(file, "protection", why);
        problem.hint =
            Some("all notes in the folder and below are closed until this is mended".to_owned());
        problem
    });
    let problems = problems.collect();
    (asked, problems)
}

/// The files in which it may stand, in order: the first of those of the site, and those of every environment.
fn files(root: &Path, folder: &str) -> Result<Vec<String>, (String, String)> {
    let at_the_top = ["hugo", "config"]
        .iter()
        .flat_map(|name| ENDINGS.map(|ending| below(folder, &format!("{name}.{ending}"))));
    let mut files: Vec<String> = at_the_top
        .filter(|file| !is_missing(root, file))
        .take(1)
        .collect();
    let config = below(folder, "config");
    for environment in listed(root, &config, true)? {
        let own = listed(root, &environment, false)?;
        let speaks = |file: &String| {
            let name = crate::names::last(file);
            let (stem, rest) = name.split_once('.').unwrap_or((name, ""));
            let ending = rest.rsplit('.').next().unwrap_or_default();
            matches!(stem, "hugo" | "config" | "cascade" | "languages") && ENDINGS.contains(&ending)
        };
        files.extend(own.into_iter().filter(speaks));
    }
    Ok(files)
}

/// The folders that lie in a folder, or what else does. Links are no folders.
fn listed(root: &Path, folder: &str, folders: bool) -> Result<Vec<String>, (String, String)> {
    let path = crate::walk::file(root, folder);
    let is_folder = std::fs::symlink_metadata(&path).is_ok_and(|meta| meta.is_dir());
    if !is_folder {
        return Ok(Vec::new());
    }
    let cannot = |error: std::io::Error| {
        let why = format!("the folder cannot be read: {error}");
        (folder.to_owned(), why)
    };
    let mut found = Vec::new();
    for entry in std::fs::read_dir(&path).map_err(cannot)? {
        let entry = entry.map_err(cannot)?;
        let is_folder = entry.file_type().map_err(cannot)?.is_dir();
        if let (Some(name), true) = (entry.file_name().to_str(), is_folder == folders) {
            found.push(below(folder, name));
        }
    }
    found.sort();
    Ok(found)
}

/// The text of a file that is a `cascade` as a whole, as part of a configuration; and how many lines more that has before it.
fn whole(name: &str, text: &str) -> (String, usize) {
    match name.rsplit('.').next() {
        Some("json") => (format!("{{\"cascade\": {text}}}"), 0),
        Some("toml") if text.contains("[cascade") => (text.to_owned(), 0),
        Some("toml") => {
            let lines = text.lines().map(|line| {
                let head = line.trim_start();
                let name = head.trim_start_matches('[');
                match head.len() - name.len() {
                    1 => format!("[cascade.{name}\n"),
                    2 => format!("[[cascade.{name}\n"),
                    _ => format!("{line}\n"),
                }
            });
            (format!("[cascade]\n{}", lines.collect::<String>()), 1)
        }
        _ => {
            let lines = text.trim_start_matches("---").lines();
            let lines = lines.map(|line| format!("  {line}\n"));
            (format!("cascade:\n{}", lines.collect::<String>()), 1)
        }
    }
}
