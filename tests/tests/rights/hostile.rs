//! Whatever is sent is done or refused: no text of a query, a body, a file or a definition makes the product panic
//! or speak of a defect of its own.

use crate::dice::{Dice, setting};
use crate::roles;
use crate::site::{Site, Size, packs};
use catalog::{Options, PackSource, PhysicalNames, build};
use diagnostic::{Class, Diagnostic};
use engine::transfer::{ImportMode, ImportOptions};
use serde_json::{Map, Value as Json, json};
use test_support::databases;

/// Pieces of which sensible and senseless requests are made.
const PIECES: &[&str] = &[
    "o_code",
    "o_client",
    "o_client.c_name",
    "o_lines",
    "o_memos.any",
    ".sum(l_qty)",
    ".count()",
    "o_cost",
    "o_due",
    "o_status",
    "o_tags",
    "id",
    "version",
    "owner",
    "user.id",
    "user.roles",
    "record",
    "old.o_cost",
    "today()",
    "within(",
    "contains(",
    "is_empty(",
    "len(",
    "days_between(",
    "switch o_kind { \"a\" => 1, _ => 2 }",
    "if true {",
    "}",
    "(",
    ")",
    "[",
    "]",
    "{",
    "&&",
    "||",
    "!",
    "==",
    "!=",
    "<",
    ">=",
    "in",
    "??",
    "+",
    "-",
    "*",
    "/",
    "%",
    ",",
    ".",
    ";",
    ":",
    "=>",
    "\"",
    "'",
    "`",
    "\\",
    "\\u{1F600}",
    "\"a\"",
    "\"2026-02-30\"",
    "\"0190b5a0\"",
    "0",
    "1",
    "-1",
    "1e999",
    "0x1f",
    "1.5",
    "99999999999999999999999999",
    "()",
    "null",
    "true",
    "云",
    "é",
    "\u{0}",
    "\u{202e}",
    "\t",
    "\n",
    "\r",
    "--",
    "/*",
    "*/",
    "' or 1=1",
    "${x}",
    "{{x}}",
    "let x = 1;",
    "while true {}",
    "eval(\"1\")",
];

const PARAMETERS: &[&str] = &[
    "filter",
    "sort",
    "fields",
    "expand",
    "limit",
    "cursor",
    "offset",
    "count",
    "search",
    "view",
    "bin",
    "o_code",
    "o_cost[gt]",
    "o_due[in]",
    "o_client.c_code",
    "o_client[within]",
    "x[",
    "]",
    "",
    "groups",
];

fn text(dice: &mut Dice, most: usize) -> String {
    let blank = |dice: &mut Dice| if dice.chance(60) { " " } else { "" };
    (0..1 + dice.below(most)).map(|_| format!("{}{}", dice.pick(PIECES), blank(dice))).collect()
}

fn tree(dice: &mut Dice, depth: usize) -> Json {
    match dice.below(if depth > 5 { 5 } else { 8 }) {
        0 => Json::Null,
        1 => json!(dice.chance(50)),
        2 => json!(dice.next() as i64),
        3 | 4 => json!(text(dice, 3)),
        5 => Json::Array((0..dice.below(4)).map(|_| tree(dice, depth + 1)).collect()),
        _ => {
            let keys = [
                "and",
                "or",
                "not",
                "field",
                "op",
                "value",
                "expression",
                "id",
                "by",
                "o_client",
                "o_lines",
                "l_name",
                "create",
                "sum",
            ];
            let mut map = Map::new();
            for _ in 0..1 + dice.below(3) {
                let key = if dice.chance(80) { (*dice.pick(&keys)).to_owned() } else { text(dice, 1) };
                map.insert(key, tree(dice, depth + 1));
            }
            Json::Object(map)
        }
    }
}

/// A refusal is fine; a defect is not.
fn is_fine<T>(what: &str, result: Result<T, Box<Diagnostic>>) {
    if let Err(found) = result {
        assert!(found.class() != Class::Internal, "{what}: {found:?}");
    }
}

