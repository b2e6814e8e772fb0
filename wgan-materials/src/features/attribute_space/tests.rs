use super::*;

/// Numbers without pattern in `0..m`.
fn pattern(seed: u64, n: usize, m: u64) -> Vec<u64> {
    let mut state = seed;
    let mut next = || {
        state =
            state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (state >> 33) % m
    };
    (0..n).map(|_| next()).collect()
}

/// 200 rows: two measurements, their difference, a number with a spike and missing cells, a code with its name.
fn table() -> Vec<Column> {
    let tenths =
        |seed| pattern(seed, 200, 5000).into_iter().map(|v| v as f64 / 10.0).collect::<Vec<f64>>();
    let (low, high) = (tenths(1), tenths(2));
    let difference =
        low.iter().zip(&high).map(|(l, h)| Some(((h - l) * 10.0).round() / 10.0)).collect();
    let gap = pattern(3, 200, 100).into_iter().map(|v| match v {
        0..10 => None,
        10..60 => Some(0.0),
        v => Some(v as f64 / 20.0),
    });
    let code = pattern(4, 200, 8);
    let names: Vec<Option<String>> =
        code.iter().map(|c| Some(format!("group {}", c / 3))).collect();
    let some = |v: Vec<f64>| v.into_iter().map(Some).collect();
    vec![
        Column::numbers("low", some(low)),
        Column::numbers("high", some(high)),
        Column::numbers("difference", difference),
        Column::numbers("gap", gap.collect()),
        Column::numbers("code", code.into_iter().map(|c| Some(c as f64)).collect()),
        Column::classes("group", &names),
    ]
}

const WHITENINGS: [Option<Whitening>; 4] =
    [None, Some(Whitening::Pca), Some(Whitening::Zca), Some(Whitening::Cholesky)];

#[test]
fn rows_come_back_as_they_were_also_in_single_precision() {
    let table = table();
    for whitening in WHITENINGS {
        let space = AttributeSpace::fit(&table, whitening).unwrap();
        let codes = space.encode(&table).unwrap();
        assert_eq!(space.decode(codes.view()).unwrap(), table, "{whitening:?}");
        let single = codes.mapv(|v| f64::from(v as f32));
        assert_eq!(space.decode(single.view()).unwrap(), table, "{whitening:?}");
    }
}

#[test]
fn columns_that_follow_from_others_have_no_code() {
    let table = table();
    let space = AttributeSpace::fit(&table, Some(Whitening::Pca)).unwrap();
    assert_eq!(space.derived(), [("difference", vec!["low", "high"]), ("group", vec!["code"])]);
    // low, high, gap, code; there or missing; other or zero.
    assert_eq!((space.coordinates().width(), space.blocks()), (4, &[0..2, 2..4][..]));
}

#[test]
fn whitened_numbers_have_covariance_one() {
    let table = table();
    let space = AttributeSpace::fit(&table, Some(Whitening::Pca)).unwrap();
    let codes = space.encode(&table).unwrap();
    let numbers = codes.slice_axis(Axis(1), Slice::from(..space.coordinates().width()));
    let covariance = numbers.t().dot(&numbers) / 199.0;
    assert!((covariance - Array2::<f64>::eye(4)).iter().all(|e| e.abs() < 1e-9));
}

#[test]
fn any_code_gives_rows_that_keep_the_laws_of_the_table() {
    let table = table();
    let space = AttributeSpace::fit(&table, Some(Whitening::Pca)).unwrap();
    let codes = Array2::from_shape_fn((300, space.width()), |(i, j)| {
        (((i * 37 + j * 101) % 211) as f64 - 105.0) / 40.0
    });
    let made = space.decode(codes.view()).unwrap();
    for row in 0..300 {
        let value = |at: usize| made[at].value(row);
        let expected = value(1).unwrap() - value(0).unwrap();
        assert!((value(2).unwrap() - expected).abs() < 0.051);
        assert_eq!(made[5].text(row).unwrap(), format!("group {}", value(4).unwrap() as u64 / 3));
        assert!(value(3).is_none_or(|gap| (0.0..5.0).contains(&gap)));
    }
    let within = space.is_within_range(&made);
    let range = |row: usize| (-500.0..=500.0).contains(&made[2].value(row).unwrap());
    assert!((0..300).all(|row| !within[row] || range(row)));
}

