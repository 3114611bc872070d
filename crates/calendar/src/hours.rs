//! The hours of a day.

use chrono::{NaiveDate, NaiveDateTime, NaiveTime, TimeDelta, Weekday};
use diagnostic::{Code, Diagnostic, Result};
use std::fmt;

/// Seconds from one midnight to the next, where clocks are left alone.
const DAY: u32 = 86_400;

/// The weekdays in their order, and the word of each in definitions.
pub const WEEKDAYS: [(&str, Weekday); 7] = [
    ("mon", Weekday::Mon),
    ("tue", Weekday::Tue),
    ("wed", Weekday::Wed),
    ("thu", Weekday::Thu),
    ("fri", Weekday::Fri),
    ("sat", Weekday::Sat),
    ("sun", Weekday::Sun),
];

/// The word of a weekday: `mon`.
pub fn weekday(day: Weekday) -> &'static str {
    WEEKDAYS[day.num_days_from_monday() as usize].0
}

/// Hours that follow each other without a break. They begin on their day, and may end on the next.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Span {
    /// Seconds after the midnight with which the day begins.
    start: u32,
    /// More than `start`, by a day at most.
    end: u32,
}

impl Span {
    /// Reads `09:00-12:00`; `22:00-06:00` ends on the next day, `00:00-24:00` is the whole day.
    ///
    /// # Errors
    /// `invalid_hours`.
    pub fn parse(text: &str) -> Result<Span> {
        let read = || {
            let (start, end) = text.split_once('-')?;
            let (start, end) = (clock(start.trim())?, clock(end.trim())?);
            match end {
                _ if start == DAY || start == end => None,
                end if end < start => Some(Span { start, end: end + DAY }),
                end => Some(Span { start, end }),
            }
        };
        read().ok_or_else(|| Box::new(Diagnostic::new(Code::InvalidHours).with("text", text)))
    }

    /// How long it is, where clocks are left alone.
    pub fn length(&self) -> TimeDelta {
        TimeDelta::seconds((self.end - self.start).into())
    }

    /// Its local times on a day.
    pub fn on(&self, date: NaiveDate) -> (NaiveDateTime, NaiveDateTime) {
        let at = |seconds: u32| date.and_time(NaiveTime::MIN) + TimeDelta::seconds(seconds.into());
        (at(self.start), at(self.end))
    }
}

/// The seconds after midnight of `09:00`, up to `24:00`.
fn clock(text: &str) -> Option<u32> {
    let (hour, minute) = text.split_once(':')?;
    let number = |text: &str| -> Option<u32> {
        let digits = text.len() == 2 && text.bytes().all(|b| b.is_ascii_digit());
        text.parse().ok().filter(|_| digits)
    };
    let (hour, minute) = (number(hour)?, number(minute)?);
    let seconds = hour * 3_600 + minute * 60;
    (minute < 60 && seconds <= DAY).then_some(seconds)
}

impl fmt::Display for Span {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let end = if self.end > DAY { self.end - DAY } else { self.end };
        let part = |seconds: u32| (seconds / 3_600, seconds % 3_600 / 60);
        let ((start, from), (end, until)) = (part(self.start), part(end));
        write!(f, "{start:02}:{from:02}-{end:02}:{until:02}")
    }
}

/// The hours of a day in their order; none on a day without work. They do not overlap.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct Hours(Vec<Span>);

impl Hours {
    /// Of spans in any order.
    ///
    /// # Errors
    /// The place of one in the list that overlaps an earlier one, and that of the other.
    pub fn new(spans: Vec<Span>) -> Result<Hours, (usize, usize)> {
        for (place, span) in spans.iter().enumerate() {
            let clash = |other: &Span| span.start < other.end && other.start < span.end;
            if let Some(earlier) = spans[..place].iter().position(clash) {
                return Err((place, earlier));
            }
        }
        let mut spans = spans;
        spans.sort();
        Ok(Hours(spans))
    }

    /// The spans, in their order.
    pub fn spans(&self) -> &[Span] {
        &self.0
    }

    /// Whether nobody works.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// How long they are together, where clocks are left alone.
    pub fn length(&self) -> TimeDelta {
        self.0.iter().map(Span::length).sum()
    }

    /// Whether they go on while those of the next day have begun.
    pub fn run_into(&self, next: &Hours) -> bool {
        let (Some(last), Some(first)) = (self.0.last(), next.0.first()) else { return false };
        last.end > DAY + first.start
    }
}
