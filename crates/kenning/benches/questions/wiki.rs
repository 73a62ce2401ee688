//! A made-up house of 10,000 notes: the same every time.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::path::Path;

use kenning_insight::Question;
use kenning_vocab::Base;
use oxrdf::{NamedNode, Triple};
use oxrdfio::{RdfFormat, RdfParser};

pub const TODAY: &str = "2026-11-21";

/// Numbers that look random, and are the same every time (Knuth's MMIX generator).
struct Dice(u64);

impl Dice {
    fn roll(&mut self, sides: usize) -> usize {
        self.0 = self
            .0
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        usize::try_from((self.0 >> 33) % sides as u64).unwrap()
    }

    /// Mostly low numbers, as some pages are linked to far more than others.
    fn low(&mut self, sides: usize) -> usize {
        let one = self.roll(sides);
        self.roll(one + 1)
    }

    fn day(&mut self) -> String {
        format!(
            "{}-{:02}-{:02}",
            2023 + self.roll(4),
            1 + self.roll(11),
            1 + self.roll(28)
        )
    }
}

const WORDS: &[&str] = &[
    "voicing",
    "casting",
    "tuning",
    "bellows",
    "chest",
    "scaling",
    "leather",
    "console",
    "facade",
    "tremulant",
    "reservoir",
    "pallet",
    "tracker",
    "coupler",
    "mixture",
    "swell",
    "pedal",
    "case",
];

pub fn topic(number: usize) -> String {
    format!("The {} of {number}", WORDS[number % WORDS.len()])
}

pub fn person(number: usize) -> String {
    format!("Person {number}")
}

/// So many of the notes are about people, and so many about topics.
fn parts(notes: usize) -> (usize, usize) {
    (notes / 50, notes / 10)
}

/// Writes the wiki.
pub fn make(folder: &Path, notes: usize) {
    let mut dice = Dice(7);
    let (people, topics) = parts(notes);
    std::fs::create_dir_all(folder).unwrap();
    let write = |name: String, text: String| {
        let path = folder.join(name);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, text).unwrap();
    };
    write(
        "kenning.toml".to_owned(),
        "name = \"house\"\ndialect = \"llm-wiki\"\ngit = false\n".to_owned(),
    );
    for number in 0..people {
        let visibility = match number % 20 {
            0 => "hidden",
            1 => "reachable",
            _ => "named",
        };
        let mut text = format!(
            "---\ntitle: {}\ntype: person\nvisibility: {visibility}\nunit: Unit {}\n",
            person(number),
            number % 20
        );
        if number % 25 == 2 {
            writeln!(text, "leaves: 2027-0{}-15", 1 + number % 9).unwrap();
        }
        text.push_str("knows:\n");
        for _ in 0..3 {
            let level = ["aware", "practitioner", "expert", "sole holder"][dice.roll(4)];
            writeln!(text, "  - \"[[{}]]: {level}\"", topic(dice.low(topics))).unwrap();
        }
        let verified = dice.day();
        writeln!(
            text,
            "verified: {verified}\n---\n\n# {}\n\nWorks here.",
            person(number)
        )
        .unwrap();
        write(format!("people/{}.md", person(number)), text);
    }
    for number in 0..topics {
        let mut text = format!(
            "---\ntitle: {}\naliases:\n  - topic-{number}\n  - No {number}\n",
            topic(number)
        );
        head(&mut text, &mut dice, people, number);
        let kinds = [
            "[tacit]",
            "[explicit]",
            "[tacit, explicit]",
            "[embodied, tacit]",
        ][dice.roll(4)];
        writeln!(
            text,
            "knowledgeType: {kinds}\ncriticality: {}",
            dice.roll(4)
        )
        .unwrap();
        if number % 3 == 0 {
            text.push_str("protection-method: [contract, lead-time]\n");
        }
        writeln!(text, "---\n\n# {}\n", topic(number)).unwrap();
        body(&mut text, &mut dice, topics, 4);
        writeln!(
            text,
            "\n## Held in heads\n\n- The feel of {number}: [[{}]], tacit, criticality {}, expressible 0.{}\n\n## Log\n",
            person(dice.roll(people)),
            dice.roll(4),
            dice.roll(10)
        )
        .unwrap();
        for _ in 0..2 {
            let practice =
                ["shadowing", "expert interview", "story evening", "training"][dice.roll(4)];
            let day = dice.day();
            writeln!(
                text,
                "- {day} {practice}: [[{}]] → [[{}]], [[{}]], [[{}]], {}h",
                person(dice.roll(people)),
                person(dice.roll(people)),
                person(dice.roll(people)),
                topic(number),
                1 + dice.roll(8)
            )
            .unwrap();
        }
        write(format!("topics/{number}.md"), text);
    }
    for number in people + topics..notes {
        let mut text = format!("---\ntitle: Note {number}\n");
        if number % 97 == 0 {
            writeln!(text, "aliases:\n  - Note {}", number + 1).unwrap();
        }
        head(&mut text, &mut dice, people, number);
        writeln!(text, "---\n\n# Note {number}\n").unwrap();
        body(&mut text, &mut dice, topics, 5);
        write(format!("notes/{}/{number}.md", number % 100), text);
    }
}

