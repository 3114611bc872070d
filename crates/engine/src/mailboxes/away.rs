//! Where mails go once they are taken: into the folder of `move_to`, by what the server knows.

use super::folder::spelt;
use super::talk::{Trouble, Wire, within};
use async_imap::Session;
use futures_util::TryStreamExt;
use std::time::Duration;

/// A folder that mails are moved into.
pub(super) struct Away {
    folder: String,
    how: How,
}

/// How a server moves a mail.
enum How {
    /// It can (RFC 6851).
    Moved,
    /// It copies, and takes out the one that is named (RFC 4315).
    Expunged,
    /// It copies. What lies in the old folder is marked as deleted and no more: taking it out would take out what others
    /// have marked so, too.
    Deleted,
}

impl Away {
    /// Looks whether a folder is there before any mail is taken. It is not made: a name that is misspelt would make another.
    pub async fn find(session: &mut Session<Wire>, patience: Duration, name: &str) -> Result<Away, Trouble> {
        let folder = spelt(name);
        within(patience, session.status(&folder, "(MESSAGES)")).await.map_err(|why| {
            format!("the folder `{name}` of `move_to`: {why}; make it in the mailbox, or correct `move_to`")
        })?;
        let known = within(patience, session.capabilities()).await?;
        let how = match (known.has_str("MOVE"), known.has_str("UIDPLUS")) {
            (true, _) => How::Moved,
            (false, true) => How::Expunged,
            (false, false) => How::Deleted,
        };
        Ok(Away { folder, how })
    }

    /// Moves a mail; one that is gone already stays gone.
    pub async fn put(
        &self,
        session: &mut Session<Wire>,
        patience: Duration,
        uid: &str,
    ) -> Result<(), Trouble> {
        if let How::Moved = self.how {
            return within(patience, session.uid_mv(uid, &self.folder)).await;
        }
        within(patience, session.uid_copy(uid, &self.folder)).await?;
        let marked = async { session.uid_store(uid, "+FLAGS.SILENT (\\Deleted)").await?.try_collect().await };
        let _: Vec<_> = within(patience, marked).await?;
        if let How::Expunged = self.how {
            let taken = async { session.uid_expunge(uid).await?.try_collect().await };
            let _: Vec<u32> = within(patience, taken).await?;
        }
        Ok(())
    }
}
