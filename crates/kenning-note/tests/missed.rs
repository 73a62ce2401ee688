//! Whoever writes of protection in an odd way meant it: the note is closed, or the words are in a section, and never open.
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    reason = "a test may end in a panic"
)]

use kenning_note::{Dialect, Settings, Stated, read};
use kenning_vocab::Base;

/// Whether the word `SECRET` may be read by those who may read a note that says nothing about its protection.
fn is_open(path: &str, text: &str) -> bool {
    is_open_in(Dialect::default(), path, text)
}

fn is_open_in(dialect: Dialect, path: &str, text: &str) -> bool {
    let note = read(text.as_bytes(), path, &Settings::of(dialect)).note;
    if note.protection != Stated::Nothing {
        return false;
    }
    let graphs = kenning_note::graphs(&note, "w", &Base::default());
    let open = graphs.first().unwrap().triples.iter();
    open.map(ToString::to_string)
        .any(|triple| triple.contains("SECRET"))
}

/// Front matter of a note.
const KEYS: [&str; 14] = [
    "proteciton: restricted",
    "protetcion: restricted",
    "protecton: restricted",
    "Protektion: restricted",
    "prοtection: restricted",
    "ｐrotection: restricted",
    "audiences: [hr]",
    "km:protection: restricted",
    "km:hasProtectionLevel: km:restricted",
    "hasProtectionLevel: restricted",
    "\u{1b}protection: restricted",
    "\u{fffd}protection: restricted",
    "<!-- protection: restricted -->",
    "x: 1\npro\u{200b}tection: restricted",
];

/// Texts of notes before the words.
const HEADS: [&str; 19] = [
    "<!-- a comment -->\n---\nprotection: restricted\n---",
    "<!-- one -->\n<!-- two -->\n\n---\nprotection: restricted\n---",
    "<!--\n---\nprotection: restricted\n---\n-->",
    "# Title\n---\nprotection: restricted\n---",
    "# Title\n\n---\ntitle: x\nprotection: restricted\n---",
    "---\ntitle: x\n---\n\n# Title\n\n---\nprotection: restricted\n---",
    "--\nprotection: restricted\n--",
    "—\nprotection: restricted\n—",
    "–-\nprotection: restricted\n–-",
    "---\u{2028}protection: restricted\u{2028}---",
    "---\u{85}protection: restricted\u{85}---",
    "---\nprotetcion: restricted",
    "protection: restricted",
    "Title: x\nProtection: restricted",
    "Title: x\nProtection-Level: restricted\nAuthor: Ana",
    "---\n---\nprotection: restricted",
    "pro\u{200b}tection:: restricted",
    "proteciton:: restricted",
    "Words [protetcion:: restricted].",
];

/// Lines that open a block.
const OPENERS: [&str; 16] = [
    ":: protected {level=restricted}",
    "::protected[Title]{level=restricted}",
    ":\u{200b}:: protected {level=restricted}",
    "::： protected {level=restricted}",
    "Words before ::: protected {level=restricted}",
    "Words before ::: restricted",
    "- Words before :::restricted",
    "Words before ::: restricted :::",
    "# ::: protected {level=restricted}",
    "Term\n: ::: protected {level=restricted}",
    "a) ::: protected {level=restricted}",
    "• ::: protected {level=restricted}",
    "x<br>::: protected {level=restricted}<br>",
    "<span>::: protected {level=restricted}</span>",
    "| ::: protected {audience=[hr]} |",
    "[^1]: ::: protected {level=restricted}",
];

