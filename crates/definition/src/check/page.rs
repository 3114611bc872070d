//! Checks of pages.

use super::{invalid, named, wrong};
use crate::findings::Findings;
use crate::page::{Block, Page};
use diagnostic::{Code, Diagnostic, Hint};
use indexmap::IndexMap;

/// What only a page about a record can show.
const OF_RECORDS: [&str; 5] = ["summary", "form", "related", "timeline", "attachments"];

pub(super) fn page(page: &Page, found: &mut Findings<'_>) {
    let record = page.object.is_some();
    if page.blocks.is_empty() && page.tabs.is_empty() {
        found.value("", Diagnostic::new(Code::MissingKey).with("key", "blocks"));
    }
    if page.default && !record {
        found.key(
            "/default",
            wrong([
                "only a page about records of an `object` can be the first of them",
                "只有指定了 `object` 的页面才能设为默认",
                "只有指定了 `object` 的頁面才能設為預設",
            ]),
        );
    }
    blocks(&page.blocks, "", record, found);
    for (name, tab) in &page.tabs {
        let pointer = format!("/tabs/{name}");
        named(&pointer, name, found);
        if tab.blocks.is_empty() {
            found.value(&pointer, Diagnostic::new(Code::MissingKey).with("key", "blocks"));
        }
        if tab.visible_when.is_some() && !record {
            found.key(&format!("{pointer}/visible_when"), no_record("visible_when"));
        }
        blocks(&tab.blocks, &pointer, record, found);
    }
}

fn blocks(blocks: &IndexMap<String, Block>, base: &str, record: bool, found: &mut Findings<'_>) {
    for (name, block) in blocks {
        let pointer = format!("{base}/blocks/{name}");
        named(&pointer, name, found);
        let kinds = block.kinds();
        match kinds.as_slice() {
            [] => {
                let known = Block::KINDS.map(str::to_owned).to_vec();
                let none = wrong(["a block shows something", "区块须指定显示的内容", "區塊須指定顯示的內容"]);
                found.value(&pointer, none.with_hint(Hint::OneOf(known)));
            }
            [kind] if !record && OF_RECORDS.contains(kind) => {
                found.key(&format!("{pointer}/{kind}"), no_record(kind));
            }
            [_] => {}
            [_, second, ..] => found.key(
                &format!("{pointer}/{second}"),
                wrong(["a block shows one thing", "一个区块只显示一种内容", "一個區塊只顯示一種內容"]),
            ),
        }
        if block.visible_when.is_some() && !record {
            found.key(&format!("{pointer}/visible_when"), no_record("visible_when"));
        }
    }
}

fn no_record(key: &str) -> Diagnostic {
    invalid([
        format!("`{key}` needs a page with an `object`"),
        format!("`{key}` 只能用于指定了 `object` 的页面"),
        format!("`{key}` 只能用於指定了 `object` 的頁面"),
    ])
}
