//! Tables that are easily read as something else: each is read as it is meant, or refused, or the doubt is told.

use super::tests::{error, file, formulas, read, role, skipped, values};
use super::*;

/// Twenty compounds.
const COMPOUNDS: &str =
    "NaCl KCl LiF MgO CaO SrO BaO ZnO CdO ZnS ZnSe CdS CdSe GaAs GaP InP InAs AlN GaN BN";

/// A table of these compounds, with cells of other columns by row.
fn of_compounds(header: &str, cells: impl Fn(usize) -> String) -> String {
    let rows = COMPOUNDS.split(' ').enumerate().map(|(i, f)| format!("{f}{}\n", cells(i)));
    format!("formula{header}\n{}", rows.collect::<String>())
}

fn remarks(table: &Table) -> String {
    table.summary.remarks().join("\n")
}

#[test]
fn unusual_formulas_are_counted() {
    for (rows, note) in [
        ("CuSO4.5H2O,1\nNaCl,2\nMgSO4.7H2O,3\n", "2 formulas with a full stop read as the dot"),
        ("NaCl,1\nFe(III)2O3,2\nCu(II)O,3\n", "2 formulas with a Roman numeral in brackets"),
        ("TiO2 (rutile),1\nNaCl,2\n", "1 formula with a label in brackets"),
        ("[13C]O2,1\nNaCl,2\n", "1 formula with a mass number in brackets"),
        ("NACL,1\nMGO,2\nK2O,3\n", "2 formulas in capitals, read as the symbols they can only be"),
        ("SIO2,1\nNaCl,2\n", "1 formula in capitals read letter by letter"),
        ("CaCl_2,1\nNaCl,2\n", "1 formula with `_` and a number at the end"),
    ] {
        let table = read(format!("formula,gap\n{rows}"));
        assert!(table.summary.skipped.is_empty(), "{rows}");
        let notes = &table.summary.notes;
        assert!(notes.len() == 1 && notes[0].starts_with(note), "{rows}: {notes:?}");
        assert!(table.summary.to_string().contains(note) && remarks(&table).contains(note));
    }
    let table = read("formula,gap\nAcOH,1\nNaCl,2\nPoO2,3\nAcF3,4\n");
    let expected = "elements without a stable isotope, with the rows they are in: Po 1 (first: row 4), Ac 2 (first: row 2)";
    assert_eq!(table.summary.notes, [expected]);
}

#[test]
fn formulas_that_can_mean_two_things_are_skipped_with_position_and_reason() {
    let table = read(
        "formula,gap\nNaCl,1\nTiO2,2\nTiO2 (B),3\nPb(I)2,4\nPb(OAc)2,5\nNaCl_2,6\nSi02,7\nFeIII2O3,8\n[13CO2],9\n",
    );
    assert_eq!(formulas(&table), "NaCl TiO2");
    let places = [6, 3, 5, 5, 3, 3, 2];
    let skipped = skipped(&table);
    assert_eq!(skipped.len(), places.len());
    for (line, place) in skipped.iter().zip(places) {
        assert!(line.contains(&format!("position {place}: expected ")), "{line}");
    }
    // In a column of capitals.
    let table = read("formula,gap\nNACL,1\nSIO2,2\nAL2O3,3\nCUO,4\nMGO,5\n");
    assert_eq!(formulas(&table), "NaCl Al2O3 MgO");
    assert_eq!(table.summary.skipped_by_kind["not a formula"], 2);
    assert!(remarks(&table).contains("capitals, which can be `SiO2` or `SIO2`"));
}

