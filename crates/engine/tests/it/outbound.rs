//! Calls to other machines: what is refused, and what a peer may do.

use engine::outbound::resolve::Addresses;
use engine::outbound::{Bounds, Call, Outbound, Permit, Resolve, Uncalled};
use std::io::{ErrorKind, Read, Write};
use std::net::{IpAddr, SocketAddr, TcpListener, TcpStream};
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

/// A resolver that answers what its owner wants, a further answer each time.
#[derive(Default)]
struct Names {
    answers: Vec<Vec<IpAddr>>,
    asked: AtomicUsize,
}

impl Names {
    fn of(answers: &[&[&str]]) -> Arc<Names> {
        let answers = answers.iter().map(|one| one.iter().map(|ip| ip.parse().unwrap()).collect()).collect();
        Arc::new(Names { answers, asked: AtomicUsize::new(0) })
    }
}

impl Resolve for Names {
    fn resolve<'a>(&'a self, _: &'a str) -> Addresses<'a> {
        let time = self.asked.fetch_add(1, Ordering::SeqCst);
        let answer = self.answers.get(time).or(self.answers.last()).cloned();
        Box::pin(async move { answer.ok_or_else(|| ErrorKind::NotFound.into()) })
    }
}

/// A peer that notes what it is asked and answers one thing; it ends with the test.
pub struct Peer {
    pub address: SocketAddr,
    heard: Arc<Mutex<Vec<String>>>,
    stop: Arc<AtomicBool>,
}

impl Peer {
    /// `answer` says it all; `endless` repeats it for as long as somebody reads.
    pub fn start(at: &str, answer: Vec<u8>, endless: bool) -> Peer {
        let listener = TcpListener::bind((at, 0)).unwrap();
        let address = listener.local_addr().unwrap();
        let (heard, stop) = (Arc::new(Mutex::new(Vec::new())), Arc::new(AtomicBool::new(false)));
        let (notes, stopped) = (heard.clone(), stop.clone());
        std::thread::spawn(move || {
            for stream in listener.incoming() {
                if stopped.load(Ordering::SeqCst) {
                    return;
                }
                Self::talk(stream.unwrap(), &answer, endless, &notes);
            }
        });
        Peer { address, heard, stop }
    }

    fn talk(mut stream: TcpStream, answer: &[u8], endless: bool, notes: &Mutex<Vec<String>>) {
        stream.set_read_timeout(Some(Duration::from_secs(5))).unwrap();
        let (mut heard, mut buffer) = (Vec::new(), [0; 4096]);
        while !Self::is_whole(&heard) {
            match stream.read(&mut buffer) {
                Ok(0) | Err(_) => break,
                Ok(read) => heard.extend_from_slice(&buffer[..read]),
            }
        }
        notes.lock().unwrap().push(String::from_utf8_lossy(&heard).into_owned());
        let mut more = true;
        while more {
            more = stream.write_all(answer).is_ok() && endless;
        }
    }

    /// Whether a request has arrived with its body.
    fn is_whole(heard: &[u8]) -> bool {
        let text = String::from_utf8_lossy(heard);
        let Some((head, body)) = text.split_once("\r\n\r\n") else { return false };
        let length = head.lines().find_map(|line| line.strip_prefix("content-length: ")?.parse().ok());
        body.len() >= length.unwrap_or(0)
    }

    pub fn heard(&self) -> Vec<String> {
        std::mem::take(&mut self.heard.lock().unwrap())
    }

    pub fn url(&self, path: &str) -> String {
        format!("http://{}{path}", self.address)
    }
}

impl Drop for Peer {
    fn drop(&mut self) {
        self.stop.store(true, Ordering::SeqCst);
        let _ = TcpStream::connect(self.address);
    }
}

fn bounds() -> Bounds {
    Bounds { connect: Duration::from_secs(5), whole: Duration::from_secs(10), sent: 1000, taken: 100_000 }
}

fn get(url: &str) -> Call {
    Call { method: "GET".into(), url: url.to_owned(), ..Call::default() }
}

fn run<T>(work: impl Future<Output = T>) -> T {
    tokio::runtime::Builder::new_multi_thread().enable_all().build().unwrap().block_on(work)
}

pub fn answer(head: &str, body: &[u8]) -> Vec<u8> {
    [format!("HTTP/1.1 {head}\r\ncontent-length: {}\r\n\r\n", body.len()).as_bytes(), body].concat()
}

