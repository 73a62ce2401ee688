//! Runs every case of `tests/suite`: each heading is one test. `KENNING_BLESS=1` writes what came out into the files.

use kenning_suite::case::{Failure, blessed, cases};
use libtest_mimic::{Arguments, Failed, Trial};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

fn main() -> ExitCode {
    let arguments = Arguments::from_args();
    match trials() {
        Ok(trials) => libtest_mimic::run(&arguments, trials).exit_code(),
        Err(error) => {
            let trial = Trial::test("the suite can be read", move || {
                Err(Failed::from(error.to_string()))
            });
            libtest_mimic::run(&arguments, vec![trial]).exit_code()
        }
    }
}

fn trials() -> Result<Vec<Trial>, Failure> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("suite");
    let mut files = Vec::new();
    find(&root, &mut files)?;
    files.sort();
    let bless = std::env::var_os("KENNING_BLESS").is_some();
    let mut trials = Vec::new();
    for file in files {
        let shown = file
            .strip_prefix(&root)?
            .with_extension("")
            .display()
            .to_string();
        if bless {
            trials.push(Trial::test(shown, move || {
                bless_file(&file).map_err(|error| error.to_string().into())
            }));
            continue;
        }
        for case in cases(&std::fs::read_to_string(&file)?) {
            trials.push(Trial::test(format!("{shown}: {}", case.name), move || {
                let differences = case
                    .run()
                    .map_err(|error| Failed::from(error.to_string()))?;
                match differences.first() {
                    None => Ok(()),
                    Some(first) => Err(format!(
                        "line {}: expected\n{}but found\n{}(KENNING_BLESS=1 writes what was found)",
                        first.lines.start, first.expected, first.found
                    )
                    .into()),
                }
            }));
        }
    }
    Ok(trials)
}

fn bless_file(file: &Path) -> Result<(), Failure> {
    let text = std::fs::read_to_string(file)?;
    let mut differences = Vec::new();
    for case in cases(&text) {
        differences.extend(
            case.run()
                .map_err(|error| format!("{}: {error}", case.name))?,
        );
    }
    if !differences.is_empty() {
        std::fs::write(file, blessed(&text, &differences))?;
    }
    Ok(())
}

fn find(folder: &Path, files: &mut Vec<PathBuf>) -> Result<(), Failure> {
    for entry in std::fs::read_dir(folder)? {
        let path = entry?.path();
        if path.is_dir() {
            find(&path, files)?;
        } else if path.extension().is_some_and(|ending| ending == "md") {
            files.push(path);
        }
    }
    Ok(())
}
