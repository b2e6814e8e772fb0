//! Small pieces of HTML.

/// Text that stands for itself in HTML, in attributes too.
pub(super) fn escape(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for character in text.chars() {
        match character {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '"' => escaped.push_str("&quot;"),
            '\'' => escaped.push_str("&#39;"),
            _ => escaped.push(character),
        }
    }
    escaped
}

/// A table; cells are HTML already.
pub(super) fn table(class: &str, header: &[String], rows: &[Vec<String>]) -> String {
    let row = |tag: &str, cells: &[String]| {
        let cells: String = cells.iter().map(|cell| format!("<{tag}>{cell}</{tag}>")).collect();
        format!("<tr>{cells}</tr>\n")
    };
    let body: String = rows.iter().map(|cells| row("td", cells)).collect();
    format!(
        "<div class=\"wide\"><table class=\"{class}\">\n<thead>{}</thead>\n<tbody>\n{body}</tbody></table></div>\n",
        row("th", header)
    )
}

/// A picture with a caption, both HTML already.
pub(super) fn figure(picture: &str, caption: &str) -> String {
    format!("<figure>\n{picture}<figcaption>{caption}</figcaption>\n</figure>\n")
}

/// A heading and what is below it; nothing if there is nothing below.
pub(super) fn section(heading: &str, body: &str) -> String {
    if body.is_empty() {
        return String::new();
    }
    format!("<section>\n<h2>{heading}</h2>\n{body}</section>\n")
}

/// Sections side by side where there is room.
pub(super) fn cards<const N: usize>(cards: [(&str, String); N]) -> String {
    let cards: String = cards.iter().map(|(heading, body)| section(heading, body)).collect();
    format!("<div class=\"cards\">\n{cards}</div>\n")
}

/// An unordered list of texts, which are escaped here; nothing for an empty list.
pub(super) fn list(items: &[String]) -> String {
    if items.is_empty() {
        return String::new();
    }
    let items: String = items.iter().map(|item| format!("<li>{}</li>\n", escape(item))).collect();
    format!("<ul>\n{items}</ul>\n")
}

/// A formula with the amounts as subscripts; formulas have letters, digits and dots only.
pub(super) fn formula(text: &str) -> String {
    let mut html = String::new();
    let mut rest = text;
    while let Some(start) = rest.find(|c: char| c.is_ascii_digit()) {
        let end = rest[start..]
            .find(|c: char| c.is_ascii_alphabetic())
            .map_or(rest.len(), |end| start + end);
        html.push_str(&format!(
            "{}<sub>{}</sub>",
            escape(&rest[..start]),
            escape(&rest[start..end])
        ));
        rest = &rest[end..];
    }
    html + &escape(rest)
}

/// A share as percent, `–` if there is none.
pub(super) fn percent(share: Option<f64>) -> String {
    share.map_or("–".to_string(), |share| format!("{:.1} %", 100.0 * share))
}

/// A number with three decimals, `–` if there is none.
pub(super) fn decimal(value: Option<f64>) -> String {
    value.map_or("–".to_string(), |value| format!("{value:.3}"))
}

/// A number with at most four significant digits.
pub(super) fn short(value: f64) -> String {
    let magnitude = value.abs();
    if value == 0.0 || (1e-3..1e5).contains(&magnitude) {
        let digits =
            if value == 0.0 { 0 } else { (3 - magnitude.log10().floor() as i32).max(0) as usize };
        let text = format!("{value:.digits$}");
        let trimmed = if text.contains('.') {
            text.trim_end_matches('0').trim_end_matches('.')
        } else {
            &text
        };
        return trimmed.replace('-', "−");
    }
    format!("{value:.2e}").replace('-', "−")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn markup_in_text_is_shown_and_not_run() {
        assert_eq!(escape("<script>\"a\" & 'b'"), "&lt;script&gt;&quot;a&quot; &amp; &#39;b&#39;");
        assert_eq!(list(&["<b>".to_string()]), "<ul>\n<li>&lt;b&gt;</li>\n</ul>\n");
    }

    #[test]
    fn amounts_are_subscripts() {
        assert_eq!(
            formula("Sr0.15La1.85CuO4"),
            "Sr<sub>0.15</sub>La<sub>1.85</sub>CuO<sub>4</sub>"
        );
        assert_eq!(formula("NaCl"), "NaCl");
    }

    #[test]
    fn numbers_are_short() {
        let shown = [0.0, 1.0, 8.25, -0.012345, 123456.0, 98765.4, 1e-9, 300.0].map(short);
        assert_eq!(shown, ["0", "1", "8.25", "−0.01235", "1.23e5", "98765", "1.00e−9", "300"]);
    }
}