/// Hostile addresses. All of them are refused before a single byte is sent anywhere; names resolve inwards.
const HOSTILE: [&str; 66] = [
    "http://127.0.0.1/",
    "http://127.1/",
    "http://127.0.1/",
    "http://127.255.255.254/",
    "http://2130706433/",
    "http://0x7f000001/",
    "http://0x7f.0.0.1/",
    "http://0177.0.0.1/",
    "http://017700000001/",
    "http://0x7f.1/",
    "http://0/",
    "http://0.0.0.0/",
    "http://[::]/",
    "http://[::1]/",
    "http://[0:0:0:0:0:0:0:1]/",
    "http://[::ffff:127.0.0.1]/",
    "http://[::ffff:7f00:1]/",
    "http://[::127.0.0.1]/",
    "http://[64:ff9b::7f00:1]/",
    "http://[2002:7f00:1::]/",
    "http://[fe80::1]/",
    "http://[fc00::1]/",
    "http://[ff02::1]/",
    "http://169.254.169.254/latest/meta-data/",
    "http://[::ffff:169.254.169.254]/",
    "http://100.100.100.200/latest/meta-data/",
    "http://10.0.0.1/",
    "http://172.16.0.1/",
    "http://192.168.0.1/",
    "http://198.18.0.1/",
    "http://224.0.0.1/",
    "http://240.0.0.1/",
    "http://255.255.255.255/",
    "http://\u{ff11}\u{ff12}\u{ff17}.0.0.1/",
    "http://127\u{3002}0\u{3002}0\u{3002}1/",
    "http://\u{2460}\u{2461}\u{2466}.\u{24ea}.\u{24ea}.\u{2460}/",
    "http://localhost/",
    "http://LOCALHOST:80/",
    "http://localhost./",
    "http://inside.example/",
    "https://inside.example/",
    "http://inside.example:22/",
    "http://user@outside.example/",
    "http://user:password@outside.example/",
    "http://outside.example@127.0.0.1/",
    "http://@outside.example/",
    "http://outside.example\\@127.0.0.1/",
    "http:\\\\127.0.0.1/",
    "http:127.0.0.1/",
    "http:///127.0.0.1/",
    "http:/127.0.0.1/",
    "http://outside.example/\r\nHost: inside",
    "http://outside.example/%0d\nx",
    "http://outside.example\t/",
    " http://outside.example/",
    "http://outside.example/ x",
    "http://outside.example:0/",
    "http://outside.example:65536/",
    "http://outside.example:x/",
    "http://",
    "file:///etc/passwd",
    "ftp://outside.example/",
    "gopher://127.0.0.1:25/_HELO",
    "data:text/plain,x",
    "//127.0.0.1/",
    "",
];

#[test]
fn hostile_addresses_are_refused() {
    run(async {
        let inwards = Names::of(&[&["10.0.0.1"]]);
        let client = Outbound::with(Permit::default(), inwards, bounds());
        for url in HOSTILE {
            let called = client.call(&get(url)).await;
            assert!(matches!(called, Err(Uncalled::Refused(_))), "{url:?}: {called:?}");
        }
        let long = format!("http://outside.example/{}", "x".repeat(3000));
        assert!(matches!(client.call(&get(&long)).await, Err(Uncalled::Refused(_))));
        // One inner address among outer ones spoils the name.
        for answers in [["1.1.1.1", "10.0.0.1"], ["fd00::1", "1.1.1.1"], ["1.1.1.1", "::ffff:127.0.0.1"]] {
            let client = Outbound::with(Permit::default(), Names::of(&[&answers]), bounds());
            let called = client.call(&get("http://mixed.example/")).await;
            assert!(matches!(called, Err(Uncalled::Refused(_))), "{answers:?}: {called:?}");
        }
    });
}

#[test]
fn what_would_change_the_message_is_refused() {
    let client = Outbound::new(Permit::new(["outside.example"]).unwrap());
    let header = |name: &str, value: &str| Call {
        headers: vec![(name.to_owned(), value.to_owned())],
        ..get("http://outside.example/")
    };
    let rows = [
        (header("x-note", "fine"), true),
        (header("x-note", "a\r\nx-other: b"), false),
        (header("x-note", "a\nb"), false),
        (header("x-note", "a\0b"), false),
        (header("x note", "a"), false),
        (header("x-note\r\nx-other", "a"), false),
        (header("Host", "inside"), false),
        (header("content-length", "5"), false),
        (header("Transfer-Encoding", "chunked"), false),
        (header("proxy-authorization", "x"), false),
        (header("connection", "upgrade"), false),
        (Call { method: "get".into(), ..get("http://outside.example/") }, false),
        (Call { method: "CONNECT".into(), ..get("http://outside.example/") }, false),
        (Call { method: "GET / HTTP/1.1\r\nx: ".into(), ..get("http://outside.example/") }, false),
        (Call { body: "x".repeat(2 << 20), ..get("http://outside.example/") }, false),
    ];
    for (call, expect) in rows {
        let checked = client.check(&call);
        assert_eq!(checked.is_ok(), expect, "{:?} {:?}: {checked:?}", call.method, call.headers);
    }
}

