//! Cases in Markdown: a heading that reads as a sentence, prose that says why, and blocks that say what.
//!
//! ````markdown
//! # A note whose level cannot be read is closed
//!
//! ```note draft
//! ---
//! protection: secrte
//! ---
//! ```
//!
//! ```sparql confidential hr,legal
//! ASK { GRAPH ?g { ?s ?p ?o } }
//! ```
//!
//! ```answer
//! false
//! ```
//! ````
//!
//! | block | what it is |
//! |---|---|
//! | `note PATH` | a file of the wiki; without an ending it is `PATH.md` |
//! | `config` | the operator's `kenning.toml` |
//! | `graph IRI LABEL` | Turtle, loaded as a graph with this label |
//! | `sync` | compares the notes so far with what is stored; what follows sees the result. The first query does the same |
//! | `gone PATH` | removes a file |
//! | `problems` | what the last sync complains of, line by line |
//! | `sparql LEVEL [GROUPS]` | a query, with somebody's eyes; the prefixes of the vocabulary are declared |
//! | `answer` | the answer: TSV, whose rows are sorted unless the query says `ORDER BY`; `true` or `false`; N-Triples, sorted |

use kenning::config::Config;
use kenning::request::Place;
use kenning::site::Site;
use kenning::{load, query, sync};
use kenning_access::Label;
use kenning_server::Line;
use kenning_store::{Batch, Cancel, KnowledgeBase, Options, Written};
use oxrdf::{NamedNode, Triple};
use oxrdfio::{RdfFormat, RdfParser};
use std::error::Error;
use std::fmt::Write;
use std::path::Path;

/// Something that went wrong in a case, in words.
pub type Failure = Box<dyn Error + Send + Sync>;

/// One case of a file.
#[derive(Debug, Clone)]
pub struct Case {
    /// Its heading.
    pub name: String,
    blocks: Vec<Block>,
}

#[derive(Debug, Clone)]
struct Block {
    kind: String,
    argument: String,
    text: String,
    /// The lines of the file between the fences, from 0; the end is excluded.
    lines: std::ops::Range<usize>,
}

/// An expected block whose text is not what came out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Difference {
    /// The lines of the file that hold what was expected.
    pub lines: std::ops::Range<usize>,
    /// What was expected.
    pub expected: String,
    /// What came out.
    pub found: String,
}

/// The cases of a file, in order. A case without blocks is prose.
#[must_use]
pub fn cases(text: &str) -> Vec<Case> {
    let mut cases: Vec<Case> = Vec::new();
    let mut open: Option<(String, Block)> = None;
    for (number, line) in text.lines().enumerate() {
        if let Some((fence, block)) = &mut open {
            if line.trim_end() == fence {
                block.lines.end = number;
                let block = block.clone();
                if let Some(case) = cases.last_mut() {
                    case.blocks.push(block);
                }
                open = None;
            } else {
                block.text.push_str(line);
                block.text.push('\n');
            }
            continue;
        }
        let fence: String = line.chars().take_while(|c| *c == '`').collect();
        if fence.len() >= 3 {
            let info = line.trim_start_matches('`').trim();
            let (kind, argument) = info.split_once(' ').unwrap_or((info, ""));
            let lines = number + 1..number + 1;
            let block = Block {
                kind: kind.to_owned(),
                argument: argument.trim().to_owned(),
                text: String::new(),
                lines,
            };
            open = Some((fence, block));
        } else if line.starts_with('#') {
            cases.push(Case {
                name: line.trim_start_matches('#').trim().to_owned(),
                blocks: Vec::new(),
            });
        }
    }
    cases.retain(|case| !case.blocks.is_empty());
    cases
}