#[test]
fn columns_that_miss_the_same_cells_share_an_entry() {
    let missing = |scale: f64| {
        let cell = |v: u64| (v > 3).then_some(v as f64 * scale);
        pattern(9, 60, 40).into_iter().map(cell).collect::<Vec<_>>()
    };
    let table = [Column::numbers("a", missing(1.0)), Column::numbers("b", missing(2.5))];
    let space = AttributeSpace::fit(&table, None).unwrap();
    assert_eq!(space.n_entries(), 2);
    assert_eq!(space.decode(space.encode(&table).unwrap().view()).unwrap(), table);
}

#[test]
fn odd_tables_come_back_too() {
    let odd: [Vec<Column>; 5] = [
        vec![
            Column::numbers("constants", vec![Some(0.1); 50]),
            Column::numbers("b", vec![Some(3.0); 50]),
        ],
        vec![Column::classes("only", &[Some("a"), None, Some("b")])],
        vec![
            Column::numbers("constant", vec![Some(2.5); 3]),
            Column::numbers("empty", vec![None; 3]),
        ],
        vec![Column::numbers("one row", vec![Some(1.0)])],
        vec![Column::classes("all missing", &[None::<&str>, None])],
    ];
    for table in odd {
        let space = AttributeSpace::fit(&table, Some(Whitening::Pca)).unwrap();
        let codes = space.encode(&table).unwrap();
        assert_eq!(space.decode(codes.view()).unwrap(), table, "{}", table[0].name);
    }
}

#[test]
fn tables_that_do_not_fit_are_refused() {
    let table = [
        Column::numbers("x", vec![Some(1.0), Some(2.0)]),
        Column::classes("c", &[Some("a"), Some("b")]),
    ];
    let space = AttributeSpace::fit(&table, None).unwrap();
    let message = |columns: &[Column]| space.encode(columns).unwrap_err().to_string();
    let class = Column::classes("c", &[Some("z"), Some("a")]);
    let found = message(&[table[0].clone(), class]);
    assert_eq!(found, "column `c`, row 1: \"z\" did not occur when the table was fitted");
    let hole = Column::numbers("x", vec![Some(1.0), None]);
    let found = message(&[hole, table[1].clone()]);
    assert_eq!(found, "column `x`, row 2: nothing did not occur when the table was fitted");
    assert!(
        message(&[table[1].clone(), table[0].clone()])
            .starts_with("columns: expected those of the fitted table")
    );
    assert!(message(&[Column::numbers("y", vec![None; 2])]).starts_with("there is no column `y`"));
    assert!(AttributeSpace::fit(&[], None).is_err());
    assert!(AttributeSpace::fit(&[Column::numbers("x", vec![])], None).is_err());
    let uneven = [table[0].clone(), Column::classes("c", &[Some("a")])];
    assert!(AttributeSpace::fit(&uneven, None).is_err());
    assert!(space.decode(Array2::zeros((1, 9)).view()).is_err());
}

#[test]
fn a_space_survives_its_file() {
    let space = AttributeSpace::fit(&table(), Some(Whitening::Cholesky)).unwrap();
    let json = serde_json::to_string(&space).unwrap();
    assert_eq!(serde_json::from_str::<AttributeSpace>(&json).unwrap(), space);
}

#[test]
fn what_follows_from_a_replaced_cell_follows() {
    let table = table();
    let space = AttributeSpace::fit(&table, None).unwrap();
    let mut columns = table.clone();
    columns[0].cells = Cells::Numbers(vec![Some(100.0); 200]);
    columns[4].cells = Cells::Numbers(vec![Some(7.0); 200]);
    let made = space.with_derived(columns.clone(), &[]).unwrap();
    assert_eq!(made[..2], columns[..2]);
    for row in 0..200 {
        let expected = table[1].value(row).unwrap() - 100.0;
        assert!((made[2].value(row).unwrap() - expected).abs() < 1e-9);
        assert_eq!(made[5].text(row).as_deref(), Some("group 2"));
    }
    let kept = space.with_derived(columns, &["difference"]).unwrap();
    assert_eq!(kept[2], table[2]);
    assert!(space.with_derived(table[..2].to_vec(), &[]).is_err());
}
