//! Clocks, memory and medians.

use std::time::Instant;

/// CPU time of this thread in milliseconds.
pub fn cpu() -> f64 {
    let time = rustix::time::clock_gettime(rustix::time::ClockId::ThreadCPUTime);
    time.tv_sec as f64 * 1e3 + time.tv_nsec as f64 / 1e6
}

/// A number of `/proc/self/status` in MiB, such as `VmRSS` or `VmHWM`; 0 where there is no such file.
pub fn memory(what: &str) -> f64 {
    let text = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = text.lines().find_map(|line| line.strip_prefix(what));
    let number = line.and_then(|line| line.trim_start_matches(':').split_whitespace().next());
    number
        .and_then(|kib| kib.parse::<f64>().ok())
        .unwrap_or(0.0)
        / 1024.0
}

/// Resident memory in MiB.
pub fn resident() -> f64 {
    memory("VmRSS")
}

/// Lets the highest resident memory be counted from now on.
pub fn forget_peak() {
    // Where this may not be written, the peak is that of the whole run: too much, never too little.
    let _ = std::fs::write("/proc/self/clear_refs", "5");
}

pub fn middle(times: &mut [f64]) -> f64 {
    times.sort_by(f64::total_cmp);
    times.get(times.len() / 2).copied().unwrap_or(f64::NAN)
}

/// The median CPU times in milliseconds of things that are run in turns, so that a busy machine slows all of them alike.
pub fn medians<const N: usize>(mut runs: [&mut dyn FnMut() -> u64; N]) -> [f64; N] {
    let mut times: [Vec<f64>; N] = std::array::from_fn(|_| Vec::new());
    let begun = Instant::now();
    let mut rounds = 0;
    // The first round warms the caches up and does not count.
    while rounds < 6 || (rounds < 400 && begun.elapsed().as_secs_f64() < 0.7 * N as f64) {
        for (run, times) in runs.iter_mut().zip(&mut times) {
            let before = cpu();
            std::hint::black_box(run());
            if rounds > 0 {
                times.push(cpu() - before);
            }
        }
        rounds += 1;
    }
    times.map(|mut times| middle(&mut times))
}