/// Notes in other formats.
const PAGES: [(&str, &str); 14] = [
    (
        "a.html",
        "<html><head><meta name=\"protection\"></head><body><p>SECRET</p></body></html>",
    ),
    (
        "a.html",
        "<html><head><meta name=\"protection\" value=\"restricted\"></head><body><p>SECRET</p></body></html>",
    ),
    (
        "a.html",
        "<html><body>x<br>::: protected {level=restricted}<br>SECRET<br>:::</body></html>",
    ),
    (
        "a.html",
        "<html><body><p>x ::: protected {level=restricted}</p><p>SECRET</p></body></html>",
    ),
    (
        "a.org",
        "* Head\n:PROPERTIES:\n:PROTECTION: restricted\n:END:\nSECRET words.\n",
    ),
    (
        "a.org",
        "* Head\n:PROPERTIES:\n:PROTECTION: public\n:END:\nSECRET words.\n",
    ),
    (
        "a.org",
        ":PROPERTIES:\n:PROTECTION:\n:END:\nSECRET words.\n",
    ),
    (
        "a.org",
        "#+PROPERTY: protection restricted\nSECRET words.\n",
    ),
    (
        "a.org",
        "#+begin_protected :level restricted\nSECRET words.\n#+end_protected\n",
    ),
    ("a.org", "#+PROTECTON: restricted\nSECRET words.\n"),
    (
        "a.mediawiki",
        "{{Protection|restricted}}\n\nSECRET words.\n",
    ),
    (
        "a.tid",
        "title: x\nprotection : restricted\n\nSECRET words.\n",
    ),
    (
        "a.tid",
        "title: x\n protection: restricted\n\nSECRET words.\n",
    ),
    (
        "a.tid",
        "title: x\nproteciton: restricted\n\nSECRET words.\n",
    ),
];

