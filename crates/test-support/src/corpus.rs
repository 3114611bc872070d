//! Fixtures of hostile input: many cases in one file, long ones written short.

/// A case of a corpus.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Case {
    /// What it does.
    pub name: String,
    /// How it must end.
    pub expect: String,
    /// What it is made of; `<<N*text>>` is written out.
    pub text: String,
}

/// The cases of the file at a path, as [`cases`].
///
/// # Panics
/// Where there is no such file.
#[must_use]
pub fn read(path: &str) -> Vec<Case> {
    cases(&std::fs::read_to_string(path).unwrap_or_else(|error| panic!("{path}: {error}")))
}

/// The cases of a file: `=== name => expect`, then the text up to the next such line. What stands before the first is
/// for people.
///
/// # Panics
/// Where a line cannot be understood: the file is part of a test.
#[must_use]
pub fn cases(file: &str) -> Vec<Case> {
    let mut out = Vec::new();
    for part in file.split("\n=== ").skip(1) {
        let (head, text) = part.split_once('\n').unwrap_or((part, ""));
        let (name, expect) = head.split_once(" => ").unwrap_or_else(|| panic!("no expectation in `{head}`"));
        let text = written_out(text.strip_suffix('\n').unwrap_or(text));
        out.push(Case { name: name.to_owned(), expect: expect.to_owned(), text });
    }
    out
}

/// Writes `<<N*text>>` out N times, `<<N>>` in it as the number of the time, from 1.
fn written_out(text: &str) -> String {
    let mut out = String::new();
    let mut rest = text;
    while let Some(start) = rest.find("<<") {
        let after = &rest[start + 2..];
        let digits = after.find(|c: char| !c.is_ascii_digit()).unwrap_or(after.len());
        let (Ok(times), true) = (after[..digits].parse::<usize>(), after[digits..].starts_with('*')) else {
            out.push_str(&rest[..start + 2]);
            rest = after;
            continue;
        };
        out.push_str(&rest[..start]);
        let body = &after[digits + 1..];
        // `<<N>>` inside ends with the same two letters.
        let end = end_of(body).unwrap_or_else(|| panic!("`<<{times}*` is not closed"));
        for time in 1..=times {
            out.push_str(&body[..end].replace("<<N>>", &time.to_string()));
        }
        rest = &body[end + 2..];
    }
    out.push_str(rest);
    out
}

fn end_of(body: &str) -> Option<usize> {
    let mut at = 0;
    loop {
        let end = at + body[at..].find(">>")?;
        if !body[..end].ends_with("<<N") {
            return Some(end);
        }
        at = end + 2;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn repetitions_are_written_out() {
        let rows = [
            ("a<<3*b>>c", "abbbc"),
            ("<<2*x<<N>> >>y", "x1 x2 y"),
            ("1 << 64", "1 << 64"),
            ("<<2*(>>1<<2*)>>", "((1))"),
        ];
        for (text, expect) in rows {
            assert_eq!(written_out(text), expect, "{text}");
        }
        let read = cases("words\n=== one => done: x\nbody\nmore\n=== two => no\n");
        let shown: Vec<_> = read.iter().map(|c| (&*c.name, &*c.expect, &*c.text)).collect();
        assert_eq!(shown, [("one", "done: x", "body\nmore"), ("two", "no", "")]);
    }
}