#[test]
fn whatever_is_sent_is_done_or_refused() {
    let count = setting("LIFELOOM_RIGHTS_HOSTILE", 400);
    for place in databases() {
        crate::on(Some(place), async |place| {
            let size = Size { people: 1, roles: 2 };
            let site = Site::open(&place, 3, &size).await;
            let mut dice = Dice::new(setting("LIFELOOM_RIGHTS_SEED", 1));
            let who = site.engine.system();
            for _ in 0..count {
                let query: Vec<(String, String)> = (0..1 + dice.below(3))
                    .map(|_| ((*dice.pick(PARAMETERS)).to_owned(), text(&mut dice, 6)))
                    .collect();
                is_fine(&format!("{query:?}"), site.engine.list(&who, "vault.order", &query).await);
                let mut body = json!({"filter": tree(&mut dice, 0), "groups": tree(&mut dice, 3)});
                body[*dice.pick(PARAMETERS)] = tree(&mut dice, 2);
                is_fine(&body.to_string(), site.engine.query(&who, "vault.order", &body).await);
                let body = tree(&mut dice, 0);
                let create =
                    engine::records::Command::Create { object: "vault.order".into(), body: body.clone() };
                is_fine(&body.to_string(), site.engine.write(&who, create).await);
            }
            for _ in 0..count / 4 {
                let headers = [
                    "id",
                    "o_code",
                    "o_client.c_code",
                    "o_client",
                    "o_cost",
                    "o_at",
                    "o_partners",
                    "o_about",
                    "x",
                    "\"",
                    "",
                ];
                let mut file = dice.some(&headers, 40).join(",");
                for _ in 0..dice.below(4) {
                    file += &format!(
                        "\n{}",
                        text(&mut dice, 9).replace('\u{0}', if dice.chance(50) { "," } else { "\u{0}" })
                    );
                }
                let mut bytes = file.clone().into_bytes();
                if dice.chance(30) && !bytes.is_empty() {
                    let at = dice.below(bytes.len());
                    bytes[at] = 0xff;
                }
                let options =
                    ImportOptions { mode: ImportMode::Upsert, dry_run: true, ..ImportOptions::default() };
                is_fine(
                    &file,
                    site.engine
                        .import(&who, "vault.order", std::io::Cursor::new(bytes), options, None, &|_| {})
                        .await,
                );
            }
            site.close().await;
        });
    }
}

#[test]
fn whatever_is_written_as_a_definition_is_read_or_refused() {
    let mut dice = Dice::new(setting("LIFELOOM_RIGHTS_SEED", 1));
    let roles = roles::generate(&mut dice, 2);
    let whole: Vec<PackSource> =
        packs(&roles).into_iter().map(|pack| PackSource { root: pack.root, files: pack.files }).collect();
    let (_, found) = catalog_of(&whole);
    assert_eq!(found, 0, "the vault itself is in order");
    let damage = [
        "",
        ": ",
        "- ",
        "{",
        "}",
        "[",
        "'",
        "\"",
        "&a ",
        "*a",
        "<<: *a",
        "\t",
        "\u{0}",
        "!!str ",
        "null",
        "99999999999999999999",
        "云",
        "\n",
    ];
    let mut refused = 0;
    for _ in 0..setting("LIFELOOM_RIGHTS_HOSTILE", 400) / 8 {
        let mut packs = whole.clone();
        let files = &mut packs[1].files;
        let place = dice.below(files.len());
        let chars: Vec<char> = files[place].1.chars().collect();
        let at = dice.below(chars.len().max(1));
        let rest = (at + dice.below(12)).min(chars.len());
        let piece = if dice.chance(60) { (*dice.pick(&damage)).to_owned() } else { text(&mut dice, 2) };
        files[place].1 = chars[..at]
            .iter()
            .chain(piece.chars().collect::<Vec<_>>().iter())
            .chain(&chars[rest..])
            .collect();
        refused += usize::from(catalog_of(&packs).1 > 0);
    }
    assert!(refused > 0, "damage is told");
}

/// Whether there is a catalog, and how many findings.
fn catalog_of(packs: &[PackSource]) -> (bool, usize) {
    let names = PhysicalNames::default();
    let options = Options::default();
    match build(packs, &names, &options) {
        Ok(_) => (true, 0),
        Err(found) => (false, found.len()),
    }
}
