//! Groups and measures of `POST /query`: `groups: ["stage", {"field": "close_date", "bucket": "month"}]`,
//! `aggregates: {"total": {"sum": "amount"}, "deals": {"count": true}}`.

use super::filter::ends_in;
use super::request::Request;
use crate::known::{Known, to_one};
use crate::read::{Group, Measure};
use crate::wording::{Words, invalid_parameter, too_complex};
use catalog::encrypted::has_order;
use catalog::expand::expand_path;
use catalog::{Object, Stored};
use diagnostic::{Diagnostic, Result, did_you_mean};
use expression::{Aggregate, Path, Type};
use serde_json::Value as Json;
use std::sync::Arc;

const MAX_GROUPS: usize = 6;
const MAX_MEASURES: usize = 24;
const BUCKETS: [&str; 5] = ["year", "quarter", "month", "week", "day"];

const GROUP: Words = [
    "each group is a field, or {\"field\": …, \"bucket\": …}",
    "每个分组应为字段，或 {\"field\": …, \"bucket\": …}",
    "每個分組應為欄位，或 {\"field\": …, \"bucket\": …}",
];
const MEASURE: Words = [
    "each aggregate is {\"sum\" | \"min\" | \"max\" | \"avg\": field} or {\"count\": true}",
    "每个聚合应为 {\"sum\" | \"min\" | \"max\" | \"avg\": 字段} 或 {\"count\": true}",
    "每個彙總應為 {\"sum\" | \"min\" | \"max\" | \"avg\": 欄位} 或 {\"count\": true}",
];

/// What the rows are grouped by.
pub fn groups(known: &Known<'_>, object: &Arc<Object>, request: &Request) -> Result<Vec<Group>> {
    if request.groups.len() > MAX_GROUPS {
        return Err(Box::new(too_complex(["too many groups", "分组过多", "分組過多"]).at("groups")));
    }
    request.groups.iter().map(|asked| group(known, object, asked)).collect()
}

fn group(known: &Known<'_>, object: &Arc<Object>, asked: &Json) -> Result<Group> {
    let malformed = || Box::new(invalid_parameter("groups", GROUP));
    let (name, bucket) = match asked {
        Json::String(name) => (name.as_str(), None),
        Json::Object(parts) if parts.keys().all(|key| key == "field" || key == "bucket") => {
            let name = parts.get("field").and_then(Json::as_str).ok_or_else(malformed)?;
            let bucket = match parts.get("bucket") {
                None | Some(Json::Null) => None,
                Some(bucket) => Some(bucket.as_str().ok_or_else(malformed)?),
            };
            (name, bucket)
        }
        _ => return Err(malformed()),
    };
    let (path, field) = known.path(object, name).map_err(|found| Box::new(found.at("groups")))?;
    if !has_order(field) || is_veiled(known, &path) {
        return Err(Box::new(unfit("groups", name)));
    }
    if let Some(bucket) = bucket
        && (!BUCKETS.contains(&bucket) || !matches!(field.ty, Type::Date | Type::DateTime))
    {
        let words: Words = [
            "a bucket is of a date and has a known name",
            "时间粒度仅适用于日期，且名称须有效",
            "時間粒度僅適用於日期，且名稱須有效",
        ];
        return Err(Box::new(invalid_parameter("groups", words).with_hint(did_you_mean(bucket, BUCKETS))));
    }
    let target = to_one(field).and_then(|target| known.catalog.objects.get(&target).cloned());
    let target = target.filter(|_| field.system != Some(catalog::SystemField::Id));
    let title = target.as_ref().map(|target| known.title(target)).unwrap_or_default();
    Ok(Group {
        key: Arc::from(name),
        path: expand_path(&path, &known.catalog.objects),
        kind: field.kind.clone(),
        bucket: bucket.map(str::to_owned),
        target,
        title,
    })
}

