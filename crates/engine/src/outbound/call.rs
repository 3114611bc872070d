//! One call: judged, resolved, pinned, bounded.

use super::permit::Permit;
use super::resolve::{Resolve, SystemResolver};
use super::target::{Target, Uncalled};
use super::trust::{Trust, distrusted};
use http_body_util::{BodyExt, Full, LengthLimitError, Limited};
use hyper::body::Bytes;
use hyper::client::conn::http1;
use hyper::header::{self, HeaderName, HeaderValue};
use hyper::{Method, Request, Response};
use hyper_util::rt::TokioIo;
use serde::{Deserialize, Serialize};
use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;
use std::time::Duration;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::TcpStream;
use tokio::time::Instant;
use tokio_rustls::TlsConnector;
use tokio_rustls::client::TlsStream;
use tokio_rustls::rustls::pki_types::ServerName;

/// Most headers of a call.
const MOST_HEADERS: usize = 32;
/// Longest head of an answer in bytes.
const HEAD: usize = 64 << 10;

/// Bounds of a call.
#[derive(Clone, Copy, Debug)]
pub struct Bounds {
    /// How long looking up and connecting may take.
    pub connect: Duration,
    /// How long all of it may take.
    pub whole: Duration,
    /// Longest body sent, in bytes.
    pub sent: usize,
    /// Longest body taken, in bytes.
    pub taken: usize,
}

impl Default for Bounds {
    fn default() -> Bounds {
        Bounds {
            connect: Duration::from_secs(10),
            whole: Duration::from_secs(30),
            sent: 1 << 20,
            taken: 1 << 20,
        }
    }
}

/// What is called.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Call {
    /// `GET POST PUT PATCH DELETE HEAD`.
    pub method: String,
    /// An http or https URL.
    pub url: String,
    /// Headers, but for those that belong to the connection.
    pub headers: Vec<(String, String)>,
    /// The body.
    pub body: String,
}

/// What a peer answered.
#[derive(Clone, Debug)]
pub struct Answer {
    /// The status; 3xx is an answer like any other and followed by nothing.
    pub status: u16,
    /// When it wants to be asked again, as it says it.
    pub retry_after: Option<String>,
    /// The body, whole.
    pub body: Bytes,
}

/// The client. Clones share it.
#[derive(Clone)]
pub struct Outbound {
    permit: Arc<Permit>,
    resolver: Arc<dyn Resolve>,
    bounds: Bounds,
    tls: TlsConnector,
    trust: Arc<Trust>,
}

impl Default for Outbound {
    fn default() -> Outbound {
        Outbound::new(Permit::default())
    }
}

impl Outbound {
    /// A client for the public internet and what is permitted beside it.
    pub fn new(permit: Permit) -> Outbound {
        Outbound::with(permit, Arc::new(SystemResolver), Bounds::default())
    }

    /// As [`Outbound::new`], with another resolver and other bounds.
    pub fn with(permit: Permit, resolver: Arc<dyn Resolve>, bounds: Bounds) -> Outbound {
        let trust = Trust::default();
        Outbound {
            permit: Arc::new(permit),
            resolver,
            bounds,
            tls: trust.connector(),
            trust: Arc::new(trust),
        }
    }

    /// A client that believes these authorities, too.
    #[must_use]
    pub fn trusting(self, trust: Trust) -> Outbound {
        Outbound { tls: trust.connector(), trust: Arc::new(trust), ..self }
    }

    /// Whom it believes.
    pub(crate) fn trust(&self) -> &Trust {
        &self.trust
    }

    /// How long one answer may take.
    pub(crate) fn patience(&self) -> Duration {
        self.bounds.whole
    }

    /// Whether a call could be made at all, before anything is looked up.
    ///
    /// # Errors
    /// `Uncalled::Refused`.
    pub fn check(&self, call: &Call) -> Result<(), Uncalled> {
        let target = Target::new(&call.url)?;
        request(call, &target, self.bounds.sent)?;
        match target.address {
            Some(address) => self.judge(&target.host, &[address]).map(drop),
            None => Ok(()),
        }
    }

    /// Makes a call.
    ///
    /// # Errors
    /// Why there is no answer.
    pub async fn call(&self, call: &Call) -> Result<Answer, Uncalled> {
        self.call_within(call, self.bounds.whole).await
    }

