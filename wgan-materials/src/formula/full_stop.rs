//! Full stops that part a formula, as in `CuSO4.5H2O`.

use super::typography::{Skipped, Token};

/// Symbols that end a compound which water or another compound can follow: what people write last.
#[rustfmt::skip]
const LAST: [&str; 12] = ["O", "S", "Se", "N", "C", "F", "Cl", "Br", "I", "OH", ")", "]"];

/// Molecules that a number counts rather than completes: `.5H2O` is five waters.
const COUNTED: [&str; 6] = ["H2O", "(H2O)", "NH3", "(NH3)", "HCl", "HBr"];

/// Turns full stops that part a formula into dots; whether there was one.
///
/// A full stop behind a complete compound parts it from what follows
/// - where a symbol or a bracket follows: `CaO.SiO2`, `LiOH.H2O`;
/// - where a number and a molecule of water, ammonia or a hydrogen halide follow, up to the end of the part: `CuSO4.5H2O`,
///   `CaSO4.0.5H2O`;
/// - where a number and a whole oxide follow an oxide: `BaO.6Fe2O3`.
///
/// Every other full stop is a decimal point.
pub(super) fn part_at_full_stops(tokens: &mut [Token]) -> bool {
    let mut is_parted = false;
    for at in 0..tokens.len() {
        if tokens[at].char == '.' && is_parting(&tokens[..at], &tokens[at + 1..]) {
            tokens[at].char = '·';
            tokens[at].before = Skipped::Nothing;
            is_parted = true;
        }
    }
    is_parted
}

fn is_parting(before: &[Token], after: &[Token]) -> bool {
    let amount: String =
        before.iter().rev().map(|t| t.char).take_while(char::is_ascii_digit).collect();
    let last = last_symbol(&before[..before.len() - amount.len()]);
    if !LAST.contains(&last.as_str()) || (!amount.is_empty() && amount.bytes().all(|b| b == b'0')) {
        return false;
    }
    let part: String =
        after.iter().map(|t| t.char).take_while(|char| !matches!(char, '·' | '*')).collect();
    let number = part.chars().take_while(|char| super::is_numeric(*char)).count();
    let (number, rest) = part.split_at(number);
    if number.is_empty() {
        return rest.starts_with(|char: char| char.is_ascii_uppercase() || "([".contains(char));
    }
    if number.parse::<f64>().is_err() {
        return false;
    }
    let is_end = |rest: &str| rest.is_empty() || rest.starts_with(['.', ')', ']']);
    let is_counted = COUNTED.iter().any(|molecule| rest.strip_prefix(molecule).is_some_and(is_end));
    is_counted || last == "O" && oxide(rest).is_some_and(is_end)
}

/// The symbol or bracket that the tokens end in; `OH` for a hydroxide.
fn last_symbol(tokens: &[Token]) -> String {
    let text: String = tokens.iter().map(|token| token.char).collect();
    if text.ends_with("OH") {
        return "OH".to_string();
    }
    let starts_symbol = |char: char| !char.is_ascii_lowercase();
    text.rfind(starts_symbol).map_or_else(String::new, |at| text[at..].to_string())
}

/// What follows an oxide such as `Fe2O3` at the start of a text.
fn oxide(text: &str) -> Option<&str> {
    let digits = |text: &'_ str| text.bytes().take_while(u8::is_ascii_digit).count();
    let cation =
        text.strip_prefix(|char: char| char.is_ascii_uppercase() && !"HO".contains(char))?;
    let cation = cation.trim_start_matches(|char: char| char.is_ascii_lowercase());
    let oxygen = cation[digits(cation)..].strip_prefix('O')?;
    Some(&oxygen[digits(oxygen)..])
}
