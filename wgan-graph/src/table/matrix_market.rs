//! Matrix Market files of coordinates as edge lists.

use std::path::Path;

use csv::StringRecord;

use super::{EdgeTable, Table};

/// Most rows of a matrix: the size is one number, and as many nodes are made of it.
const MAX_NODES: usize = 50_000_000;

/// The edges of a square matrix in the Matrix Market format: entry `(i, j)` is the edge from node `i` to node `j`,
/// numbered from 1, with its value in the column `weight`.
///
/// A symmetric matrix lists each edge once; of a general one each entry is an arc. A row without an entry is a
/// node without an edge.
///
/// # Errors
/// A sentence on what is no such matrix, with the line.
///
/// # References
/// Boisvert, Pozo, Remington (1996), The Matrix Market Exchange Formats, NISTIR 5935.
pub fn edge_table(path: &Path, text: &str) -> Result<EdgeTable, String> {
    let mut lines = (1..).zip(text.lines());
    let first = lines.next().map_or("", |(_, line)| line).to_lowercase();
    let words: Vec<&str> = first.split_whitespace().skip(1).collect();
    let [object, format, field, symmetry] = words[..] else {
        let expected = "`%%MatrixMarket matrix coordinate real general`, say";
        return Err(format!(
            "its first line has {} words after its mark, expected {expected}",
            words.len()
        ));
    };
    if (object, format) != ("matrix", "coordinate") {
        return Err(format!(
            "it is a Matrix Market `{object} {format}`, expected `matrix coordinate`"
        ));
    }
    let has_values = match field {
        "pattern" => false,
        "real" | "integer" | "double" => true,
        _ => return Err(format!("its values are `{field}`, expected real, integer or pattern")),
    };
    let is_directed = match symmetry {
        "general" => true,
        "symmetric" => false,
        _ => return Err(format!("its matrix is `{symmetry}`, expected general or symmetric")),
    };
    let is_filled = |line: &(usize, &str)| !line.1.starts_with('%') && !line.1.trim().is_empty();
    let n_comments = text.lines().skip(1).filter(|line| line.starts_with('%')).count();
    let mut lines = lines.filter(is_filled);
    let (n, n_entries) = size(lines.next())?;
    let n_cells = if has_values { 3 } else { 2 };
    let rows: Vec<StringRecord> = lines
        .map(|(at, line)| {
            let row = StringRecord::from_iter(line.split_whitespace());
            if row.len() != n_cells {
                return Err(format!("line {at} has {} cells, expected {n_cells}", row.len()));
            }
            match row.iter().take(2).find(|cell| !cell.parse().is_ok_and(|i| (1..=n).contains(&i)))
            {
                Some(cell) => Err(format!("line {at}: {cell:?}, expected a row from 1 to {n}")),
                None => Ok(row),
            }
        })
        .collect::<Result<_, _>>()?;
    if rows.len() != n_entries {
        return Err(format!("it has {} entries, {n_entries} by its line of sizes", rows.len()));
    }
    let header = ["source", "target", "weight"][..n_cells].iter().map(|&name| name.to_owned());
    let table = Table {
        path: path.to_owned(),
        header: header.collect(),
        rows,
        separator: "Matrix Market",
        n_comments,
        commented_header: None,
    };
    let nodes = (1..=n).map(|i| i.to_string()).collect();
    Ok(EdgeTable { table, nodes, is_directed: Some(is_directed) })
}

/// Nodes and entries from the line of sizes.
fn size(line: Option<(usize, &str)>) -> Result<(usize, usize), String> {
    let expected = "expected the numbers of rows, columns and entries";
    let (at, line) = line.ok_or_else(|| format!("there is no line of sizes, {expected}"))?;
    let sizes: Vec<Option<usize>> = line.split_whitespace().map(|cell| cell.parse().ok()).collect();
    let [Some(n), Some(n_columns), Some(n_entries)] = sizes[..] else {
        return Err(format!("line {at} is {line:?}, {expected}"));
    };
    if n != n_columns {
        return Err(format!("its matrix is {n} by {n_columns}, expected a square one"));
    }
    if n > MAX_NODES {
        return Err(format!("its matrix has {n} rows, expected at most {MAX_NODES}"));
    }
    Ok((n, n_entries))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Result<EdgeTable, String> {
        edge_table(Path::new("matrix.mtx"), text)
    }

    #[test]
    fn entries_are_edges_and_empty_rows_are_nodes() {
        let text = "%%MatrixMarket matrix coordinate real symmetric\n% by hand\n\n4 4 2\n2 1 0.5\n 3 1  7\n";
        let read = read(text).unwrap();
        assert_eq!(read.table.header, ["source", "target", "weight"]);
        let rows: Vec<Vec<&str>> = read.table.rows.iter().map(|row| row.iter().collect()).collect();
        assert_eq!(rows, [["2", "1", "0.5"], ["3", "1", "7"]]);
        assert_eq!(read.nodes, ["1", "2", "3", "4"]);
        assert_eq!((read.is_directed, read.table.n_comments), (Some(false), 1));
    }

    #[test]
    fn a_general_pattern_has_arcs_without_values() {
        let read = read("%%MatrixMarket Matrix Coordinate Pattern General\n2 2 1\n1 2\n").unwrap();
        assert_eq!((read.table.header.len(), read.is_directed), (2, Some(true)));
    }

    #[test]
    fn what_is_no_square_matrix_of_numbers_is_refused() {
        let message = |first: &str, rest: &str| {
            read(&format!("%%MatrixMarket {first}\n{rest}")).err().unwrap()
        };
        let general = "matrix coordinate real general";
        for (first, rest, expected) in [
            ("matrix", "", "has 1 words after its mark"),
            ("matrix array real general", "2 2\n", "`matrix array`, expected `matrix coordinate`"),
            (
                "matrix coordinate complex general",
                "",
                "`complex`, expected real, integer or pattern",
            ),
            ("matrix coordinate real hermitian", "", "`hermitian`, expected general or symmetric"),
            (general, "", "no line of sizes"),
            (general, "2 2\n", "line 2 is \"2 2\", expected the numbers of rows"),
            (general, "2 3 0\n", "2 by 3, expected a square one"),
            (general, "2000000000 2000000000 0\n", "2000000000 rows, expected at most"),
            (general, "2 2 1\n1 2\n", "line 3 has 2 cells, expected 3"),
            (general, "2 2 1\n1 3 1\n", "line 3: \"3\", expected a row from 1 to 2"),
            (general, "2 2 1\n0 1 1\n", "line 3: \"0\", expected a row from 1 to 2"),
            (general, "2 2 2\n1 2 1\n", "1 entries, 2 by its line of sizes"),
        ] {
            let got = message(first, rest);
            assert!(got.contains(expected), "{got}");
        }
    }
}
