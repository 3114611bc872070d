//! "Did you mean": the nearest of the names that would have been right.

use crate::diagnostic::Hint;

/// The candidate nearest to `wrong`, if one is near enough to be a likely slip of the pen.
pub fn nearest<'a>(wrong: &str, candidates: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let wrong_folded = wrong.to_lowercase();
    candidates
        .into_iter()
        .map(|name| (strsim::jaro_winkler(&wrong_folded, &name.to_lowercase()), name))
        .filter(|(score, _)| *score >= 0.8)
        .max_by(|a, b| a.0.total_cmp(&b.0))
        .map(|(_, name)| name)
}

/// Names in a hint: more would not be read.
const MOST: usize = 16;

/// A hint naming the nearest candidate, or listing all where they are few and none is near.
pub fn did_you_mean<'a>(wrong: &str, candidates: impl IntoIterator<Item = &'a str> + Clone) -> Option<Hint> {
    if let Some(name) = nearest(wrong, candidates.clone()) {
        return Some(Hint::DidYouMean(name.to_owned()));
    }
    let all: Vec<String> = candidates.into_iter().take(MOST + 1).map(str::to_owned).collect();
    (!all.is_empty() && all.len() <= MOST).then_some(Hint::OneOf(all))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn slips_are_recognised_and_strangers_are_not() {
        let names = ["required", "readonly", "label", "close_date"];
        let rows = [("requierd", Some("required")), ("closedate", Some("close_date")), ("zzz", None)];
        for (wrong, expect) in rows {
            assert_eq!(nearest(wrong, names), expect, "{wrong}");
        }
    }
}
