//! Awkward files: each ends in a table or in one clear sentence.

use std::path::{Path, PathBuf};

use super::*;
use crate::shared_data;

/// A file in a folder that is removed when this is dropped.
pub(super) struct File {
    _folder: tempfile::TempDir,
    pub(super) path: PathBuf,
}

pub(super) fn file(bytes: impl AsRef<[u8]>) -> File {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("data.csv");
    std::fs::write(&path, bytes).unwrap();
    File { _folder: folder, path }
}

pub(super) fn read(bytes: impl AsRef<[u8]>) -> Table {
    Table::read(file(bytes).path, &ReadOptions::default()).unwrap()
}

/// The error without the folder of the file.
pub(super) fn error_with(bytes: impl AsRef<[u8]>, options: &ReadOptions) -> String {
    let file = file(bytes);
    let error = Table::read(&file.path, options).unwrap_err().to_string();
    error.replace(file.path.to_str().unwrap(), "FILE")
}

pub(super) fn error(bytes: impl AsRef<[u8]>) -> String {
    error_with(bytes, &ReadOptions::default())
}

pub(super) fn formulas(table: &Table) -> String {
    table.formulas().iter().map(|c| c.to_string()).collect::<Vec<_>>().join(" ")
}

pub(super) fn values(table: &Table, name: &str) -> Vec<Option<f64>> {
    table.column(name).unwrap().values().unwrap()
}

pub(super) fn role(table: &Table, name: &str) -> (ColumnRole, String) {
    let column = table.summary.columns.iter().find(|column| column.name == name).unwrap();
    (column.role, column.reason.clone().unwrap_or_default())
}

pub(super) fn skipped(table: &Table) -> Vec<String> {
    table.summary.skipped.iter().map(SkippedRow::to_string).collect()
}

#[test]
fn a_plain_file_is_read() {
    let table = read("formula,band_gap_eV,note\nNaCl,8.5,salt\nTiO2,3.0,\nNaN,,odd\nInF,1e0,x\n");
    assert_eq!(formulas(&table), "NaCl TiO2 NaN InF");
    assert_eq!(values(&table, "band_gap_eV"), [Some(8.5), Some(3.0), None, Some(1.0)]);
    assert_eq!(table.column("band_gap_eV").unwrap().unit.as_deref(), Some("eV"));
    assert_eq!(table.rows, [2, 3, 4, 5]);
    assert_eq!(role(&table, "note"), (ColumnRole::Class, String::new()));
    assert!(table.summary.skipped.is_empty());
}

#[test]
fn byte_order_marks_line_ends_separators_and_quotes_do_not_matter() {
    let texts = [
        "\u{feff}formula,gap\r\nNaCl,8.5\r\nTiO2,3\r\n",
        "formula;gap\nNaCl;8,5\nTiO2;3,0\n",
        "formula\tgap\nNaCl\t8.5\nTiO2\t3",
        "formula|gap\nNaCl|8.5\nTiO2|3\n\n",
        "\"formula\",\"gap\"\n\"NaCl\",\"8.5\"\n\n\"TiO2\",3\n",
        " Formula , gap \n NaCl , 8.5 \n TiO2 , 3 ,\n",
    ];
    for text in texts {
        let table = read(text);
        assert_eq!(formulas(&table), "NaCl TiO2", "{text:?}");
        assert_eq!(values(&table, "gap"), [Some(8.5), Some(3.0)], "{text:?}");
        assert_eq!(table.summary.skipped, [], "{text:?}");
    }
}

#[test]
fn bounds_and_ranges_that_repeat_are_labels_and_single_ones_are_no_classes() {
    let row = |i: usize| {
        let (income, age) = (["<=50K", ">50K"][i % 2], ["0-17", "18-64", ">64"][i % 3]);
        format!("NaCl{},{income},{age},<{}\n", i + 1, i + 1)
    };
    let rows: String = (0..12).map(row).collect();
    let table = read(format!("formula,income,age,limit\n{rows}"));
    let roles: Vec<_> = table.summary.columns.iter().map(|c| (c.name.as_str(), c.role)).collect();
    assert!(roles.contains(&("income", ColumnRole::Class)), "{roles:?}");
    assert!(roles.contains(&("age", ColumnRole::Class)), "{roles:?}");
    assert!(roles.contains(&("limit", ColumnRole::Ignored)), "{roles:?}");
}

