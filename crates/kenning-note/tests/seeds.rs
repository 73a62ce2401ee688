//! What a person counted by hand in four documents: two wiki pages, a Jekyll post and a copied article.
#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::print_stdout,
    reason = "a test may end in a panic"
)]

use std::collections::BTreeSet;
use std::path::PathBuf;

use kenning_note::{
    DateRole, Dialect, Format, LinkKind, LinkTo, Precision, Reading, Settings, Stated, TitleFrom,
    fold_plural, read,
};

/// The seed whose name begins so; `None` where the seeds are not there.
fn seed(start: &str, dialect: Dialect) -> Option<Reading> {
    let folder = PathBuf::from(concat!(
        env!("CARGO_MANIFEST_DIR"),
        "/../../../shared/seeds"
    ));
    let Ok(files) = std::fs::read_dir(&folder) else {
        println!("skipped: the seed documents are not here");
        return None;
    };
    let file = files
        .map(|file| file.unwrap().path())
        .find(|path| {
            path.file_name()
                .unwrap()
                .to_str()
                .unwrap()
                .starts_with(start)
        })
        .unwrap();
    let bytes = std::fs::read(&file).unwrap();
    Some(read(
        &bytes,
        file.file_name().unwrap().to_str().unwrap(),
        &Settings::of(dialect),
    ))
}

fn wiki_pages() -> Option<Vec<Reading>> {
    Some(vec![
        seed("000", Dialect::Markdown)?,
        seed("001", Dialect::Markdown)?,
    ])
}

#[test]
fn two_wiki_pages_hold_51_link_tokens_in_39_spellings_for_30_targets() {
    let Some(pages) = wiki_pages() else { return };
    let links: Vec<_> = pages
        .iter()
        .flat_map(|page| &page.note.content.links)
        .filter(|link| link.kind == LinkKind::Wiki)
        .collect();
    assert_eq!(links.len(), 51);
    let spellings: BTreeSet<&str> = links.iter().map(|link| &*link.target).collect();
    assert_eq!(spellings.len(), 39);
    let keys: BTreeSet<&str> = links.iter().map(|link| link.key().unwrap()).collect();
    assert_eq!(keys.len(), 31);
    let targets: BTreeSet<String> = keys
        .iter()
        .map(|key| fold_plural(key).into_owned())
        .collect();
    assert_eq!(targets.len(), 30);
    assert!(targets.contains("tacit and explicit knowledge"));
    assert!(targets.contains("community of practice"));
}

#[test]
fn letters_after_a_link_belong_to_its_text() {
    let Some(pages) = wiki_pages() else { return };
    let texts: Vec<_> = pages
        .iter()
        .flat_map(|page| &page.note.content.links)
        .filter_map(|link| Some((&*link.target, link.text.as_deref()?.as_str())))
        .collect();
    assert_eq!(
        texts,
        [
            ("knowledge repository", "knowledge repositories"),
            ("supply chain", "supply chains"),
            ("knowledge base", "knowledge bases"),
            ("after-action review", "after-action reviews"),
        ]
    );
}

#[test]
fn links_in_headings_count() {
    let Some(pages) = wiki_pages() else { return };
    let note = &pages[1].note;
    let heading = note
        .content
        .headings
        .iter()
        .position(|heading| heading.text == "Knowledge retention")
        .unwrap();
    let span = note.content.headings[heading].span;
    assert!(
        note.content
            .links
            .iter()
            .any(|link| link.heading == u32::try_from(heading).ok()
                && (span.start..span.end).contains(&(link.bytes.0 as usize)))
    );
}

#[test]
fn thirty_nine_citations_name_one_source_each_in_its_own_passage() {
    let Some(pages) = wiki_pages() else { return };
    let passages: Vec<_> = pages
        .iter()
        .flat_map(|page| &page.note.content.passages)
        .collect();
    let citations: Vec<_> = passages
        .iter()
        .flat_map(|passage| &passage.citations)
        .collect();
    assert_eq!(citations.len(), 39);
    assert!(
        citations
            .iter()
            .all(|citation| &*citation.source == "knowledge-management.md"
                && citation.lines.is_none())
    );
    assert_eq!(
        passages
            .iter()
            .filter(|passage| !passage.citations.is_empty())
            .count(),
        39
    );
    // The last one stands in a list of related concepts, which claims nothing.
    assert_eq!(
        passages.iter().filter(|passage| passage.is_claim).count(),
        38
    );
    assert!(passages.iter().all(|passage| !passage.text.contains("^[")));
    for page in &pages {
        assert_eq!(page.note.sources.len(), 1);
        let source = &page.note.sources[0];
        assert!(
            source.in_front_matter && source.in_section && source.key == "knowledge-management.md"
        );
        assert!(page.problems.is_empty(), "{:?}", page.problems);
    }
}

