//! What holds for all instants and lengths.

use crate::calendars::named;
use calendar::{Duration, Quiet};
use chrono::{DateTime, TimeDelta, Utc};
use chrono_tz::Tz;
use proptest::prelude::*;

const NAMES: [&str; 7] = ["cn", "uneven", "night", "clock", "berlin", "nights", "small"];

/// Instants of 2025 to 2027, most of them near the change of clocks in autumn 2026.
fn instants() -> impl Strategy<Value = DateTime<Utc>> {
    let year = 1_735_689_600_i64..1_830_297_600;
    let autumn = 1_792_800_000_i64..1_793_600_000;
    prop_oneof![year, autumn].prop_map(|seconds| DateTime::from_timestamp(seconds, 0).unwrap())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(600))]

    #[test]
    fn what_is_added_is_there(name in prop::sample::select(&NAMES[..]), from in instants(), seconds in 1_i64..9_000_000) {
        let calendar = named(name);
        let time = calendar.at_site(Tz::UTC);
        let by = Duration::working(0, seconds);
        let there = time.add(from, &by).unwrap();
        prop_assert_eq!(time.working_between(from, there), TimeDelta::seconds(seconds));
        // It is the first such instant: just before it people work.
        prop_assert!(time.is_working(there - TimeDelta::microseconds(1)));
        let back = time.subtract(from, &by).unwrap();
        prop_assert_eq!(time.working_between(back, from), TimeDelta::seconds(seconds));
        prop_assert!(time.is_working(back));
        prop_assert!(back < from && from < there);
    }

    #[test]
    fn later_stays_later(name in prop::sample::select(&NAMES[..]), a in instants(), b in instants(), x in 0_i64..900_000, y in 0_i64..900_000) {
        let calendar = named(name);
        let time = calendar.at_site(Tz::UTC);
        let (a, b) = (a.min(b), a.max(b));
        let (x, y) = (Duration::working(0, x.min(y)), Duration::working(0, x.max(y)));
        prop_assert!(time.add(a, &x).unwrap() <= time.add(b, &x).unwrap());
        prop_assert!(time.add(a, &x).unwrap() <= time.add(a, &y).unwrap());
        prop_assert!(time.subtract(a, &x).unwrap() <= time.subtract(b, &x).unwrap());
        prop_assert!(time.next_working(a).unwrap() <= time.next_working(b).unwrap());
    }

    #[test]
    fn parts_make_the_whole(name in prop::sample::select(&NAMES[..]), a in instants(), b in instants(), c in instants()) {
        let calendar = named(name);
        let time = calendar.at_site(Tz::UTC);
        prop_assert_eq!(time.working_between(a, b) + time.working_between(b, c), time.working_between(a, c));
        let (a, b) = (a.min(b), a.max(b));
        let whole = time.working_between(a, b);
        prop_assert!(TimeDelta::zero() <= whole && whole <= b - a);
        if name == "clock" {
            prop_assert_eq!(whole, b - a);
        }
        // Sums of weeks are sums of days.
        let days = (0..).map(|day| a + TimeDelta::days(day)).take_while(|at| *at < b);
        let piecewise: TimeDelta =
            days.map(|at| time.working_between(at, b.min(at + TimeDelta::days(1)))).sum();
        prop_assert_eq!(piecewise, whole);
        if whole > TimeDelta::zero() {
            let half = time.share(a, b, 50).unwrap();
            prop_assert_eq!(time.working_between(a, half), whole / 2);
            prop_assert!(time.share(a, b, 30).unwrap() <= half && half <= b);
        }
    }

    #[test]
    fn nothing_is_sent_at_quiet_times(name in prop::sample::select(&NAMES[..]), at in instants(), from in 0_u32..24, until in 0_u32..24) {
        prop_assume!(from != until);
        let calendar = named(name);
        let time = calendar.at_site(Tz::UTC);
        let quiet = Quiet::parse(&format!("{from:02}:30"), &format!("{until:02}:30")).unwrap();
        let allowed = time.outside(at, &quiet).unwrap();
        prop_assert!(at <= allowed && allowed - at <= TimeDelta::hours(25));
        prop_assert_eq!(time.outside(allowed, &quiet).unwrap(), allowed);
    }
}
