//! `calendar`: when people work. Terms such as `2d working` run by it.

use calendar::{Hours, Span, WEEKDAYS};
use chrono::NaiveDate;
use diagnostic::Text;
use indexmap::IndexMap;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// The calendar of those who name none: that of the own pack, else that of `base`.
pub const USUAL: &str = "weekdays";

/// The days of a holiday or of workdays that belong together: a year at most.
pub const MOST_DAYS: i64 = 366;

/// When people work.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Calendar {
    /// The calendar's name.
    pub name: String,
    /// The name people read.
    pub label: Option<Text>,
    /// What it is for.
    pub description: Option<Text>,
    /// The time zone of its hours, such as `Asia/Shanghai`; absent means that of what it inherits, else the site's.
    pub timezone: Option<String>,
    /// A calendar whose week, holidays and workdays it takes over; what is said here comes on top and wins.
    pub inherits: Option<String>,
    /// The hours of all `days`: `09:00-18:00`; `22:00-06:00` ends on the next day.
    pub hours: Option<Vec<String>>,
    /// The days of the week with these `hours`; nobody works on the others.
    pub days: Option<Vec<Weekday>>,
    /// The hours of single days of the week; they win over `hours`.
    #[serde(default)]
    pub week: Week,
    /// How much working time `1d working` is, such as `8h`; absent means that of what it inherits, else the hours of the
    /// longest day of the week.
    pub day: Option<String>,
    /// Days without work.
    #[serde(default)]
    pub holidays: IndexMap<String, Holiday>,
    /// Days with work although it is a weekend, or with other hours than usual.
    #[serde(default)]
    pub workdays: IndexMap<String, Workday>,
}

/// A day of the week.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Weekday {
    /// Monday.
    Mon,
    /// Tuesday.
    Tue,
    /// Wednesday.
    Wed,
    /// Thursday.
    Thu,
    /// Friday.
    Fri,
    /// Saturday.
    Sat,
    /// Sunday.
    Sun,
}

impl Weekday {
    /// Its place in the week: 0 for Monday.
    pub fn place(self) -> usize {
        self as usize
    }

    /// What stands in definitions.
    pub fn name(self) -> &'static str {
        WEEKDAYS[self.place()].0
    }
}

/// Hours of single days of the week; an empty list is a day without work.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(default)]
pub struct Week {
    /// Monday.
    pub mon: Option<Vec<String>>,
    /// Tuesday.
    pub tue: Option<Vec<String>>,
    /// Wednesday.
    pub wed: Option<Vec<String>>,
    /// Thursday.
    pub thu: Option<Vec<String>>,
    /// Friday.
    pub fri: Option<Vec<String>>,
    /// Saturday.
    pub sat: Option<Vec<String>>,
    /// Sunday.
    pub sun: Option<Vec<String>>,
}

impl Week {
    /// The days that are said, Monday first.
    pub fn days(&self) -> [Option<&Vec<String>>; 7] {
        let Week { mon, tue, wed, thu, fri, sat, sun } = self;
        [mon, tue, wed, thu, fri, sat, sun].map(Option::as_ref)
    }
}

/// Days without work.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Holiday {
    /// The name people read.
    pub label: Option<Text>,
    /// The day, such as `2026-01-01`; either this or `from` and `until`.
    pub on: Option<String>,
    /// The first day.
    pub from: Option<String>,
    /// The last day.
    pub until: Option<String>,
    /// Whether it is left out, as if it were not written: for overlays.
    #[serde(default)]
    pub hidden: bool,
}

/// Days with work although it is a weekend, or with other hours than usual.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Workday {
    /// The name people read.
    pub label: Option<Text>,
    /// The day, such as `2026-02-14`; either this or `from` and `until`.
    pub on: Option<String>,
    /// The first day.
    pub from: Option<String>,
    /// The last day.
    pub until: Option<String>,
    /// The day of the week whose hours it has; either this or `hours`.
    pub like: Option<Weekday>,
    /// Its hours.
    pub hours: Option<Vec<String>>,
    /// Whether it is left out, as if it were not written: for overlays.
    #[serde(default)]
    pub hidden: bool,
}

/// The days of an entry, as it says them.
#[derive(Clone, Copy, Debug)]
pub struct Dates<'a> {
    /// `on:`
    pub on: Option<&'a String>,
    /// `from:`
    pub from: Option<&'a String>,
    /// `until:`
    pub until: Option<&'a String>,
}

impl Dates<'_> {
    /// The first and the last day; `None` where an entry does not say them as it should, which was found before.
    pub fn read(&self) -> Option<(NaiveDate, NaiveDate)> {
        match (self.on, self.from, self.until) {
            (Some(on), None, None) => date(on).map(|on| (on, on)),
            (None, Some(from), Some(until)) => date(from).zip(date(until)),
            _ => None,
        }
    }
}

/// `2026-02-14`, years 1 to 9999.
pub fn date(text: &str) -> Option<NaiveDate> {
    expression::literal::date(text)
}

impl Holiday {
    /// Its days.
    pub fn dates(&self) -> Dates<'_> {
        Dates { on: self.on.as_ref(), from: self.from.as_ref(), until: self.until.as_ref() }
    }
}

impl Workday {
    /// Its days.
    pub fn dates(&self) -> Dates<'_> {
        Dates { on: self.on.as_ref(), from: self.from.as_ref(), until: self.until.as_ref() }
    }
}

/// The hours of a list; `None` where one is none or two overlap, which was found before.
pub fn hours(list: &[String]) -> Option<Hours> {
    let spans: Vec<Span> = list.iter().map(|text| Span::parse(text).ok()).collect::<Option<_>>()?;
    Hours::new(spans).ok()
}
