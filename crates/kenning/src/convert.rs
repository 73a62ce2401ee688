//! `kenning convert`: notes into RDF, without a knowledge base.

use crate::config::Config;
use crate::flags::{self, ConvertFormat};
use crate::report::{Reporter, counted};
use crate::request::Place;
use crate::sync::{problem_line, progress_line};
use anyhow::{Context, Result};
use kenning_server::Outcome;
use kenning_vocab::Base;
use kenning_wiki::Wiki;
use oxrdf::QuadRef;
use oxrdfio::{JsonLdProfileSet, RdfFormat, RdfSerializer, WriterQuadSerializer};
use std::fs::File;
use std::io::{BufWriter, ErrorKind, Write};
use std::path::{Path, PathBuf};

/// Converts notes and folders of notes; the same input gives the same bytes.
///
/// The answer holds all that the notes say, whatever their labels: whoever may read the files has read them.
///
/// # Errors
/// When a path cannot be read at all, or the answer cannot be written. A file named by `--out` is then left as it was.
pub fn run(config: &Config, flags: &flags::Convert, reporter: &mut Reporter) -> Result<Outcome> {
    let base = flags
        .base_url
        .as_deref()
        .or(config.file.base_url.as_deref());
    let base = base.map(Base::new).transpose()?.unwrap_or_default();
    let Some(out) = &flags.out else {
        let out = BufWriter::new(std::io::stdout().lock());
        return match convert(config, flags, &base, out, reporter) {
            Err(error) if is_closed(&error) => Ok(Outcome::done("")),
            other => other,
        };
    };
    let part = part_of(out);
    let file = File::create(&part).with_context(|| format!("cannot write `{}`", part.display()))?;
    let converted = convert(config, flags, &base, BufWriter::new(file), reporter);
    if converted.is_ok() {
        std::fs::rename(&part, out).with_context(|| format!("cannot write `{}`", out.display()))?;
    } else {
        let _ = std::fs::remove_file(&part);
    }
    converted
}

fn convert(
    config: &Config,
    flags: &flags::Convert,
    base: &Base,
    out: impl Write,
    reporter: &mut Reporter,
) -> Result<Outcome> {
    let rules = config.rules.clone().with_today(&crate::config::today()?);
    let mut serializer = serializer(flags.format)?.for_writer(out);
    let (mut notes, mut triples, mut problems) = (0, 0, 0);
    for path in &flags.paths {
        let place = Place::of_wiki(path);
        let wiki = Wiki::open(path, &rules, base)?;
        let converted = wiki.convert(
            &mut |progress| {
                if let Some(line) = progress_line(progress) {
                    reporter.line(&line);
                }
            },
            &mut |name, _label, content| {
                triples += content.len() as u64;
                write(&mut serializer, name, content)
            },
        )?;
        notes += converted.summary.notes as u64;
        problems += converted.problems.len() as u64;
        for problem in &converted.problems {
            reporter.line(&problem_line(&place, problem));
        }
    }
    serializer.finish()?.flush()?;
    let text = format!(
        "converted {} to {}",
        counted(notes, "note", "notes"),
        counted(triples, "triple", "triples")
    );
    Ok(match problems {
        0 => Outcome::done(text),
        _ => Outcome::done_with_problems(format!(
            "{text}; {}",
            counted(problems, "problem", "problems")
        )),
    })
}

fn write<W: Write>(
    serializer: &mut WriterQuadSerializer<W>,
    name: &oxrdf::NamedNode,
    content: &[oxrdf::Triple],
) -> std::io::Result<()> {
    for triple in content {
        let quad = QuadRef::new(
            triple.subject.as_ref(),
            triple.predicate.as_ref(),
            triple.object.as_ref(),
            name.as_ref(),
        );
        serializer.serialize_quad(quad)?;
    }
    Ok(())
}

fn serializer(format: ConvertFormat) -> Result<RdfSerializer> {
    let format = match format {
        ConvertFormat::Nquads => return Ok(RdfSerializer::from_format(RdfFormat::NQuads)),
        ConvertFormat::Trig => RdfFormat::TriG,
        ConvertFormat::Jsonld => RdfFormat::JsonLd {
            profile: JsonLdProfileSet::default(),
        },
    };
    let mut serializer = RdfSerializer::from_format(format);
    for (prefix, namespace) in kenning_vocab::prefixes() {
        serializer = serializer.with_prefix(*prefix, *namespace)?;
    }
    Ok(serializer)
}

fn part_of(out: &Path) -> PathBuf {
    let mut name = out.file_name().unwrap_or_default().to_owned();
    name.push(".part");
    out.with_file_name(name)
}

/// Whether whoever read our output has gone away, which is no failure.
fn is_closed(error: &anyhow::Error) -> bool {
    error
        .downcast_ref::<std::io::Error>()
        .is_some_and(|error| error.kind() == ErrorKind::BrokenPipe)
}
