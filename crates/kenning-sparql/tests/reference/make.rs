//! Random data and random queries. A seed makes the same ones again.

use oxrdf::vocab::xsd;
use oxrdf::{BlankNode, Literal, NamedNode, NamedOrBlankNode, Term, Triple};

/// A generator of numbers, good enough to choose with.
pub struct Dice(u64);

impl Dice {
    pub fn new(seed: u64) -> Self {
        Self(seed.wrapping_mul(0x9E37_79B9_7F4A_7C15) ^ 0xD1B5_4A32_D192_ED03)
    }

    pub fn below(&mut self, end: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0.wrapping_mul(0x2545_F491_4F6C_DD1D) >> 33) as usize % end
    }

    pub fn one_in(&mut self, n: usize) -> bool {
        self.below(n) == 0
    }

    pub fn pick<'a, T>(&mut self, list: &'a [T]) -> &'a T {
        &list[self.below(list.len())]
    }
}

fn node(name: &str) -> NamedNode {
    NamedNode::new_unchecked(format!("http://e/{name}"))
}

fn literal(dice: &mut Dice) -> Term {
    let typed = |text: &str, datatype| Literal::new_typed_literal(text, datatype).into();
    match dice.below(19) {
        0 => typed("1", xsd::INTEGER),
        1 => typed("01", xsd::INTEGER),
        2 => typed("+2", xsd::INTEGER),
        3 => typed("1.50", xsd::DECIMAL),
        4 => typed("1.5", xsd::DECIMAL),
        5 => typed("2.0", xsd::DECIMAL),
        6 => typed("1.0E0", xsd::DOUBLE),
        7 => typed("15e-1", xsd::DOUBLE),
        8 => typed("-3", xsd::NEGATIVE_INTEGER),
        9 => typed("true", xsd::BOOLEAN),
        10 => typed("1", xsd::BOOLEAN),
        11 => Literal::new_language_tagged_literal_unchecked("a", "en").into(),
        12 => Literal::new_language_tagged_literal_unchecked("a", "de").into(),
        13 => typed("2024-01-01T00:00:00.000Z", xsd::DATE_TIME),
        14 => typed("2024-01-01T01:00:00+01:00", xsd::DATE_TIME),
        15 => Literal::new_typed_literal("x", node("type")).into(),
        16 => Literal::from("").into(),
        17 => Literal::from("b").into(),
        _ => Literal::from("a").into(),
    }
}

/// Up to three graphs of up to twelve triples each, over few names so that much fits together; and up to two that nobody may see.
pub fn data(dice: &mut Dice) -> [Vec<(NamedNode, Vec<Triple>)>; 2] {
    let (seen, hidden) = (1 + dice.below(3), dice.below(3));
    [graphs(dice, 0..seen), graphs(dice, 3..3 + hidden)]
}

fn graphs(dice: &mut Dice, names: std::ops::Range<usize>) -> Vec<(NamedNode, Vec<Triple>)> {
    let mut graphs = Vec::new();
    for graph in names {
        let mut triples = Vec::new();
        for _ in 0..2 + dice.below(11) {
            let subject: NamedOrBlankNode = match dice.below(8) {
                0 => BlankNode::new_unchecked(format!("n{}", dice.below(2))).into(),
                n => node(&format!("s{}", n % 4)).into(),
            };
            let object = match dice.below(6) {
                0 => BlankNode::new_unchecked(format!("n{}", dice.below(2))).into(),
                1..=3 => node(&format!("s{}", dice.below(4))).into(),
                _ => literal(dice),
            };
            let predicate = node(&format!("p{}", dice.below(3)));
            triples.push(Triple::new(subject, predicate, object));
        }
        graphs.push((node(&format!("g{graph}")), triples));
    }
    graphs
}

/// A query, written down.
pub struct Maker<'a> {
    pub dice: &'a mut Dice,
    /// How much may still be put in.
    left: usize,
    inside_exists: bool,
    fresh: usize,
}