#[test]
fn commas_in_numbers_are_judged_by_their_column() {
    let thousands = |i: usize| ["987", "1,250", "18,430", "640"][i % 4].to_string();
    let table = read(of_compounds("\thardness\tT", |i| format!("\t{}\t{i}.5", thousands(i))));
    assert_eq!(values(&table, "hardness")[..3], [Some(987.0), Some(1250.0), Some(18430.0)]);
    assert!(
        remarks(&table).contains("column `hardness`: commas are read as marks between thousands")
    );
    let table = read(of_compounds(",gap", |i| format!(",\"{},{}\"", i % 9, i + 1)));
    assert_eq!(values(&table, "gap")[..3], [Some(0.1), Some(1.2), Some(2.3)]);
    assert!(remarks(&table).contains("column `gap`: commas are read as decimal marks"));
    // Some cells have two marks, others one.
    let table = read(of_compounds(";x", |i| [";1.234,5", ";12,25"][i % 2].to_string()));
    assert_eq!(values(&table, "x")[..2], [Some(1234.5), Some(12.25)]);
    let table = read(of_compounds(",x", |i| format!(",\"{},000.{i}\"", i + 1)));
    assert_eq!(values(&table, "x")[..2], [Some(1000.0), Some(2000.1)]);
    // Dots part thousands where another column has decimal commas, and may do so beside hundreds.
    let cell = |i: usize| format!(";{},5;{}", i, ["987", "1.250", "18.430"][i % 3]);
    let table = read(of_compounds(";gap;x", cell));
    assert_eq!(values(&table, "x")[..3], [Some(987.0), Some(1250.0), Some(18430.0)]);
    let table = read(of_compounds("\tx", |i| format!("\t{}", ["987", "1.250", "18.430"][i % 3])));
    assert!(remarks(&table).contains("column `x`: dots before three digits are read as decimal"));
    let table = read(of_compounds(",x", |i| format!(",{}.{:03}", i % 5, 37 * i)));
    assert!(table.summary.notes.is_empty());
    let table = read(of_compounds("|x", |i| format!("|{} 000", i + 1)));
    assert_eq!(values(&table, "x")[..2], [Some(1000.0), Some(2000.0)]);
}

#[test]
fn commas_that_cells_do_not_agree_on_are_faults() {
    let mixed = |odd: &'static str| {
        move |i: usize| {
            if i == 4 { format!(",\"{odd}\"") } else { format!(",{}.{}5", i, i % 7 + 1) }
        }
    };
    for odd in ["21,4", "0,5", "3,25", "1,2e3", "-7,1"] {
        let table = read(of_compounds(",t", mixed(odd)));
        assert_eq!(role(&table, "t").0, ColumnRole::Number, "{odd}");
        let expected =
            [format!("row 6, column `t`: \"{odd}\": a decimal comma among other numbers")];
        assert_eq!(skipped(&table), expected);
    }
    for cells in [["1,250", "1500"], ["1,250", "1.250"], ["2,288", "12345"]] {
        let table = read(of_compounds("\tx\ty", |i| format!("\t{}\t{i}.5", cells[i % 2])));
        assert_eq!(role(&table, "x").0, ColumnRole::Ignored, "{cells:?}");
        assert!(remarks(&table).contains("can part thousands or decimals"), "{cells:?}");
    }
}

#[test]
fn a_column_that_is_nearly_all_numbers_is_one_of_numbers() {
    for odd in ["n.d.", "--", "#DIV/0!", "unknown", "bdl"] {
        let table = read(of_compounds(",t", |i| match i % 3 {
            0 => format!(",{odd}"),
            _ => format!(",{}.5", 17 * i % 20),
        }));
        assert_eq!(role(&table, "t").0, ColumnRole::Number, "{odd}");
        assert_eq!(values(&table, "t").iter().flatten().count(), 13, "{odd}");
        assert!(table.summary.skipped.is_empty(), "{odd}");
    }
    for odd in ["<0.1", "~3", "trace", "3.2(1)", "1-2"] {
        let cell = |every: usize| {
            move |i: usize| match i % every {
                0 => format!(",{odd}"),
                _ => format!(",{}.5", 17 * i % 20),
            }
        };
        // Few of them are bad cells, many of them end the column, and both are told.
        let table = read(of_compounds(",t", cell(10)));
        assert_eq!((role(&table, "t").0, skipped(&table).len()), (ColumnRole::Number, 2), "{odd}");
        let table = read(of_compounds(",t", cell(3)));
        assert_eq!(role(&table, "t").0, ColumnRole::Ignored, "{odd}");
        assert!(role(&table, "t").1.starts_with("only 13 of 20 cells are numbers"), "{odd}");
        assert!(remarks(&table).contains("column `t` is ignored"), "{odd}");
    }
    for cells in [["10%", "20%", "35%"], ["$10", "$20.5", "$35"], ["3 K", "4 K", "9 K"]] {
        let [a, b, c] = cells;
        let table = read(format!("formula,t\nNaCl,{a}\nKCl,{b}\nLiF,{c}\n"));
        assert_eq!(role(&table, "t").0, ColumnRole::Ignored, "{cells:?}");
        assert!(remarks(&table).contains("column `t` is ignored"), "{cells:?}");
    }
    let table = read("formula,t\nNaCl,P63/mmc\nKCl,Fm-3m\nLiF,I4/mmm\n");
    assert_eq!(role(&table, "t").0, ColumnRole::Class);
    let table = read("formula,t\nNaCl,2024-01-02\nKCl,2024-01-03\nLiF,2024-02-04\n");
    assert_eq!(role(&table, "t").1, "dates are not modelled");
    // So in a small table.
    let table = read("formula,t\nNaCl,1.5\nKCl,2.5\nLiF,high\nMgO,3.5\n");
    assert_eq!(role(&table, "t").0, ColumnRole::Ignored);
}

