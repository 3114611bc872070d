//! Clients that are slow on purpose are cut, and others do not feel them.

use super::{report, within};
use crate::server::Server;
use crate::{Site, ledger};
use serde_json::json;
use std::io::{ErrorKind, Read, Write};
use std::net::TcpStream;
use std::time::{Duration, Instant};

/// Slow clients of each kind.
const EACH: usize = 40;

/// What a slow client got in the end, and after how long it was cut.
struct Cut {
    answer: String,
    took: Duration,
}

/// Sends the beginning at once and the rest byte by byte, until the server has had enough.
fn drip(address: &str, beginning: &str, rest: &str) -> Cut {
    let mut stream = TcpStream::connect(address.trim_start_matches("http://")).unwrap();
    stream.set_read_timeout(Some(Duration::from_millis(500))).unwrap();
    stream.write_all(beginning.as_bytes()).unwrap();
    let (begin, mut answer) = (Instant::now(), Vec::new());
    let mut rest = rest.bytes().cycle();
    loop {
        let cut = |answer: &[u8]| Cut {
            answer: String::from_utf8_lossy(answer).into_owned(),
            took: begin.elapsed(),
        };
        if stream.write_all(&[rest.next().unwrap()]).is_err() {
            return cut(&answer);
        }
        let mut part = [0; 4096];
        match stream.read(&mut part) {
            Ok(0) => return cut(&answer),
            Ok(n) => answer.extend_from_slice(&part[..n]),
            Err(error) if matches!(error.kind(), ErrorKind::WouldBlock | ErrorKind::TimedOut) => {}
            Err(_) => return cut(&answer),
        }
        assert!(begin.elapsed() < Duration::from_secs(200), "never cut: {:?}", cut(&answer).answer);
    }
}

#[test]
fn slow_heads_and_bodies_are_cut_and_nobody_else_waits() {
    let site = Site::new();
    ledger::install(&site);
    let server = Server::serve(&site, &[]);
    let token = ledger::token(&site, "cat");
    let api = server.api(&token);
    let body = |path: &str| {
        format!(
            "POST /api/v1{path} HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {token}\r\n\
             Content-Type: application/json\r\nContent-Length: 100000\r\n\r\n{{\"code\": \""
        )
    };
    let kinds = [
        ("head", "GET /api/v1/session HTTP/1.1\r\nHost: x\r\nX-Slow: ".to_owned(), 14),
        ("body", body("/records/ledger.order"), 36),
        ("body that nobody reads", body("/nowhere"), 36),
    ];
    let (mut slowest, mut good) = (Duration::ZERO, 0);
    let cuts: Vec<(&str, Vec<Cut>)> = std::thread::scope(|scope| {
        let address = server.address.as_str();
        let clients = kinds.iter().map(|(kind, beginning, _)| {
            let one = || scope.spawn(move || drip(address, beginning, "abc"));
            (*kind, (0..EACH).map(|_| one()).collect::<Vec<_>>())
        });
        let clients: Vec<_> = clients.collect();
        let begin = Instant::now();
        while begin.elapsed() < Duration::from_secs(8) {
            let answer = api.post("/records/ledger.order", &json!({"code": format!("good-{good}")}));
            slowest = slowest.max(answer.took);
            answer.is(201);
            good += 1;
        }
        let join = |(kind, clients): (&'static str, Vec<std::thread::ScopedJoinHandle<'_, Cut>>)| {
            (kind, clients.into_iter().map(|client| client.join().unwrap()).collect())
        };
        clients.into_iter().map(join).collect()
    });
    assert!(
        good > 20 && slowest < within(Duration::from_secs(2)),
        "{good} good requests, the slowest took {slowest:?}"
    );
    let mut told = Vec::new();
    for ((kind, _, promised), (_, cuts)) in kinds.iter().zip(&cuts) {
        for cut in cuts {
            assert!(
                cut.took <= within(Duration::from_secs(*promised)),
                "a slow {kind} was cut only after {:?}",
                cut.took
            );
            let status = cut.answer.split(' ').nth(1).unwrap_or("none");
            assert!(["none", "400", "404", "408"].contains(&status), "{kind}: {:?}", cut.answer);
        }
        let longest = cuts.iter().map(|cut| cut.took).max().unwrap_or_default();
        told.push(format!("{kind} after {:.0} s", longest.as_secs_f64()));
    }
    assert_eq!(api.count("ledger.order", ""), good, "a slow client wrote something");
    let result = format!(
        "{EACH} clients each: {} at most; {good} others meanwhile, the slowest took {:.2} s",
        told.join(", "),
        slowest.as_secs_f64()
    );
    report("slow clients are cut", site.system(), 1, &result);
}