#[test]
fn bad_rows_are_skipped_with_row_column_and_reason() {
    let table = read(
        "formula,conductivity\nNaCl,1\nTiO2,<1E-10\nXx2,3\n,4\nKCl,2\nKBr,2,5\n\nKI,~3\nMgO,3\nCaO,4\n\
         SrO,5\nBaO,6\nLiF,7\nNaF,8\nKF,9\nRbF,9\nCsF,9\nNaCl,1\n",
    );
    let expected = [
        "row 3, column `conductivity`: \"<1E-10\": a bound, not a number",
        "row 4, column `formula`: \"Xx2\": position 1: expected an element symbol, found `Xx`, \
         which is no element",
        "row 5, column `formula`: \"\": the formula is missing",
        "row 7: 3 cells where the header has 2",
        "row 9, column `conductivity`: \"~3\": an approximate value, not a number",
        "row 19, column `formula`: \"NaCl\": the same cells as row 2",
    ];
    assert_eq!(skipped(&table), expected);
    assert_eq!(table.summary.n_duplicates, 1);
    assert_eq!((table.summary.n_rows, table.summary.n_kept), (17, 11));
    assert_eq!(table.rows[..3], [2, 6, 10]);
    assert_eq!(table.summary.skipped_by_kind["a bound, not a number"], 1);
}

#[test]
fn bad_rows_end_the_reading_on_request_and_repeated_ones_do_not() {
    let fail = ReadOptions::default().with_on_bad_row(OnBadRow::Fail);
    let message = error_with("formula,x\nNaCl,1\nNa1Cl-,2\n", &fail);
    let expected = "row 3, column `formula`: \"Na1Cl-\": position 6: expected an element \
                    symbol, an amount or the end, found `-`: charges, ranges and unknown amounts are not part \
                    of a formula";
    assert_eq!(message, expected);
    let repeated = file("formula,x\nNaCl,1\nNaCl,1\nKCl,2\n");
    assert_eq!(Table::read(&repeated.path, &fail).unwrap().len(), 2);
}

#[test]
fn files_that_are_no_tables_say_what_was_expected() {
    let expected = "FILE: expected a header row with column names, found an empty file";
    assert_eq!(error(""), expected);
    assert_eq!(error("\u{feff}\n\n"), expected);
    let expected = "FILE: expected at least one row below the header, found none";
    assert_eq!(error("formula,gap\n"), expected);
    let expected = "FILE: expected column names that differ, found `x` twice";
    assert_eq!(error("formula,x,x\nNaCl,1,2\n"), expected);
    let expected = "FILE: expected CSV text in UTF-8, or Parquet, found binary data";
    assert_eq!(error([1, 2, 0, 200, 3, b'\n', 0]), expected);
    let expected =
        "FILE: expected CSV text in UTF-8, or Parquet, found a zip archive or an Excel workbook";
    assert_eq!(error(b"PK\x03\x04rest"), expected);
    let expected =
        "FILE: expected quotes in pairs, found one opened on line 3 that is never closed";
    assert_eq!(error("formula,x\nNaCl,1\n\"KCl,2\nKBr,3\n"), expected);
    let expected = "FILE: expected a header row with column names, found `NaCl` and `8.5`";
    assert_eq!(error("NaCl,8.5\nTiO2,3\n"), expected);
    let expected = "FILE: none of the 2 rows can be used: row 2: 3 cells where the header has 2";
    assert_eq!(error("formula,gap\nNaCl,8,5\nTiO2,3,0\n"), expected);
    assert!(error("formula,gap\nsalt,8\n").contains("position 1"));
    assert!(error(b"PAR1 but no more").starts_with("cannot read FILE"));
}

