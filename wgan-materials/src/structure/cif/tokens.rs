//! The words of a CIF text.

use super::super::error::StructureError;

/// One word with its line.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Token<'a> {
    pub(super) line: usize,
    pub(super) kind: Kind<'a>,
}

/// What a word is.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Kind<'a> {
    /// `data_name`
    Data(&'a str),
    /// `loop_`
    Loop,
    /// `_a_name`
    Tag(&'a str),
    /// A bare word: a number, a symbol, `?` or `.`.
    Bare(&'a str),
    /// A text in quotes or between lines that start with a semicolon.
    Quoted(&'a str),
}

/// The words of a text, by the grammar of CIF 1.1 (Hall, Allen, Brown 1991, Acta Cryst. A47, 655).
///
/// A quote ends its text only before white space, as in `'5'-methyl'`. `save_`, `stop_` and `global_` are skipped.
pub(super) fn tokens(text: &str) -> Result<Vec<Token<'_>>, StructureError> {
    let mut tokens = Vec::new();
    let mut lines = Lines { rest: text, line: 0 };
    while let Some((line, content)) = lines.next_line() {
        match content.strip_prefix(';') {
            Some(_) => {
                tokens.push(Token { line, kind: Kind::Quoted(lines.text_field(line, content)?) })
            }
            None => words(line, content, &mut tokens)?,
        }
    }
    Ok(tokens)
}

/// The lines of a text, whichever way they end.
struct Lines<'a> {
    rest: &'a str,
    line: usize,
}

impl<'a> Lines<'a> {
    fn next_line(&mut self) -> Option<(usize, &'a str)> {
        if self.rest.is_empty() {
            return None;
        }
        self.line += 1;
        let end = self.rest.find(['\n', '\r']).unwrap_or(self.rest.len());
        let (content, after) = self.rest.split_at(end);
        self.rest = after.strip_prefix("\r\n").or_else(|| after.get(1..)).unwrap_or("");
        Some((self.line, content))
    }

    /// The text from the line `first`, which starts with a semicolon, to the next line that does.
    fn text_field(&mut self, start: usize, first: &'a str) -> Result<&'a str, StructureError> {
        let before = self.rest;
        let mut length = 0;
        while let Some((_, content)) = self.next_line() {
            if let Some(after) = content.strip_prefix(';') {
                // What follows the closing semicolon belongs to the next words: put it back.
                let offset = before.len() - self.rest.len();
                let line_end = offset - before[length..offset].len() + content.len();
                self.rest = &before[line_end - after.len()..];
                self.line -= usize::from(!after.is_empty());
                if after.is_empty() {
                    self.rest = &before[offset..];
                }
                let field = before[..length].trim_end_matches(['\n', '\r']);
                return Ok(if field.is_empty() { first[1..].trim() } else { field });
            }
            length = before.len() - self.rest.len();
        }
        Err(StructureError::at(start, "the text that starts with `;` has no closing `;`"))
    }
}

/// The words of one line.
fn words<'a>(
    line: usize,
    content: &'a str,
    tokens: &mut Vec<Token<'a>>,
) -> Result<(), StructureError> {
    let mut rest = content.trim_start_matches(is_blank);
    while !rest.is_empty() && !rest.starts_with('#') {
        let (kind, after) = match rest.chars().next() {
            Some(quote @ ('\'' | '"')) => {
                let (text, after) = quoted(rest, quote).ok_or_else(|| {
                    StructureError::at(line, format!("the quote {quote} is not closed"))
                })?;
                (Some(Kind::Quoted(text)), after)
            }
            _ => {
                let end = rest.find(is_blank).unwrap_or(rest.len());
                (bare(&rest[..end]), &rest[end..])
            }
        };
        tokens.extend(kind.map(|kind| Token { line, kind }));
        rest = after.trim_start_matches(is_blank);
    }
    Ok(())
}

fn is_blank(c: char) -> bool {
    c == ' ' || c == '\t' || c == '\u{feff}' || c == '\u{a0}' || c.is_control()
}

/// The text up to a quote before white space, and what follows.
fn quoted(text: &str, quote: char) -> Option<(&str, &str)> {
    let inner = &text[1..];
    let closes = |(at, _): &(usize, &str)| inner[at + 1..].chars().next().is_none_or(is_blank);
    let (end, _) = inner.match_indices(quote).find(closes)?;
    Some((&inner[..end], &inner[end + 1..]))
}

/// What a word without quotes is.
fn bare(word: &str) -> Option<Kind<'_>> {
    let starts = |prefix: &str| {
        word.get(..prefix.len()).is_some_and(|start| start.eq_ignore_ascii_case(prefix))
    };
    if word.starts_with('_') {
        return Some(Kind::Tag(word));
    }
    if starts("data_") {
        return Some(Kind::Data(&word[5..]));
    }
    if word.eq_ignore_ascii_case("loop_") {
        return Some(Kind::Loop);
    }
    let is_skipped = starts("save_")
        || word.eq_ignore_ascii_case("stop_")
        || word.eq_ignore_ascii_case("global_");
    (!is_skipped).then_some(Kind::Bare(word))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn kinds(text: &str) -> Vec<(usize, Kind<'_>)> {
        tokens(text).unwrap().into_iter().map(|token| (token.line, token.kind)).collect()
    }

    #[test]
    fn words_have_their_lines_whatever_ends_them() {
        let expected = vec![
            (1, Kind::Data("x")),
            (2, Kind::Tag("_a")),
            (2, Kind::Bare("5.43(2)")),
            (4, Kind::Loop),
            (4, Kind::Quoted("O'Neil's")),
        ];
        for end in ["\n", "\r\n", "\r"] {
            let text = "data_x\n_a 5.43(2) # a comment\n#\nLOOP_ 'O'Neil's'".replace('\n', end);
            assert_eq!(kinds(&text), expected, "{end:?}");
        }
    }

    #[test]
    fn text_fields_are_one_word() {
        let text = "_t\n;first\nsecond ; 'x\n;\n_u 1\n_v\n;inline\n; 7\n_w\n;\n;\n";
        let expected = vec![
            (1, Kind::Tag("_t")),
            (2, Kind::Quoted("second ; 'x")),
            (5, Kind::Tag("_u")),
            (5, Kind::Bare("1")),
            (6, Kind::Tag("_v")),
            (7, Kind::Quoted("inline")),
            (8, Kind::Bare("7")),
            (9, Kind::Tag("_w")),
            (10, Kind::Quoted("")),
        ];
        assert_eq!(kinds(text), expected);
    }

    #[test]
    fn what_is_left_open_is_named_with_its_line() {
        let message = |text: &str| tokens(text).unwrap_err().to_string();
        assert_eq!(message("_a 1\n_b 'x"), "line 2: the quote ' is not closed");
        assert_eq!(
            message("_a\n;x\ny"),
            "line 2: the text that starts with `;` has no closing `;`"
        );
    }
}
