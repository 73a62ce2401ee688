//! Where pages are published, by the patterns that a site has for their addresses: `/:year/:month/:slug/`.

use kenning_note::{DateRole, Note, TitleFrom};

use super::Site;
use crate::names::{folder, last};

/// Jekyll's names for patterns.
const STYLES: [(&str, &str); 4] = [
    ("date", "/:categories/:year/:month/:day/:title:output_ext"),
    ("pretty", "/:categories/:year/:month/:day/:title/"),
    ("ordinal", "/:categories/:year/:y_day/:title:output_ext"),
    ("none", "/:categories/:title:output_ext"),
];

const MONTHS: [&str; 12] = [
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
];

const DAYS: [&str; 7] = [
    "Monday",
    "Tuesday",
    "Wednesday",
    "Thursday",
    "Friday",
    "Saturday",
    "Sunday",
];

fn is_leap(year: usize) -> bool {
    year.is_multiple_of(4) && (!year.is_multiple_of(100) || year.is_multiple_of(400))
}

/// The patterns of a site.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Patterns {
    /// By section of the site, or by collection.
    pages: Vec<(String, String)>,
    /// The same for the pages of the folders themselves.
    folders: Vec<(String, String)>,
    /// That of posts, in Jekyll.
    posts: Option<String>,
    /// By folder and sort of pages, in Jekyll.
    scoped: Vec<(String, String, String)>,
    /// Whether the first heading is a title, too.
    headings: bool,
}

impl Patterns {
    pub(super) fn of_jekyll(style: &str) -> Self {
        Self {
            posts: Some(style.to_owned()),
            ..Self::default()
        }
    }

    /// Those of the blog of MkDocs' theme Material.
    pub(super) fn of_blog(folder: &str, pattern: &str) -> Self {
        let mut patterns = Self {
            headings: true,
            ..Self::default()
        };
        patterns.add_for(&format!("{folder}/posts"), "", pattern);
        patterns
    }

    pub(super) fn add(&mut self, section: &str, pattern: &str) {
        let section = section.trim_matches('/').to_lowercase();
        self.pages.push((section, pattern.to_owned()));
    }

    /// For the pages of a sort below a folder.
    pub(super) fn add_for(&mut self, path: &str, kind: &str, pattern: &str) {
        let parts = [path, kind, pattern].map(str::to_owned);
        let [path, kind, pattern] = parts;
        self.scoped.push((path, kind, pattern));
    }

    pub(super) fn add_for_folder(&mut self, section: &str, pattern: &str) {
        let section = section.trim_matches('/').to_lowercase();
        self.folders.push((section, pattern.to_owned()));
    }
}

impl Site {
    /// The address under which a pattern publishes the note at `path`, from the top of the site. `None` where its path alone says it.
    pub(crate) fn published(&self, note: &Note, path: &str) -> Option<String> {
        let given = note.permalinks.first().filter(|_| note.has_permalink);
        // A note may have a pattern of its own.
        let given = match given {
            Some(given) if given.contains(':') || style(given).is_some() => Some(given),
            Some(_) => return None,
            None if self.patterns == Patterns::default() => return None,
            None => None,
        };
        let page = self.page(path)?;
        let own = page.bare.strip_prefix(page.root)?.trim_start_matches('/');
        let known = Known {
            headings: self.patterns.headings,
            ..Known::of(note, own, self.patterns.posts.is_some())
        };
        let pattern = match given {
            Some(given) => given.as_str(),
            None => self.pattern(&known, own)?,
        };
        let address = known.filled(style(pattern).unwrap_or(pattern))?;
        let is_below = !page.language.is_empty() && self.at_the_top() != Some(page.language);
        Some(match is_below {
            true => format!("/{}{address}", page.language),
            false => address,
        })
    }

    /// The address of the note at `path` where pages link to addresses that patterns make, and none makes that of this one.
    pub(crate) fn plain_address(&self, path: &str) -> Option<String> {
        if self.patterns.pages.is_empty() || self.patterns.posts.is_some() {
            return None;
        }
        let page = self.page(path)?;
        let own = page.bare.strip_prefix(page.root)?;
        let own = match last(own) {
            "index" | "_index" => folder(own),
            _ => own,
        };
        Some(format!("{own}/"))
    }

    fn pattern(&self, known: &Known<'_>, own: &str) -> Option<&str> {
        let covers = |(path, kind, _): &&(String, String, String)| {
            let below = own.strip_prefix(path.as_str());
            let below = below
                .is_some_and(|rest| path.is_empty() || rest.is_empty() || rest.starts_with('/'));
            below
                && match kind.as_str() {
                    "" => true,
                    "posts" => known.is_post,
                    "pages" => !known.is_post && known.section == "/",
                    kind => known.section == kind,
                }
        };
        // The deepest folder decides, and of several the last.
        let scoped = self.patterns.scoped.iter().filter(covers);
        if let Some((.., pattern)) = scoped.max_by_key(|(path, ..)| path.len()) {
            return Some(pattern);
        }
        if known.is_post {
            return self.patterns.posts.as_deref();
        }
        let patterns = match known.is_folder {
            true => &self.patterns.folders,
            false => &self.patterns.pages,
        };
        let section = known.section.to_lowercase();
        let found = patterns.iter().find(|(of, _)| *of == section)?;
        Some(&found.1)
    }

