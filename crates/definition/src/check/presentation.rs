//! Checks of roles, forms, views and menus.

use super::{invalid, named, unknown, wrong};
use crate::app::MenuEntry;
use crate::findings::Findings;
use crate::form::Form;
use crate::name;
use crate::role::{Role, Scope};
use crate::template::{RESERVED, Template, TemplateUse};
use crate::view::{View, ViewType};
use diagnostic::{Code, Diagnostic};
use indexmap::IndexMap;

pub(super) fn role(role: &Role, found: &mut Findings<'_>) {
    for (object, grant) in &role.objects {
        let scopes = [
            ("read", &grant.read),
            ("update", &grant.update),
            ("delete", &grant.delete),
            ("export", &grant.export),
            ("import", &grant.import),
            ("assign", &grant.assign),
            ("purge", &grant.purge),
            ("restore", &grant.restore),
            ("history", &grant.history),
            ("comment", &grant.comment),
            ("unmask", &grant.unmask),
        ];
        for (key, scope) in scopes {
            if let Some(Scope::Condition(condition)) = scope {
                self::scope(condition.text(), &format!("/objects/{object}/{key}"), found);
            }
        }
    }
}

/// A single word that is nearly a scope is a slip of the pen, not a condition on a field of that name.
fn scope(text: &str, pointer: &str, found: &mut Findings<'_>) {
    let word = text.trim();
    if word.chars().all(|c| c.is_ascii_alphanumeric() || c == '_' || c == '-')
        && let Some(near) = diagnostic::nearest(word, Scope::WORDS)
    {
        let words = invalid([
            format!("`{word}` is neither a scope nor a condition"),
            format!("`{word}` 既不是范围也不是条件"),
            format!("`{word}` 既不是範圍也不是條件"),
        ]);
        found.value(pointer, words.with_hint(diagnostic::Hint::DidYouMean(near.to_owned())));
    }
}

pub(super) fn form(form: &Form, found: &mut Findings<'_>) {
    let mut places: IndexMap<&str, &str> = IndexMap::new();
    for (name, section) in &form.sections {
        named(&format!("/sections/{name}"), name, found);
        for (index, field) in section.fields.keys().enumerate() {
            if let Some(first) = places.insert(field, name) {
                let pointer = format!("/sections/{name}/fields/{index}");
                let twice = Diagnostic::new(Code::DuplicateName).with("name", field);
                found.value(&pointer, twice.with("first", format!("section `{first}`")));
            }
        }
    }
    for (layout, sections) in &form.layouts {
        let layout = serde_json::to_value(layout).ok();
        let layout = layout.as_ref().and_then(serde_json::Value::as_str).unwrap_or_default();
        for section in sections.keys().filter(|section| !form.sections.contains_key(*section)) {
            let known = form.sections.keys().map(String::as_str);
            found.key(&format!("/layouts/{layout}/{section}"), unknown("section", section, known));
        }
    }
    if form.public.as_ref().is_some_and(|public| public.enabled) {
        found.value("/public/enabled", Diagnostic::new(Code::NotYetSupported).with("what", "a public form"));
    }
}

/// Keys that only some types of view use: whether the view has it, and the types.
fn layout_keys(view: &View) -> [(&'static str, bool, &'static [ViewType]); 9] {
    use ViewType::{Calendar, Gallery, Gantt, Kanban, Tree};
    [
        ("group_by", view.group_by.is_some(), &[Kanban, Gantt]),
        ("card", view.card.is_some(), &[Kanban, Gallery]),
        ("cover", view.cover.is_some(), &[Gallery]),
        ("start", view.start.is_some(), &[Calendar, Gantt]),
        ("end", view.end.is_some(), &[Calendar, Gantt]),
        ("title", view.title.is_some(), &[Calendar, Gantt]),
        ("parent", view.parent.is_some(), &[Tree, Gantt]),
        ("depends_on", view.depends_on.is_some(), &[Gantt]),
        ("progress", view.progress.is_some(), &[Gantt]),
    ]
}

/// Keys that a type of view cannot do without.
fn needed_keys(r#type: ViewType) -> &'static [&'static str] {
    match r#type {
        ViewType::List => &[],
        ViewType::Kanban => &["group_by"],
        ViewType::Calendar => &["start"],
        ViewType::Tree => &["parent"],
        ViewType::Gallery => &["cover"],
        ViewType::Gantt => &["start", "end"],
    }
}

pub(super) fn view(view: &View, found: &mut Findings<'_>) {
    let given = layout_keys(view);
    for (key, _, _) in given.iter().filter(|(_, given, types)| *given && !types.contains(&view.r#type)) {
        found.key(&format!("/{key}"), useless(key));
    }
    let sum = view.card.as_ref().is_some_and(|card| card.sum.is_some());
    if sum && view.r#type == ViewType::Gallery {
        found.key("/card/sum", useless("sum"));
    }
    for needed in needed_keys(view.r#type) {
        if given.iter().any(|(key, given, _)| key == needed && !given) {
            found.value("/type", Diagnostic::new(Code::MissingKey).with("key", needed));
        }
    }
}

fn useless(key: &str) -> Diagnostic {
    invalid([
        format!("`{key}` is of no use in a view of this type"),
        format!("此类型的视图不使用 `{key}`"),
        format!("此類型的檢視不使用 `{key}`"),
    ])
}

pub(super) fn menu(menu: &IndexMap<String, MenuEntry>, base: &str, found: &mut Findings<'_>) {
    for (name, entry) in menu {
        let pointer = format!("{base}/menu/{name}");
        named(&pointer, name, found);
        let opens = entry.object.is_some() || entry.view.is_some();
        match (opens || entry.page.is_some(), entry.menu.is_empty()) {
            (true, false) => found.key(
                &pointer,
                wrong([
                    "an entry opens something or holds entries, not both",
                    "菜单项要么打开内容，要么包含子项，不能兼有",
                    "選單項目要麼開啟內容，要麼包含子項，不能兼有",
                ]),
            ),
            (false, true) => found.key(
                &pointer,
                wrong([
                    "an entry names an object, a view or a page, or holds entries",
                    "菜单项须指定对象、视图或页面，或包含子项",
                    "選單項目須指定物件、檢視或頁面，或包含子項",
                ]),
            ),
            _ if opens && entry.page.is_some() => found.key(
                &format!("{pointer}/page"),
                wrong([
                    "an entry opens records or a page, not both",
                    "菜单项要么打开记录，要么打开页面，不能兼有",
                    "選單項目要麼開啟記錄，要麼開啟頁面，不能兼有",
                ]),
            ),
            _ => {}
        }
        self::menu(&entry.menu, &pointer, found);
    }
}

/// A mail and a notification have a subject, a page has none; further values have names of their own.
pub(super) fn template(template: &Template, found: &mut Findings<'_>) {
    match (template.used_for, &template.subject) {
        (TemplateUse::Mail | TemplateUse::Notification, None) => {
            found.value("", Diagnostic::new(Code::MissingKey).with("key", "subject"));
        }
        (TemplateUse::Print, Some(_)) => found
            .key("/subject", wrong(["a printed page has no subject", "打印页没有主题", "列印頁沒有主旨"])),
        _ => {}
    }
    for (place, name) in template.values.iter().enumerate() {
        let pointer = format!("/values/{place}");
        if let Some(odd) = name::check_name(name) {
            found.value(&pointer, odd);
        } else if RESERVED.contains(&name.as_str()) || template.values[..place].contains(name) {
            found
                .value(&pointer, Diagnostic::new(Code::DuplicateName).with("name", name).with("first", "it"));
        }
    }
}
