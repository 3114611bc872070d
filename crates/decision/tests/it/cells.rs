//! The table of cells.

use crate::domain;
use decision::Scalar;

const MEANT: &str = include_str!("../data/cells.txt");
const REFUSED: &str = include_str!("../data/refused.txt");

/// The lines of a table, cut at semicolons.
fn rows(text: &str) -> impl Iterator<Item = Vec<&str>> {
    let lines = text.lines().filter(|line| !line.is_empty() && !line.starts_with('#'));
    lines.map(|line| line.split(';').map(str::trim).collect())
}

/// The values of a list, cut at spaces outside quotes.
fn values(list: &str) -> Vec<String> {
    let mut found = vec![String::new()];
    let (mut quoted, mut escaped) = (false, false);
    for c in list.chars() {
        if c == ' ' && !quoted {
            found.push(String::new());
            continue;
        }
        quoted ^= c == '"' && !escaped;
        escaped = c == '\\' && !escaped;
        found.last_mut().unwrap().push(c);
    }
    found.into_iter().filter(|value| !value.is_empty()).collect()
}

#[test]
fn cells_mean_what_the_table_says() {
    let mut count = 0;
    for row in rows(MEANT) {
        let [ty, cell, passing, failing] = row[..] else { panic!("{row:?}") };
        let domain = domain(ty);
        let read = decision::parse(cell, &domain).unwrap_or_else(|finding| panic!("{ty} {cell}: {finding}"));
        for (list, expect) in [(passing, true), (failing, false)] {
            for text in values(list) {
                let value: Option<Scalar> = decision::parse_value(&text, &domain).unwrap();
                assert_eq!(read.holds(value.as_ref()), expect, "{ty}: `{cell}` on {text}");
                count += 1;
            }
        }
    }
    assert!(count >= 200, "{count}");
}

#[test]
fn cells_that_mean_nothing_are_refused_where_they_go_wrong() {
    for row in rows(REFUSED) {
        let [ty, cell, column] = row[..] else { panic!("{row:?}") };
        match decision::parse(cell, &domain(ty)) {
            Ok(read) => panic!("{ty}: `{cell}` is {read:?}"),
            Err(finding) => {
                assert_eq!(finding.code.name(), "invalid_cell");
                let at = finding.source.as_ref().unwrap().column;
                assert_eq!(at.to_string(), column, "{ty}: `{cell}`: {finding}");
                for locale in diagnostic::Locale::ALL {
                    assert!(!finding.render(locale).contains('{'), "{finding}");
                }
            }
        }
    }
}

#[test]
fn any_text_is_read_or_refused() {
    let pieces = [
        "", "-", "not(", ")", "[", "]", "..", ",", "\"", "\\", "<", "=", "null", "1", "a", "date", "(", " ",
        "日",
    ];
    for ty in ["number", "text", "select", "date"] {
        let domain = domain(ty);
        for a in pieces {
            for b in pieces {
                for c in pieces {
                    let _ = decision::parse(&format!("{a}{b}{c}"), &domain);
                }
            }
        }
    }
    assert!(decision::parse(&"1,".repeat(3_000), &domain("number")).is_err());
}

#[test]
fn values_that_a_column_does_not_have_are_refused() {
    let mut domain = domain("text");
    domain.values = Some(vec![Scalar::Text("north".to_owned()), Scalar::Text("south".to_owned())]);
    assert!(decision::parse("\"north\", not(\"south\")", &domain).is_err());
    assert!(decision::parse("not(\"north\", \"south\")", &domain).is_ok());
    let finding = decision::parse("\"nort\"", &domain).unwrap_err();
    assert!(finding.to_string().contains("did you mean `\"north\"`?"), "{finding}");
}