#[test]
fn codes_stay_text() {
    for codes in [
        ["007", "010", "123"],
        ["00", "01", "02"],
        ["0012", "0012", "9999"],
        ["12345678901234567", "12345678901234568", "12345678901234569"],
        ["-01", "-02", "-03"],
    ] {
        let table = read(of_compounds(",code", |i| format!(",{}", codes[i % 3])));
        assert_eq!(role(&table, "code").0, ColumnRole::Class, "{codes:?}");
        let column = table.column("code").unwrap();
        assert_eq!(column.text(1).as_deref(), Some(codes[1]), "{codes:?}");
    }
    // A zero in front is no code where others have decimals.
    let table = read(of_compounds(",t", |i| if i == 3 { ",05".into() } else { format!(",{i}.5") }));
    assert_eq!((role(&table, "t").0, values(&table, "t")[3]), (ColumnRole::Number, Some(5.0)));
}

#[test]
fn whole_numbers_beyond_integers_are_numbers() {
    for unit in ["e160", "e300", "e18", "e16", "e307"] {
        let table = read(of_compounds(",v", |i| format!(",{}.{}{unit}", i % 8 + 1, i)));
        let column = table.column("v").unwrap();
        assert_eq!(column.cell_type, CellType::Float64, "{unit}");
        assert!(column.to_polars().is_ok(), "{unit}");
    }
    let table = read(of_compounds(",v", |i| format!(",{}e15", i % 8 + 1)));
    assert_eq!(table.columns[0].cell_type, CellType::Int64);
}

#[test]
fn measured_integers_are_properties() {
    for (name, value) in [
        ("melting_K", (|i| 400 + 37 * i) as fn(usize) -> usize),
        ("mp", |i| 800 + 31 * (i % 7)),
        ("mp", |i| 831 + 461 * i % 2069),
        ("T_K", |i| 300 + i),
        ("no", |i| 3 + i % 6 * 100 + i % 12),
    ] {
        let table = read(of_compounds(&format!(",{name}"), |i| format!(",{}", value(i))));
        assert_eq!(role(&table, name).0, ColumnRole::Number, "{name}");
    }
    // What is set aside is told.
    let table = read(of_compounds(",id,n", |i| format!(",{},{}", 90 - 2 * i, i + 5)));
    for name in ["id", "n"] {
        assert!(remarks(&table).contains(&format!("column `{name}` is set aside: identifier")));
    }
}

#[test]
fn blanks_separate_cells_where_nothing_else_does() {
    for text in [
        "formula gap_eV\nGaAs 1.42\nNaCl 8.5\nMgO 7.8\n",
        "compound   gap_eV\nGaAs       1.42\nNaCl       8.5\nMgO        7.8\n",
        "  formula gap_eV  \n\n  GaAs 1.42\n  NaCl 8.5\n  MgO 7.8\n",
        "# by hand\nformula gap_eV\nGaAs 1.42\nNaCl 8.5\nMgO 7.8\n",
        "gap_eV formula\n1.42 GaAs\n8.5 NaCl\n7.8 MgO\n",
    ] {
        let table = read(text);
        assert_eq!(formulas(&table), "GaAs NaCl MgO", "{text:?}");
        assert_eq!(values(&table, "gap_eV"), [Some(1.42), Some(8.5), Some(7.8)], "{text:?}");
        assert_eq!(table.summary.separator, Some(' '));
    }
    assert_eq!(read("formula gap\nGaAs 1.42\n\nNaCl 8.5\n").rows, [2, 4]);
    // Lines of different length are no table.
    let message = error("formula gap note\nGaAs 1.42\nNaCl 8.5 salt\n");
    assert!(message.ends_with("found one column, `formula gap note`"), "{message}");
}

