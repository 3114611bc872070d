//! What templates call helpers: how values are shown in a reader's language. Each is a function of its values alone.

use super::clock::Clock;
use chrono::{DateTime, Datelike, NaiveDate, Utc};
use chrono_tz::Tz;
use diagnostic::Locale;
use handlebars::{
    BlockContext, Context, Handlebars, Helper, HelperDef, HelperResult, JsonRender, Output, RenderContext,
    RenderError, Renderable, ScopedJson,
};
use rust_decimal::{Decimal, RoundingStrategy};
use serde_json::{Value as Json, json};
use std::sync::Arc;

/// Puts the helpers into a registry that knows no others.
pub(super) fn register(registry: &mut Handlebars<'_>, locale: Locale, zone: Tz, clock: &Arc<Clock>) {
    for name in ["lookup", "log", "raw"] {
        registry.unregister_helper(name);
    }
    registry.register_helper("each", Box::new(Each(clock.clone())));
    put(registry, "date", move |values| shown_date(values.first()?, locale, zone));
    put(registry, "datetime", move |values| shown_instant(values.first()?, zone));
    put(registry, "number", |values| Some(grouped(decimal(values.first()?)?, places(values.get(1)))));
    put(registry, "money", |values| {
        let amount = grouped(decimal(values.first()?)?, Some(2));
        Some(match values.get(1).and_then(|currency| currency.as_str()) {
            Some(currency) if !currency.is_empty() => format!("{currency} {amount}"),
            _ => amount,
        })
    });
    put(registry, "label", |values| Some(label(values.first()?)));
    put(registry, "default", |values| {
        let given = values.first().map(|value| label(value)).filter(|text| !text.is_empty());
        Some(given.unwrap_or_else(|| values.get(1).map(|value| label(value)).unwrap_or_default()))
    });
    put(registry, "upper", |values| Some(label(values.first()?).to_uppercase()));
    put(registry, "lower", |values| Some(label(values.first()?).to_lowercase()));
}

/// A helper that computes a text; nothing where it cannot.
struct Inline<F>(F);

impl<F: Fn(&[&Json]) -> Option<String> + Send + Sync> HelperDef for Inline<F> {
    fn call_inner<'reg: 'rc, 'rc>(
        &self,
        helper: &Helper<'rc>,
        _: &'reg Handlebars<'reg>,
        _: &'rc Context,
        _: &mut RenderContext<'reg, 'rc>,
    ) -> Result<ScopedJson<'rc>, RenderError> {
        let values: Vec<&Json> = helper.params().iter().map(|value| value.value()).collect();
        Ok(ScopedJson::Derived(json!((self.0)(&values).unwrap_or_default())))
    }
}

fn put<F>(registry: &mut Handlebars<'_>, name: &str, work: F)
where
    F: Fn(&[&Json]) -> Option<String> + Send + Sync + 'static,
{
    registry.register_helper(name, Box::new(Inline(work)));
}

/// `each` over a list, which looks at the clock: lists in lists multiply.
struct Each(Arc<Clock>);

impl HelperDef for Each {
    fn call<'reg: 'rc, 'rc>(
        &self,
        helper: &Helper<'rc>,
        registry: &'reg Handlebars<'reg>,
        context: &'rc Context,
        render: &mut RenderContext<'reg, 'rc>,
        out: &mut dyn Output,
    ) -> HelperResult {
        let Some(list) = helper.param(0) else { return Ok(()) };
        let items = list.value().as_array().map(Vec::as_slice).unwrap_or_default();
        let (Some(inside), false) = (helper.template(), items.is_empty()) else {
            return match helper.inverse() {
                Some(otherwise) => otherwise.render(registry, context, render, out),
                None => Ok(()),
            };
        };
        render.push_block(BlockContext::new());
        for (index, item) in items.iter().enumerate() {
            self.0.check()?;
            if let Some(block) = render.block_mut() {
                block.set_local_var("index", json!(index));
                block.set_local_var("first", json!(index == 0));
                block.set_local_var("last", json!(index + 1 == items.len()));
                match list.context_path() {
                    Some(path) => {
                        let path = path.iter().cloned().chain([index.to_string()]);
                        *block.base_path_mut() = path.collect();
                    }
                    None => block.set_base_value(item.clone()),
                }
            }
            inside.render(registry, context, render, out)?;
        }
        render.pop_block();
        Ok(())
    }
}

fn decimal(value: &Json) -> Option<Decimal> {
    match value {
        Json::Number(number) => number.to_string().parse().ok(),
        Json::String(text) => text.parse().ok(),
        _ => None,
    }
}

fn places(value: Option<&&Json>) -> Option<u32> {
    value.and_then(|value| value.as_u64()).map(|places| places.min(10) as u32)
}

/// `1234567.5` → `1,234,567.50`
fn grouped(value: Decimal, places: Option<u32>) -> String {
    let text = match places {
        Some(places) => {
            let rounded = value.round_dp_with_strategy(places, RoundingStrategy::MidpointAwayFromZero);
            format!("{rounded:.*}", places as usize)
        }
        None => value.normalize().to_string(),
    };
    let (sign, digits) = text.strip_prefix('-').map_or(("", text.as_str()), |digits| ("-", digits));
    let (whole, rest) = digits.split_once('.').map_or((digits, None), |(whole, rest)| (whole, Some(rest)));
    let mut out = String::with_capacity(text.len() + whole.len() / 3 + 1);
    out.push_str(sign);
    for (index, digit) in whole.chars().enumerate() {
        if index > 0 && (whole.len() - index) % 3 == 0 {
            out.push(',');
        }
        out.push(digit);
    }
    if let Some(rest) = rest {
        out.push('.');
        out.push_str(rest);
    }
    out
}

/// An option by its label, a record by its title, a list by those of its items.
fn label(value: &Json) -> String {
    match value {
        Json::Object(map) => {
            let text = ["label", "title"].into_iter().find_map(|key| map.get(key)).and_then(Json::as_str);
            text.unwrap_or_default().to_owned()
        }
        Json::Array(items) => items.iter().map(label).collect::<Vec<_>>().join(", "),
        other => other.render(),
    }
}

fn shown_date(value: &Json, locale: Locale, zone: Tz) -> Option<String> {
    let text = value.as_str()?;
    let day = match text.parse::<NaiveDate>() {
        Ok(day) => day,
        Err(_) => text.parse::<DateTime<Utc>>().ok()?.with_timezone(&zone).date_naive(),
    };
    Some(match locale {
        Locale::En => day.format("%-d %B %Y").to_string(),
        Locale::ZhCn | Locale::ZhTw => format!("{}年{}月{}日", day.year(), day.month(), day.day()),
    })
}

fn shown_instant(value: &Json, zone: Tz) -> Option<String> {
    let at = value.as_str()?.parse::<DateTime<Utc>>().ok()?;
    Some(at.with_timezone(&zone).format("%Y-%m-%d %H:%M").to_string())
}