#[test]
fn files_that_are_not_there_say_so() {
    let folder = tempfile::tempdir().unwrap();
    let options = ReadOptions::default();
    let error = Table::read(folder.path(), &options).unwrap_err().to_string();
    assert!(
        error.contains("expected structure files (.cif, .vasp, POSCAR), found none"),
        "{error}"
    );
    let error = Table::read(folder.path().join("no.csv"), &options).unwrap_err().to_string();
    assert!(error.ends_with("there is no such file"), "{error}");
}

#[test]
fn a_table_of_many_parts_is_one_table() {
    // Five megabytes, with a cell that goes on over several parts.
    let n = 60_000;
    let mut text = "formula,gap,note\n".to_string();
    for i in 0..n {
        let note = match i {
            30_000 => format!("\"{}\"", "line\n".repeat(1_500_000)),
            _ => "x".repeat(60),
        };
        text += &format!("Na{}Cl{},{},{note}\n", i % 300 + 1, i / 300 + 1, i % 1000);
    }
    text += "Na2Cl2,0,0\nNaCl,0\n";
    text += &format!("Na1Cl1,0,{}\n", "x".repeat(60));
    let table = read(&text);
    assert_eq!(table.len(), n + 1);
    assert_eq!(table.rows[30_000..30_002], [30_002, 30_003]);
    assert_eq!(table.rows[n], 60_002);
    let expected = [
        "row 60003: 2 cells where the header has 3",
        "row 60004, column `formula`: \"Na1Cl1\": the same cells as row 2",
    ];
    assert_eq!(skipped(&table), expected);
    let constant = "constant: every value is";
    assert!(
        role(&table, "note").1.starts_with(constant)
            || role(&table, "note").1.contains("free text")
    );
    let gap = &table.summary.columns[1];
    assert_eq!((gap.n, gap.distinct, gap.max), (n + 2, 1000, Some(999.0)));
    let message = error(text.replace("line\n\"", "line\n"));
    let expected =
        "FILE: expected quotes in pairs, found one opened on line 30002 that is never closed";
    assert_eq!(message, expected);
}

#[cfg(unix)]
#[test]
fn a_pipe_is_read_like_a_file() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("pipe");
    std::process::Command::new("mkfifo").arg(&path).status().unwrap();
    let read = |text: &'static str| {
        let written = path.clone();
        let writer = std::thread::spawn(move || std::fs::write(written, text).unwrap());
        let table = Table::read(&path, &ReadOptions::default());
        writer.join().unwrap();
        table
    };
    let table = read("formula,gap\nNaCl,8.5\nTiO2,3\n").unwrap();
    assert_eq!(formulas(&table), "NaCl TiO2");
    let message = read("PAR1 and more").unwrap_err().to_string();
    assert!(message.contains("pipe"), "{message}");
}

#[test]
fn bytes_are_read_like_a_file() {
    let text = "formula,gap\nNaCl,8.5\nTiO2,3\n";
    let table = Table::from_bytes(text, &ReadOptions::default()).unwrap();
    assert_eq!(formulas(&table), "NaCl TiO2");
    let mut parquet = Vec::new();
    polars::prelude::ParquetWriter::new(&mut parquet).finish(&mut table.frame().unwrap()).unwrap();
    let again = Table::from_bytes(parquet, &ReadOptions::default()).unwrap();
    assert_eq!(again.columns, table.columns);
    let message = Table::from_bytes("", &ReadOptions::default()).unwrap_err().to_string();
    assert!(message.starts_with("bytes: "), "{message}");
}

