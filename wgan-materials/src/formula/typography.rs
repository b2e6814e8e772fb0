//! From characters to the tokens that mean something.

/// A character that means something, with its place in the text.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Token {
    /// ASCII, or `·` for the dot between two parts.
    pub(super) char: char,
    /// Counted in characters from 1.
    pub(super) position: usize,
    /// What was skipped before it.
    pub(super) before: Skipped,
}

/// What stands between two tokens.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(super) enum Skipped {
    /// Nothing, or what says that a subscript follows: tags, braces, dollars.
    #[default]
    Nothing,
    /// Blanks.
    Blank,
    /// A bare `_`.
    Underscore,
}

/// Drops what is only typography and maps what is left to ASCII and `·`.
pub(super) fn tokens(text: &str) -> Vec<Token> {
    let chars: Vec<char> = text.chars().collect();
    let mut tokens = Vec::with_capacity(chars.len());
    let (mut i, mut before) = (0, Skipped::Nothing);
    while i < chars.len() {
        let skip = typography(&chars[i..]);
        if skip > 0 {
            before = match chars[i] {
                char if char.is_whitespace() => Skipped::Blank,
                '_' if before != Skipped::Blank => Skipped::Underscore,
                _ => Skipped::Nothing,
            };
            i += skip;
            continue;
        }
        let (used, char) = significant(&chars[i..]);
        tokens.push(Token { char, position: i + 1, before });
        (i, before) = (i + used, Skipped::Nothing);
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
            let plain = |token: &Token| Token { before: Skipped::Nothing, ..*token };
            kept.extend(others[..n].iter().map(plain));
            rest = &others[n + 1..];
        } else {
            kept.push(*first);
            rest = others;
        }
    }
    kept
}

/// Whether a character belongs to an amount.
pub(super) fn is_numeric(char: char) -> bool {
    char.is_ascii_digit() || char == '.'
}
