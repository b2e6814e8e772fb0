//! Chemical formulas as people write them.
//!
//! ```text
//! formula  = part { dot part }                     CuSO4·5H2O
//! part     = [ amount ] group { group }            5H2O
//! group    = ( symbol | bracket ) [ amount ]       SO4, (OH)2, Ag0.5
//! bracket  = "(" formula ")" | "[" formula "]" | "{" formula "}"
//! amount   = digits [ "." digits ] | "." digits    2, 0.25, .5
//! dot      = "·" | "*" | "•" | "⋅" | "∙" | "‧" | "\cdot" | "&middot;"
//! ```
//!
//! Blanks, `$`, `_`, HTML `<sub>` tags, LaTeX commands such as `\mathrm` and braces around a number are
//! skipped; Unicode subscripts count as digits. An ASCII full stop is always a decimal point:
//! `CuSO4.5H2O` has 4.5 oxygen before the hydrogen.

use crate::element::Element;
use crate::error::MaterialsError;

/// Largest amount that is believed: above it is a slip such as `O6050`.
pub(crate) const MAX_AMOUNT: f64 = 1000.0;

/// How deep brackets may be nested.
const MAX_DEPTH: usize = 32;

/// Amounts by element, in the order written, repeated elements as they come.
pub(crate) type Terms = Vec<(Element, f64)>;

/// Reads a formula.
///
/// # Errors
/// [`MaterialsError::Formula`] with the position, counted in characters of `text` from 1.
pub(crate) fn parse_terms(text: &str) -> Result<Terms, MaterialsError> {
    let mut parser = Parser::new(text);
    let terms = parser.formula(0)?;
    match parser.peek() {
        None => Ok(terms),
        Some(_) => Err(parser.error("an element symbol, an amount or the end")),
    }
}

/// A character that means something, with its place in the text.
#[derive(Clone, Copy)]
struct Token {
    char: char,
    position: usize,
}

struct Parser<'a> {
    text: &'a str,
    tokens: Vec<Token>,
    next: usize,
}

impl<'a> Parser<'a> {
    fn new(text: &'a str) -> Self {
        Self { text, tokens: tokens(text), next: 0 }
    }

    fn peek(&self) -> Option<char> {
        self.tokens.get(self.next).map(|token| token.char)
    }

    fn take_if(&mut self, wanted: impl Fn(char) -> bool) -> Option<char> {
        let char = self.peek().filter(|&char| wanted(char))?;
        self.next += 1;
        Some(char)
    }

    /// [`take_if`](Self::take_if), and only right after the last token: `CuSO4 5H2O` is not `CuSO45H2O`.
    fn take_adjacent(&mut self, wanted: impl Fn(char) -> bool) -> Option<char> {
        let last = self.next.checked_sub(1).map(|last| self.tokens[last].position);
        let here = self.tokens.get(self.next)?.position;
        if last.is_some_and(|last| last + 1 != here) {
            return None;
        }
        self.take_if(wanted)
    }

    fn formula(&mut self, depth: usize) -> Result<Terms, MaterialsError> {
        let mut terms = self.part(depth)?;
        while self.take_if(|char| char == '·').is_some() {
            terms.extend(self.part(depth)?);
        }
        Ok(terms)
    }

    fn part(&mut self, depth: usize) -> Result<Terms, MaterialsError> {
        let multiplicity = self.amount()?.unwrap_or(1.0);
        let mut terms = self.group(depth)?;
        while self.peek().is_some_and(|char| char.is_uppercase() || closing(char).is_some()) {
            terms.extend(self.group(depth)?);
        }
        Ok(scaled(terms, multiplicity))
    }

    fn group(&mut self, depth: usize) -> Result<Terms, MaterialsError> {
        let terms = match self.peek().and_then(closing) {
            Some(close) => self.bracket(close, depth)?,
            None => vec![(self.symbol()?, 1.0)],
        };
        let amount = self.amount()?.unwrap_or(1.0);
        Ok(scaled(terms, amount))
    }

    fn bracket(&mut self, close: char, depth: usize) -> Result<Terms, MaterialsError> {
        if depth == MAX_DEPTH {
            return Err(self.error("fewer nested brackets"));
        }
        self.next += 1;
        let terms = self.formula(depth + 1)?;
        match self.take_if(|char| char == close) {
            Some(_) => Ok(terms),
            None => Err(self.error(&format!("an element symbol, an amount or `{close}`"))),
        }
    }