impl<'a> Maker<'a> {
    pub fn new(dice: &'a mut Dice) -> Self {
        Self {
            left: 3 + dice.below(7),
            dice,
            inside_exists: false,
            fresh: 0,
        }
    }

    /// A whole SELECT query, some with a dataset of its own.
    pub fn query(&mut self) -> String {
        let query = self.select();
        if !self.dice.one_in(6) {
            return query;
        }
        let mut from = String::new();
        for _ in 0..1 + self.dice.below(3) {
            let named = if self.dice.one_in(2) { "NAMED " } else { "" };
            from.push_str(&format!(" FROM {named}<http://e/g{}>", self.dice.below(5)));
        }
        query.replacen(" WHERE ", &format!("{from} WHERE "), 1)
    }

    fn select(&mut self) -> String {
        if self.dice.one_in(4) {
            return self.grouped();
        }
        let pattern = self.group();
        let select = match self.dice.below(4) {
            0 => "*".to_owned(),
            1 => format!("{} {}", self.variable(), self.variable()),
            2 => format!("?a ?b ({} AS ?z)", self.expression(2)),
            _ => "?a ?b ?c ?g".to_owned(),
        };
        let select = dedup(&select);
        let how = *self.dice.pick(&["", "", "", "DISTINCT ", "REDUCED "]);
        let mut query = format!("SELECT {how}{select} WHERE {pattern}");
        if self.dice.one_in(3) {
            query.push_str(&self.order());
            if self.dice.one_in(2) {
                query.push_str(&format!(" LIMIT {}", self.dice.below(5)));
            }
            if self.dice.one_in(3) {
                query.push_str(&format!(" OFFSET {}", self.dice.below(4)));
            }
        }
        if self.dice.one_in(8) {
            query.push_str(&self.values());
        }
        query
    }

    fn order(&mut self) -> String {
        let mut keys = String::new();
        for _ in 0..1 + self.dice.below(2) {
            let key = match self.dice.below(4) {
                0 => format!("({})", self.expression(1)),
                _ => self.variable(),
            };
            match self.dice.below(3) {
                0 => keys.push_str(&format!(" DESC({key})")),
                1 => keys.push_str(&format!(" ASC({key})")),
                _ => keys.push_str(&format!(" {key}")),
            }
        }
        format!(" ORDER BY{keys}")
    }

    fn grouped(&mut self) -> String {
        let pattern = self.group();
        let mut computed = None;
        let by = match self.dice.below(4) {
            0 => String::new(),
            1 => self.variable(),
            2 => {
                let name = self.fresh();
                computed = Some(format!("({} AS {name})", self.expression(1)));
                name
            }
            _ => dedup(&format!("{} {}", self.variable(), self.variable())),
        };
        let mut select = by.clone();
        for at in 0..1 + self.dice.below(2) {
            let distinct = if self.dice.one_in(3) { "DISTINCT " } else { "" };
            let of = match self.dice.below(4) {
                0 => self.expression(1),
                _ => self.variable(),
            };
            let aggregate = match self.dice.below(11) {
                0 => format!("COUNT({distinct}*)"),
                1 | 2 => format!("COUNT({distinct}{of})"),
                3 => format!("SUM({distinct}{of})"),
                4 => format!("AVG({distinct}{of})"),
                5 => format!("MIN({of})"),
                6 => format!("MAX({of})"),
                7 => format!("GROUP_CONCAT({distinct}{of}; SEPARATOR=\"|\")"),
                8 => format!("COUNT({distinct}{of}) + SUM({of})"),
                9 => format!("IF(COUNT({of}) > 1, SUM({of}), STR(AVG({of})))"),
                _ => format!("SAMPLE({of})"),
            };
            select.push_str(&format!(" ({aggregate} AS ?x{at})"));
        }
        let mut query = format!("SELECT {select} WHERE {pattern}");
        if !by.is_empty() {
            let by = computed.unwrap_or(by);
            query.push_str(&format!(" GROUP BY {by}"));
        }
        if self.dice.one_in(4) {
            match self.dice.below(2) {
                0 => query.push_str(&format!(" HAVING(COUNT(*) > {})", self.dice.below(3))),
                _ => query.push_str(&format!(
                    " HAVING(COUNT(DISTINCT {}) != 1)",
                    self.variable()
                )),
            }
        }
        query
    }

