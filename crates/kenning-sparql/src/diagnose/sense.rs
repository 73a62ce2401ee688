//! What is grammatical and is refused all the same: names that are given twice, arguments that are too many, blank nodes where none may stand.
//!
//! The parser finds these while it reads on, and what it then says is about another place. Each is looked for here by the tokens alone, only in a
//! text that has been refused; where nothing is found, nothing is said.

use crate::token::{Kind, Token};

/// The place of the mistake, and what it is.
pub(super) fn mistake(tokens: &[Token<'_>]) -> Option<(usize, String)> {
    let found = [
        arguments(tokens),
        rows(tokens),
        blanks(tokens),
        labels(tokens),
        bound(tokens),
        selected(tokens),
    ];
    found.into_iter().flatten().min_by_key(|(at, _)| *at)
}

/// Functions with the least and the greatest number of their arguments.
const ARGUMENTS: &[(&str, usize, usize)] = &[
    ("STR", 1, 1),
    ("LANG", 1, 1),
    ("LANGMATCHES", 2, 2),
    ("LANGDIR", 1, 1),
    ("DATATYPE", 1, 1),
    ("BOUND", 1, 1),
    ("IRI", 1, 1),
    ("URI", 1, 1),
    ("BNODE", 0, 1),
    ("RAND", 0, 0),
    ("ABS", 1, 1),
    ("CEIL", 1, 1),
    ("FLOOR", 1, 1),
    ("ROUND", 1, 1),
    ("SUBSTR", 2, 3),
    ("STRLEN", 1, 1),
    ("REPLACE", 3, 4),
    ("UCASE", 1, 1),
    ("LCASE", 1, 1),
    ("ENCODE_FOR_URI", 1, 1),
    ("CONTAINS", 2, 2),
    ("STRSTARTS", 2, 2),
    ("STRENDS", 2, 2),
    ("STRBEFORE", 2, 2),
    ("STRAFTER", 2, 2),
    ("YEAR", 1, 1),
    ("MONTH", 1, 1),
    ("DAY", 1, 1),
    ("HOURS", 1, 1),
    ("MINUTES", 1, 1),
    ("SECONDS", 1, 1),
    ("TIMEZONE", 1, 1),
    ("TZ", 1, 1),
    ("NOW", 0, 0),
    ("UUID", 0, 0),
    ("STRUUID", 0, 0),
    ("MD5", 1, 1),
    ("SHA1", 1, 1),
    ("SHA256", 1, 1),
    ("SHA384", 1, 1),
    ("SHA512", 1, 1),
    ("IF", 3, 3),
    ("STRLANG", 2, 2),
    ("STRLANGDIR", 3, 3),
    ("STRDT", 2, 2),
    ("SAMETERM", 2, 2),
    ("ISIRI", 1, 1),
    ("ISURI", 1, 1),
    ("ISBLANK", 1, 1),
    ("ISLITERAL", 1, 1),
    ("ISNUMERIC", 1, 1),
    ("HASLANG", 1, 1),
    ("HASLANGDIR", 1, 1),
    ("REGEX", 2, 3),
    ("TRIPLE", 3, 3),
    ("SUBJECT", 1, 1),
    ("PREDICATE", 1, 1),
    ("OBJECT", 1, 1),
    ("ISTRIPLE", 1, 1),
    ("ADJUST", 2, 2),
    ("COUNT", 1, 1),
    ("SUM", 1, 1),
    ("MIN", 1, 1),
    ("MAX", 1, 1),
    ("AVG", 1, 1),
    ("SAMPLE", 1, 1),
];

/// A function with too many arguments, or too few.
fn arguments(tokens: &[Token<'_>]) -> Option<(usize, String)> {
    tokens.iter().enumerate().find_map(|(at, token)| {
        let (name, least, most) = ARGUMENTS.iter().find(|(name, ..)| token.is(name))?;
        let end = closing(tokens, at + 1, "(", ")")?;
        let inside = tokens.get(at + 2..end)?;
        let mut depth = 0_i32;
        let mut count = usize::from(!inside.is_empty());
        for token in inside {
            match token.text {
                "(" | "{" | "[" | "<<(" if token.kind == Kind::Sign => depth += 1,
                ")" | "}" | "]" | ")>>" if token.kind == Kind::Sign => depth -= 1,
                "," if depth == 0 => count += 1,
                _ => {}
            }
        }
        let takes = match (least, most) {
            (0, 0) => "no arguments".to_owned(),
            (1, 1) => "1 argument".to_owned(),
            (least, most) if least == most => format!("{least} arguments"),
            (least, most) => format!("{least} to {most} arguments"),
        };
        (count < *least || count > *most)
            .then(|| (at, format!("`{name}` takes {takes}, and here are {count}")))
    })
}

/// A row of `VALUES` that has not as many values as there are variables.
fn rows(tokens: &[Token<'_>]) -> Option<(usize, String)> {
    for (at, token) in tokens.iter().enumerate() {
        if !token.is("VALUES") {
            continue;
        }
        let Some(end) = closing(tokens, at + 1, "(", ")") else {
            continue;
        };
        let variables = end - at - 2;
        let Some(last) = closing(tokens, end + 1, "{", "}") else {
            continue;
        };
        let mut row = end + 2;
        while row < last {
            let close = closing(tokens, row, "(", ")")?;
            let (mut count, mut value) = (0, row + 1);
            while value < close {
                let token = tokens.get(value)?;
                match token.text {
                    "<<(" => value = closing(tokens, value, "<<(", ")>>")?,
                    "^^" => {
                        value += 2;
                        continue;
                    }
                    "+" | "-" => {
                        value += 1;
                        continue;
                    }
                    _ => {}
                }
                count += usize::from(token.kind != Kind::Language);
                value += 1;
            }
            if count != variables {
                let why =
                    format!("this row has {count} values, and there are {variables} variables");
                return Some((row, why));
            }
            row = close + 1;
        }
    }
    None
}

/// A blank node in what is deleted (SPARQL 1.1 Update section 3.1.3), or a variable in data.
fn blanks(tokens: &[Token<'_>]) -> Option<(usize, String)> {
    for (at, token) in tokens.iter().enumerate() {
        let deletes = token.is("DELETE");
        if !deletes && !token.is("INSERT") {
            continue;
        }
        let next = tokens.get(at + 1)?;
        let (is_data, open) = match next.is("DATA") || next.is("WHERE") {
            true => (next.is("DATA"), at + 2),
            false => (false, at + 1),
        };
        let Some(end) = closing(tokens, open, "{", "}") else {
            continue;
        };
        for (at, token) in tokens.iter().enumerate().take(end).skip(open) {
            if deletes && (token.kind == Kind::Blank || token.is_sign("[")) {
                return Some((at, "a blank node cannot be named in what is deleted".into()));
            }
            if is_data && token.kind == Kind::Variable {
                return Some((at, "data hold no variables".into()));
            }
        }
    }
    None
}

/// A blank node that stands in two basic graph patterns (SPARQL 1.1 Query section 19.6).
fn labels(tokens: &[Token<'_>]) -> Option<(usize, String)> {
    let is_query = tokens
        .iter()
        .any(|token| token.is("SELECT") || token.is("ASK") || token.is("DESCRIBE"));
    if !is_query {
        return None;
    }
    let mut known: Vec<(&str, usize)> = Vec::new();
    let mut pattern = 0;
    for (at, token) in tokens.iter().enumerate() {
        if token.is_sign("{") || token.is_sign("}") || token.is("BIND") || token.is("VALUES") {
            pattern += 1;
        } else if token.kind == Kind::Blank {
            let before = known.iter().find(|(label, _)| *label == token.text);
            match before {
                Some((_, other)) if *other != pattern => {
                    let why = format!("`{}` stands in another graph pattern already", token.text);
                    return Some((at, why));
                }
                Some(_) => {}
                None => known.push((token.text, pattern)),
            }
        }
    }
    None
}

/// A `BIND` to a variable that has a value before it in the same group.
fn bound(tokens: &[Token<'_>]) -> Option<(usize, String)> {
    for (at, token) in tokens.iter().enumerate() {
        if !token.is("BIND") {
            continue;
        }
        let Some(end) = closing(tokens, at + 1, "(", ")") else {
            continue;
        };
        let Some(name) = tokens.get(end - 1) else {
            continue;
        };
        if before(tokens, at).iter().any(|other| same(other, name)) {
            let why = format!(
                "`{}` has a value already where `BIND` gives it one",
                name.text
            );
            return Some((end - 1, why));
        }
    }
    None
}

/// The variables of the group that `at` stands in, before it. What a filter, an `EXISTS` or a `MINUS` names has no value outside.
fn before<'a>(tokens: &[Token<'a>], at: usize) -> Vec<Token<'a>> {
    let mut found: Vec<Token<'a>> = Vec::new();
    let mut place = at;
    while place > 0 {
        place -= 1;
        let Some(token) = tokens.get(place) else {
            break;
        };
        if token.is_sign("{") {
            break;
        }
        let Some(open) = opening(tokens, place) else {
            if token.kind == Kind::Variable {
                found.push(*token);
            }
            continue;
        };
        let word = open.checked_sub(1).and_then(|before| tokens.get(before));
        let outside = word.is_some_and(|word| {
            let calls = word.kind == Kind::Word && token.is_sign(")") && !word.is("VALUES");
            calls || word.is("EXISTS") || word.is("MINUS")
        });
        let inside = tokens.get(open + 1..place).unwrap_or_default();
        if word.is_some_and(|word| word.is("BIND")) {
            found.extend(inside.last());
        } else if !outside {
            found.extend(inside.iter().filter(|token| token.kind == Kind::Variable));
        }
        place = open;
    }
    found
}

/// A variable that is selected beside aggregates or groups and is neither, or that is given a name which it has already.
fn selected(tokens: &[Token<'_>]) -> Option<(usize, String)> {
    for (begin, token) in tokens.iter().enumerate() {
        if !token.is("SELECT") {
            continue;
        }
        let mut items: Vec<usize> = Vec::new();
        let mut names: Vec<usize> = Vec::new();
        let mut aggregates = false;
        let mut at = begin + 1;
        while let Some(token) = tokens.get(at) {
            if token.kind == Kind::Variable {
                items.push(at);
            } else if token.is_sign("(") {
                let end = closing(tokens, at, "(", ")")?;
                aggregates |= tokens.get(at..end)?.iter().any(is_aggregate);
                names.push(end - 1);
                at = end;
            } else if !token.is("DISTINCT") && !token.is("REDUCED") {
                break;
            }
            at += 1;
        }
        let open =
            (at..tokens.len()).find(|at| tokens.get(*at).is_some_and(|it| it.is_sign("{")))?;
        let end = closing(tokens, open, "{", "}")?;
        let grouped = tokens.get(end + 1).is_some_and(|token| token.is("GROUP"));
        let rest = tokens.get(end + 1..).unwrap_or_default();
        let keys: Vec<&Token<'_>> = rest
            .iter()
            .take_while(|token| {
                !["HAVING", "ORDER", "LIMIT", "OFFSET", "VALUES"]
                    .iter()
                    .any(|word| token.is(word))
                    && !token.is_sign("}")
            })
            .filter(|token| grouped && token.kind == Kind::Variable)
            .collect();
        if grouped || aggregates {
            let loose = items.iter().find_map(|at| {
                let token = tokens.get(*at)?;
                let known = keys.iter().any(|key| same(key, token))
                    || names.iter().any(|name| {
                        name < at && tokens.get(*name).is_some_and(|it| same(it, token))
                    });
                (!known).then_some((*at, token))
            });
            if let Some((at, token)) = loose {
                let why = format!("`{}` is neither grouped by nor in an aggregate", token.text);
                return Some((at, why));
            }
        }
        let inside = tokens.get(open..end).unwrap_or_default();
        for (number, name) in names.iter().enumerate() {
            let token = tokens.get(*name)?;
            let twice = names
                .iter()
                .take(number)
                .chain(&items)
                .any(|other| tokens.get(*other).is_some_and(|other| same(other, token)));
            if twice || (!aggregates && !grouped && inside.iter().any(|other| same(other, token))) {
                return Some((
                    *name,
                    format!("`{}` is the name of something else already", token.text),
                ));
            }
        }
    }
    None
}

fn is_aggregate(token: &Token<'_>) -> bool {
    [
        "COUNT",
        "SUM",
        "MIN",
        "MAX",
        "AVG",
        "SAMPLE",
        "GROUP_CONCAT",
    ]
    .iter()
    .any(|name| token.is(name))
}

/// Whether these are one variable.
fn same(a: &Token<'_>, b: &Token<'_>) -> bool {
    a.kind == Kind::Variable && b.kind == Kind::Variable && a.text.get(1..) == b.text.get(1..)
}

/// The place of the sign that closes the one at `open`; `None` when another token stands there.
fn closing(tokens: &[Token<'_>], open: usize, begins: &str, ends: &str) -> Option<usize> {
    if !tokens.get(open)?.is_sign(begins) {
        return None;
    }
    let mut depth = 0_usize;
    for (at, token) in tokens.iter().enumerate().skip(open) {
        if token.is_sign(begins) {
            depth += 1;
        } else if token.is_sign(ends) {
            depth -= 1;
            if depth == 0 {
                return Some(at);
            }
        }
    }
    None
}

/// The place of the bracket that the one at `close` closes; `None` when it closes nothing.
fn opening(tokens: &[Token<'_>], close: usize) -> Option<usize> {
    let (begins, ends) = match tokens.get(close)? {
        token if token.is_sign("}") => ("{", "}"),
        token if token.is_sign(")") => ("(", ")"),
        _ => return None,
    };
    let mut depth = 0_usize;
    for (at, token) in tokens.iter().enumerate().take(close + 1).rev() {
        if token.is_sign(ends) {
            depth += 1;
        } else if token.is_sign(begins) {
            depth -= 1;
            if depth == 0 {
                return Some(at);
            }
        }
    }
    None
}
