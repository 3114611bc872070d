//! In which thread a mail stands: its receiver's program shows it below what went before.

use crate::mail::{Earlier, Mail, RECEIVED};
use crate::outbox::{MAIL, opened};
use crate::work::Work;
use diagnostic::Result;
use storage::store::mail as told;
use uuid::Uuid;

/// So many of the last mails about a record are looked through for one to the same receiver.
const MOST: u32 = 50;
/// So many mails before it are named at most: the first, and the last ones.
const LONGEST: usize = 20;

impl Work {
    /// The mails that one to an address about a record goes on from, the oldest first: the last one about it to the same
    /// address with those before; else the mail that the record itself is, if it is one that came here.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub(super) async fn thread(&self, to: &str, object: &str, record: Uuid) -> Result<Vec<Earlier>> {
        for known in told::list(&self.tx, object, record, None, MOST).await? {
            // One that was sealed under a key that is gone is no reason not to send another.
            let Ok(head) = opened::<Mail>(known.id, MAIL, &known.payload, self.engine.secret()) else {
                continue;
            };
            if head.to.eq_ignore_ascii_case(to) {
                return Ok(bounded(head.thread, Earlier::Sent(known.id)));
            }
        }
        if object != RECEIVED {
            return Ok(Vec::new());
        }
        let Some(row) = self.rows().load(self.published.object(object)?, record).await? else {
            return Ok(Vec::new());
        };
        let text = |name: &str| row.get(name).as_text().unwrap_or_default();
        let before = text("references").split_whitespace().filter_map(Earlier::received).collect();
        Ok(Earlier::received(text("message_id")).map_or_else(Vec::new, |last| bounded(before, last)))
    }
}

fn bounded(mut thread: Vec<Earlier>, last: Earlier) -> Vec<Earlier> {
    thread.push(last);
    let surplus = thread.len().saturating_sub(LONGEST);
    thread.drain(1..=surplus);
    thread
}
