//! Mails that come in, as a scenario plays them: read and judged as those of a mailbox are.

use crate::mail::RECEIVED;
use crate::mailboxes::letter::Letter;
use crate::mailboxes::take::{Arrived, Taken};
use crate::scenario::scene::{Scene, Stop};
use definition::scenario::ReceiveMail;
use std::fmt::Write as _;

impl Scene<'_> {
    pub(super) async fn mail(&mut self, mail: &ReceiveMail) -> Result<(), Stop> {
        let mut raw = format!("From: {}\r\nSubject: {}\r\n", mail.from, mail.subject);
        if let Some(id) = &mail.message_id {
            // Writing to a string cannot fail.
            let _ = write!(raw, "Message-ID: <{id}>\r\n");
        }
        for (name, value) in &mail.headers {
            let _ = write!(raw, "{name}: {value}\r\n");
        }
        let _ = write!(raw, "Content-Type: text/plain; charset=utf-8\r\n\r\n{}\r\n", mail.text);
        let (engine, mailbox) = (&self.stage.engine, mail.mailbox.as_str().into());
        let mut letter = Letter::read(raw.as_bytes());
        if letter.message_id.is_none() {
            letter.message_id = Some(format!("{}@scenario", uuid::Uuid::new_v4().simple()));
        }
        let arrived = Arrived { mailbox, letter, at: engine.now(), too_large: false };
        match engine.take_mail(arrived, None).await? {
            Taken::SetOff(record) | Taken::Quarantined(record, _) => {
                self.save(mail.save.as_ref(), RECEIVED.into(), record);
                Ok(())
            }
            Taken::Known if mail.save.is_none() => Ok(()),
            Taken::Known => {
                Err(Stop::unmet("the very same mail was taken before: there is no record to save"))
            }
        }
    }
}
