//! Results come in order, soon, and no more of them at once than there is room for.

use std::sync::atomic::{AtomicUsize, Ordering::SeqCst};

use super::*;

#[test]
fn results_come_in_the_order_of_the_items() {
    let items: Vec<u64> = (0..2_000).collect();
    for threads in [1, 2, 5] {
        let mut seen = Vec::new();
        let done: Result<(), ()> = in_order(
            threads,
            &items,
            |item| (item % 7) << 20,
            || 0_u64,
            |count, item| {
                *count += 1;
                if item % 97 == 0 {
                    std::thread::yield_now();
                }
                item * 2
            },
            |place, result| {
                seen.push((place as u64, result));
                Ok(())
            },
        );
        assert_eq!(done, Ok(()));
        let ideal: Vec<(u64, u64)> = items.iter().map(|item| (*item, item * 2)).collect();
        assert_eq!(seen, ideal);
    }
}

/// What is given of each item in order: as many pieces as it says, and then its result.
fn pieces_of(threads: usize, items: &[usize], size: usize) -> Vec<(usize, Option<usize>)> {
    let mut seen = Vec::new();
    let done: Result<(), ()> = in_pieces(
        threads,
        items,
        |_| 1_000,
        || (),
        |(), item, hand: &mut dyn FnMut(Vec<u8>)| {
            for piece in 0..*item {
                let mut bytes = Vec::with_capacity(size);
                bytes.push(u8::try_from(piece).unwrap());
                hand(bytes);
            }
        },
        |place, given| {
            let piece = match given {
                Given::Piece(bytes) => bytes.first().map(|piece| usize::from(*piece)),
                Given::Result(()) => None,
            };
            seen.push((place, piece));
            Ok(())
        },
    );
    assert_eq!(done, Ok(()));
    seen
}

#[test]
fn pieces_come_in_order_and_before_their_result() {
    let items: Vec<usize> = (0..300).map(|item| [0, 1, 3, 40][item % 4]).collect();
    let ideal: Vec<(usize, Option<usize>)> = items
        .iter()
        .enumerate()
        .flat_map(|(place, count)| {
            let pieces = (0..*count).map(move |piece| (place, Some(piece)));
            pieces.chain([(place, None)])
        })
        .collect();
    // Large ones fill the room that there is, so that threads wait for their turn.
    for (threads, size) in [(1, 10), (2, 10), (2, 300_000), (4, 300_000)] {
        assert_eq!(pieces_of(threads, &items, size), ideal);
    }
}

#[test]
fn a_thread_far_ahead_waits() {
    const SIZE: usize = 1 << 18;
    let (made, mut taken, mut most) = (AtomicUsize::new(0), 0, 0);
    let items: Vec<usize> = (0..64).collect();
    let done: Result<(), ()> = in_pieces(
        4,
        &items,
        |_| BATCH + 1,
        || (),
        |(), item, hand: &mut dyn FnMut(Vec<u8>)| {
            if *item == 0 {
                std::thread::sleep(std::time::Duration::from_millis(50));
            }
            for _ in 0..20 {
                made.fetch_add(1, SeqCst);
                hand(Vec::with_capacity(SIZE));
            }
        },
        |_, given| {
            most = most.max(made.load(SeqCst) - taken);
            taken += usize::from(matches!(given, Given::Piece(_)));
            Ok(())
        },
    );
    assert_eq!((done, taken), (Ok(()), 64 * 20));
    // What is under way, two pieces in the hands of each thread, and what the first item gave meanwhile.
    let room = usize::try_from(AHEAD).unwrap() / SIZE;
    assert!(most <= room + 4 * 2 + 20, "{most} pieces at once");
}

#[test]
fn a_slow_taker_is_waited_for() {
    const SIZE: usize = 1 << 18;
    let (made, mut taken, mut most) = (AtomicUsize::new(0), 0, 0);
    let done: Result<(), ()> = in_pieces(
        2,
        &[0; 16],
        |_| 1_000,
        || (),
        |(), _, hand: &mut dyn FnMut(Vec<u8>)| {
            for _ in 0..10 {
                made.fetch_add(1, SeqCst);
                hand(Vec::with_capacity(SIZE));
            }
        },
        |_, given| {
            std::thread::sleep(std::time::Duration::from_millis(1));
            most = most.max(made.load(SeqCst) - taken);
            taken += usize::from(matches!(given, Given::Piece(_)));
            Ok(())
        },
    );
    assert_eq!((done, taken), (Ok(()), 160));
    let room = usize::try_from(AHEAD).unwrap() / SIZE;
    assert!(most <= room + 2 * 2, "{most} pieces at once");
}

#[test]
fn a_panic_is_heard_though_others_wait() {
    use std::sync::Barrier;
    let items: Vec<usize> = (0..64).collect();
    let own = std::thread::current().id();
    // The thread that takes, and one of the others.
    for here in [true, false] {
        // All have something to do before one of them panics.
        let (met, first) = (Barrier::new(3), AtomicUsize::new(0));
        let fell = AtomicUsize::new(0);
        let panicked = std::panic::catch_unwind(|| {
            let _: Result<(), ()> = in_order(
                3,
                &items,
                |_| AHEAD / 4,
                || (),
                |(), _| {
                    if first.fetch_add(1, SeqCst) < 3 {
                        met.wait();
                        let falls = (std::thread::current().id() == own) == here;
                        assert!(!falls || fell.fetch_add(1, SeqCst) > 0, "as wanted");
                    }
                },
                |_, ()| Ok(()),
            );
        });
        assert!(panicked.is_err());
    }
}

#[test]
fn an_error_ends_the_work() {
    let items: Vec<u64> = (0..1_000).collect();
    let mut taken = 0;
    let done = in_order(
        3,
        &items,
        |_| 4 << 20,
        || (),
        |(), item| *item,
        |_, item| {
            taken += 1;
            if item == 10 { Err("enough") } else { Ok(()) }
        },
    );
    assert_eq!((done, taken), (Err("enough"), 11));
}
