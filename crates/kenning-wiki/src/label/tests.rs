//! Labels as rules, keys, sections and marks make them.

use super::*;

const OPERATOR: &str = r#"
        [[rule]]
        path = "hr"
        default = "confidential"
        floor = "internal"
        audience = ["hr"]

        [[rule]]
        path = "hr/open"
        default = "internal"

        [[rule]]
        path = "press/**"
        default = "public"

        [[rule]]
        path = "elsewhere"
        wiki = "another"
        floor = "restricted"

        [protection_keys]
        private = "confidential"
        tlp = true
    "#;

fn said(level: &str) -> Said {
    Said {
        level: Some(level.to_owned()),
        ..Said::default()
    }
}

/// The label of a note, with `own` as the wiki's `kenning.toml`.
fn label(own: &str, path: &str, said: &Said) -> (String, Vec<String>) {
    let rules = Rules::parse(OPERATOR).unwrap().with_today("2026-11-21");
    let settings = WikiSettings::read(own, &rules);
    let judge = Judge {
        rules: &rules,
        settings: &settings,
        wiki: "handbook",
        folder: "handbook",
    };
    let decision = judge.decide(path, said);
    (
        rules.scale().write_label(&decision.label),
        decision.problems,
    )
}

#[test]
fn the_note_then_the_nearest_folder_then_the_default() {
    let nothing = Said::default();
    for (path, said, expected) in [
        ("a.md", &nothing, "internal"),
        ("a.md", &said("public"), "public"),
        ("press/a.md", &nothing, "public"),
        ("press/a.md", &said("restricted"), "restricted"),
        ("hr/a.md", &nothing, "confidential{hr}"),
        ("hr/a.md", &said("internal"), "internal{hr}"),
        ("hr/open/a.md", &nothing, "internal{hr}"),
        ("hrx/a.md", &nothing, "internal"),
        ("elsewhere/a.md", &nothing, "internal"),
    ] {
        assert_eq!(label("", path, said).0, expected, "{path} {said:?}");
    }
}

#[test]
fn a_note_is_never_below_the_floor_of_its_folder() {
    let (label, problems) = label("", "hr/a.md", &said("public"));
    assert_eq!(label, "internal{hr}");
    assert_eq!(
        problems,
        ["`public` is below the floor of its folder; the note is `internal`"]
    );
    let floor = "[[rule]]\npath = 'bench'\nfloor = 'confidential'\n";
    let (label, problems) = self::label(floor, "bench/a.md", &Said::default());
    assert_eq!(label, "confidential");
    assert!(problems.is_empty(), "{problems:?}");
}

#[test]
fn a_rule_that_nearly_speaks_of_a_note_raises_it() {
    const OWN: &str = "
        [[rule]]
        path = 'teams/*/pay'
        floor = 'confidential'
        [[rule]]
        path = 'Teams/y'
        default = 'restricted'
        [[rule]]
        path = '*'
        default = 'confidential'
        [[rule]]
        path = 'blog/**'
        default = 'internal'
    ";
    let nothing = Said::default();
    for (path, said, expected) in [
        ("teams/x/pay/a/b.md", &said("public"), "confidential"),
        ("teams/y/a.md", &nothing, "restricted"),
        ("teams/y/a.md", &said("public"), "public"),
        ("teams/z/a.md", &nothing, "confidential"),
        // A nearer rule that surely speaks of it decides.
        ("blog/a.md", &nothing, "internal"),
        ("Blog/a.md", &nothing, "confidential"),
        // What the operator opens is no more than what is written.
        ("Press/a.md", &nothing, "confidential"),
        ("HR/a.md", &said("public"), "internal{hr}"),
        ("HR/Open/a.md", &said("public"), "internal{hr}"),
    ] {
        assert_eq!(label(OWN, path, said).0, expected, "{path} {said:?}");
    }
}

#[test]
fn a_key_that_is_not_switched_on_is_told() {
    for (key, value, told) in [
        ("classification", "restricted", 1),
        ("classification", "mammal", 0),
        ("private", "true", 0),
        ("publish", "true", 0),
    ] {
        let said = Said {
            others: vec![(key.to_owned(), value.to_owned())],
            ..Said::default()
        };
        let (_, problems) = label("", "press/a.md", &said);
        assert_eq!(problems.len(), told, "{key}: {value}: {problems:?}");
    }
}

#[test]
fn a_mark_closes_what_would_be_lower_than_it_says() {
    let marked = |level: &str| Said {
        marks: vec![(level.to_owned(), "the callout".to_owned())],
        ..Said::default()
    };
    for (path, said, expected, told) in [
        ("hr/a.md", marked("confidential"), "confidential{hr}", 0),
        ("a.md", marked("internal"), "internal", 0),
        ("press/a.md", marked("internal"), "restricted{}", 1),
        ("hr/a.md", marked("restricted"), "restricted{}", 1),
        ("hr/a.md", marked("secrte"), "restricted{}", 1),
    ] {
        let (label, problems) = label("", path, &said);
        assert_eq!(label, expected, "{path} {said:?}");
        assert_eq!(problems.len(), told, "{problems:?}");
    }
}

