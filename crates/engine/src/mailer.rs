//! Sending mails by SMTP: one session a mail, so that nothing of a broken one is left for the next.

use crate::mail::Mail;
use crate::mail_server::{SMTP, Security, Server};
use crate::outbound::trust::distrusted;
use crate::outbound::{Outbound, Trust, Uncalled};
use chrono::{DateTime, Utc};
use diagnostic::{Code, Diagnostic};
use lettre::message::Mailbox;
use lettre::transport::smtp::Error as SmtpError;
use lettre::transport::smtp::authentication::Credentials;
use lettre::transport::smtp::client::Tls;
use lettre::transport::smtp::extension::ClientId;
use lettre::{AsyncSmtpTransport, AsyncTransport, Tokio1Executor};
use std::net::IpAddr;
use std::time::Duration;
use url::{Host, Url};
use uuid::Uuid;

/// How long a connection may take to be made.
const CONNECT: Duration = Duration::from_secs(10);
/// How long a session may take as a whole, whatever the peer does.
const SESSION: Duration = Duration::from_secs(60);
/// Answers to a sign-in: they are about this site's account, not about the mail.
const ABOUT_THE_ACCOUNT: [u16; 4] = [530, 534, 535, 538];

/// Why a mail was not taken.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Undelivered {
    /// Nothing will change that.
    ForGood(String),
    /// Another time it may be taken.
    ForNow(String),
}

/// A way to a mail server.
pub struct Mailer {
    transport: AsyncSmtpTransport<Tokio1Executor>,
    from: Mailbox,
    session: Duration,
}

impl Mailer {
    /// A way to the server at `url` (`smtps://user:password@host`, `starttls://…`, or `smtp://…` in the clear), for
    /// mails from `from` (`name@host` or `Name <name@host>`), whose certificate `trust` believes.
    ///
    /// # Errors
    /// `invalid_configuration`; also for a password that would travel in the clear to another machine.
    pub fn new(url: &str, from: &str, trust: &Trust) -> diagnostic::Result<Mailer> {
        Mailer::with_patience(url, from, trust, CONNECT, SESSION)
    }

    /// As [`Mailer::new`], with other times to wait.
    ///
    /// # Errors
    /// As [`Mailer::new`].
    pub fn with_patience(
        url: &str,
        from: &str,
        trust: &Trust,
        connect: Duration,
        session: Duration,
    ) -> diagnostic::Result<Mailer> {
        let sender: Mailbox =
            from.trim().parse().map_err(|_| wrong(format!("--mail-from `{from}` is no address")))?;
        // The address may hold a password: it is not repeated.
        let broken =
            |why: &str| wrong(format!("--smtp-url {why}, such as smtps://user:password@mail.example.com"));
        let parsed = Url::parse(url.trim()).map_err(|_| broken("is no address"))?;
        if parsed.query().is_some() || parsed.fragment().is_some() {
            return Err(broken("takes no parameters"));
        }
        let named = || {
            let host = parsed.host_str().unwrap_or_default().trim_matches(['[', ']']);
            trust.of_mail(host).map_err(|_| broken("names no host"))
        };
        let (spelt, tls) = match parsed.scheme() {
            "smtps" => (url.trim().to_owned(), Tls::Wrapper(named()?)),
            "smtp" if !parsed.username().is_empty() && !is_here(&parsed) => {
                return Err(broken("would send the password in the clear: use smtps:// or starttls://"));
            }
            "smtp" => (url.trim().to_owned(), Tls::None),
            "starttls" => {
                let rest = url.trim()["starttls".len()..].trim_end_matches('/');
                (format!("smtp{rest}?tls=required"), Tls::Required(named()?))
            }
            _ => return Err(broken("must begin with smtps://, starttls:// or smtp://")),
        };
        let builder =
            AsyncSmtpTransport::<Tokio1Executor>::from_url(&spelt).map_err(|_| broken("is no address"))?;
        let transport = builder
            .tls(tls)
            .timeout(Some(connect))
            .hello_name(ClientId::Domain(sender.email.domain().to_owned()))
            .build();
        Ok(Mailer { transport, from: sender, session })
    }

    /// Whether an address and a sender of a connector can be read; else which of the two is wrong, and why.
    pub(crate) fn check(url: Option<&str>, from: Option<&str>) -> Result<(), (&'static str, String)> {
        if let Some(url) = url {
            Server::read(SMTP, url).map_err(|reason| ("url", reason))?;
        }
        match from.map(|from| from.trim().parse::<Mailbox>()) {
            Some(Err(_)) => Err(("from", NO_SENDER.to_owned())),
            _ => Ok(()),
        }
    }

