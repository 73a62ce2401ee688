//! Notes of nothing but beginnings, and notes in which one thing stands in another thousands of times: reading them ends, and soon,
//! and what they hide stays hidden.
#![allow(clippy::unwrap_used, reason = "a test may end in a panic")]

use kenning_note::{Dialect, Settings, Stated, read};

fn settings(dialect: Dialect) -> Settings {
    let mut settings = Settings::default();
    settings.dialect = dialect;
    settings
}

/// Where an end is looked for from every beginning to the end of the note, this takes minutes, not a second.
#[test]
fn beginnings_without_an_end_are_looked_at_once() {
    const SIZE: usize = 1 << 20;
    let read_all = |path: &str, dialect: Dialect, beginnings: &[&str]| {
        for beginning in beginnings {
            let text = beginning.repeat(SIZE / beginning.len());
            let reading = read(text.as_bytes(), path, &settings(dialect));
            assert!(reading.note.sections.len() <= 1, "{path}: {beginning}");
        }
    };
    for (path, dialect) in [("a.md", Dialect::Markdown), ("a.wiki", Dialect::MediaWiki)] {
        read_all(
            path,
            dialect,
            &[
                "restricted\n",
                "<restricted ",
                "level: restricted\n",
                "<!-- restricted\n",
                "%% restricted ",
                "`restricted` ",
                "> [!restricted]\n",
                "| level | restricted |\n",
                "{{ restricted ",
                "protection=",
                "audience",
            ],
        );
    }
    read_all(
        "a.org",
        Dialect::Org,
        &["[", "[[", "[[id:", "=a ", "[fn:", "|a", ":LOGBOOK:\n"],
    );
    read_all(
        "a.html",
        Dialect::Html,
        &[
            "&",
            "&a;",
            "<",
            "<a ",
            "<table class=\"properties\">",
            "<table><tr><td>",
            "<p class=\"page-description\">",
        ],
    );
    read_all(
        "a.wiki",
        Dialect::MediaWiki,
        &["[", "[[", "[[File:a|", "<ref ", "{{a|b="],
    );
    read_all(
        "a.tid",
        Dialect::TiddlyWiki,
        &[
            "[ext[",
            "[img[",
            "{{",
            "{{{",
            "<<",
            "<$",
            "<$a '",
            "<a {{{",
            "<% ",
            "//",
            "<<<\n",
            "\\define a()\n",
            "`a ",
        ],
    );
    read_all(
        "a.md",
        Dialect::Hugo,
        &[
            "{{< ",
            "](a{{< b >}}",
            "{{< highlight >}}\n",
            "{{% code %}}\n{{< code >}}\n",
        ],
    );
    read_all(
        "a.md",
        Dialect::Jekyll,
        &[
            "{% ",
            "{{ ",
            "{{a}}",
            "](a{{ b }}",
            "{:",
            "{% highlight %}\n",
        ],
    );
    read_all(
        "a.md",
        Dialect::Logseq,
        &[
            "]([[",
            "((",
            "{{",
            "{{embed ",
            "{{embed [[a]]}}",
            "){:a",
            "#+BEGIN_NOTE\n",
            ":LOGBOOK:\n",
        ],
    );
    read_all(
        "a.md",
        Dialect::MkDocs,
        &["{:", "{", "{ .a", "!!! note\n    "],
    );
    read_all(
        "a.md",
        Dialect::Docusaurus,
        &["{/*", ":::note\n", "import "],
    );
    // What might open a protected block behind words.
    read_all(
        "a.md",
        Dialect::Markdown,
        &[
            "level=x::: ",
            "level=x:: ",
            "level=x:\u{200b}:",
            "audience= ::: protect",
        ],
    );
    let run = format!("level=x{}", ":".repeat(SIZE));
    assert!(
        read(run.as_bytes(), "a.md", &settings(Dialect::Markdown))
            .note
            .sections
            .is_empty()
    );
}

#[test]
fn captions_and_templates_that_stand_in_each_other_need_no_deep_stack() {
    let deep = 20_000;
    for (open, close) in [
        ("[[File:a|", "]]"),
        ("{{a|b=", "}}"),
        ("{{protect|a=", "}}"),
    ] {
        let text = format!("{}x{}", open.repeat(deep), close.repeat(deep));
        let reading = read(text.as_bytes(), "a.wiki", &settings(Dialect::MediaWiki));
        assert_eq!(reading.note.path, "a.wiki");
    }
}

#[test]
fn what_templates_say_of_protection_too_deep_to_be_read_closes_the_note() {
    for (deep, closed) in [(3, false), (40, true)] {
        let text = format!(
            "{}{{{{page|protection=public}}}}{}\n\nWords.\n",
            "{{a|b=".repeat(deep),
            "}}".repeat(deep)
        );
        let reading = read(text.as_bytes(), "a.wiki", &settings(Dialect::MediaWiki));
        let Stated::Says(protection) = &reading.note.protection else {
            assert!(closed, "{deep}: {:?}", reading.note.protection);
            continue;
        };
        let level = protection.level.as_ref().map(|level| level.text.as_str());
        assert_eq!(level == Some("public"), !closed, "{deep}: {level:?}");
        assert!(level.is_some(), "{deep}");
    }
}

/// What a template inside a template says is about that template, but for protection, which counts wherever it stands.
#[test]
fn of_templates_in_templates_nothing_counts_but_protection() {
    let text = "{{page|owner=Ada|box={{note|colour=red|protection=internal}}}}\n\nWords.\n";
    let note = read(text.as_bytes(), "a.wiki", &settings(Dialect::MediaWiki)).note;
    let keys: Vec<&str> = note.fields.iter().map(|field| field.key.as_str()).collect();
    assert_eq!(keys, ["owner"]);
    assert!(
        matches!(&note.protection, Stated::Says(said) if said.level.as_ref().is_some_and(|level| level.text == "internal"))
    );
}
