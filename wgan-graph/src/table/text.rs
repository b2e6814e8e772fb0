//! From the bytes of a file to its text, or a sentence on what it is instead.

use std::io::Read;
use std::path::Path;

use flate2::read::MultiGzDecoder;

use crate::error::GraphError;

/// First bytes of a file that is compressed by gzip.
const GZIP: &[u8] = b"\x1f\x8b";
/// Most bytes that are unpacked from one file: a few hundred compressed ones can hold as much as a disk does.
const MAX_UNPACKED: u64 = 4 << 30;
/// First bytes of files that are compressed otherwise.
const COMPRESSED: [(&[u8], &str); 4] = [
    (b"PK\x03\x04", "zip"),
    (b"BZh", "bzip2"),
    (b"\xfd7zXZ\x00", "xz"),
    (b"\x28\xb5\x2f\xfd", "zstd"),
];

/// Text of the content of a file, in UTF-8 or in UTF-16 with its byte order mark, as it is or compressed by gzip.
///
/// # Errors
/// [`GraphError::Unreadable`] with what the file is instead.
pub fn text_of(path: &Path, bytes: Vec<u8>) -> Result<String, GraphError> {
    let unreadable = |reason: String| GraphError::Unreadable { path: path.to_owned(), reason };
    let bytes = if bytes.starts_with(GZIP) { unpacked(&bytes, MAX_UNPACKED) } else { Ok(bytes) };
    bytes.and_then(decoded).map_err(unreadable)
}

/// The content of a file that gzip compressed, in one part or in several.
fn unpacked(bytes: &[u8], most: u64) -> Result<Vec<u8>, String> {
    let mut content = Vec::new();
    let read = MultiGzDecoder::new(bytes).take(most + 1).read_to_end(&mut content);
    read.map_err(|error| format!("it is compressed (gzip), and damaged or cut off: {error}"))?;
    if content.len() as u64 > most {
        return Err(format!("it is compressed (gzip) and unpacks to more than {most} bytes"));
    }
    Ok(content)
}

fn decoded(bytes: Vec<u8>) -> Result<String, String> {
    if let Some((_, name)) = COMPRESSED.iter().find(|(start, _)| bytes.starts_with(start)) {
        return Err(format!("it is compressed ({name}), expected text; unpack it first"));
    }
    match bytes.get(..2) {
        Some(b"\xff\xfe") => return utf_16(&bytes[2..], u16::from_le_bytes),
        Some(b"\xfe\xff") => return utf_16(&bytes[2..], u16::from_be_bytes),
        _ => {}
    }
    let line = |at: usize, bytes: &[u8]| 1 + bytes[..at].iter().filter(|&&b| b == b'\n').count();
    if let Some(at) = bytes.iter().position(|&b| b == 0) {
        return Err(format!("line {} has a zero byte, expected text in UTF-8", line(at, &bytes)));
    }
    match String::from_utf8(bytes) {
        Ok(text) => Ok(text.strip_prefix('\u{feff}').map(str::to_owned).unwrap_or(text)),
        Err(error) => {
            let at = error.utf8_error().valid_up_to();
            Err(format!("line {} is not UTF-8", line(at, error.as_bytes())))
        }
    }
}

fn utf_16(bytes: &[u8], unit: fn([u8; 2]) -> u16) -> Result<String, String> {
    let units = bytes.chunks_exact(2).map(|pair| unit([pair[0], pair[1]]));
    let text: Result<String, _> = char::decode_utf16(units).collect();
    match text {
        Ok(text) if bytes.len().is_multiple_of(2) => Ok(text),
        _ => Err("it has the mark of UTF-16, but is none".to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::Write;

    fn read(bytes: &[u8]) -> Result<String, String> {
        text_of(Path::new("edges.txt"), bytes.to_vec()).map_err(|error| error.to_string())
    }

    #[test]
    fn text_comes_without_its_byte_order_mark() {
        assert_eq!(read("a,Zoë".as_bytes()).unwrap(), "a,Zoë");
        assert_eq!(read("\u{feff}a,b".as_bytes()).unwrap(), "a,b");
        let little: Vec<u8> = "\u{feff}a,Zoë".encode_utf16().flat_map(u16::to_le_bytes).collect();
        let big: Vec<u8> = "\u{feff}a,Zoë".encode_utf16().flat_map(u16::to_be_bytes).collect();
        assert_eq!([read(&little).unwrap(), read(&big).unwrap()], ["a,Zoë", "a,Zoë"]);
    }

    #[test]
    fn what_is_no_text_is_named() {
        for (bytes, reason) in [
            (&b"\x1f\x8b\x08rest"[..], "it is compressed (gzip), and damaged or cut off"),
            (b"PK\x03\x04rest", "compressed (zip)"),
            (b"BZh91AY", "compressed (bzip2)"),
            (b"a,b\nc\0,d", "line 2 has a zero byte"),
            (b"a,b\nc,\xe9\n", "line 2 is not UTF-8"),
            (b"\xff\xfea", "the mark of UTF-16"),
        ] {
            let message = read(bytes).unwrap_err();
            assert!(message.contains(reason), "{message}");
            assert!(message.contains("edges.txt"), "{message}");
        }
    }

    fn gzip(text: &[u8]) -> Vec<u8> {
        let mut packed = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::default());
        packed.write_all(text).unwrap();
        packed.finish().unwrap()
    }

    #[test]
    fn gzip_is_unpacked_in_one_part_or_in_several() {
        assert_eq!(read(&gzip("a,Zoë\n".as_bytes())).unwrap(), "a,Zoë\n");
        assert_eq!(read(&[gzip(b"a,b\n"), gzip(b"b,c\n")].concat()).unwrap(), "a,b\nb,c\n");
        let little: Vec<u8> = "\u{feff}a,Zoë".encode_utf16().flat_map(u16::to_le_bytes).collect();
        assert_eq!(read(&gzip(&little)).unwrap(), "a,Zoë");
    }

    #[test]
    fn what_gzip_holds_is_no_longer_than_it_may_be() {
        let packed = gzip(&[b'a'; 100_000]);
        assert!(packed.len() < 1000);
        assert_eq!(unpacked(&packed, 100_000).unwrap().len(), 100_000);
        let message = unpacked(&packed, 99_999).unwrap_err();
        assert_eq!(message, "it is compressed (gzip) and unpacks to more than 99999 bytes");
        let message = read(&packed[..packed.len() / 2]).unwrap_err();
        assert!(message.contains("damaged or cut off"), "{message}");
    }
}