    fn symbol(&mut self) -> Result<Element, MaterialsError> {
        let start = self.next;
        let Some(first) = self.take_if(|char| char.is_ascii_uppercase()) else {
            return Err(self.error("an element symbol"));
        };
        let mut symbol = String::from(first);
        while let Some(char) = self.take_adjacent(char::is_lowercase) {
            symbol.push(char);
        }
        Element::from_symbol(&symbol).ok_or_else(|| self.unknown(start, &symbol))
    }

    fn unknown(&self, start: usize, symbol: &str) -> MaterialsError {
        let found = match symbol {
            "D" => "`D`: deuterium is written H here".to_string(),
            "T" => "`T`: tritium is written H here".to_string(),
            _ => format!("`{symbol}`, which is no element"),
        };
        self.error_at(start, "an element symbol", found)
    }

    /// An amount, if one stands here.
    fn amount(&mut self) -> Result<Option<f64>, MaterialsError> {
        let start = self.next;
        let Some(first) = self.take_if(is_numeric) else {
            return Ok(None);
        };
        let mut digits = String::from(first);
        while let Some(char) = self.take_adjacent(is_numeric) {
            digits.push(char);
        }
        self.checked(start, &digits).map(Some)
    }

    fn checked(&self, start: usize, digits: &str) -> Result<f64, MaterialsError> {
        let amount = digits.parse::<f64>().ok().filter(|_| !digits.ends_with('.'));
        let fault = |expected: &str| Err(self.error_at(start, expected, format!("`{digits}`")));
        match amount {
            None => fault("an amount such as 2, 0.5 or .5"),
            Some(amount) if amount <= 0.0 => fault("an amount above zero"),
            Some(amount) if amount > MAX_AMOUNT => fault("an amount of at most 1000"),
            Some(amount) => Ok(amount),
        }
    }

    /// What is expected where the parser stands.
    fn error(&self, expected: &str) -> MaterialsError {
        let found = match self.peek() {
            None => "the end".to_string(),
            Some(sign @ ('+' | '-' | '−' | '±' | '₊' | '₋')) => {
                format!("`{sign}`: charges, ranges and unknown amounts are not part of a formula")
            }
            Some(char) => format!("`{char}`"),
        };
        self.error_at(self.next, expected, found)
    }

    fn error_at(&self, token: usize, expected: &str, found: String) -> MaterialsError {
        let end = || self.text.chars().count() + 1;
        MaterialsError::Formula {
            formula: self.text.to_string(),
            position: self.tokens.get(token).map_or_else(end, |token| token.position),
            expected: expected.to_string(),
            found,
        }
    }
}

fn scaled(mut terms: Terms, factor: f64) -> Terms {
    if factor != 1.0 {
        terms.iter_mut().for_each(|(_, amount)| *amount *= factor);
    }
    terms
}

/// The bracket that closes this one.
fn closing(open: char) -> Option<char> {
    match open {
        '(' => Some(')'),
        '[' => Some(']'),
        '{' => Some('}'),
        _ => None,
    }
}

/// Drops what is only typography and maps what is left to ASCII and `·`.
fn tokens(text: &str) -> Vec<Token> {
    let chars: Vec<char> = text.chars().collect();
    let mut tokens = Vec::with_capacity(chars.len());
    let mut i = 0;
    while i < chars.len() {
        let skip = typography(&chars[i..]);
        if skip > 0 {
            i += skip;
            continue;
        }
        let (used, char) = significant(&chars[i..]);
        tokens.push(Token { char, position: i + 1 });
        i += used;
    }
    without_number_braces(tokens)
}

/// How many characters from here on say nothing.
fn typography(rest: &[char]) -> usize {
    match rest[0] {
        char if char.is_whitespace() => 1,
        '$' | '_' | '\u{feff}' | '\u{200b}' | '\u{2060}' => 1,
        '<' => html_subscript(rest).unwrap_or(0),
        '\\' if !starts_with(rest, "\\cdot") => latex_command(rest),
        _ => 0,
    }
}

/// Length of `<sub>` or `</sub>`, in any letter case.
fn html_subscript(rest: &[char]) -> Option<usize> {
    let tag = ["<sub>", "</sub>"].into_iter().find(|tag| starts_with(rest, tag))?;
    Some(tag.len())
}

