//! A condition is refused, or reads itself back and becomes a target of a table or a sentence why not.
#![no_main]

use std::sync::LazyLock;

use libfuzzer_sys::fuzz_target;
use wgan_cond::Condition;
use wgan_fuzz as _;
use wgan_materials::{Column, Conditions, Target};

static COLUMNS: LazyLock<Vec<Column>> = LazyLock::new(|| {
    let gaps = (0..40).map(|i| Some(f64::from(i) / 4.0)).collect();
    let phases: Vec<Option<&str>> = (0..40).map(|i| Some(["cubic", "3", "a=b"][i % 3])).collect();
    vec![Column::numbers("gap", gaps), Column::classes("phase", &phases)]
});

static CONDITIONS: LazyLock<Conditions> =
    LazyLock::new(|| Conditions::fit(COLUMNS.clone()).unwrap());

fuzz_target!(|text: &str| {
    let Ok(condition) = text.parse::<Condition>() else { return };
    let written = condition.to_string();
    let again: Condition = written.parse().unwrap();
    assert_eq!(again.to_string(), written, "{text:?}");
    let Ok(targets) = Target::of(&[condition], &COLUMNS) else { return };
    for target in &targets {
        let _ = (target.extrapolation(), target.holds(1.0), target.nearest(0.5));
    }
    if let Ok(given) = CONDITIONS.meeting(&targets) {
        assert!(given.rows.iter().all(|&row| row < 40));
    }
});