    /// The folder from which relative links of a page count that is published at `address`.
    pub(crate) fn folder_of_address(address: &str) -> &str {
        match address.strip_suffix('/') {
            Some(inside) => inside,
            None => folder(address),
        }
        .trim_start_matches('/')
    }
}

fn style(name: &str) -> Option<&'static str> {
    let found = STYLES.iter().find(|(known, _)| *known == name)?;
    Some(found.1)
}

/// What a pattern may ask of a page.
struct Known<'n> {
    note: &'n Note,
    section: &'n str,
    /// Folders below the top of the pages.
    folders: &'n str,
    /// The name of the file without date and ending, or that of the folder which the page stands for.
    name: &'n str,
    is_folder: bool,
    /// Whether it is a post of Jekyll's, or lies in a collection.
    is_post: bool,
    is_jekyll: bool,
    headings: bool,
    /// Year, month and day.
    date: Option<(&'n str, &'n str, &'n str)>,
}

impl<'n> Known<'n> {
    fn of(note: &'n Note, own: &'n str, is_jekyll: bool) -> Self {
        let is_folder = last(own) == "_index" && !is_jekyll;
        let own = match last(own) {
            "index" | "_index" if !is_jekyll => folder(own),
            _ => own,
        };
        let (mut folders, mut name) = (folder(own), last(own));
        let mut date = None;
        if let Some((day, rest)) = name.split_at_checked(11)
            && let Some(found) = day.strip_suffix('-').and_then(date_of)
            && !rest.is_empty()
        {
            date = Some(found);
            name = rest;
        }
        let said = [DateRole::Issued, DateRole::Created, DateRole::Modified];
        let mut said = said.iter().filter_map(|role| {
            let mut dates = note.dates.iter();
            let found = dates.find(|dated| dated.role == *role)?;
            date_of(&found.date.lexical)
        });
        let date = said.next().or(date);
        // A name that begins with a date keeps it where nothing makes a post of it.
        let is_post = is_jekyll && folders.split('/').any(|folder| folder == "_posts");
        if !is_post {
            name = last(own);
        }
        let mut section = folders.split('/').next().unwrap_or_default();
        if is_folder {
            section = own.split('/').next().unwrap_or_default();
            folders = own;
        }
        if is_jekyll {
            section = section.strip_prefix('_').unwrap_or("/");
        }
        Self {
            note,
            section,
            folders,
            name,
            is_folder,
            is_post,
            is_jekyll,
            headings: false,
            date,
        }
    }

    /// The pattern with all its words replaced; `None` where one of them is not known.
    fn filled(&self, pattern: &str) -> Option<String> {
        let mut address = String::with_capacity(pattern.len() + 32);
        let mut rest = pattern;
        while let Some((before, after)) = rest.split_once(':') {
            address.push_str(before);
            let end = after.find(|c: char| !c.is_ascii_lowercase() && c != '_');
            let (word, after) = after.split_at(end.unwrap_or(after.len()));
            let (part, after) = match after.strip_prefix('[').and_then(|at| at.split_once(']')) {
                Some((range, after)) => (Some(range), after),
                None => (None, after),
            };
            address.push_str(&self.word(word, part)?);
            rest = after;
        }
        address.push_str(rest);
        let parts = address.split('/').filter(|part| !part.is_empty());
        let parts: Vec<&str> = parts.collect();
        let end = match address.ends_with('/') {
            true => "/",
            false => "",
        };
        (!parts.is_empty()).then(|| format!("/{}{end}", parts.join("/")))
    }

    fn word(&self, word: &str, part: Option<&str>) -> Option<String> {
        let number = |text: &str| text.trim_start_matches('0').to_owned();
        let slug = self.note.slugs.first().filter(|slug| !slug.is_empty());
        let slug = slug.map(|slug| urlized(slug));
        let title = || match self.note.title_from {
            TitleFrom::FrontMatter => urlized(&self.note.title),
            TitleFrom::Heading if self.headings => urlized(&self.note.title),
            _ => urlized(self.name),
        };
        let file = || match self.is_jekyll {
            true => self.name.to_owned(),
            false => urlized(self.name),
        };
        Some(match word {
            "year" => self.date?.0.to_owned(),
            "month" => self.date?.1.to_owned(),
            "day" => self.date?.2.to_owned(),
            "weekday" => (self.day()?.1 % 7).to_string(),
            "weekdayname" | "long_day" => DAYS.get(self.day()?.1.checked_sub(1)?)?.to_string(),
            "short_day" => DAYS
                .get(self.day()?.1.checked_sub(1)?)?
                .get(..3)?
                .to_owned(),
            "w_day" => self.day()?.1.to_string(),
            "yearday" => self.day()?.0.to_string(),
            "y_day" => format!("{:03}", self.day()?.0),
            "week" => format!("{:02}", self.week()?.1),
            "w_year" => self.week()?.0.to_string(),
            "short_year" => self.date?.0.get(2..)?.to_owned(),
            "i_month" => number(self.date?.1),
            "i_day" => number(self.date?.2),
            "monthname" | "long_month" => self.month()?.to_owned(),
            "short_month" => self.month()?.get(..3)?.to_owned(),
            "title" | "slug" if self.is_jekyll => slug.unwrap_or_else(file),
            "title" => title(),
            "slug" => slug.unwrap_or_else(title),
            "slugorfilename" | "slugorcontentbasename" => slug.unwrap_or_else(file),
            "filename" | "contentbasename" | "name" => file(),
            "section" => self.section.to_owned(),
            "sections" => chosen(self.folders, part)?,
            "collection" => self.section.to_owned(),
            "path" => {
                let below = self.folders.split_once('/').map_or("", |(_, below)| below);
                format!("{below}/{}", self.name)
            }
            "categories" | "slugified_categories" => self.categories(),
            "output_ext" => ".html".to_owned(),
            _ => return None,
        })
    }