    fn variable(&mut self) -> String {
        let names: &[&str] = if self.inside_exists {
            &["?a", "?b", "?c", "?e"]
        } else {
            &["?a", "?b", "?c", "?d"]
        };
        (*self.dice.pick(names)).to_owned()
    }

    fn fresh(&mut self) -> String {
        self.fresh += 1;
        format!("?v{}", self.fresh)
    }

    fn term(&mut self) -> String {
        match self.dice.below(5) {
            0 => literal(self.dice).to_string(),
            1 => "<http://e/nowhere>".to_owned(),
            n => format!("<http://e/s{}>", n - 1),
        }
    }

    fn place(&mut self) -> String {
        match self.dice.below(6) {
            0 => self.term(),
            _ => self.variable(),
        }
    }

    fn subject(&mut self) -> String {
        match self.dice.below(6) {
            0 => format!("<http://e/s{}>", self.dice.below(4)),
            _ => self.variable(),
        }
    }

    fn predicate(&mut self) -> String {
        match self.dice.below(6) {
            0 => self.variable(),
            n => format!("<http://e/p{}>", n % 3),
        }
    }

    fn triple(&mut self) -> String {
        if self.dice.one_in(4) {
            let path = self.path(2);
            return format!("{} {path} {} .", self.place_of_path(), self.place_of_path());
        }
        format!("{} {} {} .", self.subject(), self.predicate(), self.place())
    }

    fn place_of_path(&mut self) -> String {
        match self.dice.below(4) {
            0 => self.term_of_path(),
            _ => self.variable(),
        }
    }

    fn term_of_path(&mut self) -> String {
        match self.dice.below(4) {
            0 => "<http://e/nowhere>".to_owned(),
            n => format!("<http://e/s{n}>"),
        }
    }

    fn path(&mut self, depth: usize) -> String {
        let name = format!("<http://e/p{}>", self.dice.below(3));
        if depth == 0 {
            return name;
        }
        match self.dice.below(9) {
            0 => format!("^({})", self.path(depth - 1)),
            1 => format!("({})*", self.path(depth - 1)),
            2 => format!("({})+", self.path(depth - 1)),
            3 => format!("({})?", self.path(depth - 1)),
            4 => format!("({}/{})", self.path(depth - 1), self.path(depth - 1)),
            5 => format!("({}|{})", self.path(depth - 1), self.path(depth - 1)),
            6 => format!("!{name}"),
            7 => format!("!({name}|^<http://e/p{}>)", self.dice.below(3)),
            _ => name,
        }
    }

    /// A group in braces.
    fn group(&mut self) -> String {
        let mut text = String::from("{ ");
        let parts = 1 + self.dice.below(3);
        for part in 0..parts {
            if part == 0 && !self.dice.one_in(6) {
                text.push_str(&self.triple());
            } else {
                text.push_str(&self.part());
            }
            text.push(' ');
        }
        text.push('}');
        text
    }

    fn part(&mut self) -> String {
        if self.left == 0 {
            return self.triple();
        }
        self.left -= 1;
        match self.dice.below(17) {
            0 | 1 => self.triple(),
            2 | 3 => format!("OPTIONAL {}", self.group()),
            4 => format!("{} UNION {}", self.group(), self.group()),
            5 | 6 => format!("FILTER({})", self.expression(2)),
            7 if !self.inside_exists => format!("MINUS {}", self.group()),
            8 if !self.inside_exists => {
                let fresh = self.fresh();
                format!("BIND({} AS {fresh})", self.expression(2))
            }
            9 if !self.inside_exists => self.values(),
            10 | 13 | 14 => match self.dice.below(3) {
                0 => format!("GRAPH <http://e/g{}> {}", self.dice.below(5), self.group()),
                _ => format!("GRAPH ?g {}", self.group()),
            },
            11 if !self.inside_exists => self.subquery(),
            12 | 15 => self.exists(),
            _ => self.group(),
        }
    }

