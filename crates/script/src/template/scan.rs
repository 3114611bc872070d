//! How deep a text nests, told without parsing it: the parser itself would overflow the stack.

/// Deepest nesting of blocks.
const BLOCKS: usize = 24;
/// Deepest nesting of parentheses and brackets inside one tag.
const PARENTHESES: usize = 8;
/// Longest text in bytes.
const LONGEST: usize = 256 << 10;
/// Most tags.
const TAGS: usize = 5_000;

/// What is too much about a text, and the byte where.
pub(super) fn too_much(text: &str) -> Option<(usize, String)> {
    if text.len() > LONGEST {
        return Some((0, format!("the template has more than {LONGEST} bytes")));
    }
    // `else if` goes one deeper and is closed with its block: a chain counts as what it adds to the tree.
    let mut open: Vec<usize> = Vec::new();
    let (mut depth, mut tags, mut at) = (0, 0, 0);
    while let Some(found) = text[at..].find("{{") {
        let start = at + found;
        let inner = text[start + 2..].trim_start_matches(['{', '~']);
        let word = &inner[..inner.find("}}").unwrap_or(inner.len())];
        let word = word.trim_matches('~').trim();
        tags += 1;
        if word.starts_with('#') {
            open.push(1);
            depth += 1;
        } else if word.starts_with('/') {
            depth -= open.pop().unwrap_or(0);
        } else if let (Some(rest), Some(last)) =
            (word.strip_prefix("else").or(word.strip_prefix('^')), open.last_mut())
            && !rest.trim().is_empty()
        {
            *last += 1;
            depth += 1;
        }
        if depth > BLOCKS {
            return Some((start, format!("blocks nest deeper than {BLOCKS}")));
        }
        if tags > TAGS {
            return Some((start, format!("the template has more than {TAGS} tags")));
        }
        // A tag may end later than it seems to, where a text in it holds braces: look as far as the next one.
        let rest = &text[start + 2..];
        if nested(&rest[..rest.find("{{").unwrap_or(rest.len())]) > PARENTHESES {
            return Some((start, format!("parentheses nest deeper than {PARENTHESES}")));
        }
        at = start + 2;
    }
    None
}

fn nested(tag: &str) -> usize {
    let (mut depth, mut deepest) = (0_usize, 0);
    for byte in tag.bytes() {
        match byte {
            b'(' | b'[' | b'{' => {
                depth += 1;
                deepest = deepest.max(depth);
            }
            b')' | b']' | b'}' => depth = depth.saturating_sub(1),
            _ => {}
        }
    }
    deepest
}

/// Line and column of a byte, from 1.
pub(super) fn place(text: &str, at: usize) -> (u32, u32) {
    let before = &text[..text.floor_char_boundary(at)];
    let line = before.matches('\n').count() + 1;
    let column = before.rsplit('\n').next().unwrap_or_default().chars().count() + 1;
    (u32::try_from(line).unwrap_or(u32::MAX), u32::try_from(column).unwrap_or(u32::MAX))
}
