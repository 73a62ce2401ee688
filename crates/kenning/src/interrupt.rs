//! Ctrl-C, and `kill`: what a command does that can end early and say what it did.

use kenning_store::Cancel;
use tokio::signal::unix::{SignalKind, signal};

/// What a shell says of a command that somebody interrupted.
const INTERRUPTED: i32 = 130;

/// A flag that is set when somebody asks this process to end. Whoever asks twice does not want to wait, and ends it at once.
///
/// Where no signal can be heard, the flag is never set, and a signal ends the process as it ends others.
#[must_use]
pub fn asked_to_end() -> Cancel {
    let asked = Cancel::new();
    let told = asked.clone();
    // What is stored does not depend on how a process ends, so nothing has to be joined or closed.
    let listening = std::thread::Builder::new().name("signals".into());
    let _ = listening.spawn(move || {
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build();
        let Ok(runtime) = runtime else { return };
        runtime.block_on(async {
            let hear = (
                signal(SignalKind::interrupt()),
                signal(SignalKind::terminate()),
            );
            let (Ok(mut interrupts), Ok(mut ends)) = hear else {
                return;
            };
            for again in [false, true] {
                tokio::select! {
                    _ = interrupts.recv() => {}
                    _ = ends.recv() => {}
                }
                if again {
                    std::process::exit(INTERRUPTED);
                }
                told.cancel();
            }
        });
    });
    asked
}
