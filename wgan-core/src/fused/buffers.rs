//! Memory that is used again.

use std::sync::{Mutex, PoisonError};

/// Buffers at most: a step uses about fourteen for each 64 samples of a wide network.
const MAX_BUFFERS: usize = 1024;

/// Smallest buffer that is worth a search: the system has smaller ones at hand.
const SMALLEST: usize = 1 << 12;

/// A training step asks for the same few dozen buffers every time. Given back to the system they would come back as new
/// pages to be cleared, which takes a fifth of a step of wide networks.
static FREE: Mutex<Vec<Vec<f32>>> = Mutex::new(Vec::new());

/// A buffer of `len` numbers, whatever they are.
pub(super) fn take(len: usize) -> Vec<f32> {
    if len < SMALLEST {
        return vec![0.0; len];
    }
    let found = {
        let mut free = FREE.lock().unwrap_or_else(PoisonError::into_inner);
        // The one used last is the one that is in the cache.
        let fits = |buffer: &Vec<f32>| (len..=2 * len).contains(&buffer.capacity());
        free.iter().rposition(fits).map(|at| free.swap_remove(at))
    };
    let mut buffer = found.unwrap_or_else(|| Vec::with_capacity(len));
    buffer.resize(len, 0.0);
    buffer
}

/// Keeps `buffer` for [`take`].
pub(crate) fn put_back(buffer: Vec<f32>) {
    if buffer.capacity() >= SMALLEST {
        let mut free = FREE.lock().unwrap_or_else(PoisonError::into_inner);
        if free.len() == MAX_BUFFERS {
            free.clear();
        }
        free.push(buffer);
    }
}
