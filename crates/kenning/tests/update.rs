//! `kenning update`, on a folder of data and through the socket of a server that holds it.
#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "a test may end in a panic"
)]

mod common;

use common::{Server, rows, run};

#[test]
fn an_update_is_tried_carried_out_and_noted() {
    let dir = tempfile::tempdir().unwrap();
    let data = dir.path().join("data");
    let made = run(
        &data,
        &[
            "update",
            "INSERT DATA { GRAPH <urn:g> { <urn:a> <urn:p> 1.50, 2 } } ; INSERT DATA { GRAPH <urn:h> { <urn:b> <urn:p> 3 } }",
        ],
    );
    assert_eq!(
        (made.code, made.out.as_str()),
        (
            0,
            "changed 2 graphs: 3 triples added, 0 removed; 2 graphs made\n"
        ),
        "{made:?}"
    );
    let text = "DELETE { GRAPH ?g { ?s <urn:p> ?o } } INSERT { GRAPH <urn:g> { ?s <urn:q> ?o } } WHERE { GRAPH ?g { ?s <urn:p> ?o FILTER(?o > 2) } } ; DROP GRAPH <urn:h>";
    let tried = run(&data, &["update", "--dry-run", text]);
    assert_eq!(tried.code, 0, "{tried:?}");
    assert_eq!(
        tried.out,
        "<urn:g> (public)\n+ <urn:b> <urn:q> \"3\"^^<http://www.w3.org/2001/XMLSchema#integer> .\n\
         <urn:h> (public, dropped)\n- <urn:b> <urn:p> \"3\"^^<http://www.w3.org/2001/XMLSchema#integer> .\n"
    );
    assert!(
        tried
            .err
            .contains("would change 2 graphs: 1 triple added, 1 removed; 1 graph dropped"),
        "{tried:?}"
    );
    let query = "SELECT ?s ?p ?o { GRAPH ?g { ?s ?p ?o } FILTER(STRSTARTS(STR(?g), 'urn:')) }";
    assert_eq!(rows(&data, "public", query).len(), 3);
    // Once more, by a server.
    let server = Server::start(&data, &[]);
    let done = run(&data, &["update", text]);
    assert_eq!(done.code, 0, "{done:?}");
    assert_eq!(
        done.out,
        "changed 2 graphs: 1 triple added, 1 removed; 1 graph dropped\n"
    );
    let again = run(&data, &["update", text]);
    assert_eq!(again.code, 1, "{again:?}");
    assert!(again.err.contains("there is no graph"), "{again:?}");
    let none = run(
        &data,
        &["--json", "update", "DELETE DATA { <urn:x> <urn:y> 1 }"],
    );
    assert!(none.out.contains("\"nothing changed\""), "{none:?}");
    let wrong = run(&data, &["update", "INSERT DATA { <urn:x> <urn:y> }"]);
    assert_eq!(wrong.code, 1);
    assert!(wrong.err.contains("line 1, column 31"), "{wrong:?}");
    server.kill();
    let found = rows(&data, "public", query);
    assert_eq!(found.len(), 3, "{found:?}");
    assert!(found.iter().any(|row| row.contains("1.50")), "{found:?}");
    let log = std::fs::read_to_string(data.join("audit.jsonl")).unwrap();
    let done = log
        .lines()
        .filter(|line| line.contains("kenning update"))
        .filter(|line| line.contains("\"done\""));
    assert_eq!(done.count(), 3, "{log}");
    assert_eq!(run(&data, &["verify"]).code, 0);
}

#[test]
fn eyes_bound_what_an_update_reads_and_writes() {
    let dir = tempfile::tempdir().unwrap();
    let data = dir.path().join("data");
    let secret = ["update", "--clearance", "restricted"];
    let said = run(
        &data,
        &[
            &secret[..],
            &["INSERT DATA { GRAPH <urn:s> { <urn:a> <urn:p> 7 } }"],
        ]
        .concat(),
    );
    assert_eq!(said.code, 0, "{said:?}");
    // The public eyes neither see the graph nor write over it.
    let said = run(
        &data,
        &[
            "update",
            "INSERT DATA { GRAPH <urn:s> { <urn:a> <urn:p> 8 } }",
        ],
    );
    assert_eq!(said.code, 1, "{said:?}");
    assert!(said.err.contains("may not be written"), "{said:?}");
    let said = run(
        &data,
        &[
            "update",
            "INSERT { GRAPH <urn:o> { ?s ?p ?o } } WHERE { ?s ?p ?o FILTER(?p = <urn:p>) }",
        ],
    );
    assert_eq!(said.out, "nothing changed\n", "{said:?}");
    assert_eq!(
        run(
            &data,
            &[
                "update",
                "INSERT DATA { GRAPH <urn:o> { <urn:b> <urn:p> 1 } }"
            ]
        )
        .code,
        0
    );
    // What is read does not flow down, unless there is a reason.
    let copy = "INSERT { GRAPH <urn:o> { ?s <urn:p> ?o } } WHERE { GRAPH ?g { ?s <urn:p> ?o } }";
    let said = run(&data, &[&secret[..], &[copy]].concat());
    assert_eq!(said.out, "nothing changed\n", "{said:?}");
    let said = run(
        &data,
        &[&secret[..], &["--reason", "it is known", copy]].concat(),
    );
    assert_eq!(
        said.out, "changed 1 graph: 1 triple added, 0 removed\n",
        "{said:?}"
    );
    let log = std::fs::read_to_string(data.join("audit.jsonl")).unwrap();
    assert!(
        log.contains("\"written-down\"") && log.contains("it is known"),
        "{log}"
    );
    assert!(log.contains("\"denied\""), "{log}");
}