/// Levels that are named where none is read, in the way of each format.
const MARKS: [(&str, &str); 103] = [
    ("a.md", "```{note}\n> [!restricted]\n> SECRET words.\n```\n"),
    (
        "a.md",
        "````{admonition} Title\n:class: restricted\nSECRET words.\n````\n",
    ),
    (
        "a.md",
        "```{note}\nprotection:: restricted\n\nSECRET words.\n```\n",
    ),
    // Keys.
    ("a.md", "---\nlevel: restricted\n---\nSECRET words.\n"),
    ("a.md", "---\nAccess: Confidential\n---\nSECRET words.\n"),
    (
        "a.md",
        "---\naccess_level: \"restricted\"\n---\nSECRET words.\n",
    ),
    ("a.md", "---\nlevel: [[restricted]]\n---\nSECRET words.\n"),
    ("a.md", "---\nsecurity: [restricted]\n---\nSECRET words.\n"),
    ("a.md", "---\nrestricted: true\n---\nSECRET words.\n"),
    ("a.md", "---\nconfidential: yes\n---\nSECRET words.\n"),
    (
        "a.md",
        "---\ndata-protection: restricted\n---\nSECRET words.\n",
    ),
    ("a.md", "---\nmeta:\n  audience: [hr]\n---\nSECRET words.\n"),
    (
        "a.md",
        "---\nextra:\n  deep:\n    audience: hr\n---\nSECRET words.\n",
    ),
    (
        "a.md",
        "---\naccess:\n  level: restricted\n  groups: [hr]\n---\nSECRET words.\n",
    ),
    (
        "a.md",
        "---\nparams:\n  confidential: true\n---\nSECRET words.\n",
    ),
    (
        "a.md",
        "---\nacl:\n  - level: restricted\n---\nSECRET words.\n",
    ),
    (
        "a.md",
        "---\nkenning.protection: restricted\n---\nSECRET words.\n",
    ),
    (
        "a.md",
        "---\ntags: [level/restricted, other]\n---\nSECRET words.\n",
    ),
    (
        "a.md",
        "---\ntags:\n  - protection/confidential\n---\nSECRET words.\n",
    ),
    ("a.md", "+++\nlevel = \"restricted\"\n+++\nSECRET words.\n"),
    (
        "a.md",
        "+++\n[params]\naudience = [\"hr\"]\n+++\nSECRET words.\n",
    ),
    (
        "a.md",
        "+++\n[extra]\nlevel = \"restricted\"\n+++\nSECRET words.\n",
    ),
    ("a.md", "{\"level\": \"restricted\"}\n\nSECRET words.\n"),
    (
        "a.md",
        "{\"meta\": {\"audience\": [\"hr\"]}}\n\nSECRET words.\n",
    ),
    ("a.md", "---\nprotection:restricted\n---\nSECRET words.\n"),
    ("a.md", "---\nprotection = restricted\n---\nSECRET words.\n"),
    (
        "a.md",
        "---\n- protection: restricted\n---\nSECRET words.\n",
    ),
    (
        "a.md",
        "---\n\tprotection: restricted\n---\nSECRET words.\n",
    ),
    (
        "a.md",
        "---\ntitle: x\nprotection restricted\n---\nSECRET words.\n",
    ),
    // The head of a text.
    ("a.md", "Level: restricted\n\nSECRET words.\n"),
    (
        "a.md",
        "# Title\n\nProtection: restricted\n\nSECRET words.\n",
    ),
    (
        "a.md",
        "# Title\n\n- Status: done\n- Protection: restricted\n\nSECRET words.\n",
    ),
    (
        "a.md",
        "# Title\n\n- **Protection:** restricted\n\nSECRET words.\n",
    ),
    ("a.md", "**Protection**: restricted\n\nSECRET words.\n"),
    ("a.md", "CONFIDENTIAL\n\nSECRET words.\n"),
    ("a.md", "**RESTRICTED**\n\nSECRET words.\n"),
    (
        "a.md",
        "---\ntitle: x\n---\n\n[CONFIDENTIAL]\n\nSECRET words.\n",
    ),
    ("a.txt", "RESTRICTED\n\nSECRET words of an article.\n"),
    (
        "a.txt",
        "Level: restricted\n\nSECRET words of an article.\n",
    ),
    (
        "a.txt",
        "Protection: restricted\nTitle: x\n\nSECRET words of an article.\n",
    ),
    // Blocks.
    ("a.md", "::: restricted\nSECRET words.\n:::\n"),
    ("a.md", ":::restricted\nSECRET words.\n:::\n"),
    ("a.md", "::: {.restricted}\nSECRET words.\n:::\n"),
    ("a.md", "::: {.box .restricted}\nSECRET words.\n:::\n"),
    ("a.md", "::: {#pay .Restricted}\nSECRET words.\n:::\n"),
    ("a.md", ":::: warning {.restricted}\nSECRET words.\n::::\n"),
    ("a.md", ":::restricted[Title]\nSECRET words.\n:::\n"),
    (
        "a.md",
        "::: Restricted Only for the board\nSECRET words.\n:::\n",
    ),
    ("a.md", ":::{restricted}\nSECRET words.\n:::\n"),
    ("a.md", "::: {.internal .restricted}\nSECRET words.\n:::\n"),
    ("a.md", "::: protected\nSECRET words.\n:::\n"),
    ("a.md", "::: protected restricted\nSECRET words.\n:::\n"),
    ("a.md", "> ::: restricted\n> SECRET words.\n> :::\n"),
    ("a.md", "!!! restricted \"Title\"\n\n    SECRET words.\n"),
    ("a.md", "??? confidential\n    SECRET words.\n"),
    ("a.md", "???+ note restricted\n    SECRET words.\n"),
    ("a.md", "> [!restricted]\n> SECRET words.\n"),
    ("a.md", "> [!CONFIDENTIAL]- Title\n> SECRET words.\n"),
    (
        "a.md",
        "- item\n  > [!restricted|red] Title\n  > SECRET words.\n",
    ),
    ("a.md", "> [!protected]\n> SECRET words.\n"),
    (
        "a.md",
        "#+BEGIN_RESTRICTED\nSECRET words.\n#+END_RESTRICTED\n",
    ),
    (
        "a.md",
        "<div class=\"restricted\">\n\nSECRET words.\n\n</div>\n",
    ),
    (
        "a.md",
        "<section class='box confidential'>\n\nSECRET words.\n\n</section>\n",
    ),
    (
        "a.md",
        "<div data-level=\"restricted\">\n\nSECRET words.\n\n</div>\n",
    ),
    (
        "a.md",
        "<div\n  protection=\"restricted\">\n\nSECRET words.\n\n</div>\n",
    ),
    ("a.md", "<p data-audience=\"hr\">SECRET words.</p>\n"),
    ("a.md", "<Restricted>\n\nSECRET words.\n\n</Restricted>\n"),
    (
        "a.md",
        "<Protected level=\"restricted\">SECRET words.</Protected>\n",
    ),
    (
        "a.md",
        "<details class=restricted><summary>x</summary>SECRET words.</details>\n",
    ),
    (
        "a.md",
        "{{< restricted >}}\nSECRET words.\n{{< /restricted >}}\n",
    ),
    (
        "a.md",
        "{{% protected level=\"restricted\" %}}\nSECRET words.\n{{% /protected %}}\n",
    ),
    (
        "a.md",
        "{{< box level=\"restricted\" >}}\nSECRET words.\n{{< /box >}}\n",
    ),
    (
        "a.md",
        "{% restricted %}\nSECRET words.\n{% endrestricted %}\n",
    ),
    // Words.
    (
        "a.md",
        "Of this, :protected[SECRET words]{level=restricted} is open.\n",
    ),
    ("a.md", "Of this, :restricted[SECRET words] is open.\n"),
    ("a.md", "::restricted[SECRET words]\n"),
    ("a.md", "Of this, [SECRET words]{.restricted} is open.\n"),
    (
        "a.md",
        "Of this, [SECRET words]{.box level=restricted} is open.\n",
    ),
    (
        "a.md",
        "Of this, <span class=\"restricted\">SECRET words</span> is open.\n",
    ),
    ("a.md", "SECRET words.\n{: .restricted}\n"),
    ("a.md", "## Pay {.restricted}\n\nSECRET words.\n"),
    ("a.md", "## Pay {#pay level=restricted}\n\nSECRET words.\n"),
    ("a.md", "## Pay [level:: restricted]\n\nSECRET words.\n"),
    ("a.md", "## Pay [protection:: secrte]\n\nSECRET words.\n"),
    ("a.md", "level:: restricted\n\nSECRET words.\n"),
    ("a.md", "- SECRET words. [access:: [[restricted]]]\n"),
    ("a.md", "SECRET words. #level/restricted\n"),
    (
        "a.md",
        "| Level | restricted |\n| --- | --- |\n\nSECRET words.\n",
    ),
    // Comments.
    ("a.md", "<!-- protection: restricted -->\n\nSECRET words.\n"),
    ("a.md", "<!-- level=restricted -->\n\nSECRET words.\n"),
    (
        "a.md",
        "<!-- begin restricted -->\nSECRET words.\n<!-- end restricted -->\n",
    ),
    ("a.md", "<!--\nprotection: secrte\n-->\n\nSECRET words.\n"),
    ("a.md", "%% protection: restricted %%\n\nSECRET words.\n"),
    (
        "a.md",
        "[//]: # (protection: restricted)\n\nSECRET words.\n",
    ),
    ("a.md", "{/* protection: restricted */}\n\nSECRET words.\n"),
    // Other formats.
    ("a.org", "#+LEVEL: restricted\nSECRET words.\n"),
    (
        "a.org",
        "* Pay\n:PROPERTIES:\n:LEVEL: restricted\n:END:\nSECRET words.\n",
    ),
    (
        "a.org",
        "#+begin_restricted\nSECRET words.\n#+end_restricted\n",
    ),
    ("a.org", "# protection: restricted\nSECRET words.\n"),
    ("a.mediawiki", "{{Restricted|board}}\n\nSECRET words.\n"),
    (
        "a.mediawiki",
        "{{Page|level=restricted}}\n\nSECRET words. [[Level::restricted]]\n",
    ),
    ("a.tid", "title: x\nlevel: restricted\n\nSECRET words.\n"),
    (
        "a.html",
        "<table><tr><th>Protection</th><td>restricted</td></tr></table><p>SECRET words.</p>",
    ),
];