impl Case {
    /// Runs the case in a fresh knowledge base; the answer is what differs from what the file says.
    ///
    /// # Errors
    /// When something does not work that has no expected block, or a block is not understood.
    pub fn run(&self) -> Result<Vec<Difference>, Failure> {
        let folder = tempfile::tempdir()?;
        let wiki = folder.path().join("wiki");
        std::fs::create_dir(&wiki)?;
        let config = self.blocks.iter().find(|block| block.kind == "config");
        let config = config
            .map(|block| Config::parse(&block.text))
            .transpose()?
            .unwrap_or_default();
        let options = Options {
            scale: config.scale().clone(),
            ..Options::default()
        };
        let site = Site::over(KnowledgeBase::in_memory(options), config, None)?;
        let mut run = Run {
            site,
            wiki,
            stale: false,
            problems: String::new(),
            answer: String::new(),
        };
        let mut differences = Vec::new();
        for block in &self.blocks {
            if let Some(found) = run.block(block)?
                && found.trim_end() != block.text.trim_end()
            {
                differences.push(Difference {
                    lines: block.lines.clone(),
                    expected: block.text.clone(),
                    found,
                });
            }
        }
        Ok(differences)
    }
}

struct Run {
    site: Site,
    wiki: std::path::PathBuf,
    /// Whether notes were written that are not synced.
    stale: bool,
    problems: String,
    answer: String,
}

impl Run {
    /// Does what a block says. For an expected block, what came out.
    fn block(&mut self, block: &Block) -> Result<Option<String>, Failure> {
        match block.kind.as_str() {
            "note" => {
                let path = self.path(&block.argument);
                if let Some(parent) = path.parent() {
                    std::fs::create_dir_all(parent)?;
                }
                std::fs::write(path, &block.text)?;
                self.stale = true;
            }
            "gone" => {
                std::fs::remove_file(self.path(&block.argument))?;
                self.stale = true;
            }
            "graph" => self.graph(&block.argument, &block.text)?,
            "sync" => self.sync()?,
            "sparql" => {
                if self.stale {
                    self.sync()?;
                }
                self.answer = self.query(&block.argument, &block.text)?;
            }
            "answer" => return Ok(Some(self.answer.clone())),
            "problems" => {
                if self.stale {
                    self.sync()?;
                }
                return Ok(Some(self.problems.clone()));
            }
            "config" => {}
            other => return Err(format!("`{other}` is not a kind of block").into()),
        }
        Ok(None)
    }

    fn path(&self, name: &str) -> std::path::PathBuf {
        let has_ending = Path::new(name).extension().is_some();
        self.wiki.join(if has_ending {
            name.to_owned()
        } else {
            format!("{name}.md")
        })
    }

    fn graph(&mut self, argument: &str, text: &str) -> Result<(), Failure> {
        let (name, label) = argument
            .split_once(' ')
            .ok_or("a graph needs an IRI and a label")?;
        let label: Label = self.site.kb.scale().parse_label(label)?;
        let mut prefixed = prefixes("@prefix ", " .");
        prefixed.push_str(text);
        let quads: Result<Vec<_>, _> = RdfParser::from_format(RdfFormat::Turtle)
            .rename_blank_nodes()
            .for_slice(prefixed.as_bytes())
            .collect();
        let triples = quads?
            .into_iter()
            .map(|quad| Triple::new(quad.subject, quad.predicate, quad.object));
        let mut batch = Batch::new();
        batch.write_tags(Written::of_document(prefixed.as_bytes(), RdfFormat::Turtle));
        batch.put_graph(NamedNode::new(name)?, label, triples);
        self.site.kb.commit(batch)?;
        Ok(())
    }

    fn sync(&mut self) -> Result<(), Failure> {
        let place = Place {
            path: self.wiki.clone(),
            shown: String::new(),
        };
        let mut problems = String::new();
        let request = sync::Request {
            wikis: vec![place],
            ..sync::Request::default()
        };
        let stays = Cancel::new();
        sync::run(&self.site, &request, &stays, &mut |line| {
            if let Line::Problem(problem) = line {
                let text = kenning::report::problem_text(&problem);
                let _ = writeln!(problems, "{text}");
            }
        })?;
        self.problems = problems;
        self.stale = false;
        Ok(())
    }

