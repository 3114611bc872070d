//! A server that is told to stop finishes what it has begun.

use super::within;
use crate::server::Server;
use crate::{Site, ledger};
use serde_json::json;
use std::io::{Read, Write};
use std::net::TcpStream;
use std::time::{Duration, Instant};

on_both! {
    fn running_requests_are_finished(site: Site) {
        ledger::install(&site);
        let server = Server::serve(&site, &[]);
        let token = ledger::token(&site, "cat");
        let body = json!({"code": "last", "lines": [{"amount": "1"}, {"amount": "2"}]}).to_string();
        let (first, rest) = body.split_at(10);
        let address = server.address.trim_start_matches("http://").to_owned();
        let mut stream = TcpStream::connect(&address).unwrap();
        write!(
            stream,
            "POST /api/v1/records/ledger.order HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {token}\r\n\
             Content-Type: application/json\r\nContent-Length: {}\r\n\r\n{first}",
            body.len()
        )
        .unwrap();
        // The server has the head and waits for the body when it is told to stop.
        std::thread::sleep(Duration::from_millis(500));
        server.terminate();
        std::thread::sleep(Duration::from_millis(500));
        assert!(!is_served(TcpStream::connect(&address)), "a stopping server takes further requests");
        let begin = Instant::now();
        stream.write_all(rest.as_bytes()).unwrap();
        let mut answer = String::new();
        stream.read_to_string(&mut answer).unwrap();
        assert!(answer.starts_with("HTTP/1.1 201 "), "{answer}");
        let (code, err) = server.ended();
        assert_eq!(code, Some(0), "{err}");
        assert!(begin.elapsed() < Duration::from_secs(10), "it stops only after {:?}", begin.elapsed());
        assert!(err.contains("stopping"), "{err}");
        if site.database.is_none() {
            // Nothing waits to be recovered.
            let log = std::fs::metadata(site.path("data/lifeloom.db-wal")).map_or(0, |file| file.len());
            assert_eq!(log, 0, "the write-ahead log was left behind");
        }
        let out = site.run(&["export", "ledger.order", "--fields", "code,total"]).out;
        assert_eq!(out, "code,total\nlast,3.00\n");
    }

    fn an_idle_connection_does_not_hold_the_server(site: Site) {
        ledger::install(&site);
        let server = Server::serve(&site, &[]);
        let api = server.admin();
        api.get("/session").is(200);
        let begin = Instant::now();
        assert_eq!(server.stop().0, Some(0));
        assert!(begin.elapsed() < within(Duration::from_secs(3)), "it stops only after {:?}", begin.elapsed());
    }
}

/// Whether somebody serves behind a connection that was tried.
fn is_served(tried: std::io::Result<TcpStream>) -> bool {
    let Ok(mut stream) = tried else { return false };
    stream.set_read_timeout(Some(Duration::from_secs(2))).unwrap();
    let _ = stream.write_all(b"GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n");
    matches!(stream.read(&mut [0; 16]), Ok(n) if n > 0)
}