#[test]
fn a_label_is_told_from_an_alias_that_only_repeats_the_title() {
    let Some(pages) = wiki_pages() else { return };
    let aliases: Vec<&str> = pages[0]
        .note
        .aliases
        .iter()
        .map(|alias| alias.text.as_str())
        .collect();
    assert_eq!(aliases, ["CVPS"]);
    assert_eq!(
        pages[0].note.slugs,
        ["codification-vs-personalization-strategies"]
    );
    assert!(pages[1].note.aliases.is_empty());
    assert_eq!(pages[1].note.slugs, ["knowledge-management"]);
}

#[test]
fn a_date_in_quotes_is_a_moment() {
    let Some(pages) = wiki_pages() else { return };
    let created = pages[0]
        .note
        .dates
        .iter()
        .find(|date| date.role == DateRole::Created)
        .unwrap();
    assert_eq!(created.date.lexical, "2026-04-18T11:22:41.937Z");
    assert_eq!(created.date.precision, Precision::Time);
}

#[test]
fn related_concepts_are_related() {
    let Some(pages) = wiki_pages() else { return };
    let related = |page: &Reading| {
        page.note
            .content
            .links
            .iter()
            .filter(|link| link.related)
            .count()
    };
    assert_eq!((related(&pages[0]), related(&pages[1])), (8, 10));
}

#[test]
fn a_jekyll_post() {
    let Some(post) = seed("002", Dialect::Jekyll) else {
        return;
    };
    let note = &post.note;
    assert_eq!(note.title, "What is Knowledge Management?");
    assert_eq!(note.authors[0].name, "gaut");
    let tags: Vec<&str> = note
        .content
        .tags
        .iter()
        .map(|tag| tag.label.as_str())
        .collect();
    assert_eq!(tags, ["business", "KM"]);
    let links: Vec<_> = note
        .content
        .links
        .iter()
        .filter(|link| link.kind == LinkKind::Markdown)
        .collect();
    assert_eq!(links.len(), 3);
    let LinkTo::Name { path, key } = &links[2].to else {
        panic!("{:?}", links[2])
    };
    assert_eq!(
        (path.as_deref().map(kenning_note::Word::as_str), &**key),
        (
            Some("/knwoledge-intensive-economy/"),
            "knwoledge intensive economy"
        )
    );
    assert_eq!(
        links[2].text.as_deref().map(kenning_note::Word::as_str),
        Some("knowledge-intensive economy")
    );
    let picture = note
        .content
        .links
        .iter()
        .find(|link| link.kind == LinkKind::File)
        .unwrap();
    assert_eq!((picture.text.as_deref(), picture.embeds), (None, true));
    assert!(note.fields.iter().any(|field| field.key == "comments"));
    assert_eq!(note.protection, Stated::Nothing);
    assert!(post.problems.is_empty(), "{:?}", post.problems);
}

#[test]
fn an_article_yields_its_byline_and_none_of_its_navigation() {
    let Some(article) = seed("003", Dialect::Markdown) else {
        return;
    };
    let note = &article.note;
    assert_eq!(note.format, Format::Article);
    assert_eq!(
        (note.title.as_str(), note.title_from),
        (
            "Why Knowledge Management Systems Usually Fail",
            TitleFrom::Byline
        )
    );
    assert_eq!(
        (note.dates[0].date.lexical.as_str(), note.dates[0].role),
        ("2026-05-14", DateRole::Issued)
    );
    assert_eq!(
        (note.authors.len(), note.authors[0].name.as_str()),
        (1, "Ali Safari")
    );
    assert_eq!(note.authors[0].role.as_deref(), Some("PhD Student in IS"));
    assert_eq!(
        note.affiliation.as_ref().unwrap().text,
        "University of North Texas"
    );
    let extracted: BTreeSet<&str> = note.extracted.iter().map(|found| found.property).collect();
    assert_eq!(
        extracted,
        BTreeSet::from(["title", "date", "author", "affiliation", "summary"])
    );
    assert_eq!(note.content.passages.len(), 12);
    assert!(note.content.passages[0].text.starts_with("At some point, "));
    assert!(
        note.content.passages[11]
            .text
            .ends_with("a solution to the wrong problem.")
    );
    let all = format!("{note:?}");
    for word in [
        "\"Share\"",
        "More notes",
        "Previous",
        "Next",
        "Legitimacy Theory",
        "ITIL",
        "Related notes",
    ] {
        assert!(!all.contains(word), "{word}");
    }
    assert!(article.problems.is_empty(), "{:?}", article.problems);
}
