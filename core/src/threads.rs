//! Work that several threads share: reading what stands in many small files.
//!
//! Deliberately not here: a pool. Threads are started for one piece of work, and only where their start
//! costs less than they save.

use std::panic;
use std::thread::{self, available_parallelism};

/// More threads than this wait for the file system rather than for each other.
const MAX_THREADS: usize = 8;

/// Gives `items` to threads, in stretches of about the same length, and what each found in the order of
/// the items. Fewer than `many` are left to the caller's own thread.
pub(crate) fn share_out<T: Sync, R: Send>(
    items: &[T],
    many: usize,
    each: impl Fn(&[T]) -> R + Sync,
) -> Vec<R> {
    let threads = available_parallelism().map_or(1, |cores| cores.get().min(MAX_THREADS));
    if items.len() < many.max(2) || threads == 1 {
        return vec![each(items)];
    }
    let (first, others) = items.split_at(items.len().div_ceil(threads));
    let each = &each;
    thread::scope(|scope| {
        let threads: Vec<_> = others
            .chunks(first.len())
            .map(|items| scope.spawn(move || each(items)))
            .collect();
        let mut found = vec![each(first)];
        for thread in threads {
            match thread.join() {
                Ok(of_thread) => found.push(of_thread),
                Err(panic) => panic::resume_unwind(panic),
            }
        }
        found
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_found_stands_in_the_order_of_the_items() {
        for count in [0, 1, 7, 8, 9, 100, 1_001] {
            let items: Vec<usize> = (0..count).collect();
            for many in [0, 8, 1_001] {
                let found = share_out(&items, many, <[usize]>::to_vec);
                assert_eq!(found.concat(), items, "{count} items, {many} are many");
                if count < many {
                    assert_eq!(found.len(), 1);
                }
            }
        }
    }

    #[test]
    #[should_panic(expected = "the last one")]
    fn a_panic_of_a_thread_is_the_callers() {
        share_out(&[1, 2, 3, 4], 2, |items| {
            assert!(!items.contains(&4), "the last one");
        });
    }
}
