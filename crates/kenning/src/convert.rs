//! `kenning convert`: notes into RDF, without a knowledge base.

use crate::config::Config;
use crate::flags::{self, ConvertFormat};
use crate::report::{Reporter, counted};
use crate::request::Place;
use crate::sync::{dialect_line, part_line, problem_line, progress_line};
use anyhow::{Context, Result};
use kenning_server::Outcome;
use kenning_vocab::Base;
use kenning_wiki::{Converted, Progress, Wiki};
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
    // What is no file, such as a device or a pipe, is written to and never replaced.
    if std::fs::metadata(out).is_ok_and(|meta| !meta.is_file()) {
        let file = File::options()
            .write(true)
            .open(out)
            .with_context(|| format!("cannot write `{}`", out.display()))?;
        return convert(config, flags, &base, BufWriter::new(file), reporter);
    }
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
    let detail = match flags.detail {
        flags::Detail::Core => kenning_note::Detail::Core,
        flags::Detail::Claims => kenning_note::Detail::Claims,
        flags::Detail::Full => kenning_note::Detail::Full,
    };
    let mut writer = Writer::new(flags.format, out)?;
    let (mut notes, mut triples, mut problems) = (0, 0, 0);
    for path in &flags.paths {
        let place = Place::of_wiki(path);
        let wiki = Wiki::open(path, &rules, base)?.with_detail(detail);
        let converted = writer.write(&wiki, &mut |progress| {
            if let Some(line) = progress_line(progress) {
                reporter.line(&line);
            }
        })?;
        for guess in &converted.dialects {
            reporter.line(&dialect_line(&place, guess));
        }
        if let Some(line) = part_line(&place, &wiki) {
            reporter.line(&line);
        }
        triples += converted.triples;
        notes += converted.summary.notes as u64;
        problems += converted.problems.len() as u64;
        for problem in &converted.problems {
            reporter.line(&problem_line(&place, problem));
        }
    }
    writer.finish()?;
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

/// Writes wikis in one form. Lines of N-Quads come from the threads that read the notes; the other forms are put together here.
enum Writer<W: Write> {
    Lines(W),
    Other(Box<WriterQuadSerializer<W>>),
}

impl<W: Write> Writer<W> {
    fn new(format: ConvertFormat, out: W) -> Result<Self> {
        let format = match format {
            ConvertFormat::Nquads => return Ok(Self::Lines(out)),
            ConvertFormat::Trig => RdfFormat::TriG,
            ConvertFormat::Jsonld => RdfFormat::JsonLd {
                profile: JsonLdProfileSet::default(),
            },
        };
        let mut serializer = RdfSerializer::from_format(format);
        for (prefix, namespace) in kenning_vocab::prefixes() {
            serializer = serializer.with_prefix(*prefix, *namespace)?;
        }
        Ok(Self::Other(Box::new(serializer.for_writer(out))))
    }

    fn write(
        &mut self,
        wiki: &Wiki,
        report: &mut dyn FnMut(Progress),
    ) -> std::io::Result<Converted> {
        match self {
            Self::Lines(out) => wiki.convert_nquads(report, &mut |lines| out.write_all(lines)),
            Self::Other(serializer) => wiki.convert(report, &mut |name, _label, content| {
                for triple in content.iter() {
                    serializer.serialize_quad(QuadRef::new(
                        triple.subject.as_ref(),
                        triple.predicate.as_ref(),
                        triple.object.as_ref(),
                        name.as_ref(),
                    ))?;
                }
                Ok(())
            }),
        }
    }

    fn finish(self) -> std::io::Result<()> {
        match self {
            Self::Lines(mut out) => out.flush(),
            Self::Other(serializer) => serializer.finish()?.flush(),
        }
    }
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