/// Length of `\mathrm`, `\rm`, `\,` and the like.
fn latex_command(rest: &[char]) -> usize {
    let letters = rest[1..].iter().take_while(|char| char.is_ascii_lowercase()).count();
    if letters == 0 && rest.get(1).is_some_and(|char| matches!(char, ',' | ';' | ':' | '!')) {
        return 2;
    }
    if letters == 0 { 0 } else { 1 + letters }
}

fn starts_with(rest: &[char], pattern: &str) -> bool {
    let mut rest = rest.iter();
    pattern.chars().all(|wanted| rest.next().is_some_and(|char| char.eq_ignore_ascii_case(&wanted)))
}

/// Length and meaning of what stands here.
fn significant(rest: &[char]) -> (usize, char) {
    match rest[0] {
        '\\' if starts_with(rest, "\\cdot") => (5, '·'),
        '·' | '*' | '•' | '⋅' | '∙' | '・' | '×' | '‧' => (1, '·'),
        '&' if starts_with(rest, "&middot;") => (8, '·'),
        digit @ '₀'..='₉' => (1, char::from(b'0' + (digit as u32 - '₀' as u32) as u8)),
        char => (1, char),
    }
}

/// Takes away braces around a number, as in `_{2}` and `\textsubscript{2}`: brackets hold elements.
fn without_number_braces(tokens: Vec<Token>) -> Vec<Token> {
    let mut kept: Vec<Token> = Vec::with_capacity(tokens.len());
    let mut rest = tokens.as_slice();
    while let [first, others @ ..] = rest {
        let n = others.iter().take_while(|token| is_numeric(token.char)).count();
        let is_braced = first.char == '{' && n > 0 && others.get(n).is_some_and(|t| t.char == '}');
        if is_braced {
            kept.extend(&others[..n]);
            rest = &others[n + 1..];
        } else {
            kept.push(*first);
            rest = others;
        }
    }
    kept
}

