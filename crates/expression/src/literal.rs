//! Text literals that stand for a date, an instant, a time or a length of time.

use chrono::{DateTime, Datelike, NaiveDate, NaiveTime, Utc};

/// `2026-01-31`, years 1 to 9999.
pub fn date(text: &str) -> Option<NaiveDate> {
    let fixed = text.len() == 10 && text.as_bytes().iter().all(|b| b.is_ascii_digit() || *b == b'-');
    let date = NaiveDate::parse_from_str(text, "%Y-%m-%d").ok()?;
    (fixed && in_range(date)).then_some(date)
}

/// Whether the year has four digits, which every back end can hold.
pub fn in_range(date: NaiveDate) -> bool {
    (1..=9999).contains(&date.year())
}

/// RFC 3339 with its offset: `2026-01-31T09:00:00+08:00`; seconds may be left out.
pub fn datetime(text: &str) -> Option<DateTime<Utc>> {
    let full = DateTime::parse_from_rfc3339(text);
    let short = || DateTime::parse_from_str(&text.replace('Z', "+00:00"), "%Y-%m-%dT%H:%M%:z");
    let instant = full.or_else(|_| short()).ok()?.to_utc();
    in_range(instant.date_naive()).then_some(instant)
}

/// `09:30` or `09:30:00`
pub fn time(text: &str) -> Option<NaiveTime> {
    NaiveTime::parse_from_str(text, "%H:%M:%S").or_else(|_| NaiveTime::parse_from_str(text, "%H:%M")).ok()
}

/// `2d`, `9h`, `1d12h`, `90m`, `30s`, with an optional minus: seconds.
pub fn duration(text: &str) -> Option<i64> {
    let (sign, mut rest) = text.strip_prefix('-').map_or((1, text), |rest| (-1, rest));
    let mut total: i64 = 0;
    let mut last = i64::MAX;
    while !rest.is_empty() {
        let digits = rest.find(|c: char| !c.is_ascii_digit())?;
        let number: i64 = rest[..digits].parse().ok()?;
        let unit = match rest.as_bytes()[digits] {
            b'd' => 86_400,
            b'h' => 3_600,
            b'm' => 60,
            b's' => 1,
            _ => return None,
        };
        // Units come once each, the largest first.
        if unit >= last {
            return None;
        }
        last = unit;
        total = total.checked_add(number.checked_mul(unit)?)?;
        rest = &rest[digits + 1..];
    }
    (last != i64::MAX).then_some(sign * total)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lengths_of_time_are_read_or_refused() {
        let rows = [
            ("2d", Some(172_800)),
            ("1d12h", Some(129_600)),
            ("-90m", Some(-5_400)),
            ("30s", Some(30)),
            ("", None),
            ("d", None),
            ("1h1d", None),
            ("1h1h", None),
            ("5", None),
            ("1年", None),
            ("99999999999999999999d", None),
        ];
        for (text, expect) in rows {
            assert_eq!(duration(text), expect, "{text}");
        }
    }

    #[test]
    fn dates_are_iso_only() {
        for text in ["2026-1-31", "2026-02-29", "26-01-31", "0000-01-01", "+026-01-01", "2026/01/31"] {
            assert_eq!(date(text), None, "{text}");
        }
        assert!(date("2024-02-29").is_some());
        assert!(datetime("2026-01-31T09:00+08:00").is_some());
        assert!(datetime("2026-01-31T01:00Z").is_some());
        assert!(datetime("2026-01-31T09:00").is_none());
    }
}