    /// As [`Outbound::call`], with another time that all of it may take.
    ///
    /// # Errors
    /// As [`Outbound::call`].
    pub async fn call_within(&self, call: &Call, whole: Duration) -> Result<Answer, Uncalled> {
        let target = Target::new(&call.url)?;
        let request = request(call, &target, self.bounds.sent)?;
        let until = Instant::now() + whole;
        let stream = self.in_time(self.connect(&target), whole).await?;
        let rest = async {
            if !target.encrypted {
                return self.exchange(stream, request).await;
            }
            let stream = self.in_time(self.encrypt(&target, stream), whole).await?;
            self.exchange(stream, request).await
        };
        match tokio::time::timeout_at(until, rest).await {
            Ok(answer) => answer,
            Err(_) => Err(Uncalled::Failed(format!("no answer within {whole:?}"))),
        }
    }

    /// A part of connecting, which has its own time.
    async fn in_time<T>(
        &self,
        work: impl Future<Output = Result<T, Uncalled>>,
        whole: Duration,
    ) -> Result<T, Uncalled> {
        let bound = self.bounds.connect.min(whole);
        match tokio::time::timeout(bound, work).await {
            Ok(done) => done,
            Err(_) => Err(Uncalled::Unreached(format!("no connection within {bound:?}"))),
        }
    }

    /// As it is for calls: bounded, and to the name that the certificate is to show.
    ///
    /// # Errors
    /// `Uncalled::Unreached`.
    pub(crate) async fn secured<S>(&self, target: &Target, stream: S) -> Result<TlsStream<S>, Uncalled>
    where
        S: AsyncRead + AsyncWrite + Unpin,
    {
        self.in_time(self.encrypt(target, stream), self.bounds.whole).await
    }

    /// A bare connection, to an address that was judged.
    ///
    /// # Errors
    /// As [`Outbound::place`].
    pub(crate) async fn connected(&self, target: &Target) -> Result<TcpStream, Uncalled> {
        self.in_time(self.connect(target), self.bounds.whole).await
    }

    async fn encrypt<S>(&self, target: &Target, stream: S) -> Result<TlsStream<S>, Uncalled>
    where
        S: AsyncRead + AsyncWrite + Unpin,
    {
        let name = match target.address {
            Some(address) => ServerName::IpAddress(address.into()),
            None => ServerName::try_from(target.host.clone())
                .map_err(|_| Uncalled::Refused("the address names no host".to_owned()))?,
        };
        self.tls.connect(name, stream).await.map_err(|error| match distrusted(&error) {
            Some(why) => unreached("TLS", &why),
            None => unreached("TLS", &error),
        })
    }

    async fn connect(&self, target: &Target) -> Result<TcpStream, Uncalled> {
        let place = self.place(&target.host, target.address, target.port).await?;
        TcpStream::connect(place).await.map_err(|error| unreached("connecting", &error))
    }

    /// Looks a name up once, judges every answer, and says where to connect to: to the address that was judged.
    ///
    /// # Errors
    /// `Uncalled::Refused` for what may not be called, `Uncalled::Unreached` for what has no address.
    pub async fn place(
        &self,
        host: &str,
        address: Option<IpAddr>,
        port: u16,
    ) -> Result<SocketAddr, Uncalled> {
        let addresses = match address {
            Some(address) => vec![address],
            None => self.resolver.resolve(host).await.map_err(|error| unreached("looking it up", &error))?,
        };
        Ok(SocketAddr::new(self.judge(host, &addresses)?, port))
    }

    /// The address to connect to. One that may not be called spoils the others: a name that leads inwards now and
    /// then is not to be trusted at all.
    fn judge(&self, host: &str, addresses: &[IpAddr]) -> Result<IpAddr, Uncalled> {
        if let Some(inner) = addresses.iter().find(|address| !self.permit.allows(host, **address)) {
            let what = format!("{host} leads to {inner}, which is not on the public internet");
            return Err(Uncalled::Refused(format!("{what} and not permitted by --allow-outbound")));
        }
        addresses.first().copied().ok_or_else(|| Uncalled::Unreached(format!("{host} has no address")))
    }