#[test]
fn latin_1_is_read_with_a_note() {
    let table = read(b"formula,t (\xb0C)\nNaCl,1\nKCl,2\n");
    assert_eq!(table.column("t (°C)").unwrap().unit.as_deref(), Some("°C"));
    assert_eq!(table.summary.notes, ["line 1 is not UTF-8; it was read as Latin-1"]);
    // one slip in a UTF-8 file: the other lines stay what they are
    let table = read(b"\xef\xbb\xbfformula,t\nFe\xe2\x82\x82O\xe2\x82\x83,1\nKCl,2 \xb0\nNaCl,3\n");
    assert_eq!(formulas(&table), "Fe2O3 KCl NaCl");
    assert_eq!(role(&table, "t").0, ColumnRole::Ignored); // `2 °` is one odd cell of three
    assert_eq!(table.summary.notes, ["line 3 is not UTF-8; it was read as Latin-1"]);
}

#[test]
fn the_formula_column_is_found_by_name_or_by_content() {
    let by_name = read("A,COMPOUND,gap\nNa,NaCl,1\nK,KCl,2\n");
    assert_eq!(role(&by_name, "COMPOUND").0, ColumnRole::Formula);
    let by_content = read("A,what,gap\nNa,NaCl,1\nK,KCl,2\n");
    assert_eq!(role(&by_content, "what").0, ColumnRole::Formula);
    // a column `material` of trade names gives way
    let by_content = read("material,what,gap\nsteel,Fe3C,1\nglass,SiO2,2\n");
    assert_eq!(role(&by_content, "what").0, ColumnRole::Formula);
    // `NaN` in a column of numbers is no formula
    let by_content = read("gap,what\nNaN,NaCl\nNaN,MgO\n8.5,KCl\n");
    assert_eq!(role(&by_content, "what").0, ColumnRole::Formula);
    let asked = ReadOptions::default().with_formula_column("B");
    let file = file("formula,b\nNaCl,TiO2\nKCl,ZrO2\n");
    assert_eq!(formulas(&Table::read(&file.path, &asked).unwrap()), "TiO2 ZrO2");
    let message = error_with("formula,gap\nNaCl,1\n", &asked);
    assert_eq!(message, "there is no column `B`; the columns are `formula`, `gap`");
    // a table without formulas is one of feature vectors
    let table = read("name,gap\nsalt,1\n");
    assert!(table.compositions.is_none() && table.formula_column.is_none());
    // codes that happen to be symbols of elements are no formulas
    let table = read("port,fare\nC,7\nS,8\nS,9\nC,7\n");
    assert_eq!(role(&table, "port").0, ColumnRole::Class);
}

#[test]
fn identifiers_and_constants_are_set_aside() {
    let mut text = "mp_id,n,t_K,formula,gap\n".to_string();
    for i in 0..12 {
        text += &format!("{},{i},300,Na{}Cl,{}\n", 90 - i, i + 1, i % 3);
    }
    let table = read(&text);
    let names: Vec<_> = table.columns.iter().map(|column| column.name.as_str()).collect();
    assert_eq!(names, ["gap"]);
    assert_eq!(role(&table, "mp_id").1, "identifier, by its name");
    assert_eq!(role(&table, "n").1, "identifier: numbers that count up");
    assert_eq!(
        role(&table, "t_K"),
        (ColumnRole::SetAside, "constant: every value is 300".to_string())
    );
}

#[test]
fn numbers_of_databases_and_unnamed_counters_are_identifiers() {
    let table = read("ICSD,formula,,gap\n907,NaCl,3,1\n12,KCl,1,2\n500,LiF,2,2\n");
    assert_eq!(role(&table, "ICSD").1, "identifier, by its name");
    let unnamed = "identifier: integers that all differ, without a name";
    assert_eq!(role(&table, "column 3").1, unnamed);
    assert_eq!(values(&table, "gap"), [Some(1.0), Some(2.0), Some(2.0)]);
}

#[test]
fn columns_of_candidates_are_not_properties() {
    let text = "formula,gap,novel,critic_score\nNaCl,8.5,true,1.5\nKCl,8.4,false,2.5\n";
    let table = read(text);
    assert_eq!(table.columns.len(), 1);
    assert_eq!(role(&table, "critic_score").1, "candidates have a column of this name");
    let asked = ReadOptions::default().with_columns("critic_score".parse().unwrap());
    let message = error_with(text, &asked);
    let expected = "column `critic_score` cannot be used: candidates have a column of this name";
    assert_eq!(message, expected);
}