#[test]
fn columns_are_compared_before_their_names_decide() {
    for (names, found) in [
        (["Nylon", "Si", "Viton", "Fe", "ABS"], "what"),
        (["steel", "PVC", "glass", "W", "Co"], "what"),
        (["salt", "lime", "quartz", "rust", "MgO"], "what"),
        (["NaCl", "CaO", "SiO2", "Fe2O3", "MgO"], "material"),
        (["Na", "Ca", "Si", "Fe", "Mg"], "material"),
    ] {
        let what = ["NaCl", "CaO", "SiO2", "Fe2O3", "MgO"];
        let rows = (0..20).map(|i| format!("{},{},{i}.5\n", names[i % 5], what[i % 5]));
        let table = read(format!("material,what,gap\n{}", rows.collect::<String>()));
        assert_eq!(table.formula_column.as_deref(), Some(found), "{names:?}");
        let is_told = remarks(&table).contains("formulas are taken from column `what`");
        assert_eq!(is_told, found == "what", "{names:?}");
    }
    let table = read("A,what,gap\nNa,NaCl,1\nK,KCl,2\n");
    assert_eq!(table.summary.notes, ["formulas are taken from column `what`"]);
}

#[test]
fn rows_of_data_are_no_header() {
    for text in [
        "NaCl,salt\nMgO,oxide\nCaO,oxide\n",
        "x,5.1\nx,3.2\ny,4.4\n",
        "NaCl 8.5\nMgO 7.8\n",
        "salt,NaCl\noxide,MgO\noxide,CaO\n",
        "1,2\n3,4\n",
    ] {
        let message = error(text);
        assert!(message.contains("expected a header row with column names, found"), "{message}");
    }
    // Numbers and formulas that are names.
    for text in [
        "kind,400,410\nx,1.5,2.5\ny,2.5,1.25\n",
        "CO,NO2,T\n1.5,2,3.5\n2.5,2.25,1\n",
        "country,1990,1991\nPeru,1.5,2\nChad,3,4.5\n",
    ] {
        assert_eq!(Table::read(file(text).path, &ReadOptions::default()).unwrap().len(), 2);
    }
}

#[test]
fn comments_are_no_header() {
    for text in [
        "# made by hand\nformula,gap\nNaCl,8.5\nMgO,7.8\n",
        "# one, two\n% three\n\nformula,gap\nNaCl,8.5\nMgO,7.8\n",
        "# formula,gap\nNaCl,8.5\nMgO,7.8\n",
        "#formula\tgap\nNaCl\t8.5\nMgO\t7.8\n",
        "# say \"quoted\nformula;gap\nNaCl;8,5\nMgO;7,8\n",
    ] {
        let table = read(text);
        assert_eq!(formulas(&table), "NaCl MgO", "{text:?}");
        assert_eq!(values(&table, "gap"), [Some(8.5), Some(7.8)], "{text:?}");
        assert_eq!(
            remarks(&table).contains("before the table"),
            !text.starts_with(['f']) && text.contains("\nformula"),
            "{text:?}"
        );
    }
    assert_eq!(read("# a\n\nformula,gap\nNaCl,8.5\n").rows, [4]);
}

#[test]
fn files_of_other_formats_are_named() {
    for (bytes, found) in [
        (&b"\x1f\x8b\x08rest"[..], "a gzip archive"),
        (b"\xff\xfef\0o\0", "UTF-16 text"),
        (b"BZh91AY", "a bzip2 archive"),
        (b"\xfd7zXZ\0rest", "an xz archive"),
        (b"\x28\xb5\x2f\xfdrest", "a zstd archive"),
        (b"<!DOCTYPE html><html>", "an HTML page"),
        (b"<?xml version=\"1.0\"?><a/>", "XML"),
        (b"{\"formula\": \"NaCl\"}", "JSON"),
        (b"data_NaCl\n_cell_length_a 5.6\n", "a CIF file"),
    ] {
        let message = error(bytes);
        assert!(message.ends_with(&format!("found {found}")), "{message}");
    }
}
