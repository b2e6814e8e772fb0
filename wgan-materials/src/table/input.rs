//! A file as blocks of whole lines of text.

use std::fs::File;
use std::io::{Cursor, ErrorKind, Read};
use std::path::{Path, PathBuf};
use std::time::SystemTime;

use crate::error::MaterialsError;

/// First bytes of files that are not text, with what they are.
const SIGNATURES: [(&[u8], &str); 11] = [
    (b"PK\x03\x04", "a zip archive or an Excel workbook"),
    (b"\x1f\x8b", "a gzip archive"),
    (b"BZh", "a bzip2 archive"),
    (b"\xfd7zXZ\x00", "an xz archive"),
    (b"\x28\xb5\x2f\xfd", "a zstd archive"),
    (b"\xd0\xcf\x11\xe0", "an old Excel workbook"),
    (b"\x89HDF", "an HDF5 file"),
    (b"\xff\xfe", "UTF-16 text"),
    (b"\xfe\xff", "UTF-16 text"),
    (b"\x89PNG", "a picture"),
    (b"%PDF", "a PDF document"),
];

/// Bytes in which binary data are looked for.
const TRIED: usize = 1 << 16;

/// A file that can be read from its start several times.
pub(super) struct Input {
    /// What messages call it.
    pub(super) path: PathBuf,
    /// What is in memory: bytes, or what came out of a pipe, which can be read only once.
    held: Option<Vec<u8>>,
}

impl Input {
    /// A file or a pipe.
    pub(super) fn open(path: &Path) -> Result<Self, MaterialsError> {
        if path.is_dir() {
            return Err(unreadable(path, "it is a folder, not a file"));
        }
        let metadata = std::fs::metadata(path).map_err(|error| failed(path, &error))?;
        let held = if metadata.is_file() {
            None
        } else {
            Some(std::fs::read(path).map_err(|error| failed(path, &error))?)
        };
        Ok(Self { path: path.to_path_buf(), held })
    }

    /// The content of a file.
    pub(super) fn held(bytes: Vec<u8>) -> Self {
        Self { path: PathBuf::from("bytes"), held: Some(bytes) }
    }

    /// The content, where it is in memory.
    pub(super) fn bytes(&self) -> Option<&[u8]> {
        self.held.as_deref()
    }

    /// Whether the file begins like Parquet.
    pub(super) fn is_parquet(&self) -> Result<bool, MaterialsError> {
        let mut start = Vec::new();
        let read = self.reader()?.take(4).read_to_end(&mut start);
        read.map_err(|error| failed(&self.path, &error))?;
        Ok(start == b"PAR1")
    }

    /// Length and time of change: whether the file is still the same.
    pub(super) fn stamp(&self) -> Option<(u64, SystemTime)> {
        let metadata = std::fs::metadata(&self.path).ok().filter(|_| self.held.is_none())?;
        Some((metadata.len(), metadata.modified().ok()?))
    }

    /// The lines, from the first one.
    pub(super) fn lines(&self) -> Result<Lines<'_>, MaterialsError> {
        Ok(Lines {
            path: &self.path,
            reader: self.reader()?,
            rest: Vec::new(),
            n_read: 0,
            is_started: false,
            odd: OddLines::default(),
        })
    }

    fn reader(&self) -> Result<Box<dyn Read + '_>, MaterialsError> {
        match &self.held {
            Some(bytes) => Ok(Box::new(Cursor::new(bytes))),
            None => match File::open(&self.path) {
                Ok(file) => Ok(Box::new(file)),
                Err(error) => Err(failed(&self.path, &error)),
            },
        }
    }
}

/// Blocks of whole lines, without a byte order mark; lines that are not UTF-8 are read as Latin-1.
pub(super) struct Lines<'a> {
    path: &'a Path,
    reader: Box<dyn Read + 'a>,
    /// The start of a line whose end was not read yet.
    rest: Vec<u8>,
    /// Lines that were handed out.
    n_read: usize,
    is_started: bool,
    odd: OddLines,
}

/// Lines that are not UTF-8.
#[derive(Clone, Copy, Default)]
struct OddLines {
    n: usize,
    first: usize,
}

