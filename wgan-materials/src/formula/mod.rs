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
//! skipped; Unicode subscripts count as digits.
//!
//! Some writings are read as they are meant where that is certain, and each is told ([`Unusual`]):
//!
//! | written | read as |
//! | --- | --- |
//! | `CuSO4.5H2O`, `CaO.SiO2`, `BaO.6Fe2O3` | a full stop behind a compound as the dot; every other one is a decimal point |
//! | `Fe(III)2O3`, `Cu(I)2O` | without the oxidation state |
//! | `TiO2 (rutile)`, `H2O (l)` | without the label at the end |
//! | `[18O]2`, `(13C)O2` | without the mass number |
//!
//! What can mean two things is refused: `TiO2 (B)`, `Pb(I)2`, `Pb(OAc)2`, `FeIII2O3`, `GaAs 1.42`, `H20`, `NaCl_1`.

mod aside;
mod capitals;
mod full_stop;
mod typography;
mod unusual;

pub(crate) use capitals::readings_of_capitals;
pub(crate) use unusual::{Unusual, UnusualReadings};

use crate::element::Element;
use crate::error::MaterialsError;
use aside::{NUMERALS, has_state, is_label, is_mass_number};
use typography::{Skipped, Token, is_numeric, tokens};

/// Largest amount that is believed: above it is a slip such as `O6050`.
pub(crate) const MAX_AMOUNT: f64 = 1000.0;

/// How deep brackets may be nested.
const MAX_DEPTH: usize = 32;

/// Elements whose oxides have two of them and one oxygen.
const OXIDES_OF_TWO: [&str; 10] = ["H", "Li", "Na", "K", "Rb", "Cs", "Cu", "Ag", "Tl", "N"];

/// Short names of groups of atoms that are no symbols.
#[rustfmt::skip]
const GROUPS: [(&str, &str); 10] = [
    ("Me", "methyl"), ("Et", "ethyl"), ("Bu", "butyl"), ("Ph", "phenyl"), ("Bn", "benzyl"), ("Bz", "benzoyl"), ("Cy", "cyclohexyl"),
    ("Cp", "cyclopentadienyl"), ("Tf", "triflyl"), ("Ms", "mesyl"), 
];

/// Amounts by element, in the order written, repeated elements as they come.
pub(crate) type Terms = Vec<(Element, f64)>;

/// A formula that was read.
#[derive(Debug)]
pub(crate) struct Reading {
    /// What it is made of.
    pub(crate) terms: Terms,
    /// What was unusual about it, each kind once.
    pub(crate) unusual: Vec<Unusual>,
}

/// Reads a formula.
///
/// # Errors
/// [`MaterialsError::Formula`] with the position, counted in characters of `text` from 1.
pub(crate) fn read_formula(text: &str) -> Result<Reading, MaterialsError> {
    let mut parser = Parser::new(text);
    let terms = parser.formula(0)?;
    if parser.peek().is_some() {
        return Err(parser.error("an element symbol, an amount or the end"));
    }
    parser.check_last_amount(&terms)?;
    if capitals::could_be_one_symbol(text) {
        parser.tell(Unusual::LettersApart);
    }
    Ok(Reading { terms, unusual: parser.unusual })
}

struct Parser<'a> {
    text: &'a str,
    tokens: Vec<Token>,
    next: usize,
    unusual: Vec<Unusual>,
    /// Where the amounts of groups start.
    amounts: Vec<usize>,
}

impl<'a> Parser<'a> {
    fn new(text: &'a str) -> Self {
        let mut tokens = tokens(text);
        let is_parted = full_stop::part_at_full_stops(&mut tokens);
        let unusual = if is_parted { vec![Unusual::FullStop] } else { Vec::new() };
        Self { text, tokens, next: 0, unusual, amounts: Vec::new() }
    }

