//! No text makes the parser, the checker or the evaluator panic.

use expression::conformance::{Case, Fixture, cases, fixture};
use expression::{Clock, Expectation, MAX_DEPTH, MAX_SOURCE, Names, Root, compile, evaluate, parse};
use proptest::prelude::*;
use std::sync::OnceLock;

/// Pieces that together make many sensible and many senseless expressions.
const PIECES: &[&str] = &[
    "count",
    "amount",
    "tiny",
    "name",
    "stage",
    "tags",
    "close_date",
    "signed_at",
    "effort",
    "owner",
    "account",
    "lines",
    "user",
    "old",
    "address",
    "extra",
    "active",
    "()",
    "true",
    "false",
    "0",
    "1",
    "-1",
    "999999999999999999",
    "0.0000000001",
    "\"won\"",
    "\"2026-03-31\"",
    "\"2h\"",
    "\"云\"",
    "(",
    ")",
    "[",
    "]",
    "{",
    "}",
    ",",
    ".",
    ".",
    "+",
    "-",
    "*",
    "/",
    "%",
    "==",
    "!=",
    "<",
    ">=",
    "&&",
    "||",
    "!",
    "??",
    "in",
    "!in",
    "if",
    "else",
    "switch",
    "=>",
    "_",
    "|",
    ";",
    "today()",
    "now()",
    "is_empty(",
    "contains(",
    "len(",
    "round(",
    "start_of(\"month\",",
    "add_days(",
    "add_months(",
    "within(",
    "min(",
    "text(",
    ".sum(price)",
    ".any(",
    ".count()",
    ".id",
    ".name",
    "case",
    "match",
    "'",
    "\"",
    "`",
    "#{",
    "\n",
    "\u{3000}",
    "😀",
    "0x",
    "1e9",
    "/*",
    "//",
    "::",
    "..",
];

/// The table, read once for the many cases a property has.
fn table() -> &'static (Fixture, Vec<Case>) {
    static TABLE: OnceLock<(Fixture, Vec<Case>)> = OnceLock::new();
    TABLE.get_or_init(|| (fixture(), cases()))
}

fn survive(source: &str) {
    let (fixture, cases) = table();
    let roots =
        [(Root::Row, "test.deal".into()), (Root::Old, "test.deal".into()), (Root::User, "base.user".into())];
    let names = Names { roots: roots.into_iter().collect(), clock: true, ..Names::default() };
    let Ok(expr) = compile(source, &names, fixture, &Expectation::Any) else { return };
    let mut case = cases[0].clone();
    for record in ["full", "empty", "blank", "negative", "large"] {
        case.record = record.to_owned();
        case.old = (record == "full").then(|| "negative".to_owned());
        let clock = Clock { zone: chrono_tz::America::New_York, ..case.clock };
        let first = evaluate(&expr, &fixture.context(&case), &clock);
        assert_eq!(first, evaluate(&expr, &fixture.context(&case), &clock), "{source}");
        if let Err(error) = first {
            assert_eq!(error.code().name(), "number_out_of_range", "{source}");
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 300, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_text_is_parsed_or_refused(source in "\\PC{0,80}") {
        let _ = parse(&source);
    }

    #[test]
    fn any_row_of_pieces_is_evaluated_or_refused(pieces in prop::collection::vec(prop::sample::select(PIECES), 1..14)) {
        survive(&pieces.join(" "));
    }

    #[test]
    fn a_damaged_case_is_evaluated_or_refused(pick in any::<prop::sample::Index>(), cut in any::<prop::sample::Index>(),
                                              piece in prop::sample::select(PIECES)) {
        let (_, cases) = table();
        let source: Vec<char> = pick.get(cases).expression.chars().collect();
        let cut = cut.index(source.len() + 1);
        let (head, tail): (String, String) = (source[..cut].iter().collect(), source[cut..].iter().collect());
        survive(&format!("{head} {piece} {tail}"));
        survive(&head);
    }
}

#[test]
fn depth_and_length_are_bounded() {
    let deep = MAX_DEPTH as usize * 40;
    let rows = [
        "(".repeat(deep),
        format!("{}1{}", "(".repeat(deep), ")".repeat(deep)),
        "!".repeat(deep),
        format!("{}1", "-".repeat(deep)),
        format!("1{}", " + 1".repeat(1_500)),
        format!("1{}", " ?? 1 + 1 ?? (1".repeat(400)),
        "[".repeat(deep),
        "abs(".repeat(deep / 4),
        format!("a{}", ".a".repeat(deep)),
        format!("a{}", ".a()".repeat(deep / 2)),
        "if true { ".repeat(deep / 8),
        "if true { 1 } else ".repeat(400),
        "switch 1 { 1 => ".repeat(400),
        "x".repeat(MAX_SOURCE + 1),
        "/*".repeat(2_000),
    ];
    for source in rows {
        let found = parse(&source).expect_err("is refused");
        assert!(matches!(found[0].code.name(), "limit_exceeded" | "expression_syntax"), "{}", found[0]);
    }
}

#[test]
fn the_deepest_expression_fits_a_small_stack() {
    let half = MAX_DEPTH as usize / 2 - 1;
    let rows = [
        format!("{}count{}", "abs(".repeat(half), ")".repeat(half)),
        format!("count{}", " + count".repeat(half * 2)),
        format!("{}1{}", "if active { ".repeat(half - 1), " } else { 2 }".repeat(half - 1)),
        format!("{}1{}", "switch count { 7 => ".repeat(half - 1), ", _ => 0 }".repeat(half - 1)),
        format!("{}active{}", "!(active && (".repeat(half / 2), "))".repeat(half / 2)),
    ];
    for source in rows {
        // Worker threads of the server have 2 MiB; a debug build must do with less.
        let run = std::thread::Builder::new().stack_size(1 << 20).spawn(move || survive_checked(&source));
        run.expect("starts").join().expect("does not overflow");
    }
}

/// As [`survive`], and the expression must be valid.
fn survive_checked(source: &str) {
    assert_eq!(parse(source).err(), None, "{source}");
    survive(source);
}

#[test]
fn long_chains_of_one_operator_are_fine() {
    for operator in ["&&", "||", "??"] {
        let source = vec!["active"; 500].join(&format!(" {operator} "));
        assert!(parse(&source).is_ok(), "{operator}");
    }
    let listed = format!("count in [{}]", vec!["1"; 2_000].join(", "));
    assert!(parse(&listed).is_ok());
}

/// The tokens are rhai's; that the grammar is too is held by letting rhai's own parser read the table.
#[test]
#[allow(deprecated, reason = "on_parse_token is marked volatile, not obsolete")]
fn rhai_accepts_every_case() {
    let mut engine = rhai::Engine::new_raw();
    engine.set_max_expr_depths(0, 0);
    engine.on_parse_token(|token, _, _| match token {
        rhai::Token::Reserved(word) if word.chars().all(|c| c.is_ascii_alphanumeric() || c == '_') => {
            rhai::Token::Identifier(word)
        }
        other => other,
    });
    let fixture = fixture();
    for case in cases() {
        if case.compile(&fixture).is_ok() {
            let parsed = engine.compile(&case.expression).map_err(|e| *e.0);
            // rhai refuses `()` where it wants a condition; in three-valued logic it is one.
            let accepted = matches!(parsed, Ok(_) | Err(rhai::ParseErrorType::MismatchedType(..)));
            assert!(accepted, "{}: {}", case.expression, parsed.unwrap_err());
        }
    }
}
