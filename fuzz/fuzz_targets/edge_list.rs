//! An edge list is refused, or read as a network whose edges have costs.
#![no_main]

use libfuzzer_sys::fuzz_target;
use wgan_fuzz as _;
use wgan_graph::{ArcRule, CostColumn, Header, ReadOptions, StrengthToCost, parse_network};

fuzz_target!(|bytes: &[u8]| {
    let Some((&first, bytes)) = bytes.split_first() else { return };
    let weight = || "weight".to_owned();
    let cost = match first % 4 {
        0 => CostColumn::Hops,
        1 => CostColumn::Cost(weight()),
        2 => CostColumn::Strength(weight(), StrengthToCost::Inverse),
        _ => CostColumn::Strength(weight(), StrengthToCost::NegativeLog),
    };
    let rules = [ArcRule::Detect, ArcRule::Arcs, ArcRule::Symmetrise, ArcRule::Refuse];
    let header = if first & 16 == 0 { Header::First } else { Header::Absent };
    let arcs = rules[usize::from(first / 4 % 4)];
    let options = ReadOptions { cost, arcs, header, ..ReadOptions::default() };
    match parse_network(bytes, &options) {
        Err(error) => assert!(!error.to_string().is_empty()),
        Ok((network, summary)) => {
            assert_eq!(network.n_nodes(), summary.nodes);
            assert!(network.edges().all(|(_, _, cost)| cost.is_finite() && cost >= 0.0));
            assert!(!summary.to_string().is_empty());
        }
    }
});
