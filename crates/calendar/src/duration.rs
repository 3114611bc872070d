//! Lengths of time as definitions write them: `90m`, `3d`, `2w`, `1d 4h working`, `-2d`.

use diagnostic::{Code, Diagnostic, Result};
use std::fmt;
use std::ops::Neg;

/// A hundred years: longer lengths are slips of the pen.
pub const MOST_DAYS: i64 = 36_600;

const HOUR: i64 = 3_600;
const DAY: i64 = 86_400;

/// A length of time: elapsed time, or time of a calendar.
///
/// Of elapsed time a day is a civil day, after which clocks show the same time; a week is seven of them. Of working time
/// a day is what the calendar says that it is ([`crate::Calendar::day`]), and there are no weeks.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Duration {
    days: i64,
    seconds: i64,
    working: bool,
}

/// A unit of a length, the longest last.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Unit {
    /// `s`
    Second,
    /// `m`
    Minute,
    /// `h`
    Hour,
    /// `d`
    Day,
    /// `w`
    Week,
}

impl Unit {
    /// The seconds of one; of a day and a week, where clocks are left alone.
    pub fn seconds(self) -> i64 {
        match self {
            Unit::Second => 1,
            Unit::Minute => 60,
            Unit::Hour => HOUR,
            Unit::Day => DAY,
            Unit::Week => 7 * DAY,
        }
    }

    fn of(letter: char) -> Option<Unit> {
        Some(match letter {
            's' => Unit::Second,
            'm' => Unit::Minute,
            'h' => Unit::Hour,
            'd' => Unit::Day,
            'w' => Unit::Week,
            _ => return None,
        })
    }
}

/// The numbers and units of a text such as `1d 2h 30m`, in its order; `None` where it is no such text.
pub fn parts(text: &str) -> Option<Vec<(i64, Unit)>> {
    let mut parts = Vec::new();
    let mut rest = text.trim();
    while !rest.is_empty() {
        let end = rest.find(|c: char| !c.is_ascii_digit())?;
        let number = rest[..end].parse().ok()?;
        let letter = rest[end..].chars().next()?;
        parts.push((number, Unit::of(letter)?));
        rest = rest[end + letter.len_utf8()..].trim_start();
    }
    (!parts.is_empty()).then_some(parts)
}

impl Duration {
    /// Elapsed time: civil days, then seconds.
    pub fn elapsed(days: i64, seconds: i64) -> Duration {
        Duration { days, seconds, working: false }
    }

    /// Working time: days of the calendar and seconds.
    pub fn working(days: i64, seconds: i64) -> Duration {
        Duration { days, seconds, working: true }
    }

    /// Reads a length: numbers with `w`, `d`, `h`, `m`, `s`, the largest unit first, each unit once; a minus before them
    /// for what lies before; ` working` after them for working time, which has no weeks.
    ///
    /// # Errors
    /// `invalid_duration`.
    pub fn parse(text: &str) -> Result<Duration> {
        read(text).ok_or_else(|| Box::new(Diagnostic::new(Code::InvalidDuration).with("text", text)))
    }

    /// The days: civil ones, or working ones.
    pub fn days(&self) -> i64 {
        self.days
    }

    /// What is beside the days.
    pub fn seconds(&self) -> i64 {
        self.seconds
    }

    /// Whether it is working time.
    pub fn is_working(&self) -> bool {
        self.working
    }

    /// Whether it leads back.
    pub fn is_negative(&self) -> bool {
        self.days < 0 || self.seconds < 0
    }

    /// Whether it is none at all.
    pub fn is_zero(&self) -> bool {
        self.days == 0 && self.seconds == 0
    }
}

fn read(text: &str) -> Option<Duration> {
    let text = text.trim();
    let (text, working) = match text.strip_suffix("working") {
        Some(before) if before.ends_with(char::is_whitespace) => (before, true),
        Some(_) => return None,
        None => (text, false),
    };
    let (text, sign) = text.strip_prefix('-').map_or((text, 1), |text| (text, -1));
    let parts = parts(text)?;
    if !parts.is_sorted_by(|(_, one), (_, next)| one > next) {
        return None;
    }
    let (mut days, mut seconds) = (0_i64, 0_i64);
    for (number, unit) in parts {
        match unit {
            Unit::Week if working => return None,
            Unit::Week => days = days.checked_add(number.checked_mul(7)?)?,
            Unit::Day => days = days.checked_add(number)?,
            _ => seconds = seconds.checked_add(number.checked_mul(unit.seconds())?)?,
        }
    }
    let whole = days.checked_mul(DAY)?.checked_add(seconds)?;
    let fits = whole <= MOST_DAYS * DAY;
    fits.then_some(Duration { days: sign * days, seconds: sign * seconds, working })
}

impl Neg for Duration {
    type Output = Duration;

    fn neg(self) -> Duration {
        Duration { days: -self.days, seconds: -self.seconds, working: self.working }
    }
}

impl fmt::Display for Duration {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (days, seconds) = (self.days.abs(), self.seconds.abs());
        let units = [(days, 'd'), (seconds / HOUR, 'h'), (seconds % HOUR / 60, 'm'), (seconds % 60, 's')];
        let mut words: Vec<String> = units
            .iter()
            .filter(|(number, _)| *number > 0)
            .map(|(number, unit)| format!("{number}{unit}"))
            .collect();
        if words.is_empty() {
            words.push("0s".to_owned());
        }
        if self.working {
            words.push("working".to_owned());
        }
        write!(f, "{}{}", if self.is_negative() { "-" } else { "" }, words.join(" "))
    }
}