#[test]
fn a_column_that_is_not_used_says_why() {
    let table = read("formula,gap\nNaCl,~8.5\nKCl,~8.4\n");
    let reason = "an approximate value, not a number";
    assert_eq!(role(&table, "gap"), (ColumnRole::Ignored, reason.to_string()));
}

#[test]
fn odd_properties_are_missing_on_request_and_odd_formulas_are_not() {
    let text = "formula,gap\nNaCl,1\nKCl,~3\nsalt,2\nLiF,4\nLiCl,5\nLiBr,6\nLiI,7\nNaF,8\n";
    let blank = ReadOptions::default().with_on_bad_row(OnBadRow::Blank);
    let table = Table::read(file(text).path, &blank).unwrap();
    assert_eq!(values(&table, "gap")[..3], [Some(1.0), None, Some(4.0)]);
    assert_eq!(table.summary.skipped.len(), 1);
}

#[test]
fn rows_are_numbered_as_a_spreadsheet_does_whatever_cells_hold() {
    let text =
        "note,formula,gap\n\"two\nlines\",NaCl,8.5\n\"three\nmore\nlines\",KCl,8.4\nx,Qq,1\n";
    let table = Table::from_bytes(text, &ReadOptions::default()).unwrap();
    let skipped: Vec<usize> = table.summary.skipped.iter().map(|row| row.row).collect();
    assert_eq!(skipped, [4]);
}

#[test]
fn a_stray_quote_says_how_many_lines_it_holds_together() {
    let table = read("formula,gap\nNaCl,1\n\"KCl,2\nKBr,3\nKI\"x,4,5\nLiF,6\n");
    let expected = ["row 3: 3 cells where the header has 2; quotes hold it together over 3 lines"];
    assert_eq!(skipped(&table), expected);
}

#[test]
fn facts_that_a_rule_fills_are_listed() {
    let summary = read("formula,gap\nNaCl,8.5\nHeO,1\n").summary;
    assert!(summary.filled_facts.values().flatten().any(|e| e.to_string() == "He"), "{summary}");
    assert!(summary.to_string().contains("filled by a rule"));
}

#[test]
fn columns_can_be_chosen() {
    let text = "formula,a,b,word,c\nNaCl,1,5,x,7\nKCl,2,<6,y,7\n";
    let choose = |names: &str| ReadOptions::default().with_columns(names.parse().unwrap());
    let named = |options: &ReadOptions| -> Vec<String> {
        let table = Table::read(file(text).path, options).unwrap();
        table.columns.into_iter().map(|column| column.name).collect()
    };
    assert_eq!(named(&choose("a")), ["a"]);
    assert_eq!(named(&choose("c,A")), ["a", "c"]); // a constant that is asked for; any letter case
    assert_eq!(named(&choose("word")), ["word"]);
    assert!(named(&choose("none")).is_empty());
    let like = [("b", ColumnRole::Number), ("c", ColumnRole::Number), ("word", ColumnRole::Number)];
    let like = like.map(|(name, role)| (name.to_string(), role)).to_vec();
    let options = ReadOptions::default()
        .with_columns(ColumnSelection::Like(like))
        .with_on_bad_row(OnBadRow::Blank);
    assert_eq!(named(&options), ["b", "c"]); // `word` has no number
    let message = error_with(text, &choose("gap"));
    assert_eq!(
        message,
        "there is no column `gap`; the columns are `formula`, `a`, `b`, `word`, `c`"
    );
    let message = error_with(text, &choose("b"));
    assert_eq!(
        message,
        "column `b` cannot be used: only 1 of 2 cells are numbers; most of the others: a bound, not a number"
    );
    let message = error_with(text, &choose("formula"));
    assert_eq!(message, "column `formula` cannot be used: it holds the formulas or the structures");
}