fn head(text: &mut String, dice: &mut Dice, people: usize, number: usize) {
    let level = match number % 10 {
        0 => "public",
        1 => "confidential",
        2 => "restricted",
        _ => "",
    };
    if !level.is_empty() {
        writeln!(text, "protection: {level}").unwrap();
    }
    if dice.roll(5) > 0 {
        writeln!(text, "responsible: \"[[{}]]\"", person(dice.roll(people))).unwrap();
    }
    if dice.roll(3) > 0 {
        let day = dice.day();
        writeln!(
            text,
            "verified: {day}\nreviewInterval: P{}M",
            3 + dice.roll(12)
        )
        .unwrap();
    }
    let changed = dice.day();
    writeln!(
        text,
        "createdAt: \"2023-01-01T09:00:00.000Z\"\nupdatedAt: \"{changed}T09:00:00.000Z\""
    )
    .unwrap();
}

fn body(text: &mut String, dice: &mut Dice, topics: usize, claims: usize) {
    for _ in 0..claims {
        let word = WORDS[dice.roll(WORDS.len())];
        write!(
            text,
            "The {word} asks for a steady hand, as [[{}]] has it.",
            topic(dice.low(topics))
        )
        .unwrap();
        match dice.roll(4) {
            0 => writeln!(text, " ^[book-{}.md]\n", dice.low(300)).unwrap(),
            1 => writeln!(text, " See [[Unwritten {}]].\n", dice.low(2_000)).unwrap(),
            _ => text.push_str("\n\n"),
        }
    }
}

/// What is recorded beside the notes: communities, a tree of topics, plans and measures.
pub fn records(notes: usize) -> Vec<(NamedNode, Vec<Triple>)> {
    let (people, topics) = parts(notes);
    let base = Base::default();
    let concept = |number: usize| base.concept("house", &format!("topics/{number}.md"));
    let agent = |number: usize| base.agent(&person(number).to_lowercase());
    let mut dice = Dice(11);
    let mut text = String::new();
    for (prefix, namespace) in kenning_vocab::prefixes() {
        writeln!(text, "@prefix {prefix}: <{namespace}> .").unwrap();
    }
    for number in 1..topics {
        writeln!(
            text,
            "{} skos:broader {} .",
            concept(number),
            concept(number / 3)
        )
        .unwrap();
    }
    for number in 0..topics / 20 {
        writeln!(
            text,
            "<urn:community:{number}> a km:CommunityOfPractice ; foaf:name \"Circle {number}\" ; km:coversTopic {} .",
            concept(dice.low(topics))
        )
        .unwrap();
    }
    for number in 0..topics / 4 {
        let method = ["patent", "contract", "secrecy", "peoplePractice"][dice.roll(4)];
        writeln!(
            text,
            "<urn:measure:{number}> a km:ProtectionMeasure ; km:protects {} ; km:appliesMethod km:{method} ; km:validUntil \"202{}-06-30\"^^xsd:date .",
            concept(dice.roll(topics)),
            5 + dice.roll(4)
        )
        .unwrap();
    }
    for number in 0..people / 20 {
        let stage = ["deciding", "implementing"][dice.roll(2)];
        writeln!(
            text,
            "<urn:plan:{number}> a km:RetentionPlan ; dcterms:title \"Plan {number}\" ; km:departingPerson {} ; km:aboutConcept {} ; km:atRetentionStage km:{stage} ; km:hinderedBy km:overload .",
            agent(2 + 25 * number),
            concept(dice.low(topics))
        )
        .unwrap();
    }
    let triples = RdfParser::from_format(RdfFormat::Turtle)
        .for_slice(&text)
        .map(|quad| {
            let quad = quad.unwrap();
            Triple::new(quad.subject, quad.predicate, quad.object)
        })
        .collect();
    vec![(base.record_graph("bench"), triples)]
}

/// The values that a question is asked with, where it has no defaults for them.
pub fn values(question: &Question, notes: usize) -> BTreeMap<String, String> {
    let (people, _) = parts(notes);
    let mut values = BTreeMap::new();
    for param in &question.params {
        let value = match (question.name.as_str(), param.name.as_str()) {
            (_, "topic") => topic(7),
            ("topics-at-risk", "person") => person(3.min(people)),
            (_, "subject") => Base::default()
                .note("house", "topics/7.md")
                .as_str()
                .to_owned(),
            (_, "predicate") => "dcterms:title".to_owned(),
            _ => continue,
        };
        values.insert(param.name.clone(), value);
    }
    values
}