/// The same, by the program that makes a site of the text.
const OF_SITES: [(Dialect, &str); 10] = [
    (Dialect::Hugo, "protection:: restricted\n\nSECRET words.\n"),
    (
        Dialect::Jekyll,
        "Words.\n\nprotection:: secrte\n\nSECRET words.\n",
    ),
    (
        Dialect::Hugo,
        "```\n{{% restricted %}}\n```\nSECRET words.\n{{% /restricted %}}\n",
    ),
    (
        Dialect::Hugo,
        "`{{< box level=\"restricted\" >}}`\nSECRET words.\n{{< /box >}}\n",
    ),
    (Dialect::MkDocs, "!!! restricted\n    SECRET words.\n"),
    (Dialect::MkDocs, "SECRET words.\n{: .restricted }\n"),
    (
        Dialect::Docusaurus,
        ":::restricted\n\nSECRET words.\n\n:::\n",
    ),
    (
        Dialect::Docusaurus,
        ":::info{.restricted}\n\nSECRET words.\n\n:::\n",
    ),
    (Dialect::Logseq, "- SECRET words.\n  level:: restricted\n"),
    (
        Dialect::Logseq,
        "- #+BEGIN_RESTRICTED\n  SECRET words.\n  #+END_RESTRICTED\n",
    ),
];

