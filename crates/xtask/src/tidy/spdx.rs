//! SPDX licence expressions: `MIT OR (Apache-2.0 WITH LLVM-exception AND ISC)`, and the old `MIT/Apache-2.0`.

/// Whether the expression can be satisfied with licences that `allowed` accepts.
///
/// # Errors
/// When the text is not such an expression; the error says what was expected.
pub fn allows(expression: &str, allowed: impl Fn(&str) -> bool) -> Result<bool, String> {
    let spaced = expression.replace('(', " ( ").replace(')', " ) ").replace('/', " OR ");
    let mut words = spaced.split_whitespace().peekable();
    let answer = any(&mut words, &allowed)?;
    match words.next() {
        None => Ok(answer),
        Some(word) => Err(format!("`{word}` after the end")),
    }
}

type Words<'a> = std::iter::Peekable<std::str::SplitWhitespace<'a>>;

fn any(words: &mut Words<'_>, allowed: &impl Fn(&str) -> bool) -> Result<bool, String> {
    let mut answer = all(words, allowed)?;
    while words.next_if_eq(&"OR").is_some() {
        answer |= all(words, allowed)?;
    }
    Ok(answer)
}

fn all(words: &mut Words<'_>, allowed: &impl Fn(&str) -> bool) -> Result<bool, String> {
    let mut answer = one(words, allowed)?;
    while words.next_if_eq(&"AND").is_some() {
        answer &= one(words, allowed)?;
    }
    Ok(answer)
}

fn one(words: &mut Words<'_>, allowed: &impl Fn(&str) -> bool) -> Result<bool, String> {
    match words.next() {
        Some("(") => {
            let answer = any(words, allowed)?;
            words.next_if_eq(&")").map(|_| answer).ok_or_else(|| "`)` is missing".into())
        }
        Some(word) if !matches!(word, ")" | "OR" | "AND" | "WITH") => {
            // `MPL-2.0+` means that version or a later one, so the named version is among them.
            let id = word.trim_end_matches('+');
            if words.next_if_eq(&"WITH").is_none() {
                return Ok(allowed(id));
            }
            let exception = words.next().ok_or("an exception is missing after WITH")?;
            Ok(allowed(&format!("{id} WITH {exception}")))
        }
        other => Err(format!("a licence is missing before `{}`", other.unwrap_or("the end"))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn expressions_are_evaluated() {
        let check = |text: &str, expect: Result<bool, ()>| {
            let fine = |id: &str| matches!(id, "MIT" | "ISC" | "Apache-2.0 WITH LLVM-exception" | "MPL-2.0");
            assert_eq!(allows(text, fine).map_err(|_| ()), expect, "{text}");
        };
        check("MIT", Ok(true));
        check("GPL-2.0-only", Ok(false));
        check("MIT/Apache-2.0", Ok(true));
        check("GPL-2.0-only OR MIT AND ISC", Ok(true));
        check("(GPL-2.0-only OR MIT) AND GPL-2.0-only", Ok(false));
        check("Apache-2.0", Ok(false));
        check("Apache-2.0 WITH LLVM-exception", Ok(true));
        check("MPL-2.0+", Ok(true));
        check("", Err(()));
        check("(MIT", Err(()));
        check("MIT ISC", Err(()));
        check("MIT WITH", Err(()));
    }
}