    /// The day of the year, from 1, and that of the week, from 1 for Monday.
    fn day(&self) -> Option<(usize, usize)> {
        let (year, month, day) = self.date?;
        let number = |text: &str| text.parse::<usize>().ok();
        let (year, month, day) = (number(year)?, number(month)?, number(day)?);
        let before = [0, 31, 59, 90, 120, 151, 181, 212, 243, 273, 304, 334];
        let leap = usize::from(month > 2 && is_leap(year));
        let of_year = before.get(month.checked_sub(1)?)? + leap + day;
        let last = year.checked_sub(1)?;
        let all = last * 365 + last / 4 - last / 100 + last / 400 + of_year;
        // The first day of the first year was a Monday.
        Some((of_year, (all + 6) % 7 + 1))
    }

    /// The week, from Monday to Sunday, and the year to which most of it belongs.
    fn week(&self) -> Option<(usize, usize)> {
        let (of_year, of_week) = self.day()?;
        let year: usize = self.date?.0.parse().ok()?;
        let weeks = |year: usize, first: usize| {
            // Of the first of January.
            if first == 4 || first == 3 && is_leap(year) {
                53
            } else {
                52
            }
        };
        let first = (of_week + 371 - of_year) % 7 + 1;
        let week = (of_year + 10 - of_week) / 7;
        let last = year.checked_sub(1)?;
        let length = if is_leap(last) { 366 } else { 365 };
        Some(match week {
            0 => (last, weeks(last, (first + 6 + 371 - length % 7) % 7 + 1)),
            week if week > weeks(year, first) => (year + 1, 1),
            week => (year, week),
        })
    }

    fn month(&self) -> Option<&'static str> {
        let month: usize = self.date?.1.parse().ok()?;
        MONTHS.get(month.checked_sub(1)?).copied()
    }

    /// The folders around `_posts`, and what the note says itself.
    fn categories(&self) -> String {
        let around = self.folders.split('/').take_while(|name| *name != "_posts");
        let own = self.note.categories.iter().map(String::as_str);
        let all: Vec<String> = around.chain(own).map(urlized).collect();
        all.join("/")
    }
}

/// Year, month and day at the beginning of a text.
fn date_of(text: &str) -> Option<(&str, &str, &str)> {
    let day = text.get(..10)?;
    let is_day = day.bytes().enumerate().all(|(place, byte)| match place {
        4 | 7 => byte == b'-',
        _ => byte.is_ascii_digit(),
    });
    is_day.then_some((day.get(..4)?, day.get(5..7)?, day.get(8..)?))
}

/// Some of the folders of a path: all, `[1]`, `[last]`, `[1:]`, `[:2]`, `[1:last]`.
fn chosen(folders: &str, part: Option<&str>) -> Option<String> {
    let all: Vec<&str> = folders.split('/').collect();
    let place = |text: &str, usual: usize| match text {
        "" => Some(usual),
        "first" => Some(0),
        "last" => all.len().checked_sub(1),
        number => number.parse().ok(),
    };
    let (from, to) = match part {
        None => (0, all.len()),
        Some(part) => match part.split_once(':') {
            Some((from, to)) => (place(from, 0)?, place(to, all.len())?),
            None => (place(part, 0)?, place(part, 0)? + 1),
        },
    };
    Some(all.get(from..to.min(all.len()))?.join("/"))
}

/// A name as it stands in addresses: in small letters, with hyphens for spaces and without most marks.
fn urlized(name: &str) -> String {
    let mut out = String::with_capacity(name.len());
    for c in name.trim().chars() {
        let c = if c.is_whitespace() { '-' } else { c };
        let is_kept = c.is_alphanumeric() || matches!(c, '-' | '_' | '.' | '/' | '+' | '~' | '@');
        if is_kept && !(c == '-' && out.ends_with('-')) {
            out.extend(c.to_lowercase());
        }
    }
    out
}