/// More of other formats.
const MORE: [(&str, &str); 13] = [
    ("a.org", "SECRET words.\n\n| Protection | restricted |\n"),
    ("a.org", "#+PROPERTY: level restricted\nSECRET words.\n"),
    (
        "a.mediawiki",
        "<restricted>\nSECRET words.\n</restricted>\n",
    ),
    ("a.mediawiki", "SECRET words. __RESTRICTED__\n"),
    (
        "a.mediawiki",
        "<!-- protection: restricted -->\nSECRET words.\n",
    ),
    (
        "a.mediawiki",
        "<div class=\"restricted\">\nSECRET words.\n</div>\n",
    ),
    (
        "a.mediawiki",
        "{| class=\"wikitable\"\n|-\n! Protection\n| restricted\n|}\nSECRET words.\n",
    ),
    (
        "a.tid",
        "title: x\ntags: [[level/restricted]] other\n\nSECRET words.\n",
    ),
    ("a.tid", "title: x\n\n@@.restricted\nSECRET words.\n@@\n"),
    (
        "a.tid",
        "title: x\n\n<div class=\"restricted\">SECRET words.</div>\n",
    ),
    (
        "a.html",
        "<html><head><meta name=\"level\" content=\"restricted\"></head><body><p>SECRET words.</p></body></html>",
    ),
    (
        "a.html",
        "<html><body><div class=\"panel restricted\"><p>SECRET words.</p></div></body></html>",
    ),
    (
        "a.html",
        "<html><body><!-- protection: restricted --><p>SECRET words.</p></body></html>",
    ),
];

