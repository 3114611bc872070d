-- How far the mailboxes have been read, who reads one now, and why one could not be read.
create table sys_mailbox (name {TEXT} not null primary key, validity {INT} not null, uid {INT} not null, begun {INT} not null, poll_at {TIME} not null, lease {INT} not null, lease_until {TIME}, polled_at {TIME}, failure {TEXT}, failures {INT} not null, failed_at {TIME});
-- Mails that were taken from mailboxes: none is taken twice.
create table sys_received (id {ID} not null primary key, mailbox {TEXT} not null, validity {INT} not null, uid {INT} not null, message_id {TEXT} not null, digest {BYTES} not null, sender {TEXT} not null, record {ID} not null, at {TIME} not null, marked_at {TIME});
create unique index sys_received_uid on sys_received (mailbox, validity, uid);
create index sys_received_message on sys_received (mailbox, message_id);
create index sys_received_sender on sys_received (mailbox, sender, at);