    async fn exchange<S>(&self, stream: S, request: Request<Full<Bytes>>) -> Result<Answer, Uncalled>
    where
        S: AsyncRead + AsyncWrite + Unpin + Send + 'static,
    {
        let mut builder = http1::Builder::new();
        builder.max_buf_size(HEAD).max_headers(100);
        let (mut sender, connection) =
            builder.handshake(TokioIo::new(stream)).await.map_err(|error| failed("HTTP", &error))?;
        let talk = async {
            let answer = sender.send_request(request).await.map_err(|error| failed("HTTP", &error))?;
            self.taken(answer).await
        };
        // Where the connection fails, the talk is told so; nothing of a connection outlives its call.
        let running = async {
            let _ = connection.await;
            std::future::pending::<()>().await;
        };
        tokio::select! {
            answer = talk => answer,
            () = running => Err(Uncalled::Failed("the connection ended".to_owned())),
        }
    }

    async fn taken(&self, answer: Response<hyper::body::Incoming>) -> Result<Answer, Uncalled> {
        let status = answer.status().as_u16();
        let retry_after = answer.headers().get(header::RETRY_AFTER).and_then(|value| value.to_str().ok());
        let retry_after = retry_after.map(|text| text.chars().take(100).collect());
        let body = Limited::new(answer.into_body(), self.bounds.taken).collect().await;
        match body {
            Ok(body) => Ok(Answer { status, retry_after, body: body.to_bytes() }),
            Err(error) if error.is::<LengthLimitError>() => {
                Err(Uncalled::Failed(format!("the answer has more than {} bytes", self.bounds.taken)))
            }
            Err(error) => Err(failed("reading the answer", &error)),
        }
    }
}

/// The request as it travels.
fn request(call: &Call, target: &Target, most: usize) -> Result<Request<Full<Bytes>>, Uncalled> {
    let refuse = |why: String| Err(Uncalled::Refused(why));
    let known = [Method::GET, Method::POST, Method::PUT, Method::PATCH, Method::DELETE, Method::HEAD];
    let Some(method) = known.into_iter().find(|method| method.as_str() == call.method) else {
        return refuse("the method is none of GET, POST, PUT, PATCH, DELETE, HEAD".to_owned());
    };
    if call.body.len() > most {
        return refuse(format!("the body has more than {most} bytes"));
    }
    if call.headers.len() > MOST_HEADERS {
        return refuse(format!("there are more than {MOST_HEADERS} headers"));
    }
    let mut request = Request::builder()
        .method(method)
        .uri(&target.path)
        .body(Full::new(Bytes::from(call.body.clone())))
        .map_err(|_| Uncalled::Refused("the address is no URL".to_owned()))?;
    let headers = request.headers_mut();
    for (name, value) in &call.headers {
        let shown = name.escape_debug();
        let Ok(name) = HeaderName::try_from(name.as_str()) else {
            return refuse(format!("`{shown}` is no name of a header"));
        };
        if of_connection(&name) {
            return refuse(format!("header `{shown}` belongs to the connection"));
        }
        // Refuses line breaks and control characters.
        let Ok(value) = HeaderValue::from_str(value) else {
            return refuse(format!("the value of header `{shown}` holds control characters"));
        };
        headers.insert(name, value);
    }
    let host = HeaderValue::from_str(&target.authority())
        .map_err(|_| Uncalled::Refused("the address names no host".to_owned()))?;
    headers.insert(header::HOST, host);
    headers.entry(header::USER_AGENT).or_insert(HeaderValue::from_static("lifeloom"));
    headers.insert(header::CONNECTION, HeaderValue::from_static("close"));
    Ok(request)
}

/// Headers that say where a message goes and where it ends.
fn of_connection(name: &HeaderName) -> bool {
    let known = [
        header::HOST,
        header::CONNECTION,
        header::CONTENT_LENGTH,
        header::TRANSFER_ENCODING,
        header::TE,
        header::TRAILER,
        header::UPGRADE,
        header::EXPECT,
    ];
    known.contains(name) || name.as_str().starts_with("proxy-") || name.as_str() == "keep-alive"
}

fn failed(what: &str, error: &dyn std::fmt::Display) -> Uncalled {
    Uncalled::Failed(shown(what, error))
}

fn unreached(what: &str, error: &dyn std::fmt::Display) -> Uncalled {
    Uncalled::Unreached(shown(what, error))
}

fn shown(what: &str, error: &dyn std::fmt::Display) -> String {
    let text: String =
        error.to_string().chars().map(|c| if c.is_control() { ' ' } else { c }).take(200).collect();
    format!("{what}: {text}")
}