/// What speaks of other things, or shows how it is written.
const OPEN: [(&str, &str); 39] = [
    ("a.md", "---\nprojection: mercator\n---\nSECRET words.\n"),
    (
        "a.md",
        "---\nschema:audience: developers\n---\nSECRET words.\n",
    ),
    ("a.md", "Protection: how we keep it.\n\nSECRET words.\n"),
    ("a.md", "Audience: developers\n\nSECRET words.\n"),
    ("a.md", "---\n\nProtection of sources: SECRET words.\n"),
    (
        "a.md",
        "Words.\n\nprotection: restricted\n\nSECRET words.\n",
    ),
    (
        "a.md",
        "Write `::: protected {level=restricted}` before it.\n\nSECRET words.\n",
    ),
    (
        "a.md",
        "Close it with ::: protected as the level says.\n\nSECRET words.\n",
    ),
    (
        "a.md",
        "Code is `a` and std::level=3 protected.\n\nSECRET words.\n",
    ),
    (
        "a.org",
        "* Head\n:PROPERTIES:\n:Effort: 1h\n:END:\nSECRET words.\n",
    ),
    ("a.org", "#+PROPERTY: header-args :eval no\nSECRET words.\n"),
    (
        "a.mediawiki",
        "{{pp-protected|small=yes}}\n\nSECRET words.\n",
    ),
    ("a.md", "---\nlevel: beginner\n---\nSECRET words.\n"),
    ("a.md", "---\ntitle: restricted\n---\nSECRET words.\n"),
    ("a.md", "---\nrestricted: false\n---\nSECRET words.\n"),
    (
        "a.md",
        "---\ntags: [restricted, docs/level]\n---\nSECRET words.\n",
    ),
    (
        "a.md",
        "---\nmeta:\n  audience:\n    type: schema:Audience\n---\nSECRET words.\n",
    ),
    ("a.md", "# Restricted\n\nSECRET words.\n"),
    (
        "a.md",
        "The internal, the confidential and the restricted: SECRET words.\n",
    ),
    ("a.md", "**Restricted:** of SECRET words.\n"),
    ("a.md", "Write `> [!restricted]`, SECRET words.\n"),
    (
        "a.md",
        "```\n> [!restricted]\n::: restricted\n```\n\nSECRET words.\n",
    ),
    ("a.md", "    !!! restricted\n\nSECRET words.\n"),
    ("a.md", "> [!note] Restricted\n> SECRET words.\n"),
    ("a.md", "!!! note \"restricted\"\n    SECRET words.\n"),
    ("a.md", "::: note Restricted words\nSECRET words.\n:::\n"),
    (
        "a.md",
        "SECRET words of <a class=\"reference internal\" href=\"b.md\">b</a>.\n",
    ),
    (
        "a.md",
        "SECRET words. See [restricted](restricted.md) and [[restricted]].\n",
    ),
    ("a.md", "SECRET words of a <restricted> thing.\n"),
    ("a.md", "SECRET words of `x ::: restricted` here.\n"),
    ("a.md", "SECRET words ::: restricted is what we say.\n"),
    ("a.md", "SECRET words. #restricted\n"),
    (
        "a.md",
        "SECRET words of level = restricted and {a.restricted}.\n",
    ),
    (
        "a.md",
        "| Level | Words |\n| --- | --- |\n| restricted | SECRET |\n",
    ),
    ("a.md", "<!-- what is restricted -->\n\nSECRET words.\n"),
    ("a.md", "Ends with a rule. SECRET\n\nRESTRICTED\n"),
    (
        "a.org",
        "#+begin_src\n#+begin_restricted\n#+end_src\nSECRET words.\n",
    ),
    (
        "a.mediawiki",
        "SECRET words.\n::: Internal thoughts are not restricted.\n",
    ),
    (
        "a.html",
        "<p>SECRET <a class=\"reference internal\" href=\"b.html\">b</a></p>",
    ),
];

#[test]
fn protection_that_is_written_oddly_is_never_missed() {
    let mut notes: Vec<(&str, String)> = Vec::new();
    notes.extend(KEYS.map(|key| ("a.md", format!("---\n{key}\n---\nSECRET words.\n"))));
    notes.extend(HEADS.map(|head| ("a.md", format!("{head}\n\nSECRET words.\n"))));
    notes.extend(OPENERS.map(|line| ("a.md", format!("Words.\n\n{line}\nSECRET words.\n:::\n"))));
    notes.extend(PAGES.map(|(path, text)| (path, text.to_owned())));
    notes.extend(MARKS.map(|(path, text)| (path, text.to_owned())));
    notes.extend(MORE.map(|(path, text)| (path, text.to_owned())));
    let missed: Vec<_> = notes
        .iter()
        .filter(|(path, text)| is_open(path, text))
        .collect();
    assert!(missed.is_empty(), "{missed:#?}");
    let missed: Vec<_> = OF_SITES
        .iter()
        .filter(|(dialect, text)| is_open_in(*dialect, "a.md", text))
        .collect();
    assert!(missed.is_empty(), "{missed:#?}");
}

#[test]
fn what_speaks_of_other_things_closes_nothing() {
    let closed: Vec<_> = OPEN
        .iter()
        .filter(|(path, text)| !is_open(path, text))
        .collect();
    assert!(closed.is_empty(), "{closed:#?}");
}