impl Lines<'_> {
    /// The next lines of about `least` bytes or more; none at the end of the file.
    pub(super) fn block(&mut self, least: usize) -> Result<Option<String>, MaterialsError> {
        let mut bytes = std::mem::take(&mut self.rest);
        let mut end = None;
        while end.is_none() {
            let (from, wanted) = (bytes.len(), least.max(1) as u64);
            let n = self.reader.by_ref().take(wanted).read_to_end(&mut bytes);
            let n = n.map_err(|error| failed(self.path, &error))?;
            if n == 0 {
                end = Some(bytes.len());
            } else if bytes.len() >= least {
                let newline = bytes[from..].iter().rposition(|&byte| byte == b'\n');
                end = newline.map(|at| from + at + 1);
            }
        }
        self.rest = bytes.split_off(end.unwrap_or(bytes.len()));
        if !self.is_started {
            self.is_started = true;
            refuse_binary(self.path, &bytes)?;
        }
        Ok((!bytes.is_empty()).then(|| self.text(bytes)))
    }

    /// A remark on the lines so far that are not UTF-8.
    pub(super) fn note(&self) -> Option<String> {
        match self.odd {
            OddLines { n: 0, .. } => None,
            OddLines { n: 1, first } => {
                Some(format!("line {first} is not UTF-8; it was read as Latin-1"))
            }
            OddLines { n, first } => Some(format!(
                "{n} lines are not UTF-8, line {first} first; they were read as Latin-1"
            )),
        }
    }

    fn text(&mut self, bytes: Vec<u8>) -> String {
        let is_first = self.n_read == 0;
        let before = self.n_read;
        self.n_read += bytes.iter().filter(|&&byte| byte == b'\n').count();
        let text = String::from_utf8(bytes)
            .unwrap_or_else(|error| self.text_of_lines(error.as_bytes(), before));
        match text.starts_with('\u{feff}') && is_first {
            true => text.trim_start_matches('\u{feff}').to_string(),
            false => text,
        }
    }

    /// Each line in the encoding it is in.
    fn text_of_lines(&mut self, bytes: &[u8], before: usize) -> String {
        let mut text = String::with_capacity(bytes.len());
        for (i, line) in bytes.split_inclusive(|&byte| byte == b'\n').enumerate() {
            match std::str::from_utf8(line) {
                Ok(line) => text.push_str(line),
                Err(_) => {
                    if self.odd.n == 0 {
                        self.odd.first = before + i + 1;
                    }
                    self.odd.n += 1;
                    text.extend(line.iter().map(|&byte| char::from(byte)));
                }
            }
        }
        text
    }
}

fn refuse_binary(path: &Path, bytes: &[u8]) -> Result<(), MaterialsError> {
    let known = SIGNATURES.iter().find(|(signature, _)| bytes.starts_with(signature));
    let binary = bytes.iter().take(TRIED).any(|&byte| byte == 0).then_some("binary data");
    match known.map(|(_, kind)| *kind).or(binary) {
        Some(found) => not_a_table(path, "CSV text in UTF-8, or Parquet", found),
        None => Ok(()),
    }
}

fn failed(path: &Path, error: &std::io::Error) -> MaterialsError {
    match error.kind() {
        ErrorKind::NotFound => unreadable(path, "there is no such file"),
        ErrorKind::PermissionDenied => unreadable(path, "permission denied"),
        _ => unreadable(path, &error.to_string()),
    }
}

fn unreadable(path: &Path, reason: &str) -> MaterialsError {
    MaterialsError::Unreadable { path: path.to_path_buf(), reason: reason.to_string() }
}

pub(super) fn not_a_table<T>(
    path: &Path,
    expected: &'static str,
    found: &str,
) -> Result<T, MaterialsError> {
    Err(MaterialsError::NotATable { path: path.to_path_buf(), expected, found: found.to_string() })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn blocks(bytes: &[u8], least: usize) -> (Vec<String>, Option<String>) {
        let input = Input { path: PathBuf::new(), held: Some(bytes.to_vec()) };
        let mut lines = input.lines().unwrap();
        let mut blocks = Vec::new();
        while let Some(block) = lines.block(least).unwrap() {
            blocks.push(block);
        }
        (blocks, lines.note())
    }

    #[test]
    fn blocks_end_where_lines_do_and_lose_nothing() {
        let text = "formula,x\nNaCl,1\r\n\nTiO₂,22\nlast,3";
        for least in 1..40 {
            let (blocks, note) = blocks(text.as_bytes(), least);
            assert_eq!(blocks.concat(), text);
            assert_eq!(note, None);
            let (_, whole) = blocks.split_last().unwrap();
            assert!(whole.iter().all(|block| block.ends_with('\n')));
        }
        assert!(blocks(b"", 5).0.is_empty());
    }

    #[test]
    fn a_line_in_another_encoding_is_found_in_any_block() {
        let bytes = b"\xef\xbb\xbfa\nb \xc2\xb0\nc \xb0\nd \xb0\n";
        for least in [1, 5, 100] {
            let (blocks, note) = blocks(bytes, least);
            assert_eq!(blocks.concat(), "a\nb °\nc °\nd °\n");
            let expected = "2 lines are not UTF-8, line 3 first; they were read as Latin-1";
            assert_eq!(note.as_deref(), Some(expected));
        }
    }
}