    fn exists(&mut self) -> String {
        let before = std::mem::replace(&mut self.inside_exists, true);
        let group = self.group();
        self.inside_exists = before;
        let not = if self.dice.one_in(2) { "NOT " } else { "" };
        format!("FILTER {not}EXISTS {group}")
    }

    fn subquery(&mut self) -> String {
        let pattern = self.group();
        let how = *self.dice.pick(&["", "", "DISTINCT "]);
        let select = match self.dice.below(4) {
            0 => "*".to_owned(),
            1 => "?a ?b".to_owned(),
            2 => {
                let fresh = self.fresh();
                return format!(
                    "{{ SELECT ?a (COUNT({}) AS {fresh}) WHERE {pattern} GROUP BY ?a }}",
                    self.variable()
                );
            }
            _ => self.variable(),
        };
        format!("{{ SELECT {how}{select} WHERE {pattern} }}")
    }

    fn values(&mut self) -> String {
        let names = dedup(&format!("{} {}", self.variable(), self.variable()));
        let width = names.split(' ').count();
        let mut rows = String::new();
        for _ in 0..1 + self.dice.below(3) {
            rows.push('(');
            for _ in 0..width {
                let term = match self.dice.below(4) {
                    0 => "UNDEF".to_owned(),
                    _ => self.term(),
                };
                rows.push_str(&format!(" {term}"));
            }
            rows.push_str(" )");
        }
        format!("VALUES ({names}) {{ {rows} }}")
    }

    fn expression(&mut self, depth: usize) -> String {
        if depth == 0 {
            return match self.dice.below(4) {
                0 => self.term(),
                _ => self.variable(),
            };
        }
        let mut below = || self.expression(depth - 1);
        let (a, b) = (below(), below());
        match self.dice.below(32) {
            0 | 1 => format!("{a} = {b}"),
            2 => format!("{a} != {b}"),
            3 => format!("{a} < {b}"),
            4 => format!("{a} >= {b}"),
            5 => format!("({a} && {b})"),
            6 => format!("({a} || {b})"),
            7 => format!("(!({a}))"),
            8 | 9 => format!("BOUND({})", self.variable()),
            10 => format!("COALESCE({a}, {b})"),
            11 => format!("IF({a}, {b}, {a})"),
            12 => format!("({a} + {b})"),
            13 => format!("({a} - {b})"),
            14 => format!("({a} * {b})"),
            15 => format!("({a} / {b})"),
            16 => format!("STR({a})"),
            17 => format!("DATATYPE({a})"),
            18 => format!("LANG({a})"),
            19 => format!("({a} IN ({b}, {}))", self.term()),
            20 => format!("isIRI({a})"),
            21 => format!("sameTerm({a}, {b})"),
            22 => format!("STRLEN(STR({a}))"),
            23 => format!("isNumeric({a})"),
            24 => format!("CONCAT(STR({a}), STR({b}))"),
            25 => format!("({a} NOT IN ({b}, {}))", self.term()),
            26 => format!("CONTAINS(STR({a}), STR({b}))"),
            27 => format!("STRDT(STR({a}), <http://www.w3.org/2001/XMLSchema#integer>)"),
            28 => format!("STRLANG(STR({a}), \"en\")"),
            29 => format!("(-{a})"),
            30 if !self.inside_exists => {
                let before = std::mem::replace(&mut self.inside_exists, true);
                let group = self.group();
                self.inside_exists = before;
                format!("EXISTS {group}")
            }
            _ => a,
        }
    }
}

fn dedup(list: &str) -> String {
    let mut seen: Vec<&str> = Vec::new();
    if list.contains('(') {
        return list.to_owned();
    }
    for item in list.split(' ') {
        if !seen.contains(&item) {
            seen.push(item);
        }
    }
    seen.join(" ")
}
