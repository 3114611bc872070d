//! Mails that are moved once they are taken: whatever breaks off and whatever the server knows, each makes one record.

use super::{BOX, PASSWORD, Peer, here, open_post, pack, poll, reader, set, told};
use crate::packs;
use crate::site::on_each;
use chrono::TimeDelta;
use engine::mailboxes::poll::Polled;
use std::os::unix::fs::{MetadataExt, chown};
use std::path::Path;

impl Peer {
    /// Makes a folder, as it is called on disk, which belongs to whom the mailbox belongs to.
    fn make(&self, name: &str) {
        let home = self.folder.join("mail/desk");
        let owner = std::fs::metadata(home.join("new")).unwrap();
        for place in ["", "new", "cur", "tmp"] {
            let folder = home.join(format!(".{name}")).join(place);
            std::fs::create_dir_all(&folder).unwrap();
            chown(&folder, Some(owner.uid()), Some(owner.gid())).unwrap();
        }
    }

    /// How many mails of a folder are as its marks say: `S` for read, `T` for deleted.
    fn marked(&self, folder: &str, marks: &str) -> usize {
        let of = |folder: &Path| std::fs::read_dir(folder).unwrap().flatten().map(|entry| entry.file_name());
        let names = of(&self.folder.join("mail/desk").join(folder).join("cur"));
        names.filter(|name| name.to_string_lossy().ends_with(&format!(",{marks}"))).count()
    }
}

/// What servers know, and what is left in the folder that is read.
const KNOWN: [(&str, usize); 3] = [
    ("", 0),
    ("imap_capability = IMAP4rev1 UIDPLUS", 0),
    // All are kept there as deleted, and none is taken out that somebody else marked so.
    ("imap_capability = IMAP4rev1", 6),
];

#[test]
fn a_mail_is_moved_after_it_is_taken_and_makes_one_record() {
    on_each(async |site| {
        let (files, engine) = open_post(&site, here()).await;
        site.apply(vec![packs::shipped("base"), pack("  move_to: '已处理 & \"so\"'\n")]).await;
        let system = engine.system();
        let mut count = 0;
        for (line, left) in KNOWN {
            let peer = Peer::told(line);
            let away = ".&XfJZBHQG- &- \"so\"";
            peer.make(&away[1..]);
            let mortal = reader(&site, files.path(), here()).await;
            set(&mortal, peer.port, PASSWORD).await;
            // A mail that its owner deleted, and that is nobody else's to take out.
            let theirs = peer.folder.join("mail/desk/cur/theirs:2,ST");
            std::fs::write(&theirs, "From: z@x.example\r\n\r\nx\r\n").unwrap();
            let mut died = 0;
            for writes in 1..=6 {
                let id = format!("<{count}@x>");
                peer.deliver(&id, &format!("From: s{count}@x.example\nMessage-ID: {id}\nSubject: s"), "x");
                count += 1;
                let mortal = reader(&site, files.path(), here()).await;
                mortal.database().fuse().cut_after(writes);
                let _ = mortal.poll_mailbox(BOX, mortal.now() + TimeDelta::days(1)).await;
                died += usize::from(mortal.database().fuse().is_cut());
                drop(mortal);
                // Nobody reads for the one that is gone until its lease has run out.
                site.clock.advance(TimeDelta::minutes(61));
                let living = reader(&site, files.path(), here()).await;
                let polled = poll(&living).await;
                assert!(matches!(polled, Polled::Read(_)), "{line}: {polled:?}");
                living.database().close().await.unwrap();
                assert_eq!(site.count(&system, "base.mail", "true").await, count, "{line}: {writes} writes");
                assert_eq!(site.count(&system, "post.case", "true").await, count, "{line}: {writes} writes");
                let moved = peer.marked(away, "S");
                assert!(moved >= usize::try_from(writes).unwrap(), "{line}: {moved} after {writes} writes");
            }
            assert!(died > 1, "{line}: {died}");
            assert_eq!(peer.marked("", "ST"), left + 1, "{line}: and theirs");
            assert_eq!(peer.marked("", "S"), 0, "{line}");
            assert!(theirs.exists(), "{line}");
            mortal.database().close().await.unwrap();
        }
        engine.database().close().await.unwrap();
    });
}

#[test]
fn a_folder_that_is_not_there_is_told_of_before_a_mail_is_taken() {
    on_each(async |site| {
        let (peer, (files, engine)) = (Peer::start(), open_post(&site, here()).await);
        engine.database().close().await.unwrap();
        peer.deliver("first", "From: a@x.example\nMessage-ID: <1@x>\nSubject: s", "x");
        let rows = [
            (
                "  move_to: Done\n",
                "the folder `Done` of `move_to`: the server refuses: Mailbox doesn't exist",
            ),
            ("  folder: Desk\n", "the folder `Desk`: the server refuses: Mailbox doesn't exist"),
        ];
        for (keys, expect) in rows {
            site.apply(vec![packs::shipped("base"), pack(keys)]).await;
            let engine = reader(&site, files.path(), here()).await;
            set(&engine, peer.port, PASSWORD).await;
            let Polled::Failed(reason) = poll(&engine).await else { panic!("{keys}") };
            assert!(reason.contains(expect), "{reason}");
            assert_eq!(site.count(&engine.system(), "base.mail", "true").await, 0, "{keys}");
            engine.database().close().await.unwrap();
        }
        // Once it is there, it goes on by itself.
        site.apply(vec![packs::shipped("base"), pack("  move_to: Done\n")]).await;
        peer.make("Done");
        let engine = reader(&site, files.path(), here()).await;
        assert_eq!(told(&poll(&engine).await), ["set off"]);
        assert_eq!((peer.marked(".Done", "S"), peer.marked("", "S")), (1, 0));
        engine.database().close().await.unwrap();
    });
}
