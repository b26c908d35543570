//! What one process took, and what many of them say together.

use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use wait4::Wait4;

/// What one process took.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Took {
    pub(crate) wall: Duration,
    /// User and system.
    pub(crate) cpu: Duration,
    /// Peak resident memory in KiB.
    pub(crate) memory: u64,
}

/// Runs a process to its end; it must succeed.
pub(crate) fn measure(mut command: Command) -> Took {
    let errors = tempfile::tempfile().unwrap();
    command
        .stdout(Stdio::null())
        .stderr(errors.try_clone().unwrap());
    let begun = Instant::now();
    let mut child = command.spawn().unwrap();
    let used = child.wait4().unwrap();
    let wall = begun.elapsed();
    assert!(used.status.success(), "{command:?}: {}", text(errors));
    Took {
        wall,
        cpu: used.rusage.utime + used.rusage.stime,
        memory: used.rusage.maxrss / 1024,
    }
}

fn text(mut file: std::fs::File) -> String {
    use std::io::{Read, Seek};
    let mut text = String::new();
    file.rewind().unwrap();
    file.read_to_string(&mut text).unwrap();
    text
}

/// A median with its 95 % interval, which supposes nothing of how the values are spread.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Median {
    pub(crate) low: f64,
    pub(crate) value: f64,
    pub(crate) high: f64,
}

/// The median of values, and the interval between two of them that holds the true median with a
/// probability of 95 % or more (of the whole range, where the values are too few for that).
pub(crate) fn median(mut values: Vec<f64>) -> Median {
    values.sort_by(f64::total_cmp);
    let n = values.len();
    let middle = (values[(n - 1) / 2] + values[n / 2]) / 2.0;
    // Each value is below the median with probability 1/2: ranks of a binomial distribution.
    let mut below = 0;
    let mut tail = 0.5_f64.powi(i32::try_from(n).unwrap());
    let mut term = tail;
    while tail <= 0.025 && below < n / 2 {
        below += 1;
        term *= (n - below + 1) as f64 / below as f64;
        tail += term;
    }
    let outer = below.saturating_sub(1);
    Median {
        low: values[outer],
        value: middle,
        high: values[n - 1 - outer],
    }
}