    /// Notes that the formula was written in an unusual way.
    fn tell(&mut self, unusual: Unusual) {
        if !self.unusual.contains(&unusual) {
            self.unusual.push(unusual);
        }
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
            if !self.skip_aside(depth)? {
                terms.extend(self.group(depth)?);
            }
        }
        Ok(scaled(terms, multiplicity))
    }

    fn group(&mut self, depth: usize) -> Result<Terms, MaterialsError> {
        let terms = match self.peek().and_then(closing) {
            Some(close) => self.bracket(close, depth)?,
            None => {
                let element = self.symbol()?;
                self.skip_oxidation_state(element)?;
                vec![(element, 1.0)]
            }
        };
        let start = self.next;
        let amount = self.amount()?;
        self.amounts.extend(amount.map(|_| start));
        Ok(scaled(terms, amount.unwrap_or(1.0)))
    }

    fn bracket(&mut self, close: char, depth: usize) -> Result<Terms, MaterialsError> {
        if depth == MAX_DEPTH {
            return Err(self.error("fewer nested brackets"));
        }
        self.next += 1;
        self.skip_mass_number(close)?;
        let terms = self.formula(depth + 1)?;
        match self.take_if(|char| char == close) {
            Some(_) => Ok(terms),
            None => Err(self.error(&format!("an element symbol, an amount or `{close}`"))),
        }
    }

    /// What the bracket that starts here holds, if it is short and holds no other bracket.
    fn enclosed(&self) -> Option<String> {
        let close = closing(self.peek()?)?;
        let inside = &self.tokens[self.next + 1..];
        let n = inside.iter().take(16).position(|token| token.char == close)?;
        let text: String = inside[..n].iter().map(|token| token.char).collect();
        (!text.contains(|char| closing(char).is_some())).then_some(text)
    }

    /// Goes behind the bracket that holds `text`.
    fn skip(&mut self, text: &str, unusual: Unusual) {
        self.next += text.chars().count() + 2;
        self.tell(unusual);
    }

    /// Skips `(III)` and the like behind an element; `(I)` and `(V)` where they can be nothing else.
    fn skip_oxidation_state(&mut self, element: Element) -> Result<(), MaterialsError> {
        let Some(text) = self.enclosed() else { return Ok(()) };
        if NUMERALS.contains(&text.as_str()) {
            self.skip(&text, Unusual::OxidationState);
            return Ok(());
        }
        if !["I", "V"].contains(&text.as_str()) {
            return Ok(());
        }
        let behind = self.tokens[self.next + 3..].iter().skip_while(|t| is_numeric(t.char));
        if has_state(element, &text) && behind.count() > 0 {
            self.skip(&text, Unusual::OxidationState);
            return Ok(());
        }
        let found = format!("`({text})`, which can be an element, an oxidation state or a label");
        Err(self.error_at(self.next, "an element symbol without brackets", found))
    }

    /// Skips a Roman numeral or a label in brackets behind a compound.
    fn skip_aside(&mut self, depth: usize) -> Result<bool, MaterialsError> {
        let Some(text) = self.enclosed() else { return Ok(false) };
        if NUMERALS.contains(&text.as_str()) {
            self.skip(&text, Unusual::OxidationState);
            return Ok(true);
        }
        let is_last = self.next + text.chars().count() + 2 == self.tokens.len();
        if depth > 0 || !is_last {
            return Ok(false);
        }
        if is_label(&text) {
            self.skip(&text, Unusual::Label);
            return Ok(true);
        }
        let symbol = text.trim_start_matches(|char: char| char.is_ascii_digit());
        let count = &text[..text.len() - symbol.len()];
        let Some(element) = Element::from_symbol(symbol) else { return Ok(false) };
        let is_mass =
            symbol != "H" && count.parse().is_ok_and(|number| is_mass_number(number, element));
        if is_mass {
            return Ok(false);
        }
        let found = format!("`({text})`, which can be a label");
        Err(self.error_at(self.next, "an element symbol without brackets", found))
    }

    /// Skips the number in `(13C)`, behind the bracket that opened.
    fn skip_mass_number(&mut self, close: char) -> Result<(), MaterialsError> {
        let inside: String = self.tokens[self.next..].iter().map(|token| token.char).collect();
        let symbol = inside.trim_start_matches(|char: char| char.is_ascii_digit());
        let digits = inside.len() - symbol.len();
        let Ok(number) = inside[..digits].parse() else { return Ok(()) };
        let small = symbol.chars().skip(1).take_while(char::is_ascii_lowercase).count();
        let Some(element) = symbol.get(..1 + small).and_then(Element::from_symbol) else {
            return Ok(());
        };
        if !is_mass_number(number, element) {
            return Ok(());
        }
        let behind = symbol[1 + small..].trim_start_matches(|char: char| char.is_ascii_digit());
        if behind.starts_with(close) {
            self.next += digits;
            self.tell(Unusual::MassNumber);
            return Ok(());
        }
        if element.symbol() == "H" {
            return Ok(()); // `(2H2O)` are two waters
        }
        let found = format!("`{number}`, which can be a count or the mass number of {element}");
        Err(self.error_at(self.next, "an element symbol", found))
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
        let element = Element::from_symbol(&symbol).ok_or_else(|| self.unknown(start, &symbol))?;
        self.check_symbol(start, &symbol)?;
        Ok(element)
    }

    /// Refuses symbols that are something else where they stand: `OAc` and `FeIII`.
    fn check_symbol(&self, start: usize, symbol: &str) -> Result<(), MaterialsError> {
        let char = |at: Option<usize>| Some(self.tokens.get(at?)?.char);
        let before = char(start.checked_sub(1));
        let is_in_bracket =
            start > 1 && char(Some(start - 2)) == Some('(') && self.peek() == Some(')');
        let group = match (before, symbol) {
            (Some('O' | 'N' | 'S' | 'H'), "Ac") => Some("acetyl"),
            (Some('O'), "Ts") => Some("tosyl"),
            (Some('O'), "Pr") if is_in_bracket => Some("propyl"),
            _ => None,
        };
        if let Some(group) = group {
            let found = format!("`{symbol}`, short for {group}: such groups are not read");
            return Err(self.error_at(start, "an element symbol", found));
        }
        let is_numeral = symbol == "I"
            && start > 0
            && matches!(self.peek(), Some('I' | 'V'))
            && self.tokens[self.next].before == Skipped::Nothing
            && !char(Some(self.next + 1)).is_some_and(|char| char.is_ascii_lowercase());
        if is_numeral {
            let found =
                format!("`I{}`, which looks like an oxidation state", self.tokens[self.next].char);
            return Err(self.error_at(start, "an element symbol", found));
        }
        Ok(())
    }

    /// Refuses a last amount that belongs to something else: `GaAs 1.42`, `NaCl_1`, `H20`.
    fn check_last_amount(&mut self, terms: &Terms) -> Result<(), MaterialsError> {
        let Some(&start) = self.amounts.last() else { return Ok(()) };
        let last = &self.tokens[start..];
        if !last.iter().all(|token| is_numeric(token.char)) {
            return Ok(());
        }
        let digits: String = last.iter().map(|token| token.char).collect();
        let n_as = |skipped: Skipped| {
            self.amounts.iter().filter(|&&at| self.tokens[at].before == skipped).count()
        };
        let refused = |found: &str| {
            Err(self.error_at(
                start,
                "an amount right behind its symbol",
                format!("`{digits}`{found}"),
            ))
        };
        let is_bare = !self.text.contains(['$', '\\', '{']);
        match self.tokens[start].before {
            Skipped::Blank if n_as(Skipped::Blank) == 1 => {
                return refused(" behind a blank: is it another column?");
            }
            Skipped::Underscore if is_bare && n_as(Skipped::Underscore) == 1 => {
                if digits == "1" {
                    return refused(" behind `_`: is it a running number?");
                }
                self.tell(Unusual::Underscore);
            }
            _ => {}
        }
        // `H20` for H2O, `Fe203` for Fe2O3; but `Mn20` are the atoms of a cell.
        let is_zero_for_letter = |element: &Element| match digits.as_bytes() {
            b"20" => OXIDES_OF_TWO.contains(&element.symbol()),
            [b'2' | b'3', b'0', b'1'..=b'9'] => true,
            _ => false,
        };
        match terms.as_slice() {
            [(element, _)] if is_zero_for_letter(element) => {
                let found = format!("`{digits}`: is the zero a letter O?");
                Err(self.error_at(start, "an amount of this element alone", found))
            }
            _ => Ok(()),
        }
    }

    fn unknown(&self, start: usize, symbol: &str) -> MaterialsError {
        let found = match symbol {
            "D" => "`D`: deuterium is written H here".to_string(),
            "T" => "`T`: tritium is written H here".to_string(),
            _ => match GROUPS.iter().find(|(short, _)| *short == symbol) {
                Some((_, name)) => {
                    format!("`{symbol}`, short for {name}: such groups are not read")
                }
                None => format!("`{symbol}`, which is no element"),
            },
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
            Some(_) if digits.len() > 1 && digits.starts_with('0') && !digits.starts_with("0.") => {
                let found = format!("`{digits}`: is the zero a letter O?");
                Err(self.error_at(start, "an amount such as 2, 0.5 or .5", found))
            }
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

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// Sums repeated elements, in order of first appearance, as `Fe2 O3`.
    fn read(text: &str) -> String {
        let mut sums: Terms = Vec::new();
        for (element, amount) in read_formula(text).unwrap().terms {
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
        read_formula(text).unwrap_err().to_string()
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

    fn unusual(text: &str) -> Vec<Unusual> {
        read_formula(text).unwrap().unusual
    }

    #[test]
    fn a_full_stop_behind_a_compound_parts_it_from_what_a_number_counts() {
        for (text, expected) in [
            ("CuSO4.5H2O", "Cu1 S1 O9 H10"),
            ("Na2CO3.10H2O", "Na2 C1 O13 H20"),
            ("Zn(NO3)2.6H2O", "Zn1 N2 O12 H12"),
            ("KAl(SO4)2.12H2O", "K1 Al1 S2 O20 H24"),
            ("NiCl2.6(H2O)", "Ni1 Cl2 H12 O6"),
            ("CaSO4.0.5H2O", "Ca1 S1 O4.5 H1"),
            ("Na0.35CoO2.1.3H2O", "Na0.35 Co1 O3.3 H2.6"),
            ("Zn SO4 . 7 H2O", "Zn1 S1 O11 H14"),
            ("CoCl3.6NH3", "Co1 Cl3 N6 H18"),
            ("LiOH.H2O", "Li1 O2 H3"),
            ("2CaO.SiO2", "Ca2 O4 Si1"),
            ("Al2O3.2SiO2.2H2O", "Al2 O9 Si2 H4"),
            ("BaO.6Fe2O3", "Ba1 O19 Fe12"),
        ] {
            assert_eq!(read(text), expected, "{text}");
            assert_eq!(unusual(text), [Unusual::FullStop], "{text}");
        }
        // Decimal points stay what they are.
        for (text, expected) in [
            ("YBa2Cu3O6.5", "Y1 Ba2 Cu3 O6.5"),
            ("Ba.5Sr0.5TiO3", "Ba0.5 Sr0.5 Ti1 O3"),
            ("Li1.5H2O", "Li1.5 H2 O1"),
            ("FeO1.5(OH)", "Fe1 O2.5 H1"),
            ("CsPbI2.5Br0.5", "Cs1 Pb1 I2.5 Br0.5"),
            ("SrTi0.5Fe0.5O2.75", "Sr1 Ti0.5 Fe0.5 O2.75"),
        ] {
            assert_eq!(read(text), expected, "{text}");
            assert!(unusual(text).is_empty(), "{text}");
        }
    }

    #[test]
    fn oxidation_states_in_brackets_are_no_atoms() {
        for (text, expected) in [
            ("Fe(III)2O3", "Fe2 O3"),
            ("Cu(II)O", "Cu1 O1"),
            ("Cu(I)2O", "Cu2 O1"),
            ("Tl[I]2O", "Tl2 O1"),
            ("V(V)2O5", "V2 O5"),
            ("Pb(II)Pb(IV)O3", "Pb2 O3"),
            ("K2Cr(VI)2O7", "K2 Cr2 O7"),
            ("K3[Fe(III)(CN)6]", "K3 Fe1 C6 N6"),
        ] {
            assert_eq!(read(text), expected, "{text}");
            assert_eq!(unusual(text), [Unusual::OxidationState], "{text}");
        }
        // Iodine in brackets is iodine where it can be nothing else.
        assert_eq!(read("(NH4)(I)O3"), "N1 H4 I1 O3");
        for text in ["Pb(I)2", "CsPb(I)2Br", "Li(V)O3", "Na(I)", "Hg(I)2"] {
            assert!(error(text).contains("an element, an oxidation state or a label"), "{text}");
        }
        for text in ["FeIII2O3", "CuIIO", "FeIIFeIII2O4", "MnIVO2", "BiIIICl3"] {
            assert!(error(text).contains("looks like an oxidation state"), "{text}");
        }
        assert_eq!([read("VI3"), read("HIO3"), read("IIn")], ["V1 I3", "H1 I1 O3", "I1 In1"]);
    }

    #[test]
    fn labels_in_brackets_are_no_atoms() {
        for (text, expected) in [
            ("TiO2 (rutile)", "Ti1 O2"),
            ("SiO2 (Quartz)", "Si1 O2"),
            ("Al2O3(α)", "Al2 O3"),
            ("H2O (l)", "H2 O1"),
            ("NaCl[aq]", "Na1 Cl1"),
            ("CuSO4·5H2O (s)", "Cu1 S1 O9 H10"),
            ("Fe (bcc)", "Fe1"),
        ] {
            assert_eq!(read(text), expected, "{text}");
            assert_eq!(unusual(text), [Unusual::Label], "{text}");
        }
        assert_eq!(read("KH2PO4 (II)"), "K1 H2 P1 O4");
        for text in ["TiO2 (B)", "SiO2 (I)", "C60(H)", "MoS2 (2H)", "SiC(4H)", "TiO2(Am)"] {
            assert!(error(text).contains("which can be a label"), "{text}");
        }
        for text in ["Fe(acac)3", "Cu(en)Cl2", "TiO2 (film)"] {
            assert!(error(text).contains("expected an element symbol"), "{text}");
        }
        assert_eq!(read("(Ba)(Ti)O3"), "Ba1 Ti1 O3");
    }

    #[test]
    fn mass_numbers_in_brackets_are_no_counts() {
        for (text, expected) in [
            ("[13C]O2", "C1 O2"),
            ("(18O)2", "O2"),
            ("H2[18O]", "H2 O1"),
            ("(235U)O2", "U1 O2"),
            ("[2H]2O", "H2 O1"),
            ("[57Fe]2O3", "Fe2 O3"),
        ] {
            assert_eq!(read(text), expected, "{text}");
            assert_eq!(unusual(text), [Unusual::MassNumber], "{text}");
        }
        for text in ["[13CO2]", "(15NO3)2Cu", "[18OH]Na", "K[14CN]", "U(235)O2"] {
            assert!(read_formula(text).is_err(), "{text}");
        }
        assert!(error("[13CO2]").contains("a count or the mass number of C"));
        // Counts stay counts.
        assert_eq!(read("CuSO4(2H2O)"), "Cu1 S1 O6 H4");
        assert_eq!(read("(12CaO)(7Al2O3)"), "Ca12 O33 Al14");
    }

    #[test]
    fn numbers_that_are_no_amounts_are_refused() {
        for text in ["GaAs 1.42", "NaCl 8.5", "MgO\t7.8", "InP 1.35", "Fe2O 3"] {
            assert!(error(text).contains("behind a blank"), "{text}");
        }
        for text in ["NaCl_1", "MgO_1", "NaCl_02", "TiO2_2", "Fe2O3_17"] {
            assert!(read_formula(text).is_err(), "{text}");
        }
        for text in ["H20", "Fe203", "Na20", "V205", "Al203", "Si02", "Na2C03", "CuS04"] {
            assert!(error(text).contains("is the zero a letter O?"), "{text}");
        }
        assert_eq!(unusual("CaCl_2"), [Unusual::Underscore]);
        for text in ["$CaCl_2$", "CaCl_{2}", "Fe_2O_3", "H_2O"] {
            assert!(unusual(text).is_empty(), "{text}");
        }
        for text in ["C60", "Fe100", "Mn20", "U30", "Ta30"] {
            assert!(unusual(text).is_empty(), "{text}");
        }
        assert_eq!(read("Ni20Fe80"), "Ni20 Fe80");
    }

    #[test]
    fn short_names_of_groups_are_no_elements() {
        for text in ["Pb(OAc)2", "NaOAc", "Zn(OAc)2·2H2O", "PhNHAc", "Ti(OPr)4", "CuOTs"] {
            assert!(error(text).contains("such groups are not read"), "{text}");
        }
        for text in ["MeOH", "Et2O", "Ph3P", "BuLi", "CpFe"] {
            assert!(error(text).contains("such groups are not read"), "{text}");
        }
        assert_eq!(
            [read("AcF3"), read("ClOPr"), read("PrOCl")],
            ["Ac1 F3", "Cl1 O1 Pr1", "Pr1 O1 Cl1"]
        );
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
            let _ = read_formula(&text);
        }

        #[test]
        fn no_near_formula_makes_it_panic(text in "[A-Za-z0-9.(){}\\[\\]_$<>/·*\\\\ ₂+-]{0,20}") {
            if let Err(MaterialsError::Formula { position, .. }) = read_formula(&text) {
                prop_assert!(position >= 1 && position <= text.chars().count() + 1);
            }
        }
    }
}
