//! A text that holds a structure, in whichever format.

use super::cif::read_cif;
use super::error::StructureError;
use super::poscar::read_poscar;
use super::reading::Reading;

/// Longest text that is read, bytes: a CIF of [`MAX_SITES`](super::MAX_SITES) atoms has less than a tenth of it.
const MAX_LENGTH: usize = 20_000_000;

/// Reads a CIF or POSCAR text, whichever it is by its content.
///
/// A text with a word that starts with `data_`, `loop_` or `_cell` at the start of a line is a CIF.
///
/// # Errors
/// Those of [`read_cif`] and [`read_poscar`]; [`StructureError::Missing`] for an empty text or one above 20 MB.
pub fn read_structure(text: &str) -> Result<Reading, StructureError> {
    if text.len() > MAX_LENGTH {
        let reason = format!("the text has {} bytes; 20 MB are the most", text.len());
        return Err(StructureError::Missing(reason));
    }
    if text.trim().is_empty() {
        return Err(StructureError::Missing("the text is empty".to_string()));
    }
    if is_cif(text) { read_cif(text) } else { read_poscar(text) }
}

fn is_cif(text: &str) -> bool {
    text.split(['\n', '\r']).any(|line| {
        let line = line.trim_start_matches(['\u{feff}', ' ', '\t']);
        ["data_", "loop_", "_cell"].iter().any(|word| {
            line.get(..word.len()).is_some_and(|start| start.eq_ignore_ascii_case(word))
        })
    })
}

#[cfg(test)]
mod tests {
    use super::super::reading::Format;
    use super::*;

    #[test]
    fn the_content_decides_on_the_format() {
        let poscar = "cubic\n1.0\n3 0 0\n0 3 0\n0 0 3\nPo\n1\nDirect\n0 0 0\n";
        assert_eq!(read_structure(poscar).unwrap().format, Format::Poscar);
        let cif = read_structure(poscar).unwrap().structure.to_cif("Po");
        let reading = read_structure(&cif).unwrap();
        assert_eq!((reading.format, reading.space_group), (Format::Cif, Some(1)));
        assert_eq!(reading.name.as_deref(), Some("Po"));
        assert_eq!(read_structure(" \n").unwrap_err().to_string(), "the text is empty");
        assert!(read_structure("no structure at all").is_err());
    }
}