/// Whether a character belongs to an amount.
fn is_numeric(char: char) -> bool {
    char.is_ascii_digit() || char == '.'
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// Sums repeated elements, in order of first appearance, as `Fe2 O3`.
    fn read(text: &str) -> String {
        let mut sums: Terms = Vec::new();
        for (element, amount) in parse_terms(text).unwrap() {
            match sums.iter_mut().find(|(known, _)| *known == element) {
                Some((_, sum)) => *sum += amount,
                None => sums.push((element, amount)),
            }
        }
        let words: Vec<_> =
            sums.iter().map(|(element, amount)| format!("{element}{amount}")).collect();
        words.join(" ")
    }

    fn error(text: &str) -> String {
        parse_terms(text).unwrap_err().to_string()
    }

    #[test]
    fn brackets_nest_and_multiply() {
        assert_eq!(read("Fe2O3"), "Fe2 O3");
        assert_eq!(read("Ca(OH)2"), "Ca1 O2 H2");
        assert_eq!(read("K4[Fe(CN)6]"), "K4 Fe1 C6 N6");
        assert_eq!(read("{Al[(SO4)2]}3"), "Al3 S6 O24");
        assert_eq!(read("Ag(W3Br7)2"), "Ag1 W6 Br14");
    }

    #[test]
    fn amounts_may_be_fractions() {
        assert_eq!(read("Ba.5Sr0.5TiO3"), "Ba0.5 Sr0.5 Ti1 O3");
        assert_eq!(read("(La0.5Sr0.5)2CuO4"), "La1 Sr1 Cu1 O4");
    }

    #[test]
    fn a_dot_adds_a_part_with_a_multiplicity() {
        for dot in ["·", "*", "•", " · ", "⋅", "‧", "&middot;", "\\cdot "] {
            assert_eq!(read(&format!("CuSO4{dot}5H2O")), "Cu1 S1 O9 H10", "{dot}");
        }
        assert_eq!(read("CaSO4·0.5H2O"), "Ca1 S1 O4.5 H1");
        assert_eq!(read("0.5Na2O·0.5SiO2"), "Na1 O1.5 Si0.5");
    }

    #[test]
    fn typography_is_skipped() {
        let writings = [
            "Fe₂O₃",
            " Fe 2 O 3 ",
            "Fe_2O_3",
            "Fe$_{2}$O$_3$",
            "$Fe_{2}O_{3}$",
            "\\mathrm{Fe_2O_3}",
            "$\\mathrm{Fe}_{2}\\mathrm{O}_{3}$",
            "Fe<sub>2</sub>O<SUB>3</SUB>",
            "\u{feff}Fe2O3",
            "Fe2\u{a0}O3",
            "Fe$_\\mathrm{2}$O$_\\mathrm{3}$",
            "Fe\\textsubscript{2}O\\textsubscript{3}",
        ];
        for text in writings {
            assert_eq!(read(text), "Fe2 O3", "{text}");
        }
        assert_eq!(read("(La₀.₅Sr₀.₅)MnO₃"), "La0.5 Sr0.5 Mn1 O3");
    }

    #[test]
    fn words_for_missing_numbers_are_formulas() {
        assert_eq!(read("NaN"), "Na1 N1");
        assert_eq!(read("InF"), "In1 F1");
        assert_eq!(read("No"), "No1");
    }

    #[test]
    fn errors_have_the_place_and_what_was_expected() {
        let cases = [
            ("", "formula ``, position 1: expected an element symbol, found the end"),
            (
                "Fe2O3)",
                "formula `Fe2O3)`, position 6: expected an element symbol, an amount or the end, found `)`",
            ),
            (
                "Ca(OH2",
                "formula `Ca(OH2`, position 7: expected an element symbol, an amount or `)`, found the end",
            ),
            (
                "Ca(OH]2",
                "formula `Ca(OH]2`, position 6: expected an element symbol, an amount or `)`, found `]`",
            ),
            ("Ca()2", "formula `Ca()2`, position 4: expected an element symbol, found `)`"),
            ("nacl", "formula `nacl`, position 1: expected an element symbol, found `n`"),
            (
                "NaXx2",
                "formula `NaXx2`, position 3: expected an element symbol, found `Xx`, which is no element",
            ),
            (
                "D2O",
                "formula `D2O`, position 1: expected an element symbol, found `D`: deuterium is written H here",
            ),
            (
                "TI2",
                "formula `TI2`, position 1: expected an element symbol, found `T`: tritium is written H here",
            ),
            (
                "La2Sr0Cu",
                "formula `La2Sr0Cu`, position 6: expected an amount above zero, found `0`",
            ),
            (
                "Y1Ba2Cu3O6050",
                "formula `Y1Ba2Cu3O6050`, position 10: expected an amount of at most 1000, found `6050`",
            ),
            (
                "Fe2.O3",
                "formula `Fe2.O3`, position 3: expected an amount such as 2, 0.5 or .5, found `2.`",
            ),
            (
                "Fe1.2.3",
                "formula `Fe1.2.3`, position 3: expected an amount such as 2, 0.5 or .5, found `1.2.3`",
            ),
            (
                "Br0.5!1.5",
                "formula `Br0.5!1.5`, position 6: expected an element symbol, an amount or the end, found `!`",
            ),
            (
                "CuSO4 5H2O",
                "formula `CuSO4 5H2O`, position 7: expected an element symbol, an amount or the end, found `5`",
            ),
            (
                "N a",
                "formula `N a`, position 3: expected an element symbol, an amount or the end, found `a`",
            ),
            ("12", "formula `12`, position 3: expected an element symbol, found the end"),
        ];
        for (text, expected) in cases {
            assert_eq!(error(text), expected);
        }
        for text in ["Ba-1", "O2N+3", "YBa2Cu3O7-x", "YBa₂Cu₃O₇₋ₓ"] {
            assert!(error(text).contains("charges, ranges"), "{text}");
        }
        assert!(error("O10=z").contains("position 4"));
        assert!(error(&"(".repeat(100)).contains("fewer nested brackets"));
    }

    proptest! {
        #[test]
        fn no_text_makes_it_panic(text in "\\PC{0,30}") {
            let _ = parse_terms(&text);
        }

        #[test]
        fn no_near_formula_makes_it_panic(text in "[A-Za-z0-9.(){}\\[\\]_$<>/·*\\\\ ₂+-]{0,20}") {
            if let Err(MaterialsError::Formula { position, .. }) = parse_terms(&text) {
                prop_assert!(position >= 1 && position <= text.chars().count() + 1);
            }
        }
    }
}