#[test]
fn what_is_not_understood_closes() {
    let broken = Said {
        unreadable: Some("the front matter cannot be read".to_owned()),
        ..Said::default()
    };
    let group = Said {
        audience: vec![vec!["h r".to_owned()]],
        ..said("public")
    };
    let until = |day: &str| Said {
        until: Some(day.to_owned()),
        then: Some("public".to_owned()),
        ..said("public")
    };
    let [soon, never, longer] = ["soon", "2020-02-30", "2020-01-015"].map(until);
    let then = Said {
        then: Some("secrte".to_owned()),
        ..said("public")
    };
    let others = |key: &str, value: &str| Said {
        others: vec![(key.to_owned(), value.to_owned())],
        ..said("public")
    };
    let tlp = others("tlp", "purple");
    let private = others("private", "perhaps");
    for said in [
        &said("secrte"),
        &said(""),
        &broken,
        &group,
        &soon,
        &never,
        &longer,
        &then,
        &tlp,
        &private,
    ] {
        let (label, problems) = label("", "press/a.md", said);
        assert_eq!(label, "restricted{}", "{said:?}");
        // What cannot be read was told by the reading, once.
        let told = usize::from(said.unreadable.is_none());
        assert_eq!(problems.len(), told, "{said:?}");
    }
}

#[test]
fn the_wiki_can_only_raise() {
    let nothing = Said::default();
    let own = |own: &str, path: &str| label(own, path, &nothing).0;
    assert_eq!(own("default_level = 'public'", "a.md"), "internal");
    assert_eq!(
        own("default_level = 'confidential'", "a.md"),
        "confidential"
    );
    assert_eq!(
        own("default_level = 'confidential'", "press/a.md"),
        "confidential"
    );
    let rule = "[[rule]]\npath = 'hr/open'\ndefault = 'public'\nfloor = 'public'";
    assert_eq!(own(rule, "hr/open/a.md"), "internal{hr}");
    let rule = "[[rule]]\npath = '**'\nfloor = 'internal'\naudience = [['x', 'y'], ['z']]";
    assert_eq!(own(rule, "press/a.md"), "internal{x|y}{z}");
}

#[test]
fn settings_that_cannot_be_read_close_the_wiki() {
    for own in [
        "default_level = 'secrte'",
        "[[rule]]\npath = 'a'\nfloor = 'x'",
        "[[rule]]\npath = 'a[b'",
        "[[rule]]\npath = 'a'\nflor = 'public'",
        "[[rules]]\npath = 'a'\nfloor = 'restricted'",
        "defaultLevel = 'restricted'",
        "[predicate_floors]\n'schema:email' = 'internal'",
        "name = ",
    ] {
        let (label, _) = label(own, "press/a.md", &said("public"));
        assert_eq!(label, "restricted{}", "{own}");
    }
    // What has nothing to do with it is told, and no more.
    let (label, _) = label("nmae = 'handbook'", "press/a.md", &said("public"));
    assert_eq!(label, "public");
    let settings = WikiSettings::read("nmae = 'handbook'", &Rules::default());
    assert_eq!(settings.problems.len(), 1, "{:?}", settings.problems);
    let known = "dates = 'day-first'\nlanguage = 'en'\ncase = 'turkish'\ngit = false\n[languages]\nfr = 'fr'";
    let settings = WikiSettings::read(known, &Rules::default());
    assert_eq!(settings.problems, []);
}

#[test]
fn other_keys_count_where_the_operator_says_so() {
    let others = |key: &str, value: &str| Said {
        others: vec![(key.to_owned(), value.to_owned())],
        ..Said::default()
    };
    for (key, value, expected) in [
        ("private", "true", "confidential"),
        ("private", "false", "internal"),
        ("tlp", "TLP:CLEAR", "public"),
        ("tlp", "red", "restricted"),
        ("classification", "public", "internal"),
    ] {
        assert_eq!(
            label("", "a.md", &others(key, value)).0,
            expected,
            "{key}: {value}"
        );
    }
}

#[test]
fn protection_ends_on_its_day_if_something_is_said_to_follow() {
    let ending = |until: &str, then: Option<&str>| Said {
        until: Some(until.to_owned()),
        then: then.map(str::to_owned),
        ..said("confidential")
    };
    for (until, then, expected, problems) in [
        ("2026-11-22", Some("public"), "confidential", 0),
        ("2026-11-21", Some("public"), "public", 0),
        ("2026-11-20T10:00:00Z", Some("internal"), "internal", 0),
        ("2026-01-01", None, "confidential", 1),
    ] {
        let (text, found) = label("", "a.md", &ending(until, then));
        assert_eq!(
            (text.as_str(), found.len()),
            (expected, problems),
            "{until}"
        );
    }
    // Another key that asks for more does not end with it.
    let private = Said {
        others: vec![("private".to_owned(), "true".to_owned())],
        ..ending("2026-01-01", Some("public"))
    };
    assert_eq!(label("", "a.md", &private).0, "confidential");
    // A floor holds then, too.
    let (text, _) = label("", "hr/a.md", &ending("2026-01-01", Some("public")));
    assert_eq!(text, "internal{hr}");
}

#[test]
fn a_section_can_only_raise() {
    let rules = Rules::default();
    let settings = WikiSettings::default();
    let judge = Judge {
        rules: &rules,
        settings: &settings,
        wiki: "handbook",
        folder: "handbook",
    };
    let scale = rules.scale();
    let note = scale.parse_label("internal{a}").unwrap();
    let group = |name: &str| Said {
        audience: vec![vec![name.to_owned()]],
        ..Said::default()
    };
    for (said, expected) in [
        (said("public"), "internal{a}"),
        (said("restricted"), "restricted{a}"),
        (group("b"), "internal{a}{b}"),
        (said("secrte"), "restricted{}"),
    ] {
        let label = judge.decide_section(&note, &said).label;
        assert_eq!(scale.write_label(&label), expected, "{said:?}");
    }
}
