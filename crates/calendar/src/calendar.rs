//! What a calendar says, resolved: the hours of every day there is.

use crate::hours::Hours;
use chrono::{Datelike, Days, NaiveDate, TimeDelta, Weekday};
use chrono_tz::Tz;
use diagnostic::Text;
use std::collections::BTreeMap;
use std::sync::Arc;

/// Days after which one stops to look for working time: five years.
pub(crate) const GIVE_UP: i64 = 5 * 366;

/// When people work. Immutable but for its words.
#[derive(Clone, Debug, PartialEq)]
pub struct Calendar {
    /// Its full name.
    pub name: Arc<str>,
    /// The name people read.
    pub label: Option<Text>,
    zone: Option<Tz>,
    week: [Hours; 7],
    day: TimeDelta,
    /// What days that are not as usual are called.
    entries: Vec<Entry>,
    special: BTreeMap<NaiveDate, Special>,
    /// The time of a week without special days, where clocks are left alone.
    usual: TimeDelta,
}

/// Days that are not as usual: what they are called.
#[derive(Clone, Debug, PartialEq)]
pub struct Entry {
    /// Its key in the definition.
    pub name: Arc<str>,
    /// The name people read.
    pub label: Option<Text>,
    /// Whether people work although they otherwise would not, or at other hours; a holiday else.
    pub workday: bool,
}

/// A day that is not as usual.
#[derive(Clone, Debug, PartialEq)]
pub struct Special {
    /// The place of its entry.
    pub entry: usize,
    /// Its hours; none on a holiday.
    pub hours: Hours,
}

/// What a calendar cannot be used with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Flaw {
    /// No day of the week has hours.
    Empty,
    /// The hours of this weekday go on while those of the next have begun.
    Week(Weekday),
    /// The hours of this day, or of the day before it, go on while those of the next have begun.
    Day(NaiveDate),
}

/// A day as a calendar has it.
#[derive(Clone, Copy, Debug)]
pub struct DayOf<'a> {
    /// The day.
    pub date: NaiveDate,
    /// Its hours.
    pub hours: &'a Hours,
    /// What makes it a special one.
    pub entry: Option<&'a Entry>,
}

impl Calendar {
    /// A calendar of the hours of each weekday, Monday first, without special days and in the zone of the site; a day of
    /// working time is the longest of them.
    ///
    /// # Errors
    /// What it cannot be used with.
    pub fn new(name: impl Into<Arc<str>>, week: [Hours; 7]) -> Result<Calendar, Flaw> {
        if week.iter().all(Hours::is_empty) {
            return Err(Flaw::Empty);
        }
        let mut day = Weekday::Mon;
        for place in 0..7 {
            if week[place].run_into(&week[(place + 1) % 7]) {
                return Err(Flaw::Week(day));
            }
            day = day.succ();
        }
        let lengths = || week.iter().map(Hours::length);
        let (usual, day) = (lengths().sum(), lengths().max().unwrap_or_default());
        let (entries, special) = (Vec::new(), BTreeMap::new());
        Ok(Calendar { name: name.into(), label: None, zone: None, day, usual, entries, special, week })
    }

    /// The same with these days that are not as usual.
    ///
    /// # Errors
    /// A day whose hours, or those of the day before it, go on while those of the next have begun.
    pub fn with_special(
        mut self,
        entries: Vec<Entry>,
        special: BTreeMap<NaiveDate, Special>,
    ) -> Result<Calendar, Flaw> {
        (self.entries, self.special) = (entries, special);
        for date in self.special.keys() {
            let around = [date.pred_opt(), Some(*date), date.succ_opt()];
            let [Some(before), Some(date), Some(after)] = around else { continue };
            if self.hours(before).run_into(self.hours(date)) || self.hours(date).run_into(self.hours(after)) {
                return Err(Flaw::Day(date));
            }
        }
        Ok(self)
    }

    /// The same with the name people read.
    #[must_use]
    pub fn with_label(mut self, label: Option<Text>) -> Calendar {
        self.label = label;
        self
    }

    /// The same in this zone.
    #[must_use]
    pub fn in_zone(mut self, zone: Tz) -> Calendar {
        self.zone = Some(zone);
        self
    }

    /// The same where a day of working time is this long.
    #[must_use]
    pub fn with_day(mut self, day: TimeDelta) -> Calendar {
        self.day = day;
        self
    }

    /// The zone it names; without one it is read in that of the site.
    pub fn zone(&self) -> Option<Tz> {
        self.zone
    }

    /// How much working time `1d working` is.
    pub fn day(&self) -> TimeDelta {
        self.day
    }

    /// What its days that are not as usual are called.
    pub fn entries(&self) -> &[Entry] {
        &self.entries
    }

    /// The same, to put words in.
    pub fn entries_mut(&mut self) -> &mut [Entry] {
        &mut self.entries
    }

    /// The days that are not as usual.
    pub fn special(&self) -> &BTreeMap<NaiveDate, Special> {
        &self.special
    }

    /// The hours of each weekday, Monday first.
    pub fn week(&self) -> &[Hours; 7] {
        &self.week
    }

    /// The hours that begin on a day.
    pub fn hours(&self, date: NaiveDate) -> &Hours {
        match self.special.get(&date) {
            Some(special) => &special.hours,
            None => self.usual_hours(date),
        }
    }

    fn usual_hours(&self, date: NaiveDate) -> &Hours {
        &self.week[date.weekday().num_days_from_monday() as usize]
    }

    /// The days from one to another, both included.
    pub fn days(&self, from: NaiveDate, until: NaiveDate) -> impl Iterator<Item = DayOf<'_>> {
        from.iter_days().take_while(move |date| *date <= until).map(|date| {
            let entry = self.special.get(&date).and_then(|special| self.entries.get(special.entry));
            DayOf { date, hours: self.hours(date), entry }
        })
    }

    /// The time of whole weeks from a day on, where clocks are left alone: usual weeks, and what their special days are
    /// more or less.
    pub(crate) fn length_of_weeks(&self, from: NaiveDate, weeks: u8) -> TimeDelta {
        let until = from + Days::new(7 * u64::from(weeks));
        let special = self.special.range(from..until);
        let more: TimeDelta =
            special.map(|(date, special)| special.hours.length() - self.usual_hours(*date).length()).sum();
        self.usual * i32::from(weeks) + more
    }
}