#[test]
fn roles_can_be_given() {
    let text = "formula,code,word,n\nNaCl,007,x,1\nKCl,008,y,2\nLiF,007,x,3\n";
    let options = ReadOptions {
        numbers: vec!["code".into()],
        classes: vec!["n".into()],
        ignore: vec!["word".into()],
        ..ReadOptions::default()
    };
    let plain = read(text);
    assert_eq!(plain.column("code").unwrap().text(0).as_deref(), Some("007"));
    let table = Table::read(file(text).path, &options).unwrap();
    assert_eq!(values(&table, "code"), [Some(7.0), Some(8.0), Some(7.0)]);
    assert_eq!(role(&table, "n").0, ColumnRole::Class);
    assert_eq!(role(&table, "word"), (ColumnRole::Ignored, "as asked for".to_string()));
    let refused = ReadOptions { numbers: vec!["word".into()], ..ReadOptions::default() };
    assert_eq!(error_with(text, &refused), "column `word` cannot be used: text");
}

#[test]
fn texts_are_classes_unless_they_are_something_else() {
    let mut text = "formula,phase,when,tags,story,key,sg,flag\n".to_string();
    for i in 0..40 {
        let phase = ["fcc", "bcc", ""][i % 3];
        let story = "a long story about how this was made in the laboratory, part ".to_string();
        let sg = ["P63/mmc", "Fm-3m", "I4/mmm"][i % 3];
        text += &format!(
            "Na{}Cl,{phase},2024-01-{:02},\"[1, {i}]\",\"{story}{}\",k{i}x,{sg},{}\n",
            i + 1,
            i % 28 + 1,
            i % 7,
            i % 2
        );
    }
    let table = read(text);
    for (name, expected, reason) in [
        ("phase", ColumnRole::Class, ""),
        ("sg", ColumnRole::Class, ""),
        ("flag", ColumnRole::Class, "2 different whole numbers"),
        ("when", ColumnRole::Ignored, "dates are not modelled"),
        ("tags", ColumnRole::Ignored, "lists are not modelled"),
        ("story", ColumnRole::Ignored, "free text"),
        ("key", ColumnRole::SetAside, "identifier: all 40 texts differ"),
    ] {
        assert_eq!(role(&table, name), (expected, reason.to_string()), "{name}");
    }
    assert_eq!(table.column("phase").unwrap().n_missing(), 13);
    let remarks = table.summary.remarks().join("; ");
    assert!(remarks.contains("column `when` is ignored: dates are not modelled"), "{remarks}");
}

#[test]
fn typed_frames_keep_their_types() {
    use polars::prelude::*;
    let n = 24;
    let category = Series::new("cat".into(), (0..n).map(|i| ["x", "y"][i % 2]).collect::<Vec<_>>());
    let category = category.cast(&DataType::from_categories(Categories::global())).unwrap();
    let day = Series::new("day".into(), (0..n as i32).collect::<Vec<_>>());
    let frame = df!(
        "f32" => (0..n).map(|i| 0.1_f32 * i as f32).collect::<Vec<_>>(),
        "i8" => (0..n).map(|i| (i * 5) as i8).collect::<Vec<_>>(),
        "truth" => (0..n).map(|i| (i > 2).then_some(i % 3 == 0)).collect::<Vec<_>>(),
    );
    let mut frame = frame.unwrap();
    frame.with_column(category.into()).unwrap();
    frame.with_column(day.cast(&DataType::Date).unwrap().into()).unwrap();
    let table = Table::from_frame(&frame, &ReadOptions::default()).unwrap();
    assert_eq!(role(&table, "day").1, "dates are not modelled");
    let back = table.frame().unwrap();
    let types: Vec<DataType> = back.columns().iter().map(|column| column.dtype().clone()).collect();
    assert_eq!(types, [DataType::Float32, DataType::Int8, DataType::Boolean, DataType::String]);
    assert!(back.column("f32").unwrap().equals(frame.column("f32").unwrap()));
    assert!(back.column("truth").unwrap().equals_missing(frame.column("truth").unwrap()));
    assert_eq!((table.len(), table.compositions.is_none()), (n, true));
}