#[test]
fn a_permitted_peer_is_called_and_redirects_lead_nowhere() {
    run(async {
        let inner = Peer::start("127.0.0.1", answer("200 OK", b"inner"), false);
        let location = format!("302 Found\r\nlocation: {}", inner.url("/secret"));
        let peer = Peer::start("127.0.0.2", answer(&location, b"moved"), false);
        let permit = || Permit::new(["127.0.0.2/32", "peer.example"]).unwrap();
        let client = Outbound::with(permit(), Names::of(&[&["127.0.0.2"]]), bounds());
        let called = client.call(&get(&peer.url("/a?b=c#d"))).await.unwrap();
        assert_eq!((called.status, called.body.as_ref()), (302, b"moved".as_slice()));
        assert_eq!(inner.heard().len(), 0, "a redirect is an answer, not an order");
        let heard = peer.heard();
        assert!(heard[0].starts_with("GET /a?b=c HTTP/1.1\r\n"), "{heard:?}");
        assert!(heard[0].contains(&format!("host: {}\r\n", peer.address)), "{heard:?}");
        let call = Call {
            method: "POST".into(),
            url: format!("http://peer.example:{}/x", peer.address.port()),
            headers: vec![("idempotency-key".into(), "k1".into())],
            body: "{}".to_owned(),
        };
        assert_eq!(client.call(&call).await.unwrap().status, 302);
        let heard = peer.heard();
        assert!(heard[0].contains("idempotency-key: k1\r\n"), "{heard:?}");
        assert!(heard[0].contains("content-length: 2\r\n"), "{heard:?}");
        assert!(client.call(&get(&inner.url("/"))).await.is_err(), "127.0.0.1 is not permitted");
        assert_eq!(inner.heard().len(), 0);
    });
}

#[test]
fn a_name_that_resolves_differently_is_judged_each_time_and_pinned() {
    run(async {
        let good = Peer::start("127.0.0.2", answer("200 OK", b"good"), false);
        let port = good.address.port();
        // The same port on the address that is not permitted: what the second answer would lead to.
        let evil = TcpListener::bind(("127.0.0.1", port)).unwrap();
        evil.set_nonblocking(true).unwrap();
        let names = Names::of(&[&["127.0.0.2"], &["127.0.0.1"]]);
        let client = Outbound::with(Permit::new(["127.0.0.2"]).unwrap(), names.clone(), bounds());
        let url = format!("http://rebinding.example:{port}/");
        assert_eq!(client.call(&get(&url)).await.unwrap().body.as_ref(), b"good");
        assert_eq!(names.asked.load(Ordering::SeqCst), 1, "the name is looked up once a call");
        let second = client.call(&get(&url)).await;
        assert!(matches!(second, Err(Uncalled::Refused(_))), "{second:?}");
        assert!(evil.accept().is_err(), "nobody connected");
    });
}

#[test]
fn huge_endless_and_broken_answers_are_cut_off() {
    run(async {
        let quick = Bounds { whole: Duration::from_secs(3), ..bounds() };
        let client = Outbound::with(Permit::new(["127.0.0.1"]).unwrap(), Names::of(&[]), quick);
        let chunked = b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n".as_slice();
        let headers = format!("HTTP/1.1 200 OK\r\n{}\r\n", "x: y\r\n".repeat(1000)).into_bytes();
        let endless = b"HTTP/1.1 200 OK\r\n\r\nxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx".to_vec();
        let cut = b"HTTP/1.1 200 OK\r\ncontent-length: 10\r\n\r\nabc".to_vec();
        let rows: [(&str, Vec<u8>, bool, &str); 8] = [
            ("huge", answer("200 OK", &vec![b'x'; 200_000]), false, "more than 100000 bytes"),
            ("endless", endless, true, "more than 100000 bytes"),
            ("a cut head", b"HTTP/1.1 200 OK\r\nx: y\r\n".to_vec(), false, "HTTP"),
            ("no HTTP", b"SSH-2.0-OpenSSH\r\n".to_vec(), false, "HTTP"),
            ("a broken chunk", [chunked, b"zz\r\n"].concat(), false, "reading"),
            ("a cut body", cut, false, "reading"),
            ("nothing", Vec::new(), false, "HTTP"),
            ("many headers", headers, false, "HTTP"),
        ];
        for (what, text, endless, expect) in rows {
            let peer = Peer::start("127.0.0.1", text, endless);
            let called = client.call(&get(&peer.url("/"))).await;
            let Err(Uncalled::Failed(reason)) = &called else { panic!("{what}: {called:?}") };
            assert!(reason.contains(expect), "{what}: {reason}");
        }
        // One that takes the connection and says nothing, and one that is not there.
        let silent = TcpListener::bind("127.0.0.1:0").unwrap();
        let url = format!("http://{}/", silent.local_addr().unwrap());
        let called = client.call(&get(&url)).await;
        assert!(
            matches!(&called, Err(Uncalled::Failed(why)) if why.contains("no answer within")),
            "{called:?}"
        );
        drop(silent);
        assert!(matches!(client.call(&get(&url)).await, Err(Uncalled::Unreached(_))));
    });
}
