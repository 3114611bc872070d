//! What holds for the site as a whole: the one record of `base.setting`.

use chrono_tz::Tz;
use diagnostic::Locale;

/// Settings of the site.
#[derive(Clone, Debug)]
pub struct Site {
    /// Days begin and end here.
    pub time_zone: Tz,
    /// Its IANA name.
    pub time_zone_name: std::sync::Arc<str>,
    /// Language of those who chose none.
    pub locale: Locale,
}

impl Default for Site {
    fn default() -> Site {
        Site { time_zone: Tz::Asia__Shanghai, time_zone_name: "Asia/Shanghai".into(), locale: Locale::ZhCn }
    }
}
