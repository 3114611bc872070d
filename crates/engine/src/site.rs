//! What holds for the site as a whole: the one record of `base.setting`.

use crate::records::rows::Rows;
use chrono_tz::Tz;
use diagnostic::{Locale, Result};

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

impl Site {
    /// Reads the settings; what is missing or unknown keeps its default.
    pub(crate) async fn read(rows: &Rows<'_>) -> Result<Site> {
        let Some(object) = rows.reading.catalog.objects.get("base.setting") else {
            return Ok(Site::default());
        };
        let Some(row) = rows.first(object).await? else { return Ok(Site::default()) };
        let mut site = Site::default();
        if let Some(zone) = row.get("time_zone").as_text().and_then(|name| name.parse::<Tz>().ok()) {
            site.time_zone = zone;
            site.time_zone_name = zone.name().into();
        }
        if let Some(locale) = row.get("locale").as_text().and_then(Locale::from_tag) {
            site.locale = locale;
        }
        Ok(site)
    }
}
