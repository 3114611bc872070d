//! Rust text cut into code, comments and literals, so that a rule about code is not fooled by a comment.

/// What a piece of Rust text is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Piece {
    /// Anything that the compiler reads as code.
    Code,
    /// `// …`, `/* … */` and their documentation forms.
    Comment,
    /// A string (plain, raw, byte, C) or a character, with its quotes.
    Literal,
}

/// Cuts a file into pieces. Together the pieces are the file; the number is the line where a piece starts.
pub fn pieces(text: &str) -> Vec<(Piece, usize, &str)> {
    let bytes = text.as_bytes();
    let (mut pieces, mut from, mut at) = (Vec::new(), 0, 0);
    while at < bytes.len() {
        let Some((kind, end)) = special(text, at) else {
            at += 1;
            continue;
        };
        if from < at {
            pieces.push((Piece::Code, from, at));
        }
        pieces.push((kind, at, end));
        (from, at) = (end, end);
    }
    if from < bytes.len() {
        pieces.push((Piece::Code, from, bytes.len()));
    }
    let (mut line, mut counted) = (1, 0);
    pieces
        .into_iter()
        .map(|(kind, start, end)| {
            line += count_lines(&bytes[counted..start]);
            counted = start;
            (kind, line, &text[start..end])
        })
        .collect()
}

/// The text with comments and literals replaced by spaces; lines stay where they are.
pub fn code_only(text: &str) -> String {
    let blank = |piece: &str| piece.chars().map(|c| if c == '\n' { '\n' } else { ' ' }).collect::<String>();
    pieces(text)
        .into_iter()
        .map(|(kind, _, piece)| if kind == Piece::Code { piece.to_owned() } else { blank(piece) })
        .collect()
}

fn count_lines(bytes: &[u8]) -> usize {
    bytes.iter().filter(|b| **b == b'\n').count()
}

/// When a comment or literal starts at `at`: its kind and the byte after its end.
fn special(text: &str, at: usize) -> Option<(Piece, usize)> {
    let rest = &text.as_bytes()[at..];
    let starts_word = at == 0 || !is_word(text.as_bytes()[at - 1]);
    match rest {
        [b'/', b'/', ..] => {
            let length = rest.iter().position(|b| *b == b'\n').unwrap_or(rest.len());
            Some((Piece::Comment, at + length))
        }
        [b'/', b'*', ..] => Some((Piece::Comment, at + block_comment(rest))),
        [b'"', ..] => Some((Piece::Literal, at + string(rest))),
        [b'b' | b'c', b'"', ..] if starts_word => Some((Piece::Literal, at + 1 + string(&rest[1..]))),
        [b'r', b'"' | b'#', ..] if starts_word => {
            raw_string(&rest[1..]).map(|n| (Piece::Literal, at + 1 + n))
        }
        [b'b' | b'c', b'r', b'"' | b'#', ..] if starts_word => {
            raw_string(&rest[2..]).map(|n| (Piece::Literal, at + 2 + n))
        }
        [b'\'', ..] => character(&text[at..]).map(|n| (Piece::Literal, at + n)),
        _ => None,
    }
}

fn is_word(byte: u8) -> bool {
    byte == b'_' || byte.is_ascii_alphanumeric()
}

fn block_comment(rest: &[u8]) -> usize {
    let (mut depth, mut at) = (0_usize, 0);
    while at < rest.len() {
        match &rest[at..] {
            [b'/', b'*', ..] => (depth, at) = (depth + 1, at + 2),
            [b'*', b'/', ..] => (depth, at) = (depth - 1, at + 2),
            _ => at += 1,
        }
        if depth == 0 {
            return at;
        }
    }
    rest.len()
}

fn string(rest: &[u8]) -> usize {
    let mut at = 1;
    while at < rest.len() {
        match rest[at] {
            b'\\' => at += 2,
            b'"' => return at + 1,
            _ => at += 1,
        }
    }
    rest.len()
}

/// The length of `#…"…"#…` after the `r`, or `None` for a raw identifier such as `r#type`.
fn raw_string(rest: &[u8]) -> Option<usize> {
    let hashes = rest.iter().take_while(|b| **b == b'#').count();
    if rest.get(hashes) != Some(&b'"') {
        return None;
    }
    let mut at = hashes + 1;
    while at < rest.len() {
        if rest[at] == b'"' && rest[at + 1..].iter().take(hashes).filter(|b| **b == b'#').count() == hashes {
            return Some(at + 1 + hashes);
        }
        at += 1;
    }
    Some(rest.len())
}

/// The length of a character literal, or `None` for a lifetime.
fn character(rest: &str) -> Option<usize> {
    let mut chars = rest.char_indices().skip(1);
    let (_, first) = chars.next()?;
    if first == '\\' {
        chars.next();
        return chars.find(|(_, c)| *c == '\'').map(|(at, _)| at + 1);
    }
    let (at, second) = chars.next()?;
    (second == '\'').then_some(at + 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn comments_and_literals_are_blanked() {
        let check = |input: &str, expect: &str| assert_eq!(code_only(input), expect, "{input}");
        check("let a = 1; // crate::b", "let a = 1;            ");
        check("a /* x /* y */ z */ b", "a                   b");
        check(r#"f("crate::a \" b", c)"#, "f(               , c)");
        check(r##"f(r#"a "quoted" b"#)"##, "f(                 )");
        check(
            "fn f<'a>(x: &'a str) { 'x'; '\\n'; '\\u{1F600}' }",
            "fn f<'a>(x: &'a str) {    ;     ;             }",
        );
        check("let r#type = 1;", "let r#type = 1;");
        check("br\"x\" b'q' for_r\"s\"", "      b    for_r   ");
    }

    #[test]
    fn lines_are_counted() {
        let lines: Vec<usize> = pieces("a\n// b\n\"c\nd\"\ne").into_iter().map(|(_, line, _)| line).collect();
        assert_eq!(lines, [1, 2, 2, 3, 4]);
    }
}
