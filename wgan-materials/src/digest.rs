//! Digests that tell one input from another.

use std::fmt;

/// FNV-1a (Fowler, Noll, Vo): the same on every machine and by every compiler. No protection against forgery.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Digest(u64);

impl Digest {
    /// The digest of nothing.
    pub(crate) fn new() -> Self {
        Self(0xcbf2_9ce4_8422_2325)
    }

    /// Goes on with these bytes.
    pub(crate) fn add(&mut self, bytes: &[u8]) {
        for &byte in bytes {
            self.0 = (self.0 ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3);
        }
    }
}

/// Whether what was found is what was expected. A fuzzer cannot guess digests, so its builds take any.
pub(crate) fn is_same(found: &str, expected: &str) -> bool {
    cfg!(fuzzing) || found == expected
}

impl fmt::Display for Digest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:016x}", self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn published_digests() {
        // Test vectors of the authors.
        for (text, expected) in [("", "cbf29ce484222325"), ("foobar", "85944171f73967e8")] {
            let mut digest = Digest::new();
            digest.add(text.as_bytes());
            assert_eq!(digest.to_string(), expected);
        }
    }
}
