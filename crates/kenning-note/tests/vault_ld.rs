//! A folder of Vault-LD with its own context files, as they are.
#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::print_stdout,
    reason = "a test may end in a panic, and says what it skips"
)]

use std::path::Path;

use kenning_note::{Context, Dialect, Settings, graphs, read};
use kenning_vocab::Base;

fn triples(text: &str, path: &str, context: Context) -> Vec<String> {
    let mut settings = Settings::of(Dialect::VaultLd);
    settings.context = Some(context);
    let note = read(text.as_bytes(), path, &settings).note;
    graphs(&note, "w", &Base::default())[0]
        .triples
        .iter()
        .map(ToString::to_string)
        .collect()
}

#[test]
fn keys_mean_what_the_context_says() {
    let mut context = Context::default();
    let asked = context
        .add(
            r#"{"@context": [{"@base": "https://data.example/", "type": "@type", "ex": "https://voc.example/",
                "weight": {"@id": "ex:weight", "@type": "ex:grams"}, "partOf": {"@id": "ex:partOf", "@type": "@id"},
                "motto": {"@id": "ex:motto", "@language": "la"}, "hasPart": {"@reverse": "ex:partOf"}}, "more/context.jsonld"]}"#,
            false,
        )
        .unwrap();
    assert_eq!(asked, ["more/context.jsonld"]);
    let found = triples(
        "---\ntype: ex:Pipe\nweight: 012\npartOf: \"[[Rank]]\"\nmotto: vox\nhasPart: \"[[Foot]]\"\n---\nText.\n",
        "pipes/C sharp.md",
        context,
    );
    let subject = "<https://data.example/C%20sharp>";
    for expected in [
        format!(
            "{subject} <http://www.w3.org/1999/02/22-rdf-syntax-ns#type> <https://voc.example/Pipe>"
        ),
        format!("{subject} <https://voc.example/weight> \"012\"^^<https://voc.example/grams>"),
        format!("{subject} <https://voc.example/partOf> <http://localhost:7878/id/name/rank>"),
        format!("{subject} <https://voc.example/motto> \"vox\"@la"),
        format!("<http://localhost:7878/id/name/foot> <https://voc.example/partOf> {subject}"),
    ] {
        assert!(
            found.contains(&expected),
            "{expected}\nin\n{}",
            found.join("\n")
        );
    }
}

#[test]
fn a_context_that_is_none_is_refused() {
    assert!(Context::default().add("{", false).is_err());
    assert!(Context::default().add("{}", false).is_err());
    // A term that leads to itself has no IRI, and no end either.
    let mut context = Context::default();
    context
        .add(r#"{"@context": {"a": "b:x", "b": "a:y"}}"#, false)
        .unwrap();
    assert_eq!(context.expand("a"), None);
}

#[test]
fn the_example_vault_reads_with_its_own_context() {
    let folder = Path::new(concat!(
        env!("CARGO_MANIFEST_DIR"),
        "/../../../shared/vaults/vault-ld-example/Vault-LD Example"
    ));
    if !folder.exists() {
        println!("skipped: the example vault is not here");
        return;
    }
    let mut context = Context::default();
    let asked = context
        .add(
            &std::fs::read_to_string(folder.join("context.jsonld")).unwrap(),
            false,
        )
        .unwrap();
    assert_eq!(asked.len(), 2);
    for file in asked {
        context
            .add(&std::fs::read_to_string(folder.join(file)).unwrap(), true)
            .unwrap();
    }
    let text = std::fs::read_to_string(folder.join("Recipes/hummus.md")).unwrap();
    let found = triples(&text, "Recipes/hummus.md", context);
    let subject = "<https://example.org/hummus>";
    for expected in [
        format!(
            "{subject} <http://www.w3.org/1999/02/22-rdf-syntax-ns#type> <http://localhost:7878/id/name/recipe>"
        ),
        format!(
            "{subject} <https://example.org/culinary#requiresIngredient> <http://localhost:7878/id/name/chickpeas>"
        ),
        format!(
            "{subject} <https://example.org/culinary#prepTimeMinutes> \"25\"^^<http://www.w3.org/2001/XMLSchema#integer>"
        ),
    ] {
        assert!(
            found.contains(&expected),
            "{expected}\nin\n{}",
            found.join("\n")
        );
    }
}