#[test]
fn one_row_is_a_table() {
    let table = read("formula,gap\nNaCl,8.5");
    assert_eq!((table.len(), values(&table, "gap")), (1, vec![Some(8.5)]));
    assert!(!table.is_empty());
}

#[test]
fn forty_percent_of_empty_cells_are_missing_values() {
    let mut text = "formula,gap\n".to_string();
    for i in 0..100 {
        let gap = if i % 5 < 2 { String::new() } else { format!("{}", i as f64 / 7.0) };
        text += &format!("Na{}Cl,{gap}\n", i + 1);
    }
    let table = read(text);
    assert_eq!(table.len(), 100);
    assert_eq!(values(&table, "gap").iter().filter(|value| value.is_none()).count(), 40);
    assert_eq!(table.summary.columns[1].missing, 40);
}

#[test]
fn the_summary_prints_as_a_table_and_survives_json() {
    let mut text = "formula,gap_eV,note\n".to_string();
    for i in 1..30 {
        text += &format!("Na{i}Cl,{}.25,x\n", i % 9);
    }
    for i in 0..12 {
        text += &format!("Zz{i},1,x\n");
    }
    let summary = read(text).summary;
    let shown = summary.to_string();
    println!("{shown}");
    assert!(shown.contains("41 rows, 29 kept, 12 skipped"));
    assert!(shown.contains("      12  not a formula"));
    assert!(shown.contains("and 2 more; --json lists all of them"));
    let json = serde_json::to_string(&summary).unwrap();
    assert_eq!(serde_json::from_str::<ReadSummary>(&json).unwrap(), summary);
    assert!(json.contains("\"role\":\"number\""));
}

#[test]
fn the_real_files_are_read_whole() {
    let ships = |name: &str| shared_data::own(&format!("../examples/data/{name}.csv"));
    let check = |path: &Path, n: usize, bad: usize, n_properties: usize| {
        let table = Table::read(path, &ReadOptions::default()).unwrap();
        println!("{}", table.summary);
        assert_eq!(table.summary.n_rows, n, "{}", path.display());
        assert_eq!(table.summary.skipped.len() - table.summary.n_duplicates, bad);
        assert_eq!(table.columns.len(), n_properties, "{}", path.display());
    };
    check(&ships("compounds"), 776, 0, 2);
    check(&ships("structures"), 600, 0, 2);
    let Some(folder) = shared_data::folder() else {
        return;
    };
    // (file, rows in the file, rows that do not parse or are impossible, numbers and classes)
    let files = [
        ("expt_gap", 4604, 0, 1),
        ("perovskite_abx3", 576, 0, 16),
        ("castelli_perovskites", 18_928, 0, 1),
        ("aflow_thermomechanical", 4899, 0, 7),
        ("steels_yield", 312, 0, 1),
        ("mp_formation_energy_sample", 33_188, 0, 1),
    ];
    for (name, n, bad, n_properties) in files {
        check(&folder.join(format!("materials/{name}.csv")), n, bad, n_properties);
    }
    let path = folder.join("materials/supercon_tc.csv");
    let table = Table::read(path, &ReadOptions::default()).unwrap();
    println!("{}", table.summary);
    let kinds = &table.summary.skipped_by_kind;
    assert!((39..60).contains(&kinds["not a formula"]), "{kinds:?}"); // 39 do not parse, 8 have zeros
}

#[test]
fn two_hundred_thousand_rows_are_read() {
    let mut text = "formula,band_gap_eV,density\n".to_string();
    for i in 0..200_000 {
        text += &format!(
            "Na{}Cl{}O{},{},{}\n",
            i % 97 + 1,
            i % 89 + 1,
            i % 83 + 1,
            i as f64 / 3.0,
            i % 7
        );
    }
    let file = file(text);
    let table = Table::read(&file.path, &ReadOptions::default()).unwrap();
    assert_eq!(table.len(), 200_000);
}