    fn query(&self, argument: &str, text: &str) -> Result<String, Failure> {
        let (level, groups) = argument.split_once(' ').unwrap_or((argument, ""));
        let graph = ["CONSTRUCT", "DESCRIBE"]
            .iter()
            .any(|form| text.trim_start().starts_with(form));
        let ask = text.trim_start().starts_with("ASK");
        let request = query::Request {
            text: prefixes("PREFIX ", "") + text,
            clearance: level.to_owned(),
            groups: groups
                .split(',')
                .filter(|name| !name.is_empty())
                .map(str::to_owned)
                .collect(),
            format: Some(
                if graph {
                    "nt"
                } else if ask {
                    "table"
                } else {
                    "tsv"
                }
                .to_owned(),
            ),
            default_graph: None,
            timeout: 60,
        };
        let mut answer = String::new();
        query::run(&self.site, &request, &mut |line| {
            if let Line::Output { text } = line {
                answer.push_str(&text);
            }
        })
        .map_err(|error| format!("{error:#} in {text}"))?;
        if text.contains("ORDER BY") {
            return Ok(answer);
        }
        let mut lines: Vec<&str> = answer.lines().collect();
        let head = usize::from(!graph && !ask).min(lines.len());
        if let Some(rows) = lines.get_mut(head..) {
            rows.sort_unstable();
        }
        Ok(lines.join("\n") + "\n")
    }
}

/// The prefixes of the vocabulary, and `ex:` for invented things, as declarations.
fn prefixes(before: &str, after: &str) -> String {
    let example = ("ex", "http://example.org/");
    let all = kenning_vocab::prefixes()
        .iter()
        .copied()
        .filter(|(name, _)| *name != "ex");
    all.chain([example])
        .fold(String::new(), |mut text, (name, iri)| {
            let _ = writeln!(text, "{before}{name}: <{iri}>{after}");
            text
        })
}

/// The file `text` with what came out in place of what was expected.
#[must_use]
pub fn blessed(text: &str, differences: &[Difference]) -> String {
    let lines: Vec<&str> = text.lines().collect();
    let mut differences: Vec<&Difference> = differences.iter().collect();
    differences.sort_by_key(|difference| difference.lines.start);
    let mut result = String::new();
    let mut place = 0;
    for difference in differences {
        for line in lines.get(place..difference.lines.start).unwrap_or_default() {
            result.push_str(line);
            result.push('\n');
        }
        result.push_str(difference.found.trim_end());
        if !difference.found.trim_end().is_empty() {
            result.push('\n');
        }
        place = difference.lines.end;
    }
    for line in lines.get(place..).unwrap_or_default() {
        result.push_str(line);
        result.push('\n');
    }
    result
}

/// Loads the ontologies that are built in, as a sync does. For tests that count what is in a fresh store.
///
/// # Errors
/// When the commit fails.
pub fn with_ontologies(site: &Site) -> Result<u64, Failure> {
    Ok(load::built_in(site)?)
}

#[cfg(test)]
mod tests {
    use super::*;

    const FILE: &str = "# First\n\nWhy.\n\n```note a\n# Not a case\n```\n\n```sparql public\nASK {}\n```\n\n```answer\nfalse\n```\n\n# Prose only\n";

    #[test]
    fn a_heading_is_a_case_and_a_block_is_none() {
        let cases = cases(FILE);
        assert_eq!(
            cases
                .iter()
                .map(|case| case.name.as_str())
                .collect::<Vec<_>>(),
            ["First"]
        );
        assert_eq!(cases[0].blocks.len(), 3);
    }

    #[test]
    fn what_came_out_can_be_blessed() {
        let differences = cases(FILE)[0].run().unwrap();
        assert_eq!(differences.len(), 1);
        let fixed = blessed(FILE, &differences);
        assert_eq!(fixed, FILE.replace("\nfalse\n", "\ntrue\n"));
        assert!(cases(&fixed)[0].run().unwrap().is_empty());
    }
}
