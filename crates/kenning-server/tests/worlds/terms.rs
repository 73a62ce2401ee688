//! Terms that can be written in more than one way, and expressions that compute them: whether the dictionary has a term that nobody
//! wrote where the asker can see it must show in no value, no comparison and no join.

use crate::make::Dice;

/// Literals whose text is not their value's usual one, tags in another case, and triple terms: what is hidden has them all.
const ODD: &[&str] = &[
    "\"01\"^^<http://www.w3.org/2001/XMLSchema#integer>",
    "\"1\"^^<http://www.w3.org/2001/XMLSchema#integer>",
    "\"+2\"^^<http://www.w3.org/2001/XMLSchema#integer>",
    "\"1.50\"^^<http://www.w3.org/2001/XMLSchema#decimal>",
    "\"1.5\"^^<http://www.w3.org/2001/XMLSchema#decimal>",
    "\"1e0\"^^<http://www.w3.org/2001/XMLSchema#double>",
    "\"1.0E0\"^^<http://www.w3.org/2001/XMLSchema#double>",
    "\"1\"^^<http://www.w3.org/2001/XMLSchema#boolean>",
    "\"true\"^^<http://www.w3.org/2001/XMLSchema#boolean>",
    "\"2026-01-01T00:00:00.000Z\"^^<http://www.w3.org/2001/XMLSchema#dateTime>",
    "\"2026-01-01T00:00:00Z\"^^<http://www.w3.org/2001/XMLSchema#dateTime>",
    "\"P1Y0M\"^^<http://www.w3.org/2001/XMLSchema#duration>",
    "\"one\"^^<http://www.w3.org/2001/XMLSchema#integer>",
    "\"x\"@en-GB",
    "\"x\"@EN-gb",
    "\"x\"@en-gb",
    "\"x\"@en",
    "\"x\"@EN",
    "\"w1x\"",
    "<<( :n0 :p0 \"x\"@en-GB )>>",
    "<<( :n0 :p0 \"01\"^^<http://www.w3.org/2001/XMLSchema#integer> )>>",
    "<<( :n0 :p0 <<( :n1 :p1 \"x\"@de-AT )>> )>>",
];

/// Expressions whose values are, or are not, among [`ODD`].
const COMPUTED: &[&str] = &[
    "STRDT(\"01\", xsd:integer)",
    "STRDT(\"+2\", xsd:integer)",
    "STRDT(\"one\", xsd:integer)",
    "STRDT(\"1.50\", xsd:decimal)",
    "STRDT(\"1e0\", xsd:double)",
    "STRDT(\"1\", xsd:boolean)",
    "STRDT(\"2026-01-01T00:00:00.000Z\", xsd:dateTime)",
    "STRDT(\"P1Y0M\", xsd:duration)",
    "STRLANG(\"x\", \"EN-gb\")",
    "STRLANG(\"x\", \"en\")",
    "\"x\"@en-gb",
    "CONCAT(\"w1\", \"x\")",
    "CONCAT(\"x\"@en, \"\"@en)",
    "1.50 + 0",
    "0 + 1",
    "1e0 * 1",
    "(1 = 1)",
    "xsd:integer(\"01\")",
    "xsd:decimal(\"1.50\")",
    "xsd:double(1)",
    "IRI(CONCAT(STR(:n0), \"0\"))",
    "IRI(\"https://kb.example/id/g1\")",
    "TRIPLE(:n0, :p0, STRLANG(\"x\", \"en-gb\"))",
    "TRIPLE(:n0, :p0, STRDT(\"01\", xsd:integer))",
    "TRIPLE(:n0, :p0, TRIPLE(:n1, :p1, \"x\"@de-at))",
    "OBJECT(TRIPLE(:n0, :p0, \"x\"@EN-GB))",
    "COALESCE(?b, \"w1x\")",
    "IF(BOUND(?b), STR(?b), \"01\")",
];

/// What is asked of a value.
const ABOUT: &[&str] = &[
    "?v",
    "STR(?v)",
    "LANG(?v)",
    "DATATYPE(?v)",
    "?v + 1",
    "?v = ?w",
    "sameTerm(?v, ?w)",
    "?v < ?w",
    "?v IN (?w, \"x\"@en-GB, 1)",
    "STR(OBJECT(?v))",
    "LANG(OBJECT(?v))",
    "isTRIPLE(?v)",
    "STRLEN(STR(?v))",
    "CONCAT(STR(?v), \"-\")",
    "xsd:string(?v)",
    "MD5(STR(?v))",
];

/// One of the odd terms, in Turtle's short form.
pub(crate) fn odd(dice: &mut Dice) -> String {
    dice.pick(ODD).to_owned()
}

fn computed(dice: &mut Dice) -> String {
    match dice.roll(4) {
        // What is written in the query, too.
        0 => {
            let odd = dice.pick(ODD);
            odd.to_owned()
        }
        _ => dice.pick(COMPUTED).to_owned(),
    }
}

/// A query about computed terms, beside the pattern `inside`.
pub(crate) fn query(dice: &mut Dice, inside: &str, from: &str) -> String {
    let (one, other, about) = (computed(dice), computed(dice), dice.pick(ABOUT));
    let binds = format!("BIND({one} AS ?v) BIND({other} AS ?w)");
    let text = match dice.roll(9) {
        0 => format!("SELECT ({about} AS ?x) {from} {{ OPTIONAL {{ {inside} }} {binds} }}"),
        1 => format!("SELECT ?a ?v ?w {from} {{ {inside} . {binds} FILTER({about}) }}"),
        2 => format!(
            "SELECT DISTINCT ?x {{ {{ {binds} BIND(?v AS ?x) }} UNION {{ {binds} BIND(?w AS ?x) }} }}"
        ),
        3 => format!(
            "SELECT ?v (COUNT(*) AS ?n) (MIN(?w) AS ?m) {{ OPTIONAL {{ {inside} }} {binds} }} GROUP BY ?v"
        ),
        4 => format!(
            "SELECT * {{ {{ SELECT ?v {{ {binds} }} }} {{ SELECT (?w AS ?v) ?w {{ {binds} }} }} }}"
        ),
        5 => format!(
            "SELECT (COUNT(DISTINCT ?x) AS ?n) {{ {{ {binds} BIND(?v AS ?x) }} UNION {{ ?s ?p ?x }} }}"
        ),
        6 => format!(
            "SELECT ?x {{ {{ {binds} BIND(?v AS ?x) }} UNION {{ {binds} BIND(?w AS ?x) }} }} ORDER BY ?x"
        ),
        7 => format!("SELECT ?s {from} {{ {binds} ?s ?p ?v }}"),
        _ => format!("ASK {{ {binds} FILTER({about}) }}"),
    };
    format!("PREFIX xsd: <http://www.w3.org/2001/XMLSchema#> {text}")
}
