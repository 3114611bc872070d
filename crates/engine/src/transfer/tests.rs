//! Whatever somebody sends as a file becomes rows or a refusal. `LIFELOOM_PROPERTY_CASES` makes the runs longer.

use crate::transfer::Format;
use crate::transfer::archive::tests::archive;
use crate::transfer::output::{Out, Output};
use crate::transfer::table::Table;
use diagnostic::{Code, Result};
use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::{Index, select};
use std::io::Cursor;

fn config() -> ProptestConfig {
    let cases = std::env::var("LIFELOOM_PROPERTY_CASES").ok().and_then(|text| text.parse().ok());
    ProptestConfig { cases: cases.unwrap_or(64), failure_persistence: None, ..ProptestConfig::default() }
}

/// Reads a file to its end; how many rows it has.
fn read(bytes: &[u8], format: Format) -> Result<usize> {
    let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
    runtime.block_on(async {
        let mut table = Table::open(Cursor::new(bytes.to_vec()), (format, None), 0).await?;
        let mut all = 0;
        loop {
            let rows = table.next().await?;
            if rows.is_empty() {
                return Ok(all);
            }
            all += rows.len();
        }
    })
}

/// A file that is read, or refused as a file.
fn holds(bytes: &[u8], format: Format) -> std::result::Result<(), TestCaseError> {
    if let Err(found) = read(bytes, format) {
        prop_assert_eq!(found.code, Code::InvalidFile);
    }
    Ok(())
}

fn book(rows: &[Vec<String>]) -> Vec<u8> {
    let mut output = Output::new(Format::Xlsx).unwrap();
    for row in rows {
        output.row(row.iter().cloned().map(Out::Text)).unwrap();
    }
    let mut bytes = Vec::new();
    let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
    runtime.block_on(output.finish(&mut bytes)).unwrap();
    bytes
}

/// Pieces of sheets, whole and broken.
const PIECES: &[&str] = &[
    "<worksheet>",
    "<sheetData>",
    "</sheetData>",
    "</worksheet>",
    "<row r=\"1\">",
    "<row r=\"-1\">",
    "</row>",
    "<row r=\"99999999999\">",
    "<c r=\"A1\"><v>1</v></c>",
    "<c r=\"ZZZZZZZZ9\"><v>1</v></c>",
    "<c t=\"s\"><v>7</v></c>",
    "<c t=\"s\"><v>-1</v></c>",
    "<c t=\"inlineStr\"><is><t>x</t></is></c>",
    "<c t=\"e\"><v>#REF!</v></c>",
    "<c s=\"9999\"><v>1e999</v></c>",
    "<c><v>&lol;</v></c>",
    "<c r=\"\"><v></v></c>",
    "<c",
    "&#x0;",
    "<dimension ref=\"A1:XFD1048576\"/>",
    "<c t=\"d\"><v>2026-13-99</v></c>",
    "<c><f t=\"shared\" si=\"0\" ref=\"A1:B2\">A1</f></c>",
    "<c r=\"A\"><v>1</v></c>",
    "<c r=\"1\"><v>1</v></c>",
];

fn sheet() -> impl Strategy<Value = String> {
    vec(select(PIECES), 0..40).prop_map(|pieces| pieces.concat())
}

const TYPES: &str =
    r#"<?xml version="1.0"?><Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"/>"#;
const BOOK: &str = r#"<?xml version="1.0"?><workbook xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main" xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships"><sheets><sheet name="S" sheetId="1" r:id="rId1"/></sheets></workbook>"#;
const RELATIONS: &str = r#"<?xml version="1.0"?><Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="rId1" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/worksheet" Target="worksheets/sheet1.xml"/></Relationships>"#;

proptest! {
    #![proptest_config(config())]

    #[test]
    fn any_bytes_are_rows_or_refused(bytes in vec(any::<u8>(), 0..1500)) {
        for format in Format::ALL {
            holds(&bytes, format)?;
        }
    }

    #[test]
    fn any_text_is_rows_or_refused(text in "[a-c,;\"'\r\n\t =#@\\\\\u{0}\u{feff}上]{0,200}") {
        holds(text.as_bytes(), Format::Csv)?;
    }

    #[test]
    fn a_damaged_workbook_is_read_or_refused(flips in vec((any::<Index>(), any::<u8>()), 1..12), cut in any::<Index>(), cuts in any::<bool>()) {
        let rows = vec![vec!["a".to_owned(), "b".to_owned()], vec!["1".to_owned(), "two".to_owned()]];
        let mut bytes = book(&rows);
        for (place, byte) in flips {
            let place = place.index(bytes.len());
            bytes[place] ^= byte;
        }
        if cuts {
            bytes.truncate(cut.index(bytes.len()));
        }
        holds(&bytes, Format::Xlsx)?;
    }

    #[test]
    fn a_strange_sheet_is_read_or_refused(sheet in sheet(), strings in sheet()) {
        let entries = [
            ("[Content_Types].xml", TYPES.as_bytes()),
            ("xl/workbook.xml", BOOK.as_bytes()),
            ("xl/_rels/workbook.xml.rels", RELATIONS.as_bytes()),
            ("xl/sharedStrings.xml", strings.as_bytes()),
            ("xl/worksheets/sheet1.xml", sheet.as_bytes()),
        ];
        holds(&archive(&entries), Format::Xlsx)?;
    }
}