fn is_veiled(known: &Known<'_>, path: &Path) -> bool {
    expand_path(path, &known.catalog.objects).steps.last().is_some_and(|last| known.veil(last).is_some())
}

fn unfit(parameter: &str, name: &str) -> Diagnostic {
    let words: Words = ["`{field}` cannot be used here", "此处不能使用 `{field}`", "此處不能使用 `{field}`"];
    invalid_parameter(parameter, words).with("field", name)
}

/// What is computed for each group.
pub fn measures(known: &Known<'_>, object: &Arc<Object>, request: &Request) -> Result<Vec<Measure>> {
    if request.aggregates.len() > MAX_MEASURES {
        return Err(Box::new(too_complex(["too many aggregates", "聚合过多", "彙總過多"]).at("aggregates")));
    }
    request.aggregates.iter().map(|(key, asked)| measure(known, object, key, asked)).collect()
}

fn measure(known: &Known<'_>, object: &Arc<Object>, key: &str, asked: &Json) -> Result<Measure> {
    let malformed = || Box::new(invalid_parameter("aggregates", MEASURE));
    let parts = asked.as_object().filter(|parts| parts.len() == 1).ok_or_else(malformed)?;
    let (function, value) = parts.iter().next().ok_or_else(malformed)?;
    let aggregate = match function.as_str() {
        "sum" => Aggregate::Sum,
        "count" => Aggregate::Count,
        "min" => Aggregate::Min,
        "max" => Aggregate::Max,
        "avg" => Aggregate::Avg,
        _ => return Err(malformed()),
    };
    let name = match value {
        Json::Bool(true) if aggregate == Aggregate::Count => {
            return Ok(Measure { key: Arc::from(key), aggregate, path: None, kind: None });
        }
        Json::String(name) => name.as_str(),
        _ => return Err(malformed()),
    };
    let (path, field) = known.path(object, name).map_err(|found| Box::new(found.at("aggregates")))?;
    let number = matches!(field.ty, Type::Integer | Type::Decimal { .. } | Type::Duration);
    let ordered = number || matches!(field.ty, Type::Date | Type::DateTime | Type::Time | Type::Text);
    let fits = match aggregate {
        Aggregate::Sum | Aggregate::Avg => number,
        Aggregate::Min | Aggregate::Max => ordered,
        _ => !matches!(field.ty, Type::Children(_)),
    };
    let stored = matches!(field.stored, Stored::Column { .. } | Stored::Joined(_));
    if !fits
        || !stored
        || is_veiled(known, &path)
        || ends_in(known, &path).is_some_and(|field| field.encrypted.is_some())
    {
        return Err(Box::new(unfit("aggregates", name)));
    }
    let kind = (aggregate != Aggregate::Count).then(|| field.kind.clone());
    Ok(Measure {
        key: Arc::from(key),
        aggregate,
        path: Some(expand_path(&path, &known.catalog.objects)),
        kind,
    })
}

/// The order of groups: keys of groups or measures.
pub fn sort(request: &Request, groups: &[Group], measures: &[Measure]) -> Result<Vec<(Arc<str>, bool)>> {
    let keys: Vec<Arc<str>> =
        groups.iter().map(|g| g.key.clone()).chain(measures.iter().map(|m| m.key.clone())).collect();
    let mut order = Vec::new();
    for text in request.sort.iter().flatten() {
        let (name, descending) = text.strip_prefix('-').map_or((text.as_str(), false), |name| (name, true));
        let Some(key) = keys.iter().find(|key| &***key == name) else {
            let words: Words = [
                "`{field}` is no group or aggregate",
                "`{field}` 不是分组或聚合",
                "`{field}` 不是分組或彙總",
            ];
            let hint = did_you_mean(name, keys.iter().map(|key| &**key));
            return Err(Box::new(invalid_parameter("sort", words).with("field", name).with_hint(hint)));
        };
        order.push((key.clone(), descending));
    }
    Ok(order)
}