    /// A way to the mail server of a connector: its name is looked up and its address judged as those of all calls are, and
    /// sessions go to the very address that was judged.
    ///
    /// # Errors
    /// `Uncalled::Refused` for what may not be called and for a password that would travel in the clear,
    /// `Uncalled::Unreached` for a server that has no address.
    pub(crate) async fn to_judged(
        outbound: &Outbound,
        url: &str,
        from: &str,
        account: Option<(&str, &str)>,
    ) -> Result<Mailer, Uncalled> {
        let server = Server::read(SMTP, url).map_err(Uncalled::Refused)?;
        let from: Mailbox = from.trim().parse().map_err(|_| Uncalled::Refused(NO_SENDER.to_owned()))?;
        let found = tokio::time::timeout(CONNECT, outbound.place(&server.host, server.address, server.port));
        let place = found.await.unwrap_or_else(|_| {
            Err(Uncalled::Unreached(format!("{} was not found within {CONNECT:?}", server.host)))
        })?;
        // Certificates are those of the name, wherever it leads.
        let named = || {
            let named = outbound.trust().of_mail(&server.host);
            named.map_err(|_| Uncalled::Refused("the address of the mail server names no host".to_owned()))
        };
        let tls = match server.security {
            Security::Whole => Tls::Wrapper(named()?),
            Security::Begun => Tls::Required(named()?),
            Security::None if account.is_some() && !place.ip().is_loopback() => {
                let why = "the password would travel in the clear: use smtps:// or starttls://";
                return Err(Uncalled::Refused(why.to_owned()));
            }
            Security::None => Tls::None,
        };
        let mut builder = AsyncSmtpTransport::<Tokio1Executor>::builder_dangerous(place.ip().to_string())
            .port(place.port())
            .tls(tls)
            .timeout(Some(CONNECT))
            .hello_name(ClientId::Domain(from.email.domain().to_owned()));
        if let Some((user, password)) = account {
            builder = builder.credentials(Credentials::new(user.to_owned(), password.to_owned()));
        }
        Ok(Mailer { transport: builder.build(), from, session: SESSION })
    }

    /// Sends a mail that was written at an instant, under the `Message-ID` of its effect.
    ///
    /// # Errors
    /// Why it was not taken.
    pub async fn send(&self, mail: &Mail, id: Uuid, written: DateTime<Utc>) -> Result<(), Undelivered> {
        let message =
            mail.message(&self.from, id, written).map_err(|found| Undelivered::ForGood(found.to_string()))?;
        match tokio::time::timeout(self.session, self.transport.send(message)).await {
            Ok(Ok(_)) => Ok(()),
            Ok(Err(error)) => Err(explained(&error)),
            Err(_) => {
                Err(Undelivered::ForNow(format!("the mail server took longer than {:?}", self.session)))
            }
        }
    }
}

/// Why a sender cannot be read.
const NO_SENDER: &str = "an address such as Desk <desk@example.com> is expected";

/// Whether an address is this machine.
fn is_here(url: &Url) -> bool {
    match url.host() {
        Some(Host::Ipv4(ip)) => ip.is_loopback(),
        Some(Host::Ipv6(ip)) => ip.is_loopback(),
        // A scheme that the URL standard does not know leaves numbers as text.
        Some(Host::Domain(name)) => {
            name == "localhost" || name.parse::<IpAddr>().is_ok_and(|ip| ip.is_loopback())
        }
        None => false,
    }
}

fn explained(error: &SmtpError) -> Undelivered {
    let code = error.status().map(u16::from);
    let text = match (distrusted(error), std::error::Error::source(error)) {
        (Some(why), _) => format!("TLS: {why}"),
        (None, Some(source)) => format!("{error}: {source}"),
        (None, None) => error.to_string(),
    };
    // What a peer says is shown to administrators: a line of it is enough.
    let text: String = text.chars().map(|c| if c.is_control() { ' ' } else { c }).take(300).collect();
    match error.is_permanent() && !code.is_some_and(|code| ABOUT_THE_ACCOUNT.contains(&code)) {
        true => Undelivered::ForGood(text),
        false => Undelivered::ForNow(text),
    }
}

fn wrong(reason: String) -> Box<Diagnostic> {
    Box::new(Diagnostic::new(Code::InvalidConfiguration).with("reason", reason))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_says_how_mail_travels() {
        let rows = [
            ("smtps://u:p@mail.example.com", "ok"),
            ("smtps://u:p@mail.example.com:1465", "ok"),
            ("starttls://u:p@mail.example.com", "ok"),
            ("starttls://u:p@mail.example.com:2587/", "ok"),
            ("smtp://mail.example.com:25", "ok"),
            ("smtp://u:p@127.0.0.1:2525", "ok"),
            ("smtp://u:p@localhost", "ok"),
            ("smtp://u:p@mail.example.com", "in the clear"),
            ("smtp://u:p@127.0.0.1.example.com", "in the clear"),
            ("smtp://u:p@mail.example.com?tls=opportunistic", "no parameters"),
            ("http://mail.example.com", "must begin with"),
            ("mail.example.com:25", "must begin with"),
            ("", "is no address"),
        ];
        for (url, expect) in rows {
            let made = Mailer::new(url, "Desk <desk@example.com>", &Trust::default());
            let shown = made.map_or_else(|found| found.to_string(), |_| "ok".to_owned());
            assert!(shown.contains(expect), "{url}: {shown}");
            assert!(!shown.contains("u:p"), "{url}: the password is not repeated: {shown}");
        }
        for (from, expect) in
            [("desk", false), ("", false), ("a@b\r\nc", false), ("织机 <a@b.example>", true)]
        {
            assert_eq!(Mailer::new("smtp://localhost", from, &Trust::default()).is_ok(), expect, "{from:?}");
        }
    }
}
